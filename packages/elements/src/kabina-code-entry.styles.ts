import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    container: entry / inline-size;
  }
  form {
    display: grid;
    gap: 0.5em;
    justify-items: start;
    max-inline-size: 38em;
  }
  label {
    font-weight: 600;
  }
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
  }
  input.code {
    inline-size: min(100%, var(--_width, 100%));
    font-family: var(--_mono);
    letter-spacing: 0.08em;
  }
  /* All of it in sight, as wide as the field is: 0.62 em is a symbol of the code's font. */
  input.long {
    font-size: min(1.35em, calc((min(100cqi, 38em) - 1.6em) / var(--_symbols) / 0.62));
    letter-spacing: 0;
  }
  input[aria-invalid='true'] {
    border-color: var(--_bad);
    border-width: max(3px, var(--_line));
  }
  .hint,
  .error {
    margin: 0;
  }
  .error {
    display: flex;
    gap: 0.5em;
    align-items: start;
    color: var(--_bad);
    font-weight: 600;
  }
  .error svg {
    flex: none;
  }
  .error:empty {
    display: none;
  }
  .keypad {
    display: grid;
    inline-size: 100%;
    gap: var(--_gap);
    margin-block: 0.5em;
  }
  .keypad.digits {
    grid-template-columns: repeat(3, minmax(var(--_target), 1fr));
    max-inline-size: calc(var(--_target) * 6);
  }
  .keypad.base32 {
    grid-template-columns: repeat(auto-fill, minmax(var(--_target), 1fr));
  }
  .keypad .button {
    padding: 0.2em;
    font-size: 1.2em;
  }
  .keypad .erase {
    grid-column: span 3;
    font-size: 1em;
  }
  .keypad.digits .erase {
    grid-column: span 2;
  }
`;
