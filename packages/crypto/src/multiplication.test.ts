/**
 * The generic multiplications over a group in which the answer is plain to see: integers modulo a
 * prime, written additively. What the group is asked to do is recorded.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fixedBase, multiplySecret } from './fixed-base.ts';
import type { SecretArithmetic } from './fixed-base.ts';
import { multiScalar } from './multi-scalar.ts';
import type { SumArithmetic } from './multi-scalar.ts';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (n: bigint) => ((n % ORDER) + ORDER) % ORDER;

/** A running sum that is overwritten, so that aliasing shows. */
interface Sum {
  value: bigint;
}

/** Prepared points are another type than points. */
interface Prepared {
  readonly prepared: bigint;
}

const sums: SumArithmetic<Sum, Prepared> = {
  zero: () => ({ value: 0n }),
  addend: (point) => ({ prepared: point.value }),
  add: (sum, { prepared }) => set(sum, sum.value + prepared),
  subtract: (sum, { prepared }) => set(sum, sum.value - prepared),
  addPoint: (sum, point) => set(sum, sum.value + point.value),
  doubleTimes: (sum, times) => set(sum, sum.value << BigInt(times)),
};

function set(sum: Sum, value: bigint): Sum {
  sum.value = mod(value);
  return sum;
}

/** The same with a record of what was called and with which public arguments. */
function recorded(log: string[], order: bigint): SecretArithmetic<Sum, bigint[]> {
  const set = (sum: Sum, value: bigint): Sum => {
    sum.value = ((value % order) + order) % order;
    return sum;
  };
  return {
    order,
    zero: sums.zero,
    addPoint(sum, point) {
      log.push('addPoint');
      return set(sum, sum.value + point.value);
    },
    doubleTimes(sum, times) {
      log.push(`double ${times}`);
      return set(sum, sum.value << BigInt(times));
    },
    rows: (multiples) => multiples.map((row) => row.map(({ value }) => value)),
    addSelected(sum, row, index, negative) {
      log.push(`addSelected of ${row.length}`);
      assert.ok(negative === 0 || negative === 1);
      const entry = row[index] as bigint;
      return set(sum, negative === 1 ? sum.value - entry : sum.value + entry);
    },
  };
}

const scalar = fc.oneof(
  fc.bigInt({ min: 0n, max: ORDER - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  fc.constantFrom(0n, 1n, 2n, ORDER - 1n),
);
const point = fc.bigInt({ min: 0n, max: ORDER - 1n });

describe('multiplication over any group', () => {
  it('sums the same by either method, from no term to many', () => {
    for (const maxLength of [1, 8, 40]) {
      fc.assert(
        fc.property(fc.array(fc.tuple(point, scalar), { maxLength }), (terms) => {
          const expected = mod(terms.reduce((sum, [p, s]) => sum + p * s, 0n));
          const points = terms.map(([value]) => ({ value }));
          const scalars = terms.map(([, s]) => s);
          assert.equal(multiScalar(sums, points, scalars).value, expected);
          assert.deepEqual(
            points.map(({ value }) => value),
            terms.map(([value]) => value),
          );
        }),
        { numRuns: 40 },
      );
    }
    for (const count of [500, 5000]) {
      const random = fc.sample(fc.tuple(point, scalar), { numRuns: count, seed: 1 });
      const expected = mod(random.reduce((sum, [p, s]) => sum + p * s, 0n));
      const points = random.map(([value]) => ({ value }));
      const got = multiScalar(
        sums,
        points,
        random.map(([, s]) => s),
      );
      assert.equal(got.value, expected);
    }
  });

  it('takes scalars of any length, all ones included', () => {
    const lengths = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 15n, 16n, 126n, 127n, 128n, 129n, 252n, 255n];
    for (const bits of [...lengths, 256n]) {
      for (const count of [1, 20, 400]) {
        const points = Array.from({ length: count }, (_, i) => ({ value: BigInt(3 * i + 1) }));
        const scalars = points.map((_, i) => 2n ** bits - 1n - (i === 0 ? 0n : BigInt(i % 2)));
        const expected = points.reduce((sum, p, i) => sum + p.value * (scalars[i] as bigint), 0n);
        assert.equal(multiScalar(sums, points, scalars).value, mod(expected));
      }
    }
  });

  it('spends fewer additions on short scalars than on full ones', () => {
    const additions = (bits: bigint, count: number) => {
      let calls = 0;
      const counting = {
        ...sums,
        add: (sum: Sum, addend: Prepared) => (calls++, sums.add(sum, addend)),
        subtract: (sum: Sum, addend: Prepared) => (calls++, sums.subtract(sum, addend)),
      };
      const points = Array.from({ length: count }, (_, i) => ({ value: BigInt(i + 1) }));
      // One long scalar in both, so that they have as many windows.
      const scalars = points.map((_, i) => 2n ** (i === 0 ? 252n : bits) / BigInt(2 * i + 7));
      multiScalar(counting, points, scalars);
      return calls;
    };
    for (const count of [16, 2000]) {
      assert.ok(additions(128n, count) < 0.65 * additions(252n, count), `${count} terms`);
    }
  });

  it('multiplies by secret scalars with the same calls whatever the scalar', () => {
    for (const order of [ORDER, 2n ** 256n - 189n]) {
      const logs = new Set<string>();
      const tableLogs = new Set<string>();
      const log: string[] = [];
      const arithmetic = recorded(log, order);
      const base = { value: 0x1234567890abcdefn };
      const table = fixedBase(arithmetic, base);
      const anyScalar = fc.oneof(
        fc.bigInt({ min: 0n, max: order - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
        fc.constantFrom(0n, 1n, 2n, order - 2n, order - 1n),
      );
      fc.assert(
        fc.property(anyScalar, (s) => {
          const expected = (base.value * s) % order;
          log.length = 0;
          assert.equal(multiplySecret(arithmetic, base, s).value, expected);
          logs.add(log.join());
          log.length = 0;
          assert.equal(table(s).value, expected);
          tableLogs.add(log.join());
        }),
      );
      assert.equal(logs.size, 1);
      assert.equal(tableLogs.size, 1);
      const windows = order === ORDER ? 64 : 65;
      assert.equal([...tableLogs][0], Array(windows).fill('addSelected of 8').join());
      assert.equal(base.value, 0x1234567890abcdefn);
    }
  });

  it('refuses scalars out of range', () => {
    const arithmetic = recorded([], ORDER);
    const table = fixedBase(arithmetic, { value: 1n });
    for (const s of [-1n, ORDER, 2n ** 300n]) {
      assert.throws(() => table(s), RangeError);
      assert.throws(() => multiplySecret(arithmetic, { value: 1n }, s), RangeError);
    }
  });
});
