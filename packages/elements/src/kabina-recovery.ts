import { LitElement, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { styles } from './kabina-booth.styles.ts';
import { tokens } from './tokens.styles.ts';

/**
 * @summary On a voter's own device: the recovery code, with which the voter can vote again from
 * another device, and the field that takes such a code from there. The code is a secret: it is
 * shown when asked for, forgotten when hidden, and handed over by calls, not events.
 */
export class KabinaRecovery extends LitElement {
  static override styles = [tokens, controls, styles];

  /** Gives the code; absent when there is none to keep. */
  @property({ attribute: false }) accessor read: (() => Promise<string>) | undefined;
  /** Takes a code from another device; absent when none is wanted. */
  @property({ attribute: false }) accessor restore: ((code: string) => void) | undefined;

  @state() private accessor code: string | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.code = undefined;
  }

  protected override render() {
    return html`<details class="extra">
      <summary>${msg('Голосовать с другого устройства')}</summary>
      ${this.read === undefined ? nothing : this.#keep()}
      ${this.restore === undefined ? nothing : this.#take()}
    </details>`;
  }

  #take() {
    return html`<div class="part">
      <p>
        ${msg('Вы уже начали голосовать на другом устройстве? Введите код восстановления с него.')}
      </p>
      <kabina-code-entry
        .label=${msg('Код восстановления')}
        .alphabet=${'text'}
        .submit=${this.restore}
      ></kabina-code-entry>
    </div>`;
  }

  #keep() {
    const shown = this.code !== undefined;
    return html`<div class="part">
      <p class="muted">
        ${msg(
          'Чтобы проголосовать ещё раз с другого устройства, понадобится код восстановления. Никому его не показывайте.',
        )}
      </p>
      <p class="recovery code" ?hidden=${!shown} role="status">${this.code}</p>
      <button class="button" type="button" aria-expanded=${shown} @click=${this.#toggle}>
        ${shown ? msg('Скрыть код') : msg('Показать код восстановления')}
      </button>
    </div>`;
  }

  async #toggle(): Promise<void> {
    this.code = this.code === undefined ? await this.read?.() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-recovery': KabinaRecovery;
  }
}
