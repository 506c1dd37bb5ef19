/** Buttons, headings and the layout that every screen of the booth shares. */
import { css } from 'lit';

export const controls = css`
  h2 {
    margin: 0 0 0.6em;
    font-size: 1.5em;
    line-height: 1.2;
    font-weight: 650;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  h2:focus {
    outline: none;
  }
  h3 {
    margin: 1.2em 0 0.4em;
    font-size: 1.1em;
    line-height: 1.3;
  }
  p {
    margin: 0 0 0.8em;
    max-inline-size: 60ch;
  }
  .muted {
    color: var(--_muted);
    font-size: 0.92em;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-block-size: var(--_target);
    min-inline-size: var(--_target);
    padding: 0.45em 1.1em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-weight: 600;
    line-height: 1.2;
    text-align: center;
    cursor: pointer;
    touch-action: manipulation;
    user-select: none;
  }
  .button:hover {
    background: var(--_tint);
  }
  .button.primary {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .button.primary:hover {
    border-color: var(--_accent-strong);
    background: var(--_accent-strong);
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--_accent);
    font-weight: 500;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }
  .button.big {
    min-block-size: calc(var(--_target) * 1.25);
    padding-inline: 1.6em;
    font-size: 1.15em;
  }
  .button[disabled],
  .button[aria-disabled='true'] {
    border-style: dashed;
    border-color: var(--_border);
    background: transparent;
    color: var(--_muted);
    cursor: default;
  }

  :is(.button, input, a, summary, [tabindex]):focus-visible {
    outline: max(3px, 0.16em) solid var(--_focus);
    outline-offset: 2px;
  }
  h2[tabindex]:focus-visible {
    outline: none;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap);
    align-items: center;
    margin-block-start: 1.2em;
  }
  .actions .push {
    margin-inline-start: auto;
  }
  /* On a kiosk a screen is as high as it is given: its content scrolls, its actions stay. */
  :host([kiosk]) {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    block-size: 100%;
  }
  :host([kiosk]) kabina-scroller {
    flex: 1;
    min-block-size: 0;
    min-inline-size: 0;
  }
  :host([kiosk]) .actions {
    flex: none;
  }
  @media (orientation: landscape) and (min-width: 64rem) {
    :host([kiosk]) {
      flex-direction: row;
      gap: 2em;
    }
    :host([kiosk]) .actions {
      flex-direction: column;
      align-items: stretch;
      justify-content: end;
      inline-size: 15em;
      margin: 0;
    }
    :host([kiosk]) .actions .push {
      margin-inline-start: 0;
    }
  }

  /* Where letters are large and the place is narrow, the words go below the sign. */
  .note {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2em 0.7em;
    align-items: flex-start;
    margin: 0 0 1em;
    padding: 0.75em clamp(0.6em, 4%, 1em);
    border-inline-start: 0.3em solid var(--_accent);
    border-radius: 0.3em;
    background: var(--_tint);
  }
  .note.bad {
    border-color: var(--_bad);
    background: var(--_bad-tint);
    color: var(--_bad);
    font-weight: 550;
  }
  .note.good {
    border-color: var(--_good);
    background: var(--_good-tint);
  }
  .note > svg {
    flex: none;
    margin-block-start: 0.1em;
  }
  .note > :is(span, div) {
    flex: 1 1 8em;
    min-inline-size: 0;
  }
  .code {
    font-family: var(--_mono);
    letter-spacing: 0.04em;
    font-variant-numeric: tabular-nums;
  }
  .half {
    display: inline-block;
  }
  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (max-width: 30rem) {
    .actions > .button {
      flex: 1 1 100%;
    }
  }
  @media (forced-colors: active) {
    .button.primary {
      forced-color-adjust: none;
      border-color: ButtonText;
      background: ButtonText;
      color: ButtonFace;
    }
    .note {
      border: 1px solid CanvasText;
      border-inline-start-width: 0.3em;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
  @media print {
    .actions {
      display: none;
    }
  }
`;
