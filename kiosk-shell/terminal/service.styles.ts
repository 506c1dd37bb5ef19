/** What the members' and technicians' screens have in common, on top of the elements' tokens. */
import { css } from 'lit';

export const panels = css`
  :host {
    display: block;
  }
  .panel {
    margin-block-end: 1em;
    padding: 1em 1.2em;
    border: max(1px, var(--_line)) solid var(--_line-colour);
    border-radius: 0.6em;
    background: var(--_surface);
  }
  .panel > :last-child:not(dialog) {
    margin-block-end: 0;
  }
  .panel h2 {
    margin-block-end: 0.4em;
    font-size: 1.2em;
  }
  .panel .actions {
    margin-block-start: 0.8em;
  }
  a.button {
    text-decoration: none;
  }
  .note {
    margin-block-start: 0.8em;
  }
  .wait {
    display: flex;
    gap: 0.7em;
    align-items: center;
    font-weight: 550;
  }
  .wait::before {
    content: '';
    flex: none;
    inline-size: 1.3em;
    block-size: 1.3em;
    border: 0.22em solid var(--_line-colour);
    border-block-start-color: var(--_accent);
    border-radius: 50%;
    animation: turn 1.2s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .wait::before {
      border-style: dotted;
    }
  }
  .button.danger {
    border-color: var(--_bad);
    color: var(--_bad);
  }
  dialog {
    inline-size: min(92vw, 34em);
    max-block-size: 94vh;
    padding: 1.5em;
    border: 2px solid var(--_border);
    border-radius: 1rem;
    background: var(--_surface);
    color: var(--_ink);
  }
  dialog::backdrop {
    background: rgb(7 28 51 / 65%);
  }
`;

/** A whole screen of its own: title bar, and a column as wide as can be read. */
export const page = css`
  .frame {
    min-block-size: 100%;
    background: var(--_page);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em 1.5em;
    align-items: center;
    justify-content: space-between;
    padding: 0.7em max(min(1em, 4vw), calc((100% - 44em) / 2));
    border-block-end: max(3px, 0.2em) solid var(--_accent);
    background: var(--_surface);
  }
  header h1 {
    margin: 0;
    font-size: 1.35em;
    line-height: 1.2;
  }
  header p {
    margin: 0;
  }
  .training {
    margin: 0;
    padding: 0.4em 1em;
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
  }
  main {
    max-inline-size: 46em;
    margin-inline: auto;
    padding: 1em min(1em, 4vw) 2em;
  }
`;
