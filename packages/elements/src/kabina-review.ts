import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { blankMeaning, progress } from './ballot-text.ts';
import { controls } from './controls.styles.ts';
import { checkIcon, infoIcon } from './icons.ts';
import { inLocale, localeOf } from './localization.ts';
import { styles } from './kabina-review.styles.ts';
import type { MarkedPaper } from './marked-paper.ts';
import { tokens } from './tokens.styles.ts';

/**
 * @summary The marked paper to check before it is encrypted. The heading doesn't name the choice.
 * @event kabina-seal - «Подтвердить»: whoever holds `paper` has it encrypted.
 * @event kabina-change - The voter goes back to the paper.
 * @csspart paper - The frame around what is marked.
 */
export class KabinaReview extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor paper: MarkedPaper | undefined;
  @property({ type: Boolean, reflect: true }) accessor kiosk = false;
  /** The encryption is under way. */
  @property({ type: Boolean, attribute: false }) accessor busy = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { paper } = this;
    if (paper === undefined) return nothing;
    const { contest } = paper;
    return html`
      <kabina-scroller ?buttons=${this.kiosk}>
        <h2 tabindex="-1">${msg('Проверьте бюллетень')}</h2>
        <div class="paper" part="paper">
          <p class="contest" lang=${localeOf(contest.title)}>${inLocale(contest.title)}</p>
          ${paper.blank ? this.#blank(paper) : this.#marks(paper)}
        </div>
        ${
          contest.max > 1 && !paper.blank
            ? html`<p class="muted">${progress(contest, paper.count)}</p>`
            : nothing
        }
        <p class="muted">
          ${msg(
            'После подтверждения бюллетень будет зашифрован на этом устройстве. До отправки в урну его ещё можно изменить.',
          )}
        </p>
      </kabina-scroller>
      <div class="actions">
        <button
          class="button primary"
          type="button"
          aria-disabled=${this.busy}
          @click=${this.#seal}
        >
          ${this.busy ? msg('Шифруем…') : msg('Подтвердить')}
        </button>
        <button class="button" type="button" aria-disabled=${this.busy} @click=${this.#change}>
          ${msg('Изменить')}
        </button>
      </div>
    `;
  }

  #marks(paper: MarkedPaper) {
    return html`<ul>
      ${paper.contest.options.map((option, index) =>
        paper.isMarked(index)
          ? html`<li>
              <span class="mark">${checkIcon}</span>
              <span class="name" lang=${localeOf(option.name)}>${inLocale(option.name)}</span>
              ${
                option.description === undefined
                  ? nothing
                  : html`<span class="about muted" lang=${localeOf(option.description)}
                      >${inLocale(option.description)}</span
                    >`
              }
            </li>`
          : nothing,
      )}
    </ul>`;
  }

  #blank(paper: MarkedPaper) {
    return html`<p class="blank">${msg('Бюллетень без отметок')}</p>
      <p class="note">${infoIcon}<span>${blankMeaning(paper.contest)}</span></p>`;
  }

  #seal(): void {
    if (!this.busy) this.dispatchEvent(new Event('kabina-seal'));
  }

  #change(): void {
    if (!this.busy) this.dispatchEvent(new Event('kabina-change'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-review': KabinaReview;
  }
}
