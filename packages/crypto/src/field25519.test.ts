/** `field25519.ts` held to `bigint`, and its bounds on the growth of limbs computed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as field from './field25519.ts';
import type { FieldElement } from './field25519.ts';

const P = 2n ** 255n - 19n;
const EXPONENTS = [0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255];

const mod = (n: bigint) => ((n % P) + P) % P;
/** The exact sum of the limbs, not reduced. */
const sumOf = (a: FieldElement) => a.reduce((sum, limb) => sum + BigInt(limb), 0n);
const valueOf = (a: FieldElement) => mod(sumOf(a));

function littleEndian(n: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n));
}

function element(n: bigint): FieldElement {
  const out = field.fieldElement();
  field.fromBytes(out, littleEndian(n));
  return out;
}

/** Any element of the growth: every limb anywhere in its bounds, and often at them. */
function grown(growth: number): fc.Arbitrary<FieldElement> {
  const limb = fc.oneof(
    fc.constantFrom(-1, 0, 1),
    fc.integer({ min: -(2 ** 20), max: 2 ** 20 }).map((n) => n / 2 ** 20),
  );
  return fc.array(limb, { minLength: 12, maxLength: 12 }).map((shares) => {
    const out = field.fieldElement();
    shares.forEach((share, i) => {
      const unit = 2 ** (EXPONENTS[i] as number);
      const most = 1.02 * growth * 2 ** ((EXPONENTS[i + 1] as number) - 1);
      out[i] = Math.trunc((share * most) / unit) * unit;
    });
    return out;
  });
}

function bound(i: number): bigint {
  return (102n * 2n ** BigInt((EXPONENTS[i + 1] as number) - 1)) / 100n;
}

function assertGrowthOne(a: FieldElement): void {
  a.forEach((limb, i) => {
    const exact = BigInt(limb);
    assert.equal(exact % 2n ** BigInt(EXPONENTS[i] as number), 0n);
    assert.ok(exact <= bound(i) && exact >= -bound(i), `limb ${i} of ${a.join(' ')}`);
  });
}

const any = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 255n - 1n }),
  fc.bigInt({ min: P - 20n, max: 2n ** 255n - 1n }),
  fc.bigInt({ min: 0n, max: 40n }),
);

describe('field of 2^255 − 19', () => {
  it('keeps every column of a product of growths 15 in all below 2^53 units', () => {
    for (let k = 0; k < 12; k++) {
      let column = 0n;
      for (let i = 0; i < 12; i++) {
        for (let j = 0; j < 12; j++) {
          const product = bound(i) * bound(j);
          if (i + j === k) column += product;
          if (i + j === k + 12) column += (product * 19n) / 2n ** 255n + 1n;
        }
      }
      assert.ok(15n * column < 2n ** BigInt(53 + (EXPONENTS[k] as number)), `column ${k}`);
    }
  });

  it('multiplies exactly at the bounds, and gives growth 1', () => {
    for (const [left, right] of [
      [3, 5],
      [2, 7],
      [1, 15],
    ] as const) {
      fc.assert(
        fc.property(grown(left), grown(right), (a, b) => {
          const out = field.fieldElement();
          field.mul(out, a, b);
          assert.equal(valueOf(out), mod(sumOf(a) * sumOf(b)));
          assertGrowthOne(out);
        }),
        { numRuns: 300 },
      );
    }
  });

  it('squares exactly at the bound, once and often', () => {
    fc.assert(
      fc.property(grown(3), fc.integer({ min: 1, max: 12 }), (a, times) => {
        const out = field.fieldElement();
        field.squareTimes(out, a, times);
        let expected = valueOf(a);
        for (let i = 0; i < times; i++) expected = mod(expected * expected);
        assert.equal(valueOf(out), expected);
        assertGrowthOne(out);
        field.square(a, a);
        field.squareTimes(a, a, 1);
        assertGrowthOne(a);
      }),
    );
  });

  it('adds, subtracts, selects and changes signs', () => {
    fc.assert(
      fc.property(any, any, fc.integer({ min: 0, max: 1 }), (m, n, bit) => {
        const a = element(m);
        const b = element(n);
        const out = field.fieldElement();
        field.add(out, a, b);
        assert.equal(valueOf(out), mod(m + n));
        field.sub(out, a, b);
        assert.equal(valueOf(out), mod(m - n));
        field.select(out, a, b, bit);
        assert.equal(valueOf(out), mod(bit === 1 ? n : m));
        field.negateIf(out, a, bit);
        assert.equal(valueOf(out), mod(bit === 1 ? -m : m));
        assert.equal(field.equal(a, b), mod(m - n) === 0n ? 1 : 0);
        assert.equal(field.isNegative(a), Number(mod(m) & 1n));
      }),
    );
  });

  it('reduces anything of growth 4 to its canonical bytes', () => {
    fc.assert(
      fc.property(grown(4), (a) => {
        assert.deepEqual(field.toBytes(a), littleEndian(valueOf(a)));
        assert.equal(field.isZero(a), valueOf(a) === 0n ? 1 : 0);
        field.sub(a, a, a);
        assert.equal(field.isZero(a), 1);
      }),
    );
    for (const n of [0n, 1n, 18n, 19n, P - 1n, P, P + 1n, 2n ** 255n - 1n]) {
      assert.equal(field.isCanonical(littleEndian(n)), n < P);
      assert.deepEqual(field.toBytes(element(n)), littleEndian(mod(n)));
      assert.equal(field.isZero(element(n)), mod(n) === 0n ? 1 : 0);
    }
  });

  it('reads bytes and tells which are canonical', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 1 }), (n, high) => {
        const bytes = littleEndian(n);
        assert.equal(field.isCanonical(bytes), n < P);
        bytes[31] = (bytes[31] as number) | (high << 7);
        assert.equal(field.isCanonical(bytes), n < P && high === 0);
        const out = field.fieldElement();
        field.fromBytes(out, bytes);
        assert.equal(sumOf(out), n);
        assert.equal(valueOf(field.fieldConstant(n)), mod(n));
      }),
    );
  });

  it('inverts, alone and together, zero to zero', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(any, fc.constantFrom(0n, P)), { maxLength: 6 }), (list) => {
        const inverses = field.invertAll(list.map(element));
        assert.equal(inverses.length, list.length);
        list.forEach((n, i) => {
          const inverse = inverses[i] as FieldElement;
          assert.equal(mod(valueOf(inverse) * n), mod(n) === 0n ? 0n : 1n);
          const alone = field.fieldElement();
          field.invert(alone, element(n));
          assert.equal(valueOf(alone), valueOf(inverse));
        });
      }),
      { numRuns: 50 },
    );
  });

  it('takes square roots of ratios as RFC 9496 §4.2 has it', () => {
    const i = valueOf(field.SQRT_M1);
    assert.equal(mod(i * i), P - 1n);
    fc.assert(
      fc.property(any, any, (u, v) => {
        const root = field.fieldElement();
        const isSquare = field.sqrtRatio(root, element(u), element(v));
        const r = valueOf(root);
        assert.equal(r & 1n, 0n);
        if (mod(v) === 0n) {
          assert.equal(r, 0n);
          assert.equal(isSquare, mod(u) === 0n ? 1 : 0);
        } else {
          assert.equal(mod(r * r * v), mod(isSquare === 1 ? u : u * i));
        }
      }),
      { numRuns: 60 },
    );
  });
});
