/** What stands over every screen of the members' and technicians' in a training election. */
import { html, type TemplateResult } from 'lit';
import { slipWords } from './service-text.ts';

/** Styled by `page` of `service.styles.ts`. */
export const trainingBanner = (): TemplateResult =>
  html`<section class="training" aria-label=${slipWords.training}>${slipWords.training}</section>`;
