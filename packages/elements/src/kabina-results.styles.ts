import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
  }
  caption {
    padding-block: 0 0.7em;
    font-size: 1.2em;
    font-weight: 650;
    text-align: start;
  }
  th,
  td {
    padding: 0.55em 0.6em 0.2em;
    vertical-align: baseline;
  }
  th {
    font-weight: 550;
    text-align: start;
  }
  td {
    text-align: end;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .count {
    font-weight: 650;
  }
  .bar td {
    padding: 0 0.6em 0.55em;
    border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
    line-height: 0;
  }
  svg {
    inline-size: 100%;
    block-size: 0.8em;
  }
  .track {
    fill: var(--_tint);
  }
  .fill {
    fill: var(--_accent);
  }
  .left {
    text-decoration: line-through;
    font-weight: 400;
  }
  .total {
    margin-block-start: 0.8em;
  }
  @media (forced-colors: active) {
    .track {
      fill: none;
      stroke: CanvasText;
    }
    .fill {
      fill: CanvasText;
    }
  }
  @media print {
    .track,
    .fill {
      print-color-adjust: exact;
    }
  }
`;
