import { css } from 'lit';

/* Black on white in every theme: scanners need it. */
export const styles = css`
  :host {
    display: inline-block;
    inline-size: var(--kabina-qr-size, min(100%, 15rem));
    line-height: 0;
  }
  :host([hidden]) {
    display: none;
  }
  svg {
    inline-size: 100%;
    block-size: auto;
    border-radius: 0.4rem;
    background: #ffffff;
    forced-color-adjust: none;
    print-color-adjust: exact;
    shape-rendering: crispEdges;
  }
`;
