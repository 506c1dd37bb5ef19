import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  :host([mode='kiosk']) {
    block-size: 100dvh;
  }
  .frame {
    container: frame / inline-size;
    min-block-size: 100%;
    background: var(--_page);
  }
  [data-mode='kiosk'].frame {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr);
    block-size: 100%;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em 1.5em;
    align-items: center;
    justify-content: space-between;
    padding: 0.7em max(1em, calc((100cqi - var(--_measure)) / 2));
    border-block-end: max(3px, 0.2em) solid var(--_accent);
    background: var(--_surface);
  }
  .title {
    display: flex;
    flex: 1 1 8em;
    gap: 0.6em;
    align-items: center;
    margin: 0;
    font-weight: 650;
    line-height: 1.25;
  }
  .title svg {
    flex: none;
    color: var(--_accent);
  }
  details {
    flex: 0 1 auto;
  }
  details[open] {
    flex-basis: 100%;
  }
  summary {
    display: inline-flex;
    align-items: center;
    min-block-size: var(--_target);
    padding-inline: 0.6em;
    border-radius: var(--_radius);
    color: var(--_accent);
    font-weight: 550;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }
  kabina-settings {
    padding-block: 0.4em;
  }
  .training {
    margin: 0;
    max-inline-size: none;
    padding: 0.45em 1em 0.85em;
    background:
      repeating-linear-gradient(-45deg, var(--_on-training) 0 0.4em, var(--_training) 0.4em 0.8em)
        bottom / 100% 0.4em no-repeat,
      var(--_training);
    text-align: center;
  }
  .training span {
    display: inline-block;
    color: var(--_on-training);
    font-weight: 700;
    line-height: 1.25;
    letter-spacing: 0.02em;
  }
  .training small {
    font-size: 0.85em;
    font-weight: 500;
    letter-spacing: 0;
  }
  #screen {
    container: screen / inline-size;
    inline-size: min(100%, var(--_measure) + 2em);
    margin-inline: auto;
    padding: 1.4em min(1em, 4vw);
  }
  [data-mode='kiosk'] #screen {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    padding-block: 1em;
  }
  [data-mode='kiosk'] #screen > :not(.note) {
    flex: 1;
    min-block-size: 0;
  }
  /* Always of one size and on one line, or the largest text would leave no room for the paper. */
  [data-mode='kiosk'] kabina-settings {
    --kabina-text: calc(7.1 * var(--_mm));
    --kabina-target: max(12.7 * var(--_mm), 2.4 * var(--kabina-text));
    --kabina-gap: max(2.54 * var(--_mm), 0.5 * var(--kabina-text));
  }
  .lead {
    font-size: 1.1em;
  }
  .wait {
    display: flex;
    gap: 0.9em;
    align-items: center;
    margin-block: 1.5em;
    font-size: 1.15em;
    font-weight: 550;
  }
  .spinner {
    flex: none;
    inline-size: 1.6em;
    block-size: 1.6em;
    border: 0.25em solid var(--_line-colour);
    border-block-start-color: var(--_accent);
    border-radius: 50%;
    animation: turn 1.2s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .spinner {
      border-style: dotted;
    }
  }
  .plain {
    margin: 0 0 1em;
    padding-inline-start: 1.2em;
  }
  .plain li {
    margin-block-end: 0.4em;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6em 1.5em;
    align-items: center;
    justify-content: space-between;
    margin-block-end: 0.9em;
  }
  .top h2 {
    margin: 0;
  }
  .or {
    margin-block: 1.6em 0.8em;
  }
  .recovery {
    padding: 0.8em 1em;
    border: max(2px, var(--_line)) dashed var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    font-size: 1.05em;
  }
  .part {
    padding: 0.6em 0.6em 0.2em;
  }
  @media (forced-colors: active) {
    .training {
      border: 3px double CanvasText;
    }
  }
  @media print {
    header {
      border-color: #000000;
    }
    details,
    kabina-settings {
      display: none;
    }
    .training {
      print-color-adjust: exact;
    }
  }
`;
