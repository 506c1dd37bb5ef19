import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Point } from './group.ts';
import {
  deal,
  jointKey,
  jointShare,
  publicShare,
  shareFor,
  verifyShare,
  type Dealing,
} from './sharing.ts';
import { gost256bStreebog, ristretto255Sha512 } from './suites.ts';
import { combine, partialDecrypt } from './threshold.ts';

/** All subsets of `size` of 1 … n. */
function subsets(n: number, size: number): number[][] {
  if (size === 0) return [[]];
  if (n < size) return [];
  return [...subsets(n - 1, size), ...subsets(n - 1, size - 1).map((rest) => [...rest, n])];
}

for (const { id, group } of [ristretto255Sha512, gost256bStreebog]) {
  describe(id, () => {
    const holders = [1, 2, 3, 4, 5];
    const threshold = 3;
    const dealings = holders.map(() => deal(group, threshold));
    const commitments = dealings.map((dealing) => dealing.commitments);
    const K = jointKey(group, commitments);
    const shares = holders.map((i) =>
      jointShare(
        group,
        dealings.map((dealing) => shareFor(group, dealing, i)),
      ),
    );
    const r = group.randomScalar();
    const A = group.multiply(group.generator, r);
    const partial = (index: number) => ({
      index,
      D: partialDecrypt(group, shares[index - 1] as bigint, A),
    });

    test('every share fits its dealer’s commitments and its own index', () => {
      for (const dealing of dealings) {
        assert.equal(dealing.commitments.length, threshold);
        for (const i of holders) {
          const share = shareFor(group, dealing, i);
          assert.ok(verifyShare(group, dealing.commitments, i, share));
          assert.ok(!verifyShare(group, dealing.commitments, i, (share + 1n) % group.order));
          assert.ok(!verifyShare(group, dealing.commitments, (i % 5) + 1, share));
          assert.ok(!verifyShare(group, dealing.commitments, i, share + group.order));
          assert.ok(!verifyShare(group, dealing.commitments, i, -share));
          assert.ok(!verifyShare(group, dealing.commitments.slice(1), i, share));
          assert.ok(!verifyShare(group, [], i, share));
        }
      }
    });

    test('joint shares are what the public shares say', () => {
      for (const i of holders) {
        const expected = group.multiply(group.generator, shares[i - 1] as bigint);
        assert.ok(group.equals(publicShare(group, commitments, i), expected));
      }
      const secret = dealings.reduce((sum, d) => sum + (d.coefficients[0] as bigint), 0n);
      assert.ok(group.equals(K, group.multiply(group.generator, secret % group.order)));
    });

    test('any t of n shares decrypt, in any order', () => {
      const expected = group.multiply(K, r);
      for (const chosen of subsets(5, threshold)) {
        assert.ok(group.equals(combine(group, threshold, chosen.map(partial)), expected));
        assert.ok(group.equals(combine(group, threshold, chosen.reverse().map(partial)), expected));
      }
    });

    test('a wrong share among them does not', () => {
      const wrong = { index: 2, D: group.add(partial(2).D, group.generator) };
      const result = combine(group, threshold, [partial(1), wrong, partial(3)]);
      assert.ok(!group.equals(result, group.multiply(K, r)));
      const foreign = { index: 2, D: partial(4).D };
      const other = combine(group, threshold, [partial(1), foreign, partial(3)]);
      assert.ok(!group.equals(other, group.multiply(K, r)));
    });

    test('fewer, more, doubled and impossible shares are refused', () => {
      const refuse = (code: string, t: number, parts: { index: number; D: Point }[]) =>
        assert.throws(() => combine(group, t, parts), { code });
      refuse('sharing.count', 3, [partial(1), partial(2)]);
      refuse('sharing.count', 3, [1, 2, 3, 4].map(partial));
      refuse('sharing.index', 3, [partial(1), partial(2), partial(2)]);
      for (const index of [0, -1, 1.5, NaN, 1024]) {
        refuse('sharing.index', 2, [partial(1), { index, D: A }]);
      }
      refuse('sharing.threshold', 0, []);
    });

    test('no share is dealt at 0, where the secret is', () => {
      const dealing = dealings[0] as Dealing;
      for (const index of [0, -1, 0.5, 1024]) {
        assert.throws(() => shareFor(group, dealing, index), { code: 'sharing.index' });
        assert.throws(() => verifyShare(group, dealing.commitments, index, 1n), {
          code: 'sharing.index',
        });
        assert.throws(() => publicShare(group, commitments, index), { code: 'sharing.index' });
      }
      for (const t of [0, -1, 1.5, 1024]) {
        assert.throws(() => deal(group, t), { code: 'sharing.threshold' });
      }
    });

    test('one of one, and the decryption of an empty aggregate', () => {
      const dealing = deal(group, 1);
      const D = partialDecrypt(group, shareFor(group, dealing, 1), group.identity);
      assert.ok(group.isIdentity(combine(group, 1, [{ index: 1, D }])));
    });
  });
}
