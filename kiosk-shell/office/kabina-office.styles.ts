import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    min-block-size: 100vh;
    background: var(--_page);
  }
  header .training {
    flex: 1 0 calc(100% + 2 * var(--_edge));
    margin: -1rem calc(-1 * var(--_edge)) 0.6rem;
    padding: 0.45rem 1rem;
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
    letter-spacing: 0.04em;
  }
  header {
    --_edge: clamp(1rem, 3vw, 2.5rem);
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 2rem;
    align-items: center;
    justify-content: space-between;
    padding: 1rem var(--_edge);
    background: var(--_accent-strong);
    color: #fff;
  }
  header h1 {
    margin: 0;
    font-size: 1.3rem;
    line-height: 1.25;
  }
  header p {
    margin: 0;
    max-inline-size: none;
  }
  header .id {
    font-size: 0.85rem;
  }
  .body {
    display: grid;
    grid-template: 'steps main' auto 'links main' 1fr / minmax(13rem, 16rem) minmax(0, 1fr);
    gap: clamp(1rem, 2.5vw, 2rem);
    max-inline-size: 80rem;
    margin: 0 auto;
    padding: clamp(1rem, 2.5vw, 2rem);
  }
  main {
    grid-area: main;
  }
  nav ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .steps {
    grid-area: steps;
  }
  .steps li {
    display: flex;
    gap: 0.7em;
    align-items: center;
    padding: 0.45em 0.6em;
    border-radius: 0.5em;
    color: var(--_muted);
  }
  .steps .now {
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 650;
  }
  .steps .dot {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 1.9em;
    block-size: 1.9em;
    border: 2px solid currentColor;
    border-radius: 50%;
    font-weight: 650;
    font-size: 0.9em;
  }
  .steps .done .dot {
    border-color: var(--_good);
    background: var(--_good);
    color: #fff;
  }
  .next svg {
    flex: none;
  }
  .next {
    display: flex;
    gap: 0.8em;
    align-items: center;
    margin: 0 0 1rem;
    max-inline-size: none;
    padding: 1rem 1.25rem;
    border-inline-start: 0.4rem solid var(--_accent);
    border-radius: 0.5rem;
    background: var(--_surface);
    font-size: 1.15rem;
    font-weight: 600;
  }
  .links {
    grid-area: links;
    display: grid;
    gap: 0.35rem;
    align-content: start;
    justify-items: start;
  }
  a {
    color: var(--_accent);
    text-underline-offset: 0.2em;
  }
  .links a,
  .links button {
    min-block-size: 2.75rem;
    align-content: center;
  }
  .links .button {
    padding-inline: 0;
    text-align: start;
    font-weight: 400;
  }
  @media (max-width: 56rem) {
    .body {
      grid-template: 'steps' auto 'main' auto 'links' auto / minmax(0, 1fr);
    }
    .steps ol {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem;
    }
    .steps li:not(.now) .name {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .links {
      display: flex;
      flex-wrap: wrap;
      gap: 0.35rem 1.25rem;
      align-items: center;
    }
  }
  @media print {
    .no-print,
    header,
    nav {
      display: none;
    }
    .body {
      display: block;
      padding: 0;
    }
  }
`;
