import { css } from 'lit';

export const styles = css`
  article {
    max-inline-size: 52rem;
    padding: clamp(1em, 4vw, 2.5em);
  }
  .copy {
    max-inline-size: none;
    text-align: end;
  }
  header {
    margin-block-end: 1.4em;
  }
  h2 {
    margin: 0.6em 0 0.2em;
    font-size: 1.35em;
    letter-spacing: 0.02em;
  }
  th,
  td {
    overflow-wrap: normal;
  }
  td.value {
    white-space: nowrap;
  }
  tbody th {
    overflow-wrap: break-word;
  }
  .no {
    inline-size: 3em;
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .value {
    inline-size: 8em;
    font-size: 1.1em;
    font-weight: 650;
  }
  .relations td:last-child {
    white-space: nowrap;
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
      font-size: 10.5pt;
    }
    dl,
    .relations {
      break-inside: avoid;
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
