import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    min-height: 100vh;
    padding: clamp(1rem, 3vmin, 3rem);
    background: var(--_page);
  }
  .training {
    margin: calc(-1 * clamp(1rem, 3vmin, 3rem)) calc(-1 * clamp(1rem, 3vmin, 3rem)) 1.25rem;
    padding: 0.4em 1em;
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
  }
  main {
    max-inline-size: 72rem;
    margin-inline: auto;
    display: grid;
    gap: 1.25rem;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem 1.5rem;
    align-items: start;
    justify-content: space-between;
  }
  h1 {
    margin: 0;
    font-size: clamp(1.6rem, 4vmin, 2.4rem);
    line-height: 1.15;
  }
  header p {
    margin: 0.3rem 0 0;
  }
  .languages {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .languages .button[aria-pressed='true'] {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .verdict {
    display: flex;
    gap: 0.75rem;
    align-items: center;
    margin: 0;
    padding: 1rem 1.25rem;
    border-radius: var(--_radius);
    background: var(--_surface);
    border: 2px solid var(--_border);
    font-size: 1.35em;
    font-weight: 650;
    max-inline-size: none;
  }
  .verdict svg {
    flex: none;
  }
  .ok {
    --state: var(--_good);
    --tint: var(--_good-tint);
  }
  .warning {
    --state: #6b4300;
    --tint: #fff3d6;
  }
  .fault {
    --state: var(--_bad);
    --tint: var(--_bad-tint);
  }
  .waiting {
    --state: var(--_muted);
    --tint: var(--_surface);
  }
  .verdict:is(.ok, .warning, .fault) {
    border-color: var(--state);
    background: var(--tint);
    color: var(--state);
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    gap: 0.6rem;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr));
  }
  li {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.2rem 0.85rem;
    align-content: start;
    padding: 0.85rem 1.1rem;
    border-radius: var(--_radius);
    background: var(--_surface);
    border: 1px solid var(--_line-colour);
    border-inline-start: 0.4rem solid var(--state);
  }
  li > svg {
    grid-row: span 2;
    color: var(--state);
    margin-block-start: 0.1em;
  }
  h2 {
    margin: 0;
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.75rem;
    justify-content: space-between;
    font-size: 1.05em;
    line-height: 1.3;
  }
  h2 span {
    color: var(--state);
    font-weight: 600;
    font-size: 0.9em;
  }
  li p {
    margin: 0;
    max-inline-size: none;
  }
  .try {
    grid-column: 2;
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: end;
    margin-block-start: 0.5rem;
  }
  label {
    display: grid;
    gap: 0.2rem;
    flex: 1 1 12rem;
  }
  input {
    font: inherit;
    min-block-size: var(--_target);
    padding: 0.3em 0.7em;
    border: 2px solid var(--_border);
    border-radius: var(--_radius);
    min-inline-size: 0;
  }
  .actions {
    margin: 0;
  }
  a.button {
    text-decoration: none;
  }
  @media print {
    :host {
      padding: 0;
      background: #fff;
    }
    .languages,
    .try,
    .muted {
      display: none;
    }
    ul {
      grid-template-columns: 1fr;
      gap: 0;
    }
    li {
      border: 0;
      border-block-end: 1px solid #888;
      border-radius: 0;
      padding: 0.3rem 0;
      break-inside: avoid;
    }
  }
`;
