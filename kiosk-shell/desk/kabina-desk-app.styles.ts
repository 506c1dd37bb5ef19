import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .frame {
    min-block-size: 100vh;
    background: var(--_page);
  }
  /* As wide as the desk's own screen, on the same edges. */
  .settings,
  .aside,
  .slips {
    padding-inline: max(min(1em, 4vw), calc((100% - 58em) / 2));
  }
  .settings summary {
    min-block-size: var(--_target);
    align-content: center;
    cursor: pointer;
    font-weight: 600;
  }
  .settings kabina-settings {
    padding-block-end: 0.75rem;
  }
  .training {
    margin: 0;
    padding: 0.4em 1em;
    max-inline-size: none;
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
    text-transform: uppercase;
  }
  h1 {
    font-size: 1.5em;
    line-height: 1.2;
  }
  .aside {
    margin: 0;
    padding-block: 1em;
    max-inline-size: none;
  }
  input[type='file'] {
    max-inline-size: 100%;
    font: inherit;
  }
  input[type='file']::file-selector-button {
    min-block-size: var(--_target);
    margin-inline-end: 0.7em;
    padding: 0.45em 1.1em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-weight: 600;
  }
  .slips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    padding-block: 0.75rem 1.5rem;
  }
  .due {
    flex-basis: 100%;
    max-inline-size: none;
    margin: 0;
    font-weight: 600;
  }
  label {
    display: block;
    font-weight: 600;
    margin-block: 0.6em 0.25em;
  }
  dialog {
    inline-size: min(92vw, 28rem);
    padding: 1.75rem;
    border: 2px solid var(--_border);
    border-radius: 1rem;
    background: var(--_surface);
    color: var(--_ink);
  }
  dialog::backdrop {
    background: rgb(7 28 51 / 65%);
  }
  pre {
    font: inherit;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .number {
    font-size: 1.6rem;
    font-weight: 700;
  }
  @media print {
    .frame {
      min-block-size: 0;
      background: none;
    }
    .no-print {
      display: none;
    }
    dialog {
      position: static;
      border: 0;
      margin: 0;
      padding: 0;
    }
  }
`;
