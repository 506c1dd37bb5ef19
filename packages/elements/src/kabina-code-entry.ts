import { LitElement, html, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { BASE32, DIGITS, group, normalise, type Alphabet } from './code-alphabet.ts';
import { controls } from './controls.styles.ts';
import { eraseIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-code-entry.styles.ts';
import { tokens } from './tokens.styles.ts';

/** From so many symbols on, a code is written smaller, or it would not fit a line. */
const LONG = 16;

/**
 * @summary Asks for a code: access code, access card, one-time code, login. A scanner that types like a
 * keyboard works as it is; on a kiosk there are keys on the screen.
 *
 * A code is a secret: it goes to `submit` alone, never into an event or an attribute, and is
 * wiped from the field once it has been handed over.
 *
 * @csspart input - The field.
 * @csspart keypad - The keys on the screen.
 */
export class KabinaCodeEntry extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor label = '';
  @property({ attribute: false }) accessor hint = '';
  /** What was wrong, in words; announced at once. */
  @property({ attribute: false }) accessor error = '';
  @property({ attribute: false }) accessor button = '';
  @property({ attribute: false }) accessor alphabet: Alphabet = 'digits';
  /** Lengths of the groups, such as `[5, 5]`; empty for any length. */
  @property({ attribute: false }) accessor groups: readonly number[] = [];
  /**
   * What the text of a scanned code begins with, where that is another than the typed one, such as
   * `kabina-card:`. Such a text is handed over as it was read.
   */
  @property({ attribute: false }) accessor scanned = '';
  /** Keys on the screen. */
  @property({ type: Boolean, reflect: true }) accessor keypad = false;
  /** The code is being checked. */
  @property({ type: Boolean, attribute: false }) accessor busy = false;
  /** Takes the code, without separators, or a scanned text as it was read. */
  @property({ attribute: false }) accessor submit: ((code: string) => void) | undefined;

  @query('input') private accessor input!: HTMLInputElement;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.hasUpdated) this.input.value = '';
  }

  protected override firstUpdated(): void {
    if (this.#length === 0) return;
    // Through the style object: a strict content policy refuses style attributes.
    const symbols = this.#length + this.groups.length + 1;
    this.input.style.setProperty('--_width', `${symbols * 0.75 + 1.5}em`);
    this.input.style.setProperty('--_symbols', `${symbols}`);
  }

  protected override render() {
    const coded = this.alphabet !== 'text';
    return html`
      <form @submit=${this.#submit} novalidate>
        <label for="code">${this.label}</label>
        ${this.hint === '' ? nothing : html`<p class="hint muted" id="hint">${this.hint}</p>`}
        <input
          id="code"
          part="input"
          class=${coded ? (this.#length > LONG ? 'code long' : 'code') : ''}
          type="text"
          autocomplete=${this.alphabet === 'digits' ? 'one-time-code' : 'off'}
          autocapitalize=${coded ? 'characters' : 'none'}
          autocorrect="off"
          spellcheck="false"
          inputmode=${this.keypad ? 'none' : this.alphabet === 'digits' ? 'numeric' : 'text'}
          aria-invalid=${this.error !== ''}
          aria-describedby="hint error"
          @input=${this.#format}
        />
        <p class="error" id="error" role="alert">
          ${this.error === '' ? nothing : html`${warningIcon}<span>${this.error}</span>`}
        </p>
        ${this.keypad && coded ? this.#keys() : nothing}
        <button class="button primary" type="submit" aria-disabled=${this.busy}>
          ${this.busy ? msg('Проверяем…') : this.button || msg('Дальше')}
        </button>
      </form>
    `;
  }

  #keys() {
    const symbols = this.alphabet === 'digits' ? DIGITS : BASE32;
    return html`<div
      class="keypad ${this.alphabet}"
      part="keypad"
      role="group"
      aria-label=${msg('Клавиши')}
      @keydown=${this.#arrows}
    >
      ${[...symbols].map(
        (symbol) =>
          html`<button class="button" type="button" @click=${() => this.#type(symbol)}>
            ${symbol}
          </button>`,
      )}
      <button class="button erase" type="button" @click=${this.#erase}>
        ${eraseIcon} ${msg('Стереть')}
      </button>
    </div>`;
  }

  get #length(): number {
    return this.groups.reduce((sum, length) => sum + length, 0);
  }

  #format(): void {
    const { value } = this.input;
    // A scanner that types: its text is case-sensitive and has symbols of its own.
    const scanned = this.#isScanned(value) || this.scanned.startsWith(value);
    if (this.alphabet === 'text' || scanned) return;
    // Only while typing at the end, or the caret would jump.
    if (this.input.selectionStart !== value.length) return;
    this.input.value = group(normalise(value, this.alphabet), this.groups);
  }

  #isScanned(text: string): boolean {
    return this.scanned !== '' && text.startsWith(this.scanned);
  }

  /**
   * Takes a code that a scanner has read, wherever the focus is, as if it had been typed and sent.
   *
   * @returns false, and does nothing, if the text is no code of this field's form or the field is busy
   */
  take(scanned: string): boolean {
    if (this.#isScanned(scanned) && !this.busy) {
      this.#hand(scanned);
      return true;
    }
    const code = normalise(scanned, this.alphabet);
    const whole = this.#length > 0 && code.length === this.#length;
    if (this.busy || !whole || scanned.replace(/[\s-]/g, '').length !== code.length) return false;
    this.#hand(code);
    return true;
  }

  #type(symbol: string): void {
    this.input.value = group(normalise(this.input.value + symbol, this.alphabet), this.groups);
  }

  #erase(): void {
    const code = normalise(this.input.value, this.alphabet);
    this.input.value = group(code.slice(0, -1), this.groups);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.busy || this.take(this.input.value.trim())) return;
    const code = normalise(this.input.value, this.alphabet);
    if (code === '' || (this.#length > 0 && code.length !== this.#length)) {
      this.error = code === '' ? msg('Введите код.') : msg('Код введён не полностью.');
      this.input.focus();
      return;
    }
    this.#hand(code);
  }

  #hand(code: string): void {
    this.error = '';
    this.input.value = '';
    this.submit?.(code);
  }

  #arrows(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const keys = [...this.renderRoot.querySelectorAll<HTMLButtonElement>('.keypad button')];
    const here = keys.indexOf(event.target as HTMLButtonElement);
    keys[(here + step + keys.length) % keys.length]?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-code-entry': KabinaCodeEntry;
  }
}
