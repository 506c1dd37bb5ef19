/** What the documents share: the results protocol, and a station's balance of cards. A title, tables, paper. */
import { css } from 'lit';

export const sheet = css`
  :host {
    display: block;
  }
  article {
    margin-inline: auto;
    border: max(1px, var(--_line)) solid var(--_line-colour);
    background: var(--_surface);
  }
  header {
    text-align: center;
  }
  header p {
    max-inline-size: none;
    margin: 0 0 0.3em;
  }
  .training {
    margin: 0 0 1em;
    max-inline-size: none;
    padding: 0.35em clamp(0.2em, 3cqi, 1em);
    font-size: clamp(0.7em, 7cqi, 1em);
    border: max(3px, var(--_line)) double var(--_on-training);
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
    text-transform: uppercase;
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
  }
  caption:not(.visually-hidden) {
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
  }
  thead th {
    font-weight: 650;
  }
  .value {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .mark {
    display: inline-flex;
    gap: 0.4em;
    align-items: center;
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
    color: var(--_muted);
  }
`;

/** Comes last: on paper there is no screen to be narrow. */
export const printed = css`
  @media print {
    :host {
      color: #000000;
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
    .training {
      print-color-adjust: exact;
    }
    .about {
      color: #000000;
    }
  }
`;
