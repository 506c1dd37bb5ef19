/**
 * Scanners that type like a keyboard ("keyboard wedge"): what most are straight from the box. One code
 * is a burst of keys with Enter at its end, faster than anyone types.
 *
 * Keys are read by their place on a US keyboard (`us-layout.ts`), so the scanner works under a Cyrillic
 * layout too, if it is set to a US keyboard, as they come. A scanner that is set to another country's
 * keyboard, to Alt codes or to end a code with anything but Enter has to be set back by its manual.
 *
 * A person's typing is never lost. The first keys of a burst go where they would have gone anyway; from
 * the key on that makes it sure, keys are held back from the page, and Enter too, which would press
 * whatever button has the focus. If no Enter comes after all (a program that types for a person who
 * can't), or the code is of no use to the page, what was held back is put into the field that has the
 * focus, as if nobody had listened.
 */
import { ScanFilter, type Scanner, type ScannerOptions } from './scanner.ts';
import { usCharacter } from './us-layout.ts';

/** Keys in a row, none slower than the gap, that no person types. */
const SURE_AFTER = 6;
/**
 * The longest time between two keys of a scanner. The fastest typists reach 50 ms between single keys
 * and never in a row of six; a key held down repeats every 30 ms or so, but says that it does.
 */
const LONGEST_GAP_MS = 40;
/** Enter may come later than the other keys: some scanners think before it. */
const LONGEST_END_MS = 150;

/** Kinds of `<input>` that nobody types into. */
const TEXTLESS = 'button submit reset image checkbox radio range color file hidden'.split(' ');

export interface KeyboardScannerOptions extends ScannerOptions {
  /** For slow scanners, mostly cordless ones: the longest time between two keys, in milliseconds. */
  readonly longestGap?: number;
}

class KeyboardScanner extends EventTarget implements Scanner {
  /** A keyboard doesn't say that it is a scanner. */
  readonly connected = false;
  #window: Window;
  #filter: ScanFilter;
  #longestGap: number;
  #text = '';
  /** Characters of the text that the page has not seen. */
  #held = '';
  #keys = 0;
  #last = -Infinity;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(window: Window, options: KeyboardScannerOptions) {
    super();
    this.#window = window;
    this.#filter = new ScanFilter(options);
    this.#longestGap = options.longestGap ?? LONGEST_GAP_MS;
  }

  async open(): Promise<void> {
    this.#window.addEventListener('keydown', this.#hear, { capture: true });
  }

  async close(): Promise<void> {
    this.#window.removeEventListener('keydown', this.#hear, { capture: true });
    this.#giveBack();
  }

  readonly #hear = (event: KeyboardEvent): void => {
    if (event.key === 'Shift' || event.key === 'CapsLock') return;
    const gap = event.timeStamp - this.#last;
    const sure = this.#keys >= SURE_AFTER;
    if (event.key === 'Enter' && sure && gap <= this.#longestGap + LONGEST_END_MS) {
      this.#end(event);
      return;
    }
    const character = characterOf(event);
    // Not a scanner's key, or too late to be one: the burst, if it was one, is over.
    if (character === undefined || gap > this.#longestGap) this.#giveBack();
    if (character === undefined) return;
    this.#last = event.timeStamp;
    this.#keys += 1;
    if (this.#text.length <= this.#filter.longest) this.#text += character;
    if (this.#keys < SURE_AFTER) return;
    hold(event);
    this.#held += character;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#giveBack(), this.#longestGap + LONGEST_END_MS);
  };

  #end(enter: KeyboardEvent): void {
    const text = this.#text;
    const field = textField(this.#window.document);
    if (this.#filter.take(text)) {
      this.#held = '';
      hold(enter);
    } else if (field === undefined) {
      // Nobody's text; but this Enter must not press a button.
      hold(enter);
    }
    this.#giveBack();
  }

  /** It was no scanner: what was held back belongs to the field that has the focus. */
  #giveBack(): void {
    const held = this.#held;
    this.#forget();
    const field = textField(this.#window.document);
    if (held !== '' && field !== undefined) typeInto(field, held);
  }

  #forget(): void {
    clearTimeout(this.#waiting);
    this.#text = '';
    this.#held = '';
    this.#keys = 0;
    this.#last = -Infinity;
  }
}

/** Undefined for a key that no scanner presses. */
function characterOf(event: KeyboardEvent): string | undefined {
  const { code, key } = event;
  const commands = event.ctrlKey || event.altKey || event.metaKey;
  if (commands || event.repeat || event.isComposing) return undefined;
  // A keyboard on the screen or a remote desktop knows no places.
  return usCharacter(code, event.shiftKey) ?? (code === '' && key.length === 1 ? key : undefined);
}

function hold(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

/** The field for text that has the focus. */
function textField(document: Document): HTMLInputElement | HTMLTextAreaElement | undefined {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused instanceof HTMLInputElement) {
    if (TEXTLESS.includes(focused.type)) return undefined;
  } else if (!(focused instanceof HTMLTextAreaElement)) return undefined;
  return focused.disabled || focused.readOnly ? undefined : focused;
}

function typeInto(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  // Fields without a selection (a date, a number) take no text in their midst.
  if (field.selectionStart === null) field.value += text;
  else field.setRangeText(text, field.selectionStart, field.selectionEnd ?? 0, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, data: text }));
}

/** @param window whose keys are listened to */
export function keyboardScanner(window: Window, options: KeyboardScannerOptions): Scanner {
  return new KeyboardScanner(window, options);
}
