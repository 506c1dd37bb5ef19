import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap) calc(var(--_gap) * 2);
    align-items: center;
  }
  .group {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap);
  }
  .button {
    padding: 0.2em 0.7em;
    border-color: var(--_line-colour);
    font-weight: 500;
  }
  .button[aria-pressed='true'] {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 max(1px, 0.08em) var(--_accent);
    background: var(--_tint);
    font-weight: 700;
    text-decoration: underline;
    text-underline-offset: 0.25em;
  }
  .size-small {
    font-size: 0.8em;
  }
  .size-large {
    font-size: 1.2em;
  }
  .size-largest {
    font-size: 1.4em;
  }
  @media (forced-colors: active) {
    .button[aria-pressed='true'] {
      border: 4px solid Highlight;
    }
  }
`;
