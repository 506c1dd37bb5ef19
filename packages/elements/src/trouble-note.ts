/** A trouble as every screen shows it: what happened, what to do, and the code, small, for whoever helps. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Trouble } from '@kabina/booth/session';
import { errorText } from './error-text.ts';
import { warningIcon } from './icons.ts';

export function trouble(error: Pick<Trouble, 'code'> | undefined): TemplateResult | typeof nothing {
  if (error === undefined) return nothing;
  const { message, advice } = errorText(error.code);
  return html`<p class="note bad" role="alert">
    ${warningIcon}<span>${message} ${advice} <small class="code">${error.code}</small></span>
  </p>`;
}

/** The same as one line for a field, without the code. */
export function fieldError(error: Pick<Trouble, 'code'> | undefined): string {
  if (error === undefined) return '';
  const { message, advice } = errorText(error.code);
  return `${message} ${advice}`;
}
