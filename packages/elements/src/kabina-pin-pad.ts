import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { PinForm } from '@kabina/tokens/card';
import { DIGITS } from './code-alphabet.ts';
import { controls } from './controls.styles.ts';
import { eraseIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-pin-pad.styles.ts';
import { PinBuffer } from './pin-buffer.ts';
import { tokens } from './tokens.styles.ts';

/** A PIN that was begun and left lies no longer than this, in milliseconds. */
const IDLE = 60_000;

/**
 * @summary Asks for a token's PIN: keys on the screen, and a keyboard as well. Dots stand for
 * what is typed, and a screen reader hears how many characters there are, never which.
 *
 * Digits are kept as bytes outside the DOM. A PIN of other characters needs a password field; its
 * value is wiped as the bytes are: after `submit`, on leaving the page, after a minute without a
 * touch. The form is checked first, so that no try is lost to a slip.
 *
 * @csspart keypad - The keys on the screen.
 */
export class KabinaPinPad extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor pinForm: PinForm = { least: 4, most: 8, digits: true };
  /** What the button says. */
  @property({ attribute: false }) accessor button = '';
  /** Takes the PIN as bytes, and overwrites them. */
  @property({ attribute: false }) accessor submit: ((pin: Uint8Array) => void) | undefined;

  @state() private accessor count = 0;
  @state() private accessor error = '';
  @query('input') private accessor field!: HTMLInputElement | null;

  #pin = new PinBuffer(0);
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#wipe();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('pinForm')) return;
    this.#wipe();
    this.#pin = new PinBuffer(this.pinForm.digits ? this.pinForm.most : 0);
  }

  /** A key of the keyboard, also one that was pressed elsewhere on the screen around the pad. */
  readonly press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.#takes(event)) return;
    event.preventDefault();
    // A page has no business with what is typed here.
    event.stopPropagation();
  };

  protected override render() {
    const { digits } = this.pinForm;
    return html`<div
      role="group"
      aria-label=${msg('ПИН')}
      aria-describedby="form error"
      @keydown=${this.press}
    >
      <p class="form muted" id="form">${formText(this.pinForm)}</p>
      ${digits ? this.#dots() : this.#field()}
      <p class="error" id="error" role="alert">
        ${this.error === '' ? nothing : html`${warningIcon}<span>${this.error}</span>`}
      </p>
      <div class="keypad" part="keypad">
        ${[...DIGITS].map(
          (digit) =>
            html`<button class="button" type="button" @click=${() => this.#type(digit)}>
              ${digit}
            </button>`,
        )}
        <button class="button erase" type="button" @click=${this.#erase}>
          ${eraseIcon} ${msg('Стереть')}
        </button>
      </div>
      <button class="button primary big" type="button" @click=${this.#send}>
        ${this.button || msg('Дальше')}
      </button>
    </div>`;
  }

  #dots() {
    return html`<p class="dots" role="status">
      <span aria-hidden="true">${'●'.repeat(this.count)}</span>
      <span class="visually-hidden">${msg(str`Введено знаков: ${this.count}`)}</span>
    </p>`;
  }

  #field() {
    return html`<input
      type="password"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      aria-label=${msg('ПИН')}
      aria-invalid=${this.error !== ''}
      aria-describedby="form error"
      @input=${this.#touched}
    />`;
  }

  /** Whether the key was for the pad. */
  #takes({ key, repeat, target }: KeyboardEvent): boolean {
    if (key === 'Enter') {
      // Enter on a key of the pad presses that key.
      if (target instanceof HTMLButtonElement) return false;
      this.#send();
      return true;
    }
    const step = { ArrowRight: 1, ArrowDown: 3, ArrowLeft: -1, ArrowUp: -3 }[key];
    if (step !== undefined && target instanceof HTMLButtonElement) return this.#move(target, step);
    // The field takes its own characters.
    if (!this.pinForm.digits) return false;
    if (key === 'Backspace') this.#erase();
    else if (!/^[0-9]$/.test(key)) return false;
    else if (!repeat) this.#type(key);
    return true;
  }

  #move(from: HTMLButtonElement, step: number): boolean {
    const keys = [...this.renderRoot.querySelectorAll<HTMLButtonElement>('.keypad button')];
    const here = keys.indexOf(from);
    if (here < 0) return false;
    keys[Math.min(Math.max(here + step, 0), keys.length - 1)]!.focus();
    return true;
  }

  #type(digit: string): void {
    if (this.field !== null) this.field.value += digit;
    else if (!this.#pin.add(digit.charCodeAt(0))) {
      this.error = msg(str`В ПИНе не больше ${this.pinForm.most} знаков.`);
      return;
    }
    this.#touched();
  }

  readonly #erase = (): void => {
    if (this.field !== null) this.field.value = this.field.value.slice(0, -1);
    else this.#pin.erase();
    this.#touched();
  };

  readonly #touched = (): void => {
    this.error = '';
    this.count = this.#pin.length;
    clearTimeout(this.#idle);
    if (this.count === 0 && (this.field?.value ?? '') === '') return;
    this.#idle = setTimeout(() => {
      this.#wipe();
      this.error = msg('ПИН стёрт: минуту его никто не вводил. Введите его заново.');
    }, IDLE);
  };

  readonly #send = (): void => {
    const { least, most } = this.pinForm;
    // The bytes of what is in the field are counted as the card counts them.
    const pin = this.field === null ? undefined : new TextEncoder().encode(this.field.value);
    const length = pin?.length ?? this.#pin.length;
    if (length < least || length > most) {
      pin?.fill(0);
      this.error =
        length === 0 ? msg('Введите ПИН.') : msg('ПИН не той длины. Попытка не потрачена.');
      return;
    }
    const given = pin ?? this.#pin.take();
    this.#wipe();
    if (this.submit === undefined) given.fill(0);
    else this.submit(given);
  };

  #wipe(): void {
    clearTimeout(this.#idle);
    this.#pin.wipe();
    if (this.hasUpdated && this.field !== null) this.field.value = '';
    this.count = 0;
    this.error = '';
  }
}

function formText({ least, most, digits }: PinForm): string {
  if (!digits) return msg(str`Знаков: от ${least} до ${most}; можно и буквы.`);
  return least === most ? msg(str`Цифр: ${least}.`) : msg(str`Цифр: от ${least} до ${most}.`);
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-pin-pad': KabinaPinPad;
  }
}
