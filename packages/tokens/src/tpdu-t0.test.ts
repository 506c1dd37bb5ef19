/** The four cases of a command at T=0 (ISO/IEC 7816-3:2006, 12.2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from './bytes.ts';
import { encodeT0 } from './tpdu-t0.ts';

for (const [name, apdu, tpdu, most] of [
  ['case 1: P3 is 0', '00440000', '0044000000', 2],
  ['case 2: P3 is Le', '00b0000010', '00b0000010', 18],
  ['case 2 with the greatest Le', '00b0000000', '00b0000000', 258],
  ['case 3: P3 is Lc', '00d600000201ff', '00d600000201ff', 2],
  ['case 4: Le stays behind', '00a40400023f0000', '00a40400023f00', 2],
  ['extended form of what the short one holds', '00b00000000010', '00b0000010', 18],
] as const) {
  test(name, () => {
    const encoded = encodeT0(fromHex(apdu));
    assert.equal(toHex(encoded!.tpdu), tpdu);
    assert.equal(encoded!.most, most);
  });
}

test('an extended command does not fit', () => {
  assert.equal(encodeT0(fromHex('00b00000000101')), undefined);
});
