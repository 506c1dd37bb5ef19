/** Small drawings, in the colour of the text beside them. Always beside words, never alone. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

function icon(body: SVGTemplateResult): TemplateResult {
  return html`<svg viewBox="0 0 24 24" width="1.4em" height="1.4em" fill="none" aria-hidden="true">
    <g stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round">
      ${body}
    </g>
  </svg>`;
}

export const checkIcon = icon(svg`<path d="M4.5 12.5l5 5 10-11" />`);
export const crossIcon = icon(svg`<path d="M6 6l12 12M18 6L6 18" />`);
export const warningIcon = icon(
  svg`<path d="M12 3.5L22 20.5H2z" /><path d="M12 10v5" /><path d="M12 17.6v.1" />`,
);
export const infoIcon = icon(
  svg`<circle cx="12" cy="12" r="9.5" /><path d="M12 11v5.5" /><path d="M12 7.4v.1" />`,
);
export const urnIcon = icon(
  svg`<path d="M4 11h16v10H4z" /><path d="M9 15.5h6" /><path d="M8 11V3h8v8" />`,
);
export const paperIcon = icon(
  svg`<path d="M6 2.5h9l4 4V21.5H6z" /><path d="M9.5 11h6M9.5 15.5h6" />`,
);
export const upIcon = icon(svg`<path d="M5 15l7-7 7 7" />`);
export const downIcon = icon(svg`<path d="M5 9l7 7 7-7" />`);
export const eraseIcon = icon(
  svg`<path d="M8 5h13v14H8l-6-7z" /><path d="M11.5 9.5l5 5M16.5 9.5l-5 5" />`,
);
export const clockIcon = icon(
  svg`<circle cx="12" cy="12" r="9.5" /><path d="M12 6.5V12l3.5 2.5" />`,
);
/** A token that goes into a USB port. */
export const tokenIcon = icon(
  svg`<path d="M2 7.5h12v9H2z" /><path d="M14 9.5h7.5v5H14" /><path d="M6 12h.1" />`,
);
/** A card with its chip. */
export const cardIcon = icon(
  svg`<path d="M2 4.5h20v15H2z" /><path d="M6 9.5h5v5H6z" /><path d="M15 15.5h3.5" />`,
);
