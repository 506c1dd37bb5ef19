import { LitElement, html } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { styles } from './kabina-settings.styles.ts';
import { getLocale, languages, type Locale } from './localization.ts';
import { tokens } from './tokens.styles.ts';

export type TextSize = 'small' | 'normal' | 'large' | 'largest';
export type Theme = 'light' | 'contrast';

/** What a voter may change, and what every next voter starts with. */
export interface Appearance {
  readonly textSize: TextSize;
  readonly theme: Theme;
}

export const defaultAppearance: Appearance = { textSize: 'normal', theme: 'light' };

/**
 * @summary Language, text size and contrast.
 * @event kabina-appearance - The voter chose another text size or theme; `detail` is `Appearance`.
 * @event kabina-language - The voter chose another language; `detail` is its code.
 */
export class KabinaSettings extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor appearance: Appearance = defaultAppearance;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { textSize, theme } = this.appearance;
    const sizes: [TextSize, string][] = [
      ['small', msg('Мелкий текст')],
      ['normal', msg('Обычный текст')],
      ['large', msg('Крупный текст')],
      ['largest', msg('Самый крупный текст')],
    ];
    return html`
      <div class="group" role="group" aria-label=${msg('Язык')}>
        ${languages.map(
          ({ locale, name }) =>
            html`<button
              class="button"
              type="button"
              lang=${locale}
              aria-pressed=${locale === getLocale()}
              @click=${() => this.#speak(locale)}
            >
              ${name}
            </button>`,
        )}
      </div>
      <div class="group" role="group" aria-label=${msg('Размер текста')}>
        ${sizes.map(
          ([size, name]) =>
            html`<button
              class="button"
              type="button"
              aria-label=${name}
              aria-pressed=${size === textSize}
              @click=${() => this.#appear({ textSize: size, theme })}
            >
              <span class="size-${size}" aria-hidden="true">А</span>
            </button>`,
        )}
      </div>
      <button
        class="button"
        type="button"
        aria-pressed=${theme === 'contrast'}
        @click=${() =>
          this.#appear({ textSize, theme: theme === 'contrast' ? 'light' : 'contrast' })}
      >
        ${msg('Контраст')}
      </button>
    `;
  }

  #appear(appearance: Appearance): void {
    this.dispatchEvent(new CustomEvent<Appearance>('kabina-appearance', { detail: appearance }));
  }

  #speak(locale: Locale): void {
    this.dispatchEvent(new CustomEvent<Locale>('kabina-language', { detail: locale }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-settings': KabinaSettings;
  }
}
