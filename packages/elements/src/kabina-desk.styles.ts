import { css } from 'lit';

export const styles = css`
  :host {
    container: desk / inline-size;
    min-block-size: 100%;
    background: var(--_page);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6em 1.6em;
    align-items: center;
    padding: 0.7em max(min(1em, 4vw), calc((100% - 58em) / 2));
    border-block-end: max(3px, 0.2em) solid var(--_accent);
    background: var(--_surface);
  }
  .training {
    flex: 1 1 100%;
    margin: 0;
    max-inline-size: none;
    padding: 0.3em 1em;
    border: max(2px, var(--_line)) solid var(--_on-training);
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
    text-transform: uppercase;
  }
  .title {
    flex: 1 1 16em;
  }
  .title p {
    margin: 0;
    max-inline-size: none;
  }
  .station {
    font-weight: 650;
    line-height: 1.25;
  }
  .facts {
    display: flex;
    flex: 1 1 100%;
    flex-wrap: wrap;
    gap: 0.2em 1.6em;
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  .screen {
    inline-size: min(100%, 60em);
    margin-inline: auto;
    padding: 1.2em min(1em, 4vw) 2em;
  }
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap);
    margin-block-end: 1.4em;
  }
  nav .button {
    flex: 1 1 8em;
  }
  nav [aria-current] {
    border-color: var(--_accent);
    background: var(--_tint);
    color: var(--_ink);
    box-shadow: inset 0 -0.25em 0 var(--_accent);
  }
  @media (forced-colors: active) {
    nav [aria-current] {
      border-width: 4px;
    }
  }
`;
