import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 14em), 1fr));
    gap: 1.2em 2em;
    align-items: start;
    margin-block-end: 1em;
  }
  .print {
    display: grid;
    gap: 0.6em;
    justify-items: start;
    padding: min(1em, 4vw);
    border: max(2px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .print p {
    margin: 0;
  }
  .tracking {
    font-size: 1.25em;
    font-weight: 650;
    overflow-wrap: normal;
  }
  .cast svg {
    inline-size: 1.7em;
    block-size: 1.7em;
  }
`;
