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
    kabina-booth {
      --kabina-mm: 0.65mm;
      min-height: 56rem;
    }
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
  .begin:disabled {
    background: #c9d6e2;
  }
  .begin:focus-visible,
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
