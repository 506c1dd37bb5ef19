/** Signs beside words: never alone, so that nothing depends on their shape or colour. */
import { svg, html, type TemplateResult } from 'lit';

const icon = (path: TemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${path}</svg>`;

export const goodIcon = icon(
  svg`<circle cx="12" cy="12" r="11" class="disc" /><path d="M6.5 12.5l3.8 3.8 7.2-8" class="stroke" />`,
);
export const badIcon = icon(
  svg`<path d="M12 1.5L23 21.5H1z" class="disc" /><path d="M12 8.5v6M12 17.2v1.6" class="stroke" />`,
);
export const waitIcon = icon(
  svg`<circle cx="12" cy="12" r="10" class="ring" /><path d="M12 6.5V12l3.5 2.5" class="line" />`,
);
export const noneIcon = icon(
  svg`<circle cx="12" cy="12" r="10" class="ring" /><path d="M7.5 12h9" class="line" />`,
);
