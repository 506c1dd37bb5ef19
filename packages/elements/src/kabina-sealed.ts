import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { errorText } from './error-text.ts';
import { urnIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-sealed.styles.ts';
import { tokens } from './tokens.styles.ts';
import { trackingCode } from './tracking-code.ts';

/**
 * @summary The encrypted ballot before it is cast: its full hash as a QR code for a checking
 * device, one big «Опустить в урну» and one quiet «Проверить шифрование».
 * @event kabina-cast - Cast it.
 * @event kabina-challenge - Open it instead; it can't be cast then.
 * @event kabina-change - Back to the paper; this encryption is thrown away.
 * @csspart cast - The button «Опустить в урну».
 */
export class KabinaSealed extends LitElement {
  static override styles = [tokens, controls, styles];

  /** The text of the QR code: election and full hash. */
  @property({ attribute: false }) accessor code = '';
  @property({ attribute: false }) accessor trackingCode = '';
  /** A challenge is being sent. */
  @property({ type: Boolean, attribute: false }) accessor busy = false;
  /** The opening may have left the device: the ballot can be challenged again, but not cast. */
  @property({ type: Boolean, attribute: false }) accessor opened = false;
  /** Code of what went wrong with the challenge. */
  @property({ attribute: false }) accessor error: string | undefined;
  @property({ type: Boolean, reflect: true }) accessor kiosk = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    return html`
      <kabina-scroller ?buttons=${this.kiosk}>
        <h2 tabindex="-1">${msg('Бюллетень зашифрован')}</h2>
        ${
          this.error === undefined
            ? nothing
            : html`<p class="note bad" role="alert">
                ${warningIcon}<span>${errorText(this.error).message}</span>
              </p>`
        }
        <div class="columns">
          ${this.opened ? this.#afterOpening() : this.#beforeCasting()}
          <div class="print">
            <kabina-qr .value=${this.code} .label=${msg('QR-код: отпечаток бюллетеня')}></kabina-qr>
            <p class="muted">${msg('Код бюллетеня')}</p>
            <p class="code tracking">${trackingCode(this.trackingCode)}</p>
          </div>
        </div>
      </kabina-scroller>
      <div class="actions">
        ${
          this.opened
            ? nothing
            : html`<button
                class="button primary big cast"
                part="cast"
                type="button"
                aria-disabled=${this.busy}
                @click=${() => this.#tell('kabina-cast')}
              >
                ${urnIcon} ${msg('Опустить в урну')}
              </button>`
        }
        <button
          class="button quiet"
          type="button"
          aria-disabled=${this.busy}
          @click=${() => this.#tell('kabina-change')}
        >
          ${this.opened ? msg('Заполнить бюллетень заново') : msg('Вернуться и изменить')}
        </button>
        <button
          class="button quiet push"
          type="button"
          aria-disabled=${this.busy}
          @click=${() => this.#tell('kabina-challenge')}
        >
          ${this.busy ? msg('Проверяем…') : msg('Проверить шифрование')}
        </button>
      </div>
    `;
  }

  #afterOpening() {
    return html`<div>
      <p>
        ${msg(
          'Запрос на проверку отправлен, но ответа нет. Этот бюллетень уже мог быть вскрыт, поэтому опустить его в урну нельзя.',
        )}
      </p>
      <p>${msg('Повторите проверку или заполните бюллетень заново.')}</p>
    </div>`;
  }

  #beforeCasting() {
    return html`<div>
      <p>${msg('Прочитать его в одиночку не может никто: ключ разделён между хранителями.')}</p>
      <p>${msg('Чтобы голос был учтён, опустите бюллетень в урну.')}</p>
      <p class="muted">
        ${msg(
          'Если хотите убедиться, что устройство шифрует честно, сфотографируйте код и нажмите «Проверить шифрование». Проверенный бюллетень в урну не попадёт, его нужно будет заполнить заново.',
        )}
      </p>
    </div>`;
  }

  #tell(type: string): void {
    if (!this.busy) this.dispatchEvent(new Event(type));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-sealed': KabinaSealed;
  }
}
