/** Answers to reset of real cards (their ATRs are listed in pcsc-tools), and of none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeAtr } from './atr.ts';
import { fromHex } from './bytes.ts';

test('real cards', () => {
  // Rutoken ЭЦП: T=1 alone, IFSC and waiting times of its own.
  const rutoken = decodeAtr(fromHex('3b8b015275746f6b656e20445320c1'));
  assert.deepEqual(rutoken?.protocols, [1]);
  assert.equal(String.fromCharCode(...rutoken!.historical), 'Rutoken DS ');
  assert.deepEqual(rutoken?.t1, { ifsc: 32, bwi: 4, cwi: 13, edc: 'lrc' });

  // OsEID: both protocols, TA1, and CRC at T=1.
  const oseid = decodeAtr(fromHex('3bd596028071fe65014f734549445e'));
  assert.deepEqual(oseid?.protocols, [0, 1]);
  assert.equal(oseid?.ta1, 0x96);
  assert.equal(oseid?.guard, 2);
  assert.deepEqual(oseid?.t1, { ifsc: 254, bwi: 6, cwi: 5, edc: 'crc' });

  // YubiKey 5: TA1, T=1, IFSC 254.
  const yubikey = decodeAtr(fromHex('3bfd1300008131fe158073c021c057597562694b657940'));
  assert.deepEqual(yubikey?.protocols, [1]);
  assert.equal(yubikey?.ta1, 0x13);
  assert.equal(yubikey?.t1.ifsc, 254);

  // A card of T=0 alone has no check byte.
  const t0 = decodeAtr(fromHex('3b021450'));
  assert.deepEqual(t0?.protocols, [0]);
  assert.deepEqual(t0?.historical, fromHex('1450'));

  // Inverse convention.
  assert.equal(decodeAtr(fromHex('3f65250833046c9000'))?.inverse, true);
});

test('the specific mode names its protocol, and whether its speed is its own', () => {
  const with2 = (ta2: number) => {
    return decodeAtr(Uint8Array.of(0x3b, 0x80, 0x10, ta2));
  };
  assert.deepEqual(with2(0x00)?.specific, { protocol: 0, implicit: false });
  assert.deepEqual(with2(0x10)?.specific, { protocol: 0, implicit: true });
});

test('none of these is an answer to reset', () => {
  for (const hex of [
    '',
    '3b',
    '3c00',
    // Cut off, and with a byte too many.
    '3b0214',
    '3b02145000',
    // TCK wrong, and missing.
    '3b8b015275746f6b656e20445320c0',
    '3b8b015275746f6b656e20445320',
    // T=15 alone.
    '3b800f8f',
    // IFSC 0 and 255, BWI 10.
    '3b8081110011',
    '3b808111ffee',
    '3b808121a080',
  ]) {
    assert.equal(decodeAtr(fromHex(hex)), undefined, hex);
  }
});

test('any bytes are an answer to reset or none, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, convention) => {
      const input = convention ? Uint8Array.of(0x3b, ...bytes) : bytes;
      const atr = decodeAtr(input);
      if (!atr) return;
      assert.ok(input.length <= 33 && atr.protocols.length > 0);
      assert.ok(atr.t1.ifsc >= 1 && atr.t1.ifsc <= 254 && atr.t1.bwi <= 9);
      assert.equal(atr.historical.length, input[1]! & 0x0f);
    }),
    { numRuns: 5000 },
  );
});
