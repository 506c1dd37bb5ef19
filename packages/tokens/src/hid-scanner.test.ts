/** Scanners in HID POS mode: whole codes, long ones, broken ones, coming and going. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hidScanner, type HidScanner } from './hid-scanner.ts';
import type { ScannerOptions } from './scanner.ts';
import { SimulatedHid, SimulatedScanner } from './testing/simulated-hid.ts';

async function ready(options: Omit<ScannerOptions, 'take'> = {}): Promise<{
  hid: SimulatedHid;
  device: SimulatedScanner;
  scanner: HidScanner;
  codes: string[];
}> {
  const hid = new SimulatedHid();
  const device = new SimulatedScanner();
  hid.plug(device);
  const codes: string[] = [];
  const scanner = hidScanner(hid.hid, { ...options, take: (text) => codes.push(text) > 0 });
  await scanner.open();
  return { hid, device, scanner, codes };
}
const settled = () => new Promise((go) => setImmediate(go));

test('a code is delivered whole, however many reports it takes', async () => {
  const { device, codes, scanner } = await ready();
  assert.equal(scanner.connected, true);
  const long = `kabina-receipt:${'a'.repeat(1_500)}`;
  for (const text of ['ABCDE-FGHJK', 'x'.repeat(56), long, 'Қазақша №1']) device.scan(text);
  assert.deepEqual(codes, ['ABCDE-FGHJK', 'x'.repeat(56), long, 'Қазақша №1']);
  device.scan('7Z7Z7-Q7Z7Z\r\n');
  assert.equal(codes.at(-1), '7Z7Z7-Q7Z7Z');
});

test('any text goes through as it is', async () => {
  const { device, codes } = await ready();
  const printable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(printable, (text) => {
      fc.pre(!/[\x00-\x1c\x1e\x1f\x7f]/.test(text));
      codes.length = 0;
      device.scan(text);
      assert.deepEqual(codes, [text]);
    }),
  );
});

test('only what was asked for is delivered, and nothing too long, empty or with controls', async () => {
  const { device, codes } = await ready({
    prefixes: ['kabina-receipt:', 'kabina-opening:'],
    longest: 40,
  });
  const bad = [
    'https://example.org',
    `kabina-receipt:${'a'.repeat(26)}`,
    '',
    'kabina-receipt:a\0b',
  ];
  for (const text of [...bad, 'kabina-opening:ab', `kabina-receipt:${'b'.repeat(9_000)}`]) {
    device.scan(text);
  }
  device.scan('kabina-receipt:cd');
  assert.deepEqual(codes, ['kabina-opening:ab', 'kabina-receipt:cd']);
});

test('a code that breaks off, or whose bytes are no text, is forgotten', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { device, codes } = await ready();
  const [first, second] = SimulatedScanner.reports('a'.repeat(60));
  device.report(2, first!);
  context.mock.timers.tick(500);
  device.report(2, second!);
  assert.deepEqual(codes, ['aaaa'], 'what came after the silence is a code of its own');
  device.report(2, first!);
  device.report(2, first!.with(0, 60));
  device.scan('ABC');
  assert.equal(codes.at(-1), 'ABC');
  device.report(2, SimulatedScanner.reports('ABC')[0]!.with(4, 0xff));
  device.report(7, SimulatedScanner.reports('DEF')[0]!);
  assert.deepEqual(codes, ['aaaa', 'ABC']);
});

test('noise in place of reports delivers no text that it does not hold', async () => {
  const { device, codes } = await ready();
  const noise = fc.array(fc.uint8Array({ minLength: 62, maxLength: 64 }), { maxLength: 4 });
  fc.assert(
    fc.property(noise, (reports) => {
      codes.length = 0;
      for (const report of reports) device.report(2, report);
      const held = Buffer.concat(reports).length;
      assert.ok(codes.every((text) => text.length > 0 && text.length <= held));
    }),
  );
});

test('a scanner may come, go and be chosen', async () => {
  const hid = new SimulatedHid();
  const codes: string[] = [];
  const scanner = hidScanner(hid.hid, { take: (text) => codes.push(text) > 0 });
  let changes = 0;
  scanner.addEventListener('change', () => (changes += 1));
  await scanner.open();
  assert.equal(scanner.connected, false);
  assert.equal((await scanner.choose()).ok, true, 'a person may say no');
  const device = new SimulatedScanner();
  hid.chosen = [device];
  assert.equal((await scanner.choose()).ok, true);
  assert.deepEqual(hid.asked.at(-1), [{ usagePage: 0x8c }]);
  device.scan('ABC');
  hid.unplug(device);
  assert.equal(scanner.connected, false);
  hid.plug(device);
  await settled();
  device.scan('DEF');
  assert.deepEqual([codes, changes], [['ABC', 'DEF'], 3]);

  await scanner.close();
  assert.deepEqual([scanner.connected, device.opened], [false, false]);
  device.opened = true;
  device.scan('GHJ');
  assert.deepEqual(codes, ['ABC', 'DEF']);

  const locked = new SimulatedScanner();
  locked.locked = true;
  hid.chosen = [locked];
  const refused = await scanner.choose();
  assert.equal(refused.ok ? '' : refused.problem.code, 'transport.unsupported');
});
