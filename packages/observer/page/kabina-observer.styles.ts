/**
 * A calm instrument panel: white dials on grey, colour only where something was found out. Here
 * colours, type, layout and controls; what stands on the panels is in `panels.styles.ts`.
 */
import { css } from 'lit';

export const frame = css`
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
  .head,
  main {
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

  .head {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 1rem 2rem;
    padding-bottom: 1.5rem;
  }
  .head > div {
    flex: 1 1 24rem;
    max-width: 46rem;
  }
  .head p {
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
    padding-top: 0;
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
    margin-left: 1.25em;
    padding: 0.5rem 0;
    list-style-position: outside;
    cursor: pointer;
  }
  .source details > form {
    margin-top: 0.75rem;
  }
`;
