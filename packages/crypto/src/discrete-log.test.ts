import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SmallLog } from './discrete-log.ts';
import { gost256bStreebog, ristretto255Sha512 } from './suites.ts';

for (const { id, group } of [ristretto255Sha512, gost256bStreebog]) {
  const point = (n: number) => group.multiply(group.generator, BigInt(n));

  describe(id, () => {
    test('finds everything up to a small bound and nothing beyond', () => {
      for (const max of [0, 1, 2, 3, 15, 16, 17]) {
        const log = new SmallLog(group, max);
        for (let n = 0; n <= max; n++) assert.equal(log.find(point(n)), n);
        for (let n = max + 1; n < max + 40; n++) assert.equal(log.find(point(n)), undefined);
        assert.equal(log.find(group.negate(group.generator)), undefined);
      }
    });

    test('finds the edges of its steps up to a million', () => {
      const max = 999_999;
      const log = new SmallLog(group, max);
      for (const n of [0, 1, 999, 1000, 1001, 256_000, 500_123, max - 1, max]) {
        assert.equal(log.find(point(n)), n);
      }
      assert.equal(log.find(point(max + 1)), undefined);
      assert.equal(log.find(group.multiply(group.generator, group.order - 1n)), undefined);
    });
  });
}

test('a bound that is none is refused', () => {
  for (const max of [-1, 0.5, NaN, Infinity]) {
    assert.throws(() => new SmallLog(ristretto255Sha512.group, max), RangeError);
  }
});
