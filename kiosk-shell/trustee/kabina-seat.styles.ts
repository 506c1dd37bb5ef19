import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    min-block-size: 100vh;
    background: var(--_page);
  }
  .training {
    margin: 0;
    padding: 0.45rem 1rem;
    max-inline-size: none;
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
  }
  main {
    max-inline-size: 52rem;
    margin: 0 auto;
    padding: clamp(1rem, 4vw, 2.5rem);
  }
  .sheet {
    padding: clamp(1rem, 4vw, 2rem);
    border: 1px solid var(--_line-colour);
    border-radius: 0.75rem;
    background: var(--_surface);
  }
  h1 {
    margin: 0 0 1rem;
    font-size: 1.5rem;
    line-height: 1.2;
  }
  label {
    display: block;
    font-weight: 600;
    margin-block-end: 0.25em;
  }
  input {
    font: inherit;
    color: inherit;
    inline-size: min(100%, 28rem);
    min-block-size: var(--_target);
    padding: 0.4em 0.7em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  ul {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
    align-items: center;
    justify-content: space-between;
    padding: 0.6rem 1rem;
    border: 1px solid var(--_line-colour);
    border-radius: 0.6rem;
  }
  .steps-note {
    margin-block-start: 1.5rem;
  }
`;
