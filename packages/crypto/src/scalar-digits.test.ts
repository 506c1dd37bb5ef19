/** Every form of a scalar's digits adds up to the scalar and keeps to its range. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bitLength,
  fromLittleEndian,
  nonAdjacentForm,
  oddDigits,
  signedDigits,
  toLittleEndian,
} from './scalar-digits.ts';

const scalar = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  fc.constantFrom(0n, 1n, 2n ** 128n - 1n, 2n ** 255n, 2n ** 256n - 1n),
);

const valueOf = (digits: ArrayLike<number>, base: bigint) =>
  Array.from(digits).reduceRight((sum, digit) => sum * base + BigInt(digit), 0n);

describe('digits of scalars', () => {
  it('bytes and back', () => {
    fc.assert(
      fc.property(scalar, (n) => {
        const bytes = toLittleEndian(n, 32);
        assert.equal(bytes.length, 32);
        assert.equal(bytes[0], Number(n & 255n));
        assert.equal(fromLittleEndian(bytes), n);
        assert.equal(bitLength(bytes), n === 0n ? 0 : n.toString(2).length);
        const inside = Uint8Array.of(7, ...bytes, 9).subarray(1, 33);
        assert.equal(fromLittleEndian(inside), n);
      }),
    );
  });

  it('signed digits', () => {
    fc.assert(
      fc.property(scalar, fc.integer({ min: 1, max: 14 }), (n, width) => {
        const bytes = toLittleEndian(n, 32);
        const digits = signedDigits(bytes, width, Math.floor(bitLength(bytes) / width) + 1);
        assert.equal(valueOf(digits, 2n ** BigInt(width)), n);
        assert.ok(digits.every((digit) => Math.abs(digit) <= 2 ** (width - 1)));
      }),
    );
  });

  it('non-adjacent form', () => {
    fc.assert(
      fc.property(scalar, fc.integer({ min: 2, max: 7 }), (n, width) => {
        const digits = nonAdjacentForm(toLittleEndian(n, 32), width);
        assert.equal(valueOf(digits, 2n), n);
        digits.forEach((digit, i) => {
          if (digit === 0) return;
          assert.ok(Math.abs(digit) % 2 === 1 && Math.abs(digit) < 2 ** (width - 1));
          assert.ok(digits.subarray(i + 1, i + width).every((next) => next === 0));
        });
      }),
    );
  });

  it('odd digits, none of them zero', () => {
    for (const order of [2n ** 252n + 27742317777372353535851937790883648493n, 2n ** 256n - 189n]) {
      const count = Math.ceil((order.toString(2).length + 1) / 4);
      fc.assert(
        fc.property(
          fc.oneof(fc.bigInt({ min: 0n, max: order - 1n }), fc.constantFrom(0n, 1n, order - 1n)),
          (n) => {
            const digits = oddDigits(n, order, count);
            assert.equal(digits.length, count);
            assert.ok(digits.every((digit) => Math.abs(digit) % 2 === 1 && Math.abs(digit) <= 15));
            const value = valueOf(digits, 16n);
            assert.ok(value === n || value === n + order);
          },
        ),
      );
    }
  });
});
