/**
 * A receipt as the bytes that a printer takes (ESC/POS, Epson's command set that most receipt printers
 * speak): a title, lines, the tracking code in large letters, a QR code. Encoded by
 * `@point-of-sale/receipt-printer-encoder`; laid out here.
 *
 * Letters. Printers know code pages and no Unicode. Page 866 has Russian and is in nearly all of them;
 * it has no Kazakh. Page KZ-1048 has both; Epson's newer models have it, cheap ones don't. So Kazakh
 * letters are printed as they are only where the shop that set the printer up says that it has the page,
 * and otherwise as the Russian letters that Kazakhs write when a keyboard lacks theirs: «қала» comes out
 * as «кала». Words stay readable; spelling suffers. Quotation marks and dashes become those of ASCII, and
 * what no table has becomes a question mark.
 */
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';

export interface ReceiptContent {
  readonly title: string;
  readonly lines: readonly string[];
  /** Tracking code, in groups. */
  readonly code: string;
  /** What the QR code may hold, best first: the first that fits on the paper is printed. */
  readonly qr: readonly string[];
  readonly footer: readonly string[];
}

export interface PaperOptions {
  /** Characters in a line: 32 on paper of 58 mm, 42 or 48 on 80 mm. */
  readonly columns?: 32 | 42 | 48;
  /** The printer has code page KZ-1048 under Epson's number. */
  readonly kazakhPage?: boolean;
}

/** Fits any paper. */
const COLUMNS = 32;
/** Of a letter, and so of what one column takes. */
const DOTS_A_COLUMN = 12;
/** 0.375 mm at the usual 8 dots a millimetre: below that telephones begin to fail. */
const LEAST_MODULE = 3;
const LARGEST_MODULE = 8;
/** ISO/IEC 18004 wants four modules of nothing on each side. */
const QUIET_ZONE = 8;

/** Bytes in a QR code of versions 1 to 40 at level L (ISO/IEC 18004, table 7). */
const CAPACITY = [
  17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858,
  929, 1003, 1091, 1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431,
  2563, 2699, 2809, 2953,
];

const KAZAKH = 'ӘәҒғҚқҢңӨөҰұҮүҺһІі';
const LIKE_KAZAKH = 'АаГгКкНнОоУуУуХхИи';
const PRINTABLE = /[\x20-\x7eА-Яа-яЁё№]/u;

const SUBSTITUTES: Readonly<Record<string, string>> = {
  '«': '"',
  '»': '"',
  '“': '"',
  '”': '"',
  '„': '"',
  '’': "'",
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
};

/** The text in letters that the printer has. */
export function printable(text: string, kazakhPage: boolean): string {
  return [...text.normalize('NFC')]
    .map((letter) => {
      const kazakh = KAZAKH.indexOf(letter);
      if (kazakh >= 0) return kazakhPage ? letter : (LIKE_KAZAKH[kazakh] as string);
      return PRINTABLE.test(letter) ? letter : (SUBSTITUTES[letter] ?? '?');
    })
    .join('');
}

/** Dots of one module of the largest code that fits on the paper; undefined if none would be readable. */
function moduleSize(text: string, columns: number): number | undefined {
  const bytes = new TextEncoder().encode(text).length;
  const version = CAPACITY.findIndex((capacity) => bytes <= capacity) + 1;
  if (version === 0 || bytes === 0) return undefined;
  const modules = 17 + 4 * version + QUIET_ZONE;
  const size = Math.min(LARGEST_MODULE, Math.floor((columns * DOTS_A_COLUMN) / modules));
  return size >= LEAST_MODULE ? size : undefined;
}

/** The receipt as bytes for `UsbPrinter.print`. There is no place in it for a voter's choice. */
export function receiptPage(content: ReceiptContent, options: PaperOptions = {}): Uint8Array {
  const { columns = COLUMNS, kazakhPage = false } = options;
  const encoder = new ReceiptPrinterEncoder({ language: 'esc-pos', columns, newline: '\n' });
  const line = (text: string) => encoder.line(printable(text, kazakhPage));
  encoder.initialize().codepage(kazakhPage ? 'rk1048' : 'cp866');
  encoder.bold(true);
  line(content.title);
  encoder.bold(false).newline();
  content.lines.forEach(line);
  encoder.newline().bold(true).height(2);
  line(content.code);
  encoder.height(1).bold(false).newline();
  const qr = content.qr.find((text) => moduleSize(text, columns) !== undefined);
  if (qr !== undefined) {
    encoder.qrcode(qr, { model: 2, size: moduleSize(qr, columns), errorlevel: 'l' }).newline();
  }
  content.footer.forEach(line);
  return encoder.newline(4).cut('partial').encode();
}
