/**
 * Receipts as bytes, read back by a strict parser of ESC/POS that knows the few commands a receipt may
 * hold and nothing else. Letters are judged by the platform's own decoder of page 866; for KZ-1048, which
 * it lacks, by the bytes that Python and iconv agree on.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable, receiptPage, type PaperOptions, type ReceiptContent } from './receipt-page.ts';

interface Printed {
  page: number | undefined;
  lines: { bytes: Uint8Array; bold: boolean; height: number }[];
  qr: { text: string; size: number; level: string } | undefined;
  cut: boolean;
}

const hex = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString('hex');

/** Prints on nothing. Throws at any byte that is no text and no known command. */
function parse(bytes: Uint8Array): Printed {
  const printed: Printed = { page: undefined, lines: [], qr: undefined, cut: false };
  let line: number[] = [];
  let look = { bold: false, height: 1 };
  let bold = false;
  let height = 1;
  let stored = '';
  let size = 0;
  let level = '';
  let at = 0;
  const next = () => {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('it ends within a command');
    at += 1;
    return byte;
  };
  const commands: Record<string, () => void> = {
    '1b40': () => assert.equal(at, 2, 'initialise only at the beginning'),
    '1c2e': () => undefined,
    '1b4d': () => assert.equal(next(), 0, 'font A'),
    '1b45': () => (bold = next() === 1),
    '1b61': () => assert.equal(next(), 0, 'left'),
    '1b74': () => (printed.page = next()),
    '1d21': () => {
      const scale = next();
      assert.equal(scale >> 4, 0, 'one wide');
      height = (scale & 7) + 1;
    },
    '1d56': () => {
      assert.equal(next(), 1, 'partial cut');
      printed.cut = true;
    },
    '1d286b': () => {
      const length = next() + next() * 256;
      const body = Array.from({ length }, next);
      const name = hex(body.slice(0, 2));
      if (name === '3141') assert.deepEqual(body.slice(2), [0x32, 0], 'model 2');
      else if (name === '3143') size = body[2] ?? 0;
      else if (name === '3145') level = 'LMQH'[(body[2] ?? 0) - 0x30] ?? '?';
      else if (name === '3150' && body[2] === 0x30) stored = Buffer.from(body.slice(3)).toString();
      else if (name === '3151' && body[2] === 0x30) printed.qr = { text: stored, size, level };
      else throw new Error(`a QR command ${name}`);
    },
  };
  while (at < bytes.length) {
    const byte = next();
    if (byte === 0x0a) {
      printed.lines.push({ bytes: Uint8Array.from(line), ...look });
      line = [];
    } else if (byte >= 0x20) {
      if (line.length === 0) look = { bold, height };
      line.push(byte);
    } else {
      let name = hex([byte, next()]);
      if (name === '1d28') name += hex([next()]);
      const command = commands[name];
      if (command === undefined) throw new Error(`a command ${name} at ${at}`);
      command();
    }
  }
  assert.deepEqual(line, [], 'the last line is fed');
  return printed;
}

const CONTENT: ReceiptContent = {
  title: 'Квитанция избирателя',
  lines: ['Выборы главы «города» — 2026'],
  code: 'ABCD-EFGH-JKMN-PQRS',
  qr: [`kabina-receipt:${'a'.repeat(600)}`, 'ABCD-EFGH-JKMN-PQRS'],
  footer: ['О вашем выборе здесь ничего не сказано.'],
};
const receipt = (content: Partial<ReceiptContent> = {}, options?: PaperOptions) =>
  parse(receiptPage({ ...CONTENT, ...content }, options));
/** Page 866 as the platform knows it. */
const cp866 = (printed: Printed) =>
  printed.lines.map(({ bytes }) => new TextDecoder('ibm866').decode(bytes).trimEnd());

test('a Russian receipt is on page 866, with its code large and its QR code whole', () => {
  const printed = receipt();
  assert.equal(printed.page, 17);
  const text = cp866(printed).join('\n');
  assert.match(text, /^Квитанция избирателя\n/);
  assert.match(text, /Выборы главы "города" - 2026/);
  assert.match(text, /О вашем выборе здесь ничего не\s+сказано\./);
  const code = printed.lines[cp866(printed).indexOf('ABCD-EFGH-JKMN-PQRS')];
  assert.deepEqual([code?.bold, code?.height], [true, 2]);
  assert.deepEqual(printed.qr, { text: CONTENT.qr[0], size: 4, level: 'L' });
  assert.equal(printed.cut, true);
});

test('no line is wider than the paper', () => {
  for (const columns of [32, 42, 48] as const) {
    const title = 'Очень длинное название выборов '.repeat(6);
    const { lines } = receipt({ title, lines: ['ы'.repeat(100)] }, { columns });
    assert.ok(lines.every(({ bytes }) => bytes.length <= columns));
  }
});

test('a QR code is as large as the paper allows, and gives way to a shorter one when unreadable', () => {
  const long = 'x'.repeat(1_300);
  assert.equal(receipt({ qr: [long, 'ABCD'] }).qr?.text, 'ABCD');
  assert.deepEqual(receipt({ qr: [long, 'ABCD'] }, { columns: 48 }).qr, {
    text: long,
    size: 4,
    level: 'L',
  });
  assert.equal(receipt({ qr: ['ABCD'] }).qr?.size, 8);
  assert.equal(receipt({ qr: ['x'.repeat(3_000)] }, { columns: 48 }).qr, undefined);
});

test('Kazakh is printed as it is where the page is, and in Russian letters elsewhere', () => {
  const title = 'Сайлаушының түбіртегі: қғҢһіІ№ё';
  assert.match(cp866(receipt({ title })).join(' '), /^Сайлаушынын тубиртеги: кгНхиИ№ё/);
  const printed = receipt({ title: 'қғҢһіІ№ё' }, { kazakhPage: true });
  assert.equal(printed.page, 53);
  // `printf 'қғҢһіІ№ё' | iconv -t RK1048`, and Python's kz1048.
  assert.equal(hex(printed.lines[0]?.bytes ?? []), '9dbabd9eb3b2b9b8');
});

test('letters that no table has become question marks, never commands', () => {
  assert.equal(printable('a\n\x1bb 漢 é ґ', false), 'a??b ? ? ?');
  assert.equal(printable('Й', true), 'Й', 'decomposed letters are composed');
  const any = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(any, fc.array(any, { maxLength: 3 }), fc.boolean(), (title, lines, kazakhPage) => {
      // The strict parser throws at anything that is not text or one of the known commands.
      const printed = receipt({ title, lines, footer: lines, code: title }, { kazakhPage });
      assert.equal(printed.qr?.text, CONTENT.qr[0]);
    }),
  );
});
