import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  label {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.2em 0.9em;
    align-items: center;
    min-block-size: calc(var(--_target) * 1.15);
    padding: 0.6em 0.9em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    cursor: pointer;
    touch-action: manipulation;
  }
  label:hover {
    background: var(--_tint);
  }
  label:has(input:focus-visible) {
    outline: max(3px, 0.16em) solid var(--_focus);
    outline-offset: 2px;
  }
  label.marked {
    border-color: var(--_accent);
    background: var(--_tint);
    box-shadow: inset 0 0 0 max(2px, 0.12em) var(--_accent);
  }
  input {
    appearance: none;
    position: relative;
    inline-size: 1.9em;
    block-size: 1.9em;
    margin: 0;
    border: max(2px, 0.11em) solid var(--_border);
    border-radius: 0.3em;
    background: var(--_surface);
    color: var(--_on-accent);
    font: inherit;
    cursor: inherit;
  }
  input:focus-visible {
    outline: none;
  }
  input[type='radio'] {
    border-radius: 50%;
  }
  input:checked {
    border-color: var(--_accent);
    background: var(--_accent);
  }
  input:checked::after {
    content: '';
    position: absolute;
    inset-block-start: 12%;
    inset-inline-start: 33%;
    inline-size: 28%;
    block-size: 58%;
    border: solid currentColor;
    border-width: 0 0.2em 0.2em 0;
    transform: rotate(42deg);
  }
  .name {
    font-weight: 600;
    line-height: 1.25;
  }
  .about {
    display: block;
    grid-column: 2;
    color: var(--_muted);
    font-size: 0.88em;
    line-height: 1.35;
  }
  .withdrawn label,
  label.withdrawn {
    border-style: dashed;
    background: transparent;
    cursor: not-allowed;
  }
  label.withdrawn :is(.name, .about) {
    text-decoration: line-through;
    font-weight: 400;
  }
  .left {
    display: inline-block;
    grid-column: 2;
    justify-self: start;
    padding: 0.05em 0.5em;
    border: max(2px, var(--_line)) solid var(--_bad);
    border-radius: 0.3em;
    color: var(--_bad);
    font-size: 0.88em;
    font-weight: 600;
  }
  @media (forced-colors: active) {
    label.marked {
      border: 4px solid Highlight;
    }
    input,
    input:checked {
      forced-color-adjust: none;
      border-color: CanvasText;
      background: Canvas;
      color: CanvasText;
    }
  }
`;
