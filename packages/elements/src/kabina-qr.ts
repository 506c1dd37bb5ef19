import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import encodeQR from 'qr';
import { styles } from './kabina-qr.styles.ts';

/** ISO/IEC 18004 asks for a quiet zone four modules wide. */
const QUIET = 4;

/**
 * @summary A QR code as one SVG path, drawn here: nothing is asked of anybody.
 * @cssproperty [--kabina-qr-size=15rem] - Width and height.
 */
export class KabinaQr extends LitElement {
  static override styles = styles;

  /** The text of the code. A property only: attributes end up in page snapshots. */
  @property({ attribute: false }) accessor value = '';
  /** What the code is, for those who don't see it. */
  @property({ attribute: false }) accessor label = '';

  protected override render() {
    if (this.value === '') return nothing;
    const rows = encodeQR(this.value, 'raw', { ecc: 'medium', border: QUIET });
    const size = rows.length;
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label}>
      <path fill="#000000" d=${path(rows)}></path>
    </svg>`;
  }
}

/** Runs of dark modules in each row, as rectangles one module high. */
function path(rows: boolean[][]): string {
  let d = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue;
      const from = x;
      while (row[x + 1] === true) x++;
      d += `M${from} ${y}h${x + 1 - from}v1H${from}z`;
    }
  });
  return d;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-qr': KabinaQr;
  }
}
