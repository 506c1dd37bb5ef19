import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import type { Contest } from '@kabina/election/manifest';
import { controls } from './controls.styles.ts';
import { infoIcon } from './icons.ts';
import { styles } from './kabina-challenge.styles.ts';
import { inLocale, localeOf } from './localization.ts';
import { tokens } from './tokens.styles.ts';
import { trackingCode } from './tracking-code.ts';

/**
 * @summary An opened ballot: what the encryption contained, and the QR code with which any other
 * device recomputes it. Its marks are public by the voter's choice, and yet no event or attribute
 * carries them.
 * @event kabina-again - Fill in the paper anew.
 * @event kabina-leave - To the list of papers.
 */
export class KabinaChallenge extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor contest: Contest | undefined;
  /** 0 or 1 per option, as opened. */
  @property({ attribute: false }) accessor marks: readonly number[] = [];
  /** The text of the QR code: hash, marks and randomness. */
  @property({ attribute: false }) accessor code = '';
  @property({ attribute: false }) accessor trackingCode = '';
  @property({ type: Boolean, reflect: true }) accessor kiosk = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    if (this.contest === undefined) return nothing;
    const { options, title } = this.contest;
    const opened = options.filter((_, index) => this.marks[index] === 1);
    return html`
      <kabina-scroller ?buttons=${this.kiosk}>
        <h2 tabindex="-1">${msg('Бюллетень вскрыт для проверки')}</h2>
        <p class="note">
          ${infoIcon}<span
            >${msg('Этот бюллетень не опущен в урну и не будет учтён. Вы ещё не проголосовали.')}</span
          >
        </p>
        <div class="columns">
          <div class="opened">
            <p class="muted" lang=${localeOf(title)}>${inLocale(title)}</p>
            <p>${msg('Внутри было:')}</p>
            <ul>
              ${
                opened.length === 0
                  ? html`<li>${msg('ни одной отметки')}</li>`
                  : opened.map(
                      ({ name }) => html`<li lang=${localeOf(name)}>${inLocale(name)}</li>`,
                    )
              }
            </ul>
            <p class="muted">
              ${msg('Если это не то, что вы отметили, сообщите комиссии или наблюдателям.')}
            </p>
          </div>
          <div class="opened">
            <kabina-qr .value=${this.code} .label=${msg('QR-код вскрытого бюллетеня')}></kabina-qr>
            <p class="muted">
              ${msg(
                'Отсканируйте код на странице наблюдателя: другое устройство заново зашифрует эти отметки и сравнит отпечаток.',
              )}
            </p>
            <p class="code tracking">${trackingCode(this.trackingCode)}</p>
          </div>
        </div>
      </kabina-scroller>
      <div class="actions">
        <button
          class="button primary"
          type="button"
          @click=${() => this.dispatchEvent(new Event('kabina-again'))}
        >
          ${msg('Заполнить бюллетень заново')}
        </button>
        <button
          class="button quiet push"
          type="button"
          @click=${() => this.dispatchEvent(new Event('kabina-leave'))}
        >
          ${msg('К списку бюллетеней')}
        </button>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-challenge': KabinaChallenge;
  }
}
