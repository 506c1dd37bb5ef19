import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    container: balance / inline-size;
  }
  article {
    max-inline-size: 62rem;
    margin-inline: auto;
    padding: clamp(1em, 4cqi, 2.5em);
    border: max(1px, var(--_line)) solid var(--_line-colour);
    background: var(--_surface);
  }
  header {
    margin-block-end: 1.2em;
    text-align: center;
  }
  header p {
    max-inline-size: none;
    margin: 0 0 0.3em;
  }
  h2 {
    margin: 0.4em 0 0.2em;
  }
  .station {
    font-weight: 600;
  }
  .training {
    margin: 0 0 1em;
    max-inline-size: none;
    padding: 0.35em 1em;
    border: max(3px, var(--_line)) double var(--_on-training);
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
    text-transform: uppercase;
  }
  .note {
    max-inline-size: none;
    font-size: 1.1em;
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
  }
  caption {
    padding-block: 1.4em 0.5em;
    font-weight: 650;
    text-align: start;
  }
  th,
  td {
    padding: 0.45em 0.6em;
    border: max(1px, var(--_line)) solid var(--_border);
    font-weight: 400;
    text-align: start;
    vertical-align: top;
    overflow-wrap: break-word;
  }
  thead th,
  tfoot :is(th, td) {
    font-weight: 650;
  }
  tfoot :is(th, td) {
    border-block-start-width: max(3px, var(--_line));
  }
  .value {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .name {
    display: none;
  }
  .unknown {
    color: var(--_muted);
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
  .holds {
    color: var(--_good);
    font-weight: 600;
  }
  .broken {
    color: var(--_bad);
    font-weight: 700;
  }
  .about {
    max-inline-size: none;
    margin-block-start: 0.5em;
    color: var(--_muted);
    font-size: 0.92em;
  }
  ul {
    margin: 0 0 1em;
    padding-inline-start: 1.4em;
  }
  /* Too many columns for a telephone or large letters: each row is a card there. */
  @container balance (max-width: 46em) {
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
      color: #000000;
      font-size: 10pt;
    }
    article {
      max-inline-size: none;
      padding: 0;
      border: 0;
    }
    thead {
      display: table-header-group;
    }
    tr {
      break-inside: avoid;
    }
    caption {
      break-after: avoid;
    }
    th,
    td {
      padding-block: 0.3em;
      border: 0.5pt solid #000000;
    }
    .note {
      border: 0.5pt solid #000000;
      background: none;
      color: #000000;
    }
    .training {
      print-color-adjust: exact;
    }
    .unknown,
    .about {
      color: #000000;
    }
  }
`;
