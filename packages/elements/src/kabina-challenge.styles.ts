import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 14em), 1fr));
    gap: var(--_gap);
    align-items: stretch;
    margin-block-end: 1em;
  }
  .opened {
    padding: 1em;
    border: max(2px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .opened > :last-child {
    margin-block-end: 0;
  }
  ul {
    margin: 0 0 0.8em;
    padding-inline-start: 1.2em;
    font-size: 1.1em;
    font-weight: 650;
  }
  kabina-qr {
    margin-block-end: 0.7em;
  }
  .tracking {
    overflow-wrap: normal;
  }
`;
