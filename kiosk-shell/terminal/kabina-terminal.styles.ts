import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    font-family: 'Segoe UI', Roboto, 'PT Sans', 'Noto Sans', 'Liberation Sans', Arial, sans-serif;
    height: 100vh;
    height: 100dvh;
    overflow: auto;
  }
  /* On a kiosk the booth fills the screen; a window too small for it scrolls. */
  kabina-booth {
    display: block;
    height: 100%;
    min-height: 44rem;
  }
  /* A small window or one at 400 %: letters as a browser has them, not millimetres. */
  @media (max-width: 40rem), (max-height: 30rem) {
    kabina-booth,
    kabina-kiosk-setup,
    kabina-kiosk-service,
    kabina-service-pin {
      --kabina-mm: 0.65mm;
    }
    kabina-booth {
      min-height: 56rem;
    }
  }
  kabina-kiosk-setup,
  kabina-kiosk-service,
  kabina-service-pin {
    min-height: 100%;
    background: #eef2f6;
  }
  /* Held for three seconds by a member; there is nothing to see. */
  .corner {
    position: fixed;
    inset-block-start: 0;
    inset-inline-end: 0;
    inline-size: 6rem;
    block-size: 6rem;
    touch-action: none;
  }
  .idle {
    box-sizing: border-box;
    min-height: 100%;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 2vmin;
    padding: 6vmin;
    text-align: center;
    text-wrap: balance;
    background: #0b2a4a;
    color: #fff;
  }
  .idle h1 {
    margin: 0;
    font-size: clamp(2rem, 7vmin, 5rem);
    line-height: 1.1;
  }
  .idle p {
    margin: 0;
    font-size: clamp(1rem, 3.2vmin, 2.5rem);
  }
  .training {
    padding: 0.6em 1.2em;
    border: 3px dashed currentColor;
    border-radius: 0.5em;
    font-weight: 700;
    display: grid;
    gap: 0.2em;
  }
  .training span {
    font-weight: 400;
    font-size: 0.8em;
  }
  .begin {
    margin-top: 6vmin;
    min-width: min(80vmin, 90vw);
    padding: 5vmin;
    border: 0;
    border-radius: 3vmin;
    background: #fff;
    color: #0b2a4a;
    font: inherit;
    font-size: clamp(1.75rem, 5.5vmin, 4rem);
    font-weight: 700;
    display: grid;
    gap: 0.35em;
  }
  .begin span {
    font-size: 0.6em;
    font-weight: 400;
  }
  .other {
    opacity: 0.9;
  }
  .idle .hours,
  .idle .lead {
    display: grid;
    gap: 0.3em;
    margin-top: 3vmin;
    font-size: clamp(1.25rem, 4.2vmin, 3rem);
    font-weight: 600;
  }
  .hours span,
  .lead span {
    font-size: 0.75em;
    font-weight: 400;
  }
  .hours.open::before {
    content: '';
    justify-self: center;
    inline-size: 0.6em;
    block-size: 0.6em;
    border-radius: 50%;
    background: #7fe0a8;
  }
  .aside {
    margin-top: 2vmin;
    max-width: min(80vmin, 90vw);
    padding: 2vmin 3vmin;
    border: 2px solid currentColor;
    border-radius: 2vmin;
    background: transparent;
    color: inherit;
    font: inherit;
    font-size: clamp(1rem, 2.8vmin, 2rem);
    display: grid;
    gap: 0.2em;
  }
  .aside span {
    font-size: 0.8em;
  }
  /* On its side the screen has no height to give away. */
  @media (orientation: landscape) and (min-width: 60rem) {
    .idle {
      gap: 1.5vmin;
      padding: 3vmin;
    }
    .training,
    .idle .hours,
    .idle .lead {
      display: flex;
      flex-wrap: wrap;
      gap: 0.2em 0.8em;
      align-items: baseline;
      justify-content: center;
    }
    .idle .hours.open::before {
      align-self: center;
    }
    .begin {
      margin-top: 3vmin;
      padding: 4vmin 5vmin;
    }
  }
  .why {
    max-width: 40em;
  }
  .code {
    font-family: ui-monospace, 'Liberation Mono', 'DejaVu Sans Mono', monospace;
    white-space: nowrap;
  }
  .idle kabina-queue-status {
    --kabina-text: clamp(1rem, 2.6vmin, 1.75rem);
    margin-top: 4vmin;
    padding: 0.5em;
    border-radius: 0.9em;
    background: #fff;
    text-align: start;
  }
  .begin:disabled {
    background: #c9d6e2;
  }
  .begin:focus-visible,
  .aside:focus-visible,
  dialog button:focus-visible {
    outline: 6px solid #ffb81c;
    outline-offset: 4px;
  }
  dialog {
    max-width: min(90vw, 40rem);
    padding: 2.5rem;
    border: 4px solid #0b2a4a;
    border-radius: 1.5rem;
    font-size: 1.5rem;
    color: #14202b;
  }
  dialog::backdrop {
    background: rgb(11 42 74 / 70%);
  }
  dialog h2 {
    margin-top: 0;
  }
  dialog button {
    font: inherit;
    font-weight: 700;
    width: 100%;
    padding: 1.25rem;
    border: 0;
    border-radius: 1rem;
    background: #0b2a4a;
    color: #fff;
  }
`;
