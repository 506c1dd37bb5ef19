/** The verdict, the checks, the tables and the answers of the observer's page. */
import { css } from 'lit';

export const panels = css`
  .icon {
    flex: none;
    width: 1.75rem;
    height: 1.75rem;
    fill: none;
    stroke: none;
  }
  .icon .disc {
    fill: currentColor;
  }
  .icon .stroke {
    stroke: var(--surface);
    stroke-width: 2.4;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .icon .ring,
  .icon .line {
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .good {
    --tone: var(--good);
  }
  .bad {
    --tone: var(--bad);
  }
  .plain {
    --tone: var(--accent);
  }
  .none {
    --tone: var(--muted);
  }

  .verdict {
    border-left: 0.75rem solid var(--tone);
  }
  .verdict.good {
    background: var(--good-tint);
  }
  .verdict.bad {
    background: var(--bad-tint);
  }
  .word {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    color: var(--tone);
    font-weight: 700;
  }
  .verdict .word {
    gap: 0.35em;
    font-size: min(clamp(1.5rem, 4vw, 2.125rem), 9vw);
    line-height: 1.2;
    hyphens: auto;
  }
  .verdict .word .icon {
    width: 1.4em;
    height: 1.4em;
  }
  .verdict .note {
    margin-top: 0.5rem;
    max-width: 52rem;
  }
  .dials {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr));
    gap: 0.75rem;
  }
  .dial {
    display: grid;
    align-content: space-between;
    gap: 0.25rem;
    padding: 0.75rem 1rem;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: 0.5rem;
  }
  .dial dt {
    color: var(--muted);
    font-size: 0.9375rem;
  }
  .dial dd {
    font-size: min(1.375rem, 7vw);
    font-weight: 700;
    hyphens: auto;
    line-height: 1.2;
    font-variant-numeric: tabular-nums;
  }
  .grown {
    font-weight: 600;
  }
  .identity {
    display: grid;
    gap: 0.375rem;
    padding-top: 0.875rem;
    border-top: 1px solid var(--line);
  }
  .progress {
    display: grid;
    gap: 0.375rem;
    font-variant-numeric: tabular-nums;
  }
  progress {
    width: 100%;
    height: 0.875rem;
    accent-color: var(--accent);
  }

  .check {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0.25rem 0.875rem;
    align-items: start;
    padding: 0.75rem 0;
    border-top: 1px solid var(--line);
  }
  .check:first-child {
    border-top: 0;
  }
  .check > .icon,
  .check .status {
    color: var(--tone);
  }
  .about p {
    color: var(--muted);
    font-size: 0.9375rem;
  }
  .outcome {
    text-align: right;
  }
  .status {
    font-weight: 700;
  }
  .count {
    font-variant-numeric: tabular-nums;
    font-size: 0.9375rem;
  }
  .check details {
    grid-column: 1 / -1;
    padding: 0.25rem 1rem 0.75rem;
    background: var(--bad-tint);
    border-radius: 0.5rem;
  }
  .check details li {
    padding: 0.25rem 0;
  }
  @media (max-width: 34rem) {
    .check {
      grid-template-columns: auto minmax(0, 1fr);
    }
    .outcome {
      grid-column: 2;
      display: flex;
      flex-wrap: wrap;
      gap: 0 0.75rem;
      text-align: left;
    }
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }
  caption {
    padding: 0.5rem 0;
    text-align: left;
    font-weight: 600;
  }
  th,
  td {
    padding: 0.5rem 0.5rem 0.5rem 0;
    text-align: left;
    vertical-align: top;
    border-top: 1px solid var(--line);
  }
  thead th {
    border-top: 0;
    color: var(--muted);
    font-size: 0.9375rem;
    font-weight: 400;
  }
  tbody th {
    min-width: 7rem;
    font-weight: 400;
  }
  .protocol th:first-child,
  .protocol td:first-child {
    padding-right: 0.75rem;
    overflow-wrap: normal;
  }
  .number,
  .part {
    padding-right: 0;
    padding-left: 0.5rem;
    text-align: right;
    overflow-wrap: normal;
    font-variant-numeric: tabular-nums;
  }
  td.number {
    font-weight: 700;
  }
  .result tbody th,
  .result tbody td {
    padding-bottom: 0;
  }
  .bar td {
    padding: 0.125rem 0 0.5rem;
    border: 0;
  }
  .bar svg {
    display: block;
    width: 100%;
    height: 0.625rem;
  }
  .track {
    fill: #dde5ec;
  }
  .fill {
    fill: var(--accent);
  }
  .contest {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.25rem;
    padding-top: 1rem;
    border-top: 2px solid var(--line);
  }
  .contest > p {
    color: var(--muted);
  }
  .protocol > :not(summary) {
    margin-bottom: 0.75rem;
  }
  .protocol summary {
    font-weight: 600;
  }
  .relations li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1rem;
    padding: 0.375rem 0;
  }
  .relations .bad {
    color: var(--bad);
  }

  .answer:not(:empty) {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }
  .own {
    background: #e6eff9;
  }
  .own th,
  .own td {
    padding-left: 0.5rem;
  }
  .marks {
    padding-left: 1.25rem;
    list-style: disc;
    font-weight: 700;
    font-size: 1.1875rem;
  }
  video {
    width: 100%;
    max-height: 60vh;
    background: #101d2c;
    border-radius: 0.5rem;
  }
`;
