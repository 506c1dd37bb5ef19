import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    container: token / inline-size;
    max-inline-size: 58em;
  }
  .subject {
    display: grid;
    gap: 0.1em;
    max-inline-size: none;
    margin: 0 0 1.2em;
    padding-block-end: 0.7em;
    border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
  }
  .subject span {
    color: var(--_muted);
    font-size: 0.92em;
  }
  progress {
    inline-size: 100%;
    max-inline-size: 30em;
    block-size: 0.8em;
    margin-block-end: 1.4em;
    accent-color: var(--_accent);
  }
  .ways,
  .readers,
  .findings {
    display: grid;
    gap: var(--_gap);
    margin: 0 0 1.2em;
    padding: 0;
    list-style: none;
  }
  .ways {
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 15em), 1fr));
  }
  .ways li {
    display: flex;
    gap: 0.9em;
    align-items: center;
    padding: 1em 1.2em;
    border: max(1px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_tint);
    font-weight: 600;
  }
  .ways svg {
    flex: none;
    inline-size: 2.8em;
    block-size: 2.8em;
    color: var(--_accent);
  }
  .ways svg g {
    stroke-width: 1.5;
  }
  .readers .button {
    inline-size: 100%;
    max-inline-size: 34em;
    justify-content: start;
    text-align: start;
  }
  .readers svg,
  .findings svg {
    flex: none;
  }
  .holder {
    max-inline-size: 60ch;
    margin-block: 0 1.2em;
    padding: 0.9em 1.1em;
    border: max(1px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .actions + .holder {
    margin-block-start: 1.2em;
  }
  .holder p {
    margin: 0;
  }
  .holder .name {
    font-size: 1.2em;
    font-weight: 650;
    line-height: 1.25;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.2em 1em;
    margin: 0.7em 0 0;
  }
  dt {
    color: var(--_muted);
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  .holder .note {
    margin-block-start: 0.8em;
    padding: 0.6em 0.8em;
    font-size: 0.95em;
  }
  .note.warn {
    border-color: var(--_on-training);
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 550;
  }
  .tries {
    margin: 0 0 0.5em;
    font-size: 1.1em;
  }
  .tries strong {
    font-size: 1.2em;
  }
  .few {
    color: var(--_bad);
    font-weight: 650;
  }
  .findings li {
    display: flex;
    gap: 0.8em;
    align-items: start;
    padding-block: 0.5em;
    border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
  }
  .findings p {
    margin: 0;
  }
  .findings .what {
    font-weight: 600;
  }
  .findings .good svg {
    color: var(--_good);
  }
  .findings .bad :is(svg, .what) {
    color: var(--_bad);
  }
  small.code {
    display: inline-block;
    letter-spacing: 0;
  }
  @container token (min-inline-size: 34em) {
    .asked {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 0 2.5em;
      align-items: start;
    }
    .asked h2 {
      grid-column: 1 / -1;
    }
    .side {
      container-type: inline-size;
    }
  }
  /* Whatever is the nearest: the screen, or its half. */
  @container (max-inline-size: 22em) {
    dl {
      grid-template-columns: 1fr;
      gap: 0;
    }
    dd + dt {
      margin-block-start: 0.4em;
    }
  }
  /* Large letters on a small screen: no word should have to break. */
  @container token (max-inline-size: 16em) {
    .holder {
      padding: 0.7em;
    }
    .note {
      gap: 0.4em;
      padding-inline: 0.5em;
    }
    .ways li {
      flex-direction: column;
      align-items: start;
      padding: 0.7em;
    }
  }
`;
