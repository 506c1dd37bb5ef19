import { LitElement, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import type { ReceiptView } from '@kabina/booth/session';
import type { Contest } from '@kabina/election/manifest';
import { controls } from './controls.styles.ts';
import { infoIcon } from './icons.ts';
import { styles } from './kabina-receipt.styles.ts';
import { inLocale, localeOf } from './localization.ts';
import { tokens } from './tokens.styles.ts';
import { trackingCode } from './tracking-code.ts';

/** Beyond this a telephone's camera no longer reads the code from a screen; then it holds the tracking code. */
const LONGEST_QR_TEXT = 1800;

/** How a receipt printer has done: `paper` is out of paper. */
export type PrintOutcome = 'printed' | 'paper' | 'failed';

/**
 * @summary What the voter takes home: the tracking code, the receipt as a QR code, and how far the
 * ballot has come. It says nothing about the choice.
 * @event kabina-print - Print the receipt, where there is no `print`. Cancel it to print by other
 *   means than the browser's.
 * @event kabina-leave - To the list of papers.
 * @csspart slip - The receipt itself.
 */
export class KabinaReceipt extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor receipt: ReceiptView | undefined;
  @property({ attribute: false }) accessor contest: Contest | undefined;
  /** Of a training election: the slip says so. */
  @property({ type: Boolean, attribute: false }) accessor training = false;
  /** On a kiosk nothing is saved to the disk, and printed only by `print`: the browser has no printer. */
  @property({ type: Boolean, reflect: true }) accessor kiosk = false;
  /** Prints by other means than the browser's; the voter is told how it went. */
  @property({ attribute: false }) accessor print:
    ((receipt: ReceiptView, contest: Contest) => Promise<PrintOutcome>) | undefined;

  @state() private accessor printing: PrintOutcome | 'now' | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { receipt, contest } = this;
    if (receipt === undefined || contest === undefined) return nothing;
    const queued = receipt.state === 'queued';
    const code = receipt.text.length > LONGEST_QR_TEXT ? receipt.trackingCode : receipt.text;
    return html`
      <kabina-scroller ?buttons=${this.kiosk}>
        <h2 tabindex="-1">${queued ? msg('Бюллетень сохранён') : msg('Бюллетень в урне')}</h2>
        ${
          this.#prints
            ? nothing
            : html`<p class="note">
                ${infoIcon}<span
                  >${msg(
                    'К этому терминалу не подключён принтер. Сфотографируйте QR-код или запишите код бюллетеня.',
                  )}</span
                >
              </p>`
        }
        <div class="slip" part="slip">
          ${
            this.training
              ? html`<p class="training">${msg('Тренировочное голосование')}</p>`
              : nothing
          }
          <div>
            <p class="contest" lang=${localeOf(contest.title)}>${inLocale(contest.title)}</p>
            <p class="muted">${msg('Код бюллетеня')}</p>
            <p class="tracking code">${trackingCode(receipt.trackingCode)}</p>
            <p class="muted">
              ${msg(
                'По этому коду вы найдёте свой бюллетень в открытом журнале. О вашем выборе квитанция не говорит.',
              )}
            </p>
          </div>
          <kabina-qr .value=${code} .label=${msg('QR-код квитанции')}></kabina-qr>
          <kabina-status .state=${receipt.state}></kabina-status>
          ${
            queued
              ? html`<p class="later note">
                  ${infoIcon}<span
                    >${msg(
                      'Ждать не нужно: терминал отправит бюллетень сам. Позже откройте квитанцию на странице проверки с любого устройства, и она дополнится ответом урны и записью в журнале.',
                    )}</span
                  >
                </p>`
              : nothing
          }
        </div>
        <div role="status">${this.#printed()}</div>
      </kabina-scroller>
      <div class="actions">
        <button
          class="button primary"
          type="button"
          @click=${() => this.dispatchEvent(new Event('kabina-leave'))}
        >
          ${msg('Дальше')}
        </button>
        ${
          this.kiosk
            ? nothing
            : html`<button class="button" type="button" @click=${this.#save}>
                ${msg('Сохранить квитанцию')}
              </button>`
        }
        ${
          this.#prints
            ? html`<button
                class="button"
                type="button"
                aria-disabled=${this.printing === 'now'}
                @click=${() => void this.#print()}
              >
                ${this.printing === 'now' ? msg('Печатаем…') : msg('Напечатать')}
              </button>`
            : nothing
        }
      </div>
    `;
  }

  get #prints(): boolean {
    return !this.kiosk || this.print !== undefined;
  }

  #save(): void {
    if (this.receipt === undefined) return;
    const { text, trackingCode } = this.receipt;
    const url = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `kabina-receipt-${trackingCode}.txt`;
    link.click();
    // The download has taken its reference by the next task.
    setTimeout(() => URL.revokeObjectURL(url));
  }

  #printed() {
    switch (this.printing) {
      case 'printed':
        return html`<p class="note good">${msg('Квитанция напечатана. Заберите её.')}</p>`;
      case 'paper':
        return html`<p class="note bad">
          ${msg('В принтере нет бумаги. Позовите члена комиссии.')}
        </p>`;
      case 'failed':
        return html`<p class="note bad">
          ${msg('Квитанция не напечатана. Позовите члена комиссии или сфотографируйте QR-код.')}
        </p>`;
      default:
        return nothing;
    }
  }

  async #print(): Promise<void> {
    const { print, receipt, contest } = this;
    if (print === undefined || receipt === undefined || contest === undefined) {
      if (this.dispatchEvent(new Event('kabina-print', { cancelable: true }))) window.print();
      return;
    }
    if (this.printing === 'now') return;
    this.printing = 'now';
    this.printing = await print(receipt, contest).catch(() => 'failed' as const);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-receipt': KabinaReceipt;
  }
}
