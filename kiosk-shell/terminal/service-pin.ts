import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { equalBytes } from '@kabina/crypto/bytes';
import { controls } from '@kabina/elements/controls';
import { textSizes, tokens } from '@kabina/elements/themes';
import { page, panels } from './service.styles.ts';
import { trainingBanner } from './training-banner.ts';
import { pinWords as words } from './service-text.ts';
import type { StationMemory } from './station-memory.ts';

/** Digits alone: a kiosk has no keyboard. */
const FORM = { least: 6, most: 12, digits: true } as const;

/**
 * @summary The members' PIN: chosen twice, or asked for. It goes into a key and is kept nowhere.
 * @event kabina-pin - It was the right one, or is remembered from now on.
 * @event kabina-cancel - Whoever was asked has none.
 */
export class KabinaServicePin extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    page,
    textSizes,
    css`
      :host([purpose='ask']) {
        block-size: 100%;
      }
      kabina-pin-pad:not([hidden]) {
        display: block;
        max-inline-size: 26em;
      }
      [role='alert'] {
        color: var(--_bad);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) accessor memory: StationMemory | undefined;
  @property({ reflect: true }) accessor purpose: 'new' | 'ask' = 'ask';
  /** Of a training election: the screen says so. */
  @property({ type: Boolean }) accessor training = false;
  @state() private accessor again = false;
  @state() private accessor checking = false;
  @state() private accessor problem = '';
  /** What was typed first. Secret. */
  #first: Uint8Array | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  protected override render() {
    if (this.purpose === 'new') {
      return html`<h3>${this.again ? words.again : words.new}</h3>
        ${this.#pad(true)}`;
    }
    return html`<div class="frame" data-mode="kiosk" data-text="small">
      ${this.training ? trainingBanner() : nothing}
      <header>
        <h1>${words.ask}</h1>
        <button
          class="button"
          type="button"
          @click=${() => this.dispatchEvent(new Event('kabina-cancel'))}
        >
          ${words.cancel}
        </button>
      </header>
      <main>
        <p>${words.askLead}</p>
        ${this.#pad(false)}
      </main>
    </div>`;
  }

  #pad(fresh: boolean) {
    return html`<p role="alert">${this.problem === '' ? nothing : this.problem}</p>
      ${this.checking ? html`<p class="wait" role="status">${words.checking}</p>` : nothing}
      <kabina-pin-pad
        ?hidden=${this.checking}
        .pinForm=${FORM}
        .button=${fresh ? words.keep : words.open}
        .submit=${(pin: Uint8Array) => void (fresh ? this.#choose(pin) : this.#ask(pin))}
      ></kabina-pin-pad>`;
  }

  async #choose(pin: Uint8Array): Promise<void> {
    this.problem = '';
    if (this.#first === undefined) {
      this.#first = pin;
      this.again = true;
      return;
    }
    const same = equalBytes(this.#first, pin);
    this.#forget();
    if (same) await this.#check(() => this.memory!.setPin(pin).then(() => true));
    else {
      pin.fill(0);
      this.problem = words.different;
    }
  }

  async #ask(pin: Uint8Array): Promise<void> {
    this.problem = '';
    if (!(await this.#check(() => this.memory!.isPin(pin)))) this.problem = words.wrong;
  }

  async #check(work: () => Promise<boolean>): Promise<boolean> {
    this.checking = true;
    const right = await work().finally(() => (this.checking = false));
    if (right) this.dispatchEvent(new Event('kabina-pin'));
    return right;
  }

  #forget(): void {
    this.#first?.fill(0);
    this.#first = undefined;
    this.again = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-service-pin': KabinaServicePin;
  }
}
