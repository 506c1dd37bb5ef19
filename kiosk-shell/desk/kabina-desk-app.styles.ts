import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .frame {
    min-block-size: 100vh;
    background: var(--_page);
  }
  .settings {
    max-inline-size: 63rem;
    margin-inline: auto;
    padding-inline: clamp(0.5rem, 1vw, 1rem);
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
  main {
    padding: clamp(1rem, 3vw, 2rem);
    max-inline-size: 60rem;
    inline-size: 100%;
    box-sizing: border-box;
    margin-inline: auto;
  }
  .slips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    max-inline-size: 63rem;
    box-sizing: border-box;
    margin-inline: auto;
    padding: 0.75rem clamp(0.5rem, 1vw, 1rem) 1.5rem;
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
