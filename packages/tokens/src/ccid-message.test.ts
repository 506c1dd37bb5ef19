/** CCID messages and descriptors against those of real readers, and against any bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from './bytes.ts';
import {
  decodeConfiguration,
  decodeSmartCardDescriptor,
  type ExchangeLevel,
} from './ccid-descriptor.ts';
import {
  COMMAND,
  decodeCcidAnswer,
  decodeSlotChange,
  encodeCcidCommand,
  HEADER_LENGTH,
} from './ccid-message.ts';
import {
  ccidIdentity,
  classDescriptor,
  configurationDescriptor,
} from './testing/ccid-descriptors.ts';

test('messages are those that were recorded between libccid and a reader', () => {
  // OsEID, doc/T1_CRC.txt: a GemPC reader at the level of TPDUs.
  const parameters = fromHex('9611026500fe00');
  const set = {
    type: COMMAND.setParameters,
    slot: 0,
    parameters: [1, 0, 0] as const,
    data: parameters,
  };
  assert.equal(toHex(encodeCcidCommand(set, 9)), '610700000000090100009611026500fe00');
  const on = { type: COMMAND.iccPowerOn, slot: 0, parameters: [1, 0, 0] as const };
  assert.equal(toHex(encodeCcidCommand(on, 6)), '62000000000006010000');

  const answered = decodeCcidAnswer(fromHex('820700000000090000019611026500fe00'));
  assert.equal(answered?.parameter, 1);
  assert.deepEqual(answered?.data, parameters);
  const atr = decodeCcidAnswer(fromHex('800f00000000060000003bd596028071fe65014f734549445e'));
  assert.equal(atr?.sequence, 6);
  assert.equal(atr?.icc, 'active');
  assert.equal(atr?.outcome, 'done');
  // The reader's hardware error on the same page: command failed, no power.
  const failed = decodeCcidAnswer(fromHex('8000000000000a41fb00'));
  assert.equal(failed?.outcome, 'failed');
  assert.equal(failed?.error, 0xfb);
  assert.equal(failed?.icc, 'inactive');
});

test('any bytes are an answer or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, likely) => {
      const input = bytes.slice();
      if (likely && input.length >= HEADER_LENGTH) {
        input[0] = 0x80 + (input[0]! % 6);
        input.set([input.length - HEADER_LENGTH, 0, 0, 0], 1);
      }
      const answer = decodeCcidAnswer(input);
      if (!answer) return;
      assert.equal(answer.data.length, input.length - HEADER_LENGTH);
      assert.equal(input[1]! | (input[2]! << 8), answer.data.length);
      assert.ok(answer.type >= 0x80 && answer.type <= 0x84);
    }),
    { numRuns: 3000 },
  );
});

test('a notification has two bits for each slot', () => {
  assert.deepEqual(decodeSlotChange(fromHex('5003'), 1), [{ present: true, changed: true }]);
  assert.deepEqual(decodeSlotChange(fromHex('500902'), 5), [
    { present: true, changed: false },
    { present: false, changed: true },
    { present: false, changed: false },
    { present: false, changed: false },
    { present: false, changed: true },
  ]);
  for (const hex of ['', '50', '500000', '5103']) {
    assert.equal(decodeSlotChange(fromHex(hex), 1), undefined, hex);
  }
});

/** Class descriptors of readers on sale, as libccid's collection has them: dwFeatures and sizes. */
const READERS: readonly (readonly [string, number, number, number, ExchangeLevel, number])[] = [
  ['Aktiv Rutoken ECP', 0x0002_0840, 0x02, 271, 'short', 271],
  ['ARDS JaCarta', 0x0001_023c, 0x03, 271, 'tpdu', 271],
  ['Aktiv Rutoken Magistra', 0x0002_0840, 0x02, 261, 'short', 271],
  ['FSIJ Gnuk', 0x0004_0000, 0x02, 64, 'extended', 64],
  ['QEMU', 0x0004_04fe, 0x03, 0x0001_0012, 'extended', 65_554],
];

for (const [name, features, protocols, said, level, most] of READERS) {
  test(`the class descriptor of ${name}`, () => {
    const bytes = classDescriptor(
      ccidIdentity({ level, features: features & 0xffff, protocols, mostMessage: said }),
    );
    const descriptor = decodeSmartCardDescriptor(bytes);
    assert.equal(descriptor?.level, level);
    assert.equal(descriptor?.mostMessage, most);
    assert.equal(descriptor?.features, features);
    assert.deepEqual(
      descriptor?.protocols,
      [0, 1].filter((bit) => protocols & (1 << bit)),
    );
    assert.equal(descriptor?.slots, 1);
  });
}

test('a class descriptor of another length, level or protocol is none', () => {
  const good = classDescriptor(ccidIdentity());
  assert.ok(decodeSmartCardDescriptor(good));
  const changed = (at: number, value: number) => {
    const bytes = good.slice();
    bytes[at] = value;
    return decodeSmartCardDescriptor(bytes);
  };
  assert.equal(decodeSmartCardDescriptor(good.subarray(1)), undefined);
  assert.equal(decodeSmartCardDescriptor(Uint8Array.of(...good, 0)), undefined);
  assert.equal(changed(0, 0x35), undefined);
  assert.equal(changed(1, 0x22), undefined);
  assert.equal(changed(6, 0), undefined);
  // Two levels at once.
  assert.equal(changed(42, 0x06), undefined);
  const tiny = good.slice();
  tiny.set([63, 0, 0, 0], 44);
  assert.equal(decodeSmartCardDescriptor(tiny), undefined);
});

test('a class descriptor is found behind its interface, also behind the endpoints', () => {
  const whole = configurationDescriptor(ccidIdentity({ interfaceClass: 0xff }));
  const [only] = decodeConfiguration(whole)!;
  assert.equal(only?.interfaceClass, 0xff);
  assert.equal(only?.smartCard?.level, 'extended');
  const [head, own, ends] = [whole.slice(0, 18), whole.slice(18, 72), whole.slice(72)];
  const later = Uint8Array.of(...head, ...ends, ...own);
  assert.deepEqual(decodeConfiguration(later), decodeConfiguration(whole));
  // Of a HID interface, type 0x21 means something else.
  const hid = fromHex('0902220001010080 32 0904000001030101 00 0921110100012241 00 0705810308000a');
  assert.equal(decodeConfiguration(hid)?.[0]?.smartCard, undefined);
});

test('any bytes are a configuration or none; a whole one with a byte cut or added is none', () => {
  const whole = configurationDescriptor(ccidIdentity());
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, cut) => {
      const bytes = whole.slice();
      bytes[at] = value;
      const decoded = decodeConfiguration(bytes);
      for (const { smartCard } of decoded ?? []) assert.ok((smartCard?.slots ?? 1) > 0);
      if (cut < whole.length) assert.equal(decodeConfiguration(whole.subarray(0, cut)), undefined);
      assert.equal(decodeConfiguration(Uint8Array.of(...whole, value)), undefined);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (body) => {
      const total = 9 + body.length;
      decodeConfiguration(Uint8Array.of(9, 2, total, 0, 1, 1, 0, 0x80, 50, ...body));
    }),
    { numRuns: 2000 },
  );
});
