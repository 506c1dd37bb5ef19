/** A calm instrument panel: white dials on grey, colour only where something was found out. */
import { css } from 'lit';

export const styles = css`
  :host {
    --page: #eef2f6;
    --surface: #ffffff;
    --ink: #101d2c;
    --muted: #2c3d50;
    --line: #c3ced9;
    --border: #5d6f82;
    --accent: #0a3f7d;
    --on-accent: #ffffff;
    --good: #0b4425;
    --good-tint: #e3f2e9;
    --bad: #75150d;
    --bad-tint: #fcecea;
    --focus: #b54700;
    --mono: ui-monospace, 'Liberation Mono', 'DejaVu Sans Mono', monospace;
    display: block;
    color: var(--ink);
    background: var(--page);
    font-size: 1.0625rem;
    line-height: 1.45;
    overflow-wrap: anywhere;
    -webkit-text-size-adjust: 100%;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .page {
    max-width: 76rem;
    margin: 0 auto;
    padding: clamp(1rem, 3vw, 2.5rem);
  }
  h1,
  h2,
  h3,
  h4,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  h1 {
    font-size: clamp(1.75rem, 4vw, 2.5rem);
    line-height: 1.15;
  }
  h2 {
    font-size: 1.25rem;
    line-height: 1.25;
  }
  h3 {
    font-size: 1.0625rem;
    line-height: 1.3;
  }
  h4 {
    font-size: 1rem;
  }
  .mono {
    font-family: var(--mono);
    font-size: 0.9375em;
  }

  .training {
    padding: 0.75rem clamp(1rem, 3vw, 2.5rem);
    background: #ffdc85;
    color: #101d2c;
    border-bottom: 3px solid #101d2c;
    text-align: center;
    font-size: 1.1875rem;
  }

  header {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 1rem 2rem;
    margin-bottom: 1.5rem;
  }
  header > div {
    flex: 1 1 24rem;
    max-width: 46rem;
  }
  header p {
    margin-top: 0.5rem;
    color: var(--muted);
  }
  .language {
    display: grid;
    gap: 0.25rem;
    align-content: start;
    font-size: 0.9375rem;
  }

  main {
    display: grid;
    gap: 1.25rem;
  }
  .panel {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 0.875rem;
    padding: clamp(1rem, 2.5vw, 1.75rem);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: 0.75rem;
  }
  .columns,
  .columns > div {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 1.25rem;
  }
  @media (min-width: 62rem) {
    .columns {
      grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
    }
  }

  button,
  select,
  input,
  textarea {
    font: inherit;
    color: inherit;
    min-height: 3rem;
    border-radius: 0.5rem;
    border: 1px solid var(--border);
    background: var(--surface);
    padding: 0.5rem 0.75rem;
  }
  input,
  textarea {
    width: 100%;
  }
  textarea {
    resize: vertical;
    line-height: 1.35;
  }
  input.mono,
  textarea.mono {
    font-family: var(--mono);
    font-size: 0.9375rem;
  }
  [aria-invalid='true'] {
    border: 2px solid var(--bad);
  }
  button {
    padding: 0.5rem 1.5rem;
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
    cursor: pointer;
  }
  button:hover:enabled {
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  button.second,
  button.quiet {
    background: var(--surface);
    color: var(--accent);
  }
  button.quiet {
    min-height: 2.5rem;
    padding: 0.25rem 0.875rem;
  }
  button:disabled {
    border-color: var(--border);
    background: #d5dde5;
    color: #33424f;
    cursor: default;
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
    border-radius: 0.25rem;
  }
  .field {
    display: grid;
    gap: 0.375rem;
  }
  .field label {
    font-weight: 600;
  }
  .hint {
    color: var(--muted);
    font-size: 0.9375rem;
  }
  .wrong {
    color: var(--bad);
    font-weight: 600;
  }
  form {
    display: grid;
    gap: 1rem;
    justify-items: start;
  }
  form > .field {
    width: 100%;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
  }
  details > summary {
    padding: 0.5rem 0;
    cursor: pointer;
  }
  .source details > form {
    margin-top: 0.75rem;
  }

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
    font-size: clamp(1.5rem, 4vw, 2.125rem);
    line-height: 1.2;
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
    font-size: 1.375rem;
    font-weight: 700;
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
    font-weight: 400;
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
  .bar {
    display: block;
    width: 100%;
    height: 0.625rem;
    margin-top: 0.375rem;
  }
  .track {
    fill: #dde5ec;
  }
  .fill {
    fill: var(--accent);
  }
  .result + p {
    padding-bottom: 0.75rem;
    color: var(--muted);
  }
  .protocol {
    border-top: 1px solid var(--line);
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

  @media (prefers-contrast: more) {
    :host {
      --page: #ffffff;
      --ink: #000000;
      --muted: #000000;
      --line: #000000;
      --border: #000000;
      --accent: #00205c;
      --good: #00331a;
      --good-tint: #ffffff;
      --bad: #5c0000;
      --bad-tint: #ffffff;
    }
    .panel,
    button,
    select,
    input,
    textarea {
      border-width: 2px;
    }
    .verdict {
      border-left-width: 0.75rem;
    }
  }
  @media (forced-colors: active) {
    .icon .disc,
    .fill {
      fill: CanvasText;
    }
    .icon .stroke {
      stroke: Canvas;
    }
    .track {
      fill: Canvas;
      stroke: CanvasText;
      stroke-width: 0.2;
    }
    .verdict {
      border-left-color: CanvasText;
    }
  }
`;
