/** The field of 2²⁵⁶ − 617 in doubles: held to BigInt, at random and at the bounds that its comment states. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import fc from 'fast-check';
import {
  add,
  combine,
  equal,
  fieldElement,
  fromBytes,
  isZero,
  mul,
  mulAdd,
  negateIf,
  ONE,
  square,
  squareTimes,
  sub,
  toBytes,
  ZERO,
} from './field-gost256.ts';
import type { FieldElement } from './field-gost256.ts';
import { invert, invertAll, squareRoot } from './field-gost256-roots.ts';

const P = 2n ** 256n - 617n;
const mod = (n: bigint): bigint => ((n % P) + P) % P;

/** The residue, from the limbs themselves. */
const value = (a: FieldElement): bigint => mod(a.reduce((sum, limb) => sum + BigInt(limb), 0n));
const canonical = (a: FieldElement): bigint => {
  const bytes = new Uint8Array(32);
  toBytes(bytes, 0, a);
  return bytesToNumberBE(bytes);
};
const from = (n: bigint): FieldElement => {
  const out = fieldElement();
  assert.equal(fromBytes(out, numberToBytesBE(n, 32), 0), 1);
  return out;
};
/** Limbs `sign(i) · growth · 1.01 · 2²³` units: the largest that a growth allows. */
const extreme = (growth: number, sign: (i: number) => number): FieldElement => {
  const out = fieldElement();
  const limb = Math.floor(growth * 1.01 * 2 ** 23);
  for (let i = 0; i < out.length; i++) out[i] = sign(i) * limb * 2 ** (24 * i);
  return out;
};
const growth = (a: FieldElement): number =>
  Math.max(...a.map((limb, i) => Math.abs(limb) / 2 ** (24 * i + 23)));

const residue = fc.oneof(
  fc.bigInt({ min: 0n, max: P - 1n }),
  fc.constantFrom(0n, 1n, 2n, 616n, 617n, 618n, P - 1n, P - 2n, P - 617n, 2n ** 255n, 2n ** 240n),
);
const signs = [() => 1, () => -1, (i: number) => (i % 2 ? 1 : -1), (i: number) => (i < 6 ? 1 : -1)];

test('products, squares, sums and combinations are those of BigInt, and of growth 1', () => {
  fc.assert(
    fc.property(residue, residue, residue, residue, (a, b, c, d) => {
      const [A, B, C, D] = [from(a), from(b), from(c), from(d)];
      const out = fieldElement();
      const check = (expected: bigint, most = 1.01): void => {
        assert.equal(value(out), mod(expected));
        assert.equal(canonical(out), mod(expected));
        assert.ok(growth(out) <= most);
      };
      mul(out, A, B);
      check(a * b);
      square(out, A);
      check(a * a);
      mulAdd(out, A, B, C, D);
      check(a * b + c * d);
      combine(out, 498, A, -9, B, 3, C);
      check(498n * a - 9n * b + 3n * c);
      add(out, A, B);
      check(a + b, 2.02);
      sub(out, A, B);
      check(a - b, 2.02);
      negateIf(out, A, 1);
      check(-a);
      negateIf(out, A, 0);
      check(a);
      mul(A, A, A);
      assert.equal(value(A), mod(a * a), 'the result may be an operand');
    }),
  );
});

test('products are exact up to the growths that the comment allows', () => {
  for (const s1 of signs) {
    for (const s2 of signs) {
      for (const [g1, g2] of [
        [11, 1],
        [1, 11],
        [3.31, 3.32],
        [2, 5.5],
      ] as const) {
        const [a, b] = [extreme(g1, s1), extreme(g2, s2)];
        const out = fieldElement();
        mul(out, a, b);
        assert.equal(value(out), mod(value(a) * value(b)));
        assert.ok(growth(out) <= 1.01);
      }
      const [a, b, c, d] = [extreme(3, s1), extreme(2, s2), extreme(5, s2), extreme(1, s1)];
      const out = fieldElement();
      mulAdd(out, a, b, c, d);
      assert.equal(value(out), mod(value(a) * value(b) + value(c) * value(d)));
      assert.ok(growth(out) <= 1.01);
      combine(out, 1024, a, -64, b, 3, c);
      assert.equal(value(out), mod(1024n * value(a) - 64n * value(b) + 3n * value(c)));
    }
    const out = fieldElement();
    const a = extreme(3, s1);
    square(out, a);
    assert.equal(value(out), mod(value(a) ** 2n));
    assert.ok(growth(out) <= 1.01);
    for (const g of [1, 4, 8]) {
      assert.equal(canonical(extreme(g, s1)), value(extreme(g, s1)));
    }
  }
});

test('a combination at its bound has growth 1', () => {
  for (const s1 of signs) {
    const out = fieldElement();
    combine(
      out,
      1506,
      extreme(1, s1),
      -500,
      extreme(1, () => -1),
      42,
      extreme(1, s1),
    );
    assert.ok(growth(out) <= 1.01);
  }
});

test('inverses and square roots', () => {
  fc.assert(
    fc.property(residue, (a) => {
      const A = from(a);
      const out = fieldElement();
      invert(out, A);
      assert.equal(mod(value(out) * a), a === 0n ? 0n : 1n);
      const s = fieldElement();
      square(s, A);
      assert.equal(squareRoot(out, s), 1);
      assert.ok(value(out) === a || value(out) === mod(-a));
      // −1 is not a square, p ≡ 3 modulo 4.
      negateIf(s, s, 1);
      assert.equal(squareRoot(out, s), a === 0n ? 1 : 0);
    }),
  );
  const list = [3n, 0n, P - 1n, 1n, 0n, 12345n].map(from);
  const inverses = invertAll(list).map(value);
  inverses.forEach((inverse, i) => {
    const a = value(list[i] as FieldElement);
    assert.equal(mod(inverse * a), a === 0n ? 0n : 1n);
    if (a === 0n) assert.equal(inverse, 0n);
  });
  assert.deepEqual(invertAll([]), []);
});

test('repeated squaring', () => {
  const out = fieldElement();
  squareTimes(out, from(5n), 9);
  assert.equal(value(out), mod(5n ** 512n));
});

test('zero and equality see the residue, not the limbs', () => {
  const p = fieldElement();
  p[0] = -617;
  p[10] = 2 ** 256;
  assert.equal(isZero(p), 1);
  assert.equal(isZero(ZERO), 1);
  assert.equal(isZero(ONE), 0);
  const more = fieldElement();
  add(more, p, from(7n));
  assert.equal(equal(more, from(7n)), 1);
  assert.equal(equal(more, from(8n)), 0);
});

test('bytes: only numbers below p', () => {
  const out = fieldElement();
  for (const n of [0n, 1n, P - 1n, P - 2n, 2n ** 256n - 2n ** 16n, 2n ** 248n]) {
    assert.equal(canonical(from(n)), n);
  }
  for (let n = P; n < 2n ** 256n; n += 77n) {
    assert.equal(fromBytes(out, numberToBytesBE(n, 32), 0), 0);
  }
  assert.equal(fromBytes(out, numberToBytesBE(2n ** 256n - 1n, 32), 0), 0);
  assert.equal(fromBytes(out, Uint8Array.of(9, ...numberToBytesBE(5n, 32), 9), 1), 1);
  assert.equal(value(out), 5n);
});
