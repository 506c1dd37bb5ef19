import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  ol {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em 0;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    position: relative;
    display: grid;
    flex: 1 1 7.5em;
    grid-template-rows: auto auto;
    justify-items: start;
    gap: 0.35em;
    color: var(--_muted);
  }
  .dot {
    position: relative;
    z-index: 1;
    display: grid;
    place-items: center;
    inline-size: 1.9em;
    block-size: 1.9em;
    border: max(2px, var(--_line)) dashed var(--_border);
    border-radius: 50%;
    background: var(--_surface);
  }
  li:not(:last-child)::after {
    content: '';
    position: absolute;
    inset-block-start: 0.9em;
    inset-inline: 2.2em 0.3em;
    border-block-start: max(2px, var(--_line)) dashed var(--_border);
  }
  li.done {
    color: var(--_ink);
    font-weight: 600;
  }
  li.done .dot {
    border-style: solid;
    border-color: var(--_good);
    background: var(--_good);
    color: var(--_surface);
  }
  li.done:not(:last-child)::after {
    border-block-start-style: solid;
    border-color: var(--_good);
  }
  .meaning {
    margin: 0.9em 0 0;
  }
  @media (forced-colors: active) {
    li.done .dot {
      border: 3px solid CanvasText;
    }
  }
`;
