import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';
import { panels } from './service.styles.ts';
import { printed, slipView as words } from './service-text.ts';

/** Prints on the receipt printer, or as the browser does; resolves with how it went. */
export type PrintSlip = (content: ReceiptContent) => Promise<keyof typeof printed | undefined>;

/** @summary A slip as it will stand on paper, to be read or printed. */
export class KabinaSlip extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      pre {
        font: inherit;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .number {
        font-size: 1.5em;
        font-weight: 700;
      }
      kabina-qr {
        --kabina-qr-size: min(100%, 22rem);
      }
      @media print {
        .no-print,
        dialog::backdrop {
          display: none;
        }
        dialog {
          position: static;
          border: 0;
          padding: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor print: PrintSlip | undefined;
  @state() private accessor content: ReceiptContent | undefined;
  @state() private accessor done: keyof typeof printed | undefined;
  @query('dialog') private accessor dialog!: HTMLDialogElement;

  async show(content: ReceiptContent): Promise<void> {
    this.content = content;
    this.done = undefined;
    await this.updateComplete;
    this.dialog.showModal();
  }

  protected override render() {
    const { content, done } = this;
    return html`<dialog aria-labelledby="slip" @close=${() => (this.content = undefined)}>
      ${
        content === undefined
          ? nothing
          : html`<h2 id="slip">${content.title}</h2>
              <pre>${content.lines.join('\n')}</pre>
              <p class="number">${content.code}</p>
              ${content.qr.map(
                (text) => html`<kabina-qr .value=${text} .label=${content.title}></kabina-qr>`,
              )}
              <pre>${content.footer.join('\n\n')}</pre>
              ${done === undefined ? nothing : html`<p class="no-print" role="status">${printed[done]}</p>`}
              <div class="actions no-print">
                <button
                  class="button primary"
                  type="button"
                  @click=${async () => (this.done = await this.print?.(content))}
                >
                  ${words.print}
                </button>
                <button class="button" type="button" @click=${() => this.dialog.close()}>
                  ${words.close}
                </button>
              </div>`
      }
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-slip': KabinaSlip;
  }
}
