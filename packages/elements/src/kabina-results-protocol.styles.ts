import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  article {
    max-inline-size: 52rem;
    margin-inline: auto;
    padding: clamp(1em, 4vw, 2.5em);
    border: max(1px, var(--_line)) solid var(--_line-colour);
    background: var(--_surface);
  }
  .copy {
    max-inline-size: none;
    text-align: end;
  }
  header {
    margin-block-end: 1.4em;
    text-align: center;
  }
  header p {
    max-inline-size: none;
    margin: 0 0 0.3em;
  }
  h2 {
    margin: 0.6em 0 0.2em;
    font-size: 1.35em;
    letter-spacing: 0.02em;
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
    text-align: start;
    vertical-align: top;
    font-weight: 400;
    overflow-wrap: normal;
  }
  td.value {
    white-space: nowrap;
  }
  tbody th {
    overflow-wrap: break-word;
  }
  thead th {
    font-weight: 650;
  }
  .no {
    inline-size: 3em;
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .value {
    inline-size: 8em;
    text-align: end;
    font-size: 1.1em;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  .relations td:last-child {
    white-space: nowrap;
  }
  .holds {
    color: var(--_good);
    font-weight: 600;
  }
  .broken {
    color: var(--_bad);
    font-weight: 700;
  }
  .mark {
    display: inline-flex;
    gap: 0.4em;
    align-items: center;
  }
  .roll caption span:last-child {
    float: inline-end;
    font-variant-numeric: tabular-nums;
  }
  .roll th {
    inline-size: 50%;
  }
  .roll .name {
    font-weight: 600;
  }
  .roll p {
    margin: 0;
  }
  .about {
    color: var(--_muted);
    font-size: 0.88em;
  }
  .dissent {
    font-weight: 600;
  }
  .hand {
    display: none;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.3em 1em;
    margin: 1.4em 0 0;
  }
  dt {
    color: var(--_muted);
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 30rem) {
    table {
      font-size: 0.88em;
    }
    th,
    td {
      padding: 0.4em 0.35em;
    }
    .no {
      inline-size: auto;
    }
    .value {
      inline-size: auto;
    }
    .relations td:last-child {
      white-space: normal;
    }
    dl {
      grid-template-columns: minmax(0, 1.3fr) minmax(0, 1fr);
    }
  }
  @media print {
    :host {
      color: #000000;
      font-size: 10.5pt;
    }
    article {
      max-inline-size: none;
      padding: 0;
      border: 0;
    }
    thead {
      display: table-header-group;
    }
    tr,
    dl,
    .relations {
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
    /* Only who has not signed electronically signs by hand. */
    .mark.awaited {
      display: none;
    }
    .hand {
      display: block;
      padding-block-start: 9mm;
    }
    .hand span {
      display: block;
      border-block-start: 0.5pt solid #000000;
      font-size: 0.75em;
      text-align: center;
    }
  }
`;
