/**
 * Code scanners behind one small interface: HID POS (`hid-scanner.ts`) and those that type like a
 * keyboard (`keyboard-scanner.ts`).
 *
 * What was scanned goes to one function and nowhere else: an access code is a secret, and an event
 * can be heard by anything in the page. Nothing is kept; bytes are overwritten once they are read.
 */

/** The longest text in a QR code: version 40-L, letters and digits (ISO/IEC 18004, table 7). */
const LONGEST_TEXT = 4_296;

export interface ScannerOptions {
  /** Is given the text of one code, and answers whether it was of use. */
  readonly take: (text: string) => boolean;
  /** Only texts that begin with one of these are given; by default all are. */
  readonly prefixes?: readonly string[];
  /** The longest text that is given, in characters. By default what the largest QR code holds. */
  readonly longest?: number;
}

/** Fires a plain `change` when `connected` has changed. */
export interface Scanner extends EventTarget {
  /** Whether a scanner is there, as far as can be known: a keyboard is never known to be one. */
  readonly connected: boolean;
  /** Begins to listen. May be repeated. Never rejects. */
  open(): Promise<void>;
  /** Ends listening and forgets a code that was half read. */
  close(): Promise<void>;
}

/** The rules by which a text is taken or dropped, the same for every scanner. */
export class ScanFilter {
  /** Characters after which a scanner need not go on reading. */
  readonly longest: number;
  #take: (text: string) => boolean;
  #prefixes: readonly string[];

  constructor({ take, prefixes = [''], longest = LONGEST_TEXT }: ScannerOptions) {
    this.#take = take;
    this.#prefixes = prefixes;
    this.longest = longest;
  }

  /** Hands on one code's text, without the line end that scanners add. False if it was of no use. */
  take(text: string): boolean {
    const code = text.replace(/[\r\n\t]+$/, '');
    if (code === '' || code.length > this.longest) return false;
    // No text of a code has control characters but GS1's separator: this is noise or an attack.
    if (/[\x00-\x1c\x1e\x1f\x7f]/.test(code)) return false;
    return this.#prefixes.some((prefix) => code.startsWith(prefix)) && this.#take(code);
  }
}
