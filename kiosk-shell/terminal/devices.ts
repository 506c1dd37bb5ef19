/// <reference types="w3c-web-hid" preserve="true" />
/// <reference types="w3c-web-usb" preserve="true" />
/**
 * What is plugged into a voter's terminal: a scanner that reads access codes, and a receipt printer.
 * Devices that the browser's policy (or an earlier choice) permits are used without a question; a voter
 * is never shown a chooser. A scanner that types like a keyboard needs no permission.
 */
import { hidScanner } from '@kabina/tokens/hid-scanner';
import { keyboardScanner } from '@kabina/tokens/keyboard-scanner';
import type { PaperOptions, ReceiptContent } from '@kabina/tokens/receipt-page';
import { usbPrinter, type UsbPrinter } from '@kabina/tokens/receipt-printer';
import type { Scanner } from '@kabina/tokens/scanner';

/** An access code and its separators; whatever is longer is no code of ours. */
const LONGEST_CODE = 32;

/** Fires a plain `change` when a printer has come or gone. */
export class TerminalDevices extends EventTarget {
  #scanners: Scanner[] = [];
  #printer: UsbPrinter | undefined;

  /**
   * @param place the window, and of its navigator what the browser has
   * @param take is given a scanned code, and answers whether it was of use
   * @param longest the longest code that is given, in characters
   */
  constructor(
    place: { window: Window; hid?: HID | undefined; usb?: USB | undefined },
    take: (code: string) => boolean,
    longest = LONGEST_CODE,
  ) {
    super();
    const options = { take, longest };
    this.#scanners.push(keyboardScanner(place.window, options));
    if (place.hid) this.#scanners.push(hidScanner(place.hid, options));
    if (place.usb) this.#printer = usbPrinter(place.usb);
  }

  get prints(): boolean {
    return this.#printer?.ready ?? false;
  }

  async open(): Promise<void> {
    this.#printer?.addEventListener('change', this.#changed);
    await Promise.all([...this.#scanners, this.#printer].map((device) => device?.open()));
  }

  async close(): Promise<void> {
    this.#printer?.removeEventListener('change', this.#changed);
    await Promise.all([...this.#scanners, this.#printer].map((device) => device?.close()));
  }

  async print(
    content: ReceiptContent,
    paper: PaperOptions,
  ): Promise<'printed' | 'paper' | 'failed'> {
    if (this.#printer === undefined) return 'failed';
    // Loaded when the first receipt is printed: a terminal without a printer has no use for it.
    const { receiptPage } = await import('@kabina/tokens/receipt-page');
    const done = await this.#printer.print(receiptPage(content, paper));
    if (done.ok) return 'printed';
    return done.problem.code === 'printer.paper' ? 'paper' : 'failed';
  }

  readonly #changed = (): void => {
    this.dispatchEvent(new Event('change'));
  };
}
