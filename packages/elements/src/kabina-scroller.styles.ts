import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  :host([buttons]) {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
  }
  :host([buttons]) .content {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-gutter: stable;
    scroll-padding-block: 1em;
    /* Room for focus rings, which a scroll container would cut off. */
    margin-inline: -0.5em;
    padding: 0.3em 0.5em;
  }
  .bar {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: var(--_gap);
    padding-block: 0.6em;
    border-block-start: max(2px, var(--_line)) solid var(--_line-colour);
  }
  .bar[hidden] {
    display: none;
  }
`;
