/** A tracking code on the screen: it breaks, if it must, in the middle. */
import { html, type TemplateResult } from 'lit';

export function trackingCode(code: string): TemplateResult {
  const groups = code.split('-');
  const half = Math.ceil(groups.length / 2);
  return html`<span class="half">${groups.slice(0, half).join('-')}-</span><wbr /><span class="half"
      >${groups.slice(half).join('-')}</span
    >`;
}
