/** What the office's panels have in common, on top of the elements' tokens and controls. */
import { css } from 'lit';

export const panels = css`
  :host {
    display: block;
  }
  .panel {
    margin-block-end: 1rem;
    padding: 1.25rem clamp(1rem, 2.5vw, 1.75rem);
    border: 1px solid var(--_line-colour);
    border-radius: 0.75rem;
    background: var(--_surface);
  }
  .panel > :last-child {
    margin-block-end: 0;
  }
  .panel h2 {
    font-size: 1.25rem;
    margin-block-end: 0.5rem;
  }
  .panel h3 {
    font-size: 1.05rem;
  }
  a {
    color: var(--_accent);
    text-underline-offset: 0.2em;
  }
  label,
  legend {
    display: block;
    font-weight: 600;
    margin-block: 0.6em 0.25em;
  }
  fieldset {
    margin: 0 0 0.75em;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  input:not([type='checkbox'], [type='radio']),
  select,
  textarea {
    font: inherit;
    color: inherit;
    box-sizing: border-box;
    inline-size: 100%;
    min-block-size: var(--_target);
    padding: 0.4em 0.7em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  select:focus-visible,
  textarea:focus-visible,
  summary:focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: 2px;
  }
  :is(input, textarea)[aria-invalid='true'] {
    border-color: var(--_bad);
  }
  .error {
    margin-block: 0.3em;
    color: var(--_bad);
    font-weight: 600;
  }
  .check {
    display: flex;
    gap: 0.6em;
    align-items: center;
    min-block-size: var(--_target);
    margin: 0;
    font-weight: 500;
  }
  .check input {
    inline-size: 1.4em;
    block-size: 1.4em;
    flex: none;
    accent-color: var(--_accent);
  }
  .button.danger {
    border-color: var(--_bad);
    color: var(--_bad);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    align-items: end;
  }
  .row > .grow {
    flex: 1 1 14rem;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
    gap: 0.75rem;
    margin: 0 0 1rem;
    padding: 0;
    list-style: none;
  }
  .card {
    display: grid;
    gap: 0.2em;
    align-content: start;
    padding: 0.8rem 1rem;
    border: 1px solid var(--_line-colour);
    border-radius: 0.6rem;
  }
  .card.good {
    border-color: var(--_good);
    background: var(--_good-tint);
  }
  .card.bad {
    border-color: var(--_bad);
    background: var(--_bad-tint);
  }
  .card strong {
    font-size: 1.05em;
  }
  .table {
    overflow-x: auto;
    margin-block-end: 1rem;
  }
  table {
    border-collapse: collapse;
    inline-size: 100%;
    overflow-wrap: normal;
  }
  th,
  td {
    padding: 0.55em 0.7em;
    border-block-end: 1px solid var(--_line-colour);
    text-align: start;
    vertical-align: middle;
  }
  @media (max-width: 36rem) {
    table {
      font-size: 0.9em;
    }
    th,
    td {
      padding-inline: 0.3em;
    }
  }
  @media (max-width: 26rem) {
    th,
    td {
      padding-inline: 0.1em;
    }
  }
  thead th {
    font-size: 0.9em;
    color: var(--_muted);
  }
  tbody th {
    font-weight: 600;
  }
  .mark {
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
  }
  .mark svg {
    flex: none;
  }
  .mark.yes {
    color: var(--_good);
    font-weight: 600;
  }
  details {
    margin-block: 0.25rem;
  }
  form > .actions {
    margin-block: 1rem;
  }
  [role='status'] {
    margin-block-start: 0.6em;
  }
  summary {
    min-block-size: var(--_target);
    display: list-item;
    align-content: center;
    cursor: pointer;
    font-weight: 600;
  }
`;
