import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .paper {
    margin: 0 0 1.2em;
    padding: 1.1em 1.2em 1.2em;
    border: max(2px, var(--_line)) solid var(--_accent);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .contest {
    margin: 0 0 0.8em;
    color: var(--_muted);
    font-weight: 550;
  }
  ul {
    display: grid;
    gap: 0.7em;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0 0.7em;
    align-items: start;
  }
  .mark {
    display: grid;
    place-items: center;
    inline-size: 1.9em;
    block-size: 1.9em;
    border-radius: 0.3em;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .name {
    align-self: center;
    font-size: 1.15em;
    font-weight: 650;
    line-height: 1.25;
  }
  .about {
    grid-column: 2;
  }
  .blank {
    margin: 0;
    font-size: 1.15em;
    font-weight: 650;
  }
`;
