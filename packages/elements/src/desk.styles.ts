/** What the parts of the desk's screen share: search, voters, tiles, rows, numbers. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .search {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.4em;
    margin-block-end: 1em;
  }
  label {
    font-weight: 600;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap);
  }
  .line input {
    flex: 1 1 14em;
  }
  input:not([type='radio']),
  select {
    min-inline-size: 0;
    max-inline-size: 100%;
    min-block-size: var(--_target);
    padding: 0.3em 0.7em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
  }
  input[aria-invalid='true'] {
    border-color: var(--_bad);
    border-width: max(3px, var(--_line));
  }
  :is(select, label):focus-visible,
  .tile:has(input:focus-visible) {
    outline: max(3px, 0.16em) solid var(--_focus);
    outline-offset: 2px;
  }
  .count {
    inline-size: 5em;
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  kabina-code-entry {
    margin-block-end: 1.2em;
  }
  .error {
    margin: 0;
    color: var(--_bad);
    font-weight: 600;
  }
  .note {
    max-inline-size: none;
  }
  .note.big {
    padding: 1.2em;
    font-size: 1.2em;
  }

  ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_gap);
    margin: 0 0 1.2em;
    padding: 0;
    list-style: none;
  }
  .voter {
    display: grid;
    grid-template-columns: minmax(3.5em, auto) 1fr auto;
    gap: 0.2em 1em;
    inline-size: 100%;
    font-weight: 400;
    text-align: start;
    user-select: auto;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .document {
    color: var(--_muted);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em var(--_gap);
    align-items: center;
    padding: 0.7em 1em;
    border: max(2px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .row > :first-child {
    flex: 1 1 14em;
    font-weight: 400;
  }
  .mark {
    display: inline-flex;
    gap: 0.4em;
    align-items: center;
  }
  .mark svg {
    flex: none;
  }
  .mark.good {
    color: var(--_good);
    font-weight: 600;
  }
  .mark.bad {
    color: var(--_bad);
    font-weight: 600;
  }

  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.3em 1.2em;
    margin: 0 0 1.2em;
    padding: 0.9em 1.1em;
    border: max(2px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  dt {
    color: var(--_muted);
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  fieldset {
    margin: 0 0 1.2em;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  legend {
    padding: 0 0 0.5em;
    font-weight: 600;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15em), 1fr));
    gap: var(--_gap);
  }
  .tile {
    display: flex;
    gap: 0.8em;
    align-items: center;
    min-block-size: calc(var(--_target) * 1.2);
    padding: 0.6em 1em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    font-weight: 400;
    cursor: pointer;
    touch-action: manipulation;
  }
  .tile:has(:checked) {
    border-color: var(--_accent);
    background: var(--_tint);
    box-shadow: inset 0 0 0 2px var(--_accent);
  }
  .tile.none {
    border-style: dashed;
    background: transparent;
    color: var(--_muted);
    cursor: default;
  }
  .tile input {
    flex: none;
    inline-size: 1.4em;
    block-size: 1.4em;
    margin: 0;
    accent-color: var(--_accent);
  }

  .numbers {
    inline-size: 100%;
    border-collapse: collapse;
    background: var(--_surface);
  }
  .numbers :is(th, td) {
    overflow-wrap: break-word;
    padding: 0.55em 0.7em;
    border: max(1px, var(--_line)) solid var(--_line-colour);
    font-weight: 400;
    text-align: start;
    vertical-align: top;
  }
  .numbers thead th {
    font-weight: 650;
  }
  .numbers .value {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .numbers .last {
    font-size: 1.2em;
    font-weight: 700;
  }
  .numbers tfoot :is(th, td) {
    border-block-start-width: max(3px, var(--_line));
    font-weight: 650;
  }
  .numbers .name {
    display: none;
  }
  .dead {
    display: flex;
    gap: 0.3em;
    align-items: center;
    color: var(--_bad);
    font-weight: 600;
  }

  .confirm {
    flex: 1 1 100%;
    margin-block: 0.6em;
    padding: 0.9em 1.1em;
    border: max(2px, var(--_line)) solid var(--_bad);
    border-radius: var(--_radius);
    background: var(--_bad-tint);
  }
  .confirm p {
    margin: 0;
    max-inline-size: none;
  }
  .confirm p:focus {
    outline: none;
  }
  .confirm .actions {
    margin-block-start: 0.8em;
  }
  .dictation {
    flex: 1 1 100%;
    padding: 0.6em 0.9em;
    border-radius: var(--_radius);
    background: var(--_tint);
  }
  .dictation p {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15em 0.9em;
    margin: 0.2em 0;
    max-inline-size: none;
  }
  .group {
    font-size: 1.7em;
    font-weight: 700;
    white-space: nowrap;
  }

  /* A table of five columns doesn't fit a telephone or large letters: each row is a card there. */
  @container desk (max-width: 40em) {
    .numbers,
    .numbers :is(tbody, tfoot, tr, th, td) {
      display: block;
    }
    .numbers thead {
      display: none;
    }
    .numbers tr {
      margin-block-end: var(--_gap);
      border: max(2px, var(--_line)) solid var(--_line-colour);
      border-radius: var(--_radius);
    }
    .numbers :is(th, td) {
      border: 0;
      padding-block: 0.3em;
      overflow-wrap: anywhere;
    }
    .numbers td {
      display: flex;
      flex-wrap: wrap;
      gap: 0 1em;
      justify-content: space-between;
    }
    .numbers .name {
      display: inline;
      font-size: var(--_text);
      font-weight: 400;
    }
  }
  @container desk (max-width: 34em) {
    .voter {
      grid-template-columns: 1fr;
    }
    dl {
      grid-template-columns: 1fr;
    }
    dd {
      margin-block-end: 0.4em;
    }
  }
  @media (forced-colors: active) {
    .tile:has(:checked) {
      border-width: 4px;
    }
    .confirm {
      border-style: double;
    }
  }
`;
