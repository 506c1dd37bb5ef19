import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    max-inline-size: max(18em, calc(var(--_target) * 6));
  }
  [role='group'] {
    display: grid;
    gap: var(--_gap);
  }
  p {
    margin: 0;
  }
  .dots,
  input {
    inline-size: 100%;
    min-block-size: calc(var(--_target) * 1.15);
    padding: 0.3em 0.6em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-size: 1.35em;
    text-align: center;
  }
  .dots {
    display: grid;
    place-items: center;
    letter-spacing: 0.3em;
    line-height: 1.1;
  }
  .error {
    display: flex;
    gap: 0.5em;
    align-items: start;
    color: var(--_bad);
    font-weight: 600;
  }
  .error > svg {
    flex: none;
  }
  .error:not(:has(span)) {
    display: none;
  }
  input[aria-invalid='true'] {
    border-color: var(--_bad);
    border-width: max(3px, var(--_line));
  }
  .keypad {
    display: grid;
    grid-template-columns: repeat(3, minmax(var(--_target), 1fr));
    gap: var(--_gap);
  }
  .keypad .button {
    padding: 0.2em;
    font-size: 1.3em;
    font-variant-numeric: tabular-nums;
  }
  .keypad .erase {
    grid-column: span 2;
    font-size: 1em;
  }
`;
