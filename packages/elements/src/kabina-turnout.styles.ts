import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .numbers {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6em 2.2em;
    margin: 0 0 1em;
  }
  .numbers div {
    display: grid;
  }
  dt {
    display: flex;
    gap: 0.5em;
    align-items: center;
    color: var(--_muted);
    font-size: 0.92em;
  }
  dd {
    margin: 0;
    font-size: 1.7em;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
    line-height: 1.2;
  }
  dd small {
    color: var(--_muted);
    font-size: 0.55em;
    font-weight: 500;
  }
  .key {
    inline-size: 1.8em;
    block-size: 0.7em;
  }
  figure {
    margin: 0 0 1em;
  }
  .chart {
    display: block;
    inline-size: 100%;
    block-size: auto;
    max-block-size: 26rem;
  }
  .grid {
    stroke: var(--_line-colour);
    stroke-width: 1;
  }
  .axis {
    fill: var(--_muted);
    font-size: 14px;
  }
  .issued {
    fill: none;
    stroke: var(--_border);
    stroke-width: 2.5;
    stroke-dasharray: 7 5;
  }
  .ballots {
    fill: none;
    stroke: var(--_accent);
    stroke-width: 3.5;
    stroke-linejoin: round;
  }
  .area {
    fill: var(--_tint);
  }
  .table {
    overflow-x: auto;
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
  }
  caption {
    padding-block: 0.5em;
    font-weight: 600;
    text-align: start;
  }
  th,
  td {
    padding: 0.5em 0.7em;
    border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
    text-align: end;
    font-variant-numeric: tabular-nums;
    overflow-wrap: normal;
  }
  td {
    white-space: nowrap;
  }
  th:first-child {
    text-align: start;
    font-weight: 500;
  }
  @media (max-width: 36rem) {
    table {
      font-size: 0.85em;
    }
    th,
    td {
      padding-inline: 0.3em;
    }
  }
  thead th,
  thead th:first-child {
    font-weight: 650;
    vertical-align: bottom;
  }
  summary {
    display: inline-flex;
    align-items: center;
    min-block-size: var(--_target);
    color: var(--_accent);
    font-weight: 550;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }
`;
