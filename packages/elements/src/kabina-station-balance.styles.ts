import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }
  /* The sheet and not the page is what the tables have to fit. */
  article {
    container: sheet / inline-size;
    max-inline-size: 62rem;
    padding: clamp(0.6em, 4cqi, 2.5em);
  }
  header {
    margin-block-end: 1.2em;
  }
  h2 {
    margin: 0.4em 0 0.2em;
    font-size: clamp(1em, 8cqi, 1.5em);
  }
  .station {
    font-weight: 600;
  }
  .note {
    max-inline-size: none;
    font-size: 1.1em;
  }
  th,
  td {
    overflow-wrap: break-word;
  }
  tfoot :is(th, td) {
    border-block-start-width: max(3px, var(--_line));
    font-weight: 650;
  }
  .name {
    display: none;
  }
  .unknown {
    color: var(--_muted);
    font-weight: 400;
  }
  .mark svg {
    flex: none;
  }
  .about {
    max-inline-size: none;
    margin-block-start: 0.5em;
    font-size: 0.92em;
  }
  ul {
    margin: 0 0 1em;
    padding-inline-start: 1.4em;
  }
  /* Too many columns for a telephone or large letters: each row is a card there. */
  @container sheet (max-width: 52em) {
    table,
    caption,
    tbody,
    tfoot,
    tr,
    th,
    td {
      display: block;
    }
    thead {
      display: none;
    }
    tr {
      margin-block-end: 0.7em;
      border: max(2px, var(--_line)) solid var(--_line-colour);
    }
    th,
    td {
      border: 0;
      padding-block: 0.25em;
      overflow-wrap: anywhere;
    }
    tbody th {
      font-weight: 650;
    }
    .value,
    .holds-cell {
      display: flex;
      flex-wrap: wrap;
      gap: 0 1em;
      justify-content: space-between;
    }
    .name {
      display: inline;
      font-weight: 400;
      text-align: start;
    }
    tfoot td:last-child {
      display: none;
    }
  }
  @media print {
    :host {
      font-size: 10pt;
    }
    .note {
      border: 0.5pt solid #000000;
      background: none;
      color: #000000;
    }
    .unknown {
      color: #000000;
    }
  }
`;
