import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .district {
    margin-block-end: 0.3em;
  }
  .instruction {
    font-weight: 550;
  }
  ul {
    display: grid;
    gap: var(--_gap);
    margin: 0 0 1em;
    padding: 0;
    list-style: none;
  }
  .count {
    min-block-size: 1.4em;
    margin: 0;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .refused {
    color: var(--_bad);
  }
  .actions {
    position: sticky;
    inset-block-end: 0;
    z-index: 1;
    margin: 0 -1em;
    padding: 0.7em 1em 0.9em;
    border-block-start: max(2px, var(--_line)) solid var(--_line-colour);
    background: var(--_page);
  }
  .actions .count {
    flex: 1 1 100%;
    max-inline-size: none;
  }
  :host([kiosk]) .actions {
    position: static;
    margin: 0;
    padding-inline: 0;
  }
  @media (orientation: landscape) and (min-width: 64rem) {
    :host([kiosk]) .actions {
      border: 0;
    }
    :host([kiosk]) .actions .count {
      flex: none;
    }
  }
  @media (max-height: 30rem) {
    /* At high zoom a sticky bar would cover the paper. */
    .actions {
      position: static;
    }
  }
`;
