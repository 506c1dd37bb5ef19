import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    max-inline-size: 46rem;
  }
  :host([compact]) {
    display: inline-block;
  }
  .summary {
    display: flex;
    gap: 0.6em;
    align-items: center;
    margin: 0 0 1em;
    max-inline-size: none;
    padding: 0.55em 0.9em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .summary svg {
    flex: none;
  }
  :host([compact]) .summary {
    margin: 0;
  }
  .good {
    border-color: var(--_good);
    background: var(--_good-tint);
  }
  .good svg {
    color: var(--_good);
  }
  .summary.bad {
    border-color: var(--_bad);
    background: var(--_bad-tint);
    color: var(--_bad);
  }
  dl {
    margin: 0 0 1em;
    border-block-start: max(1px, var(--_line)) solid var(--_line-colour);
  }
  dl > div {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1em;
    padding: 0.5em 0.2em;
    border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
  }
  dd {
    margin: 0;
    margin-inline-start: auto;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  .note {
    max-inline-size: none;
  }
  @media (forced-colors: active) {
    .summary.bad {
      border-style: double;
      border-width: 4px;
    }
  }
`;
