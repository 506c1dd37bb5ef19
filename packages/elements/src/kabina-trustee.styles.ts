import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    max-inline-size: 46rem;
  }
  .training {
    display: inline-block;
    margin-block-end: 0.8em;
    padding: 0.2em 0.8em;
    border: max(2px, var(--_line)) solid var(--_on-training);
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-transform: uppercase;
  }
  ol {
    display: grid;
    margin: 0 0 1.2em;
    padding: 0;
    list-style: none;
  }
  li {
    position: relative;
    display: grid;
    grid-template-columns: 2em 1fr;
    gap: 0 0.9em;
    padding-block-end: 1em;
    color: var(--_muted);
  }
  li:not(:last-child)::before {
    content: '';
    position: absolute;
    inset-block: 2em 0;
    inset-inline-start: 1em;
    border-inline-start: max(2px, var(--_line)) solid var(--_line-colour);
  }
  .dot {
    display: grid;
    place-items: center;
    inline-size: 2em;
    block-size: 2em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: 50%;
    background: var(--_surface);
    font-weight: 600;
  }
  .done .dot {
    border-color: var(--_good);
    background: var(--_good);
    color: var(--_surface);
  }
  .now {
    color: var(--_ink);
  }
  .now .dot {
    border: 0.2em solid var(--_accent);
    color: var(--_accent);
  }
  .name {
    align-self: center;
    font-weight: 600;
  }
  .about {
    grid-column: 2;
  }
  form {
    display: grid;
    gap: 0.5em;
    justify-items: start;
    max-inline-size: 30em;
  }
  label {
    margin-block-start: 0.4em;
    font-weight: 600;
  }
  input {
    inline-size: 100%;
    min-block-size: var(--_target);
    padding: 0.3em 0.7em;
    border: max(2px, var(--_line)) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
  }
  .error {
    margin: 0;
    color: var(--_bad);
    font-weight: 600;
  }
  .or {
    margin: 1.4em 0 0;
  }
  progress {
    inline-size: 100%;
    block-size: 1em;
    accent-color: var(--_accent);
  }
`;
