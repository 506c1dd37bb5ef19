/** RFC 9496's vectors for ristretto255, and every operation of the group held to `@noble/curves`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ed25519, ED25519_TORSION_SUBGROUP, ristretto255 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { bytesToHex, hexToBytes } from './bytes.ts';
import { addPoints, fromAffine } from './edwards25519.ts';
import type { EdwardsPoint } from './edwards25519.ts';
import { fieldConstant } from './field25519.ts';
import { EncodingError } from './group.ts';
import type { Point } from './group.ts';
import { ristretto255Group as group } from './ristretto255.ts';
import { encode, encodeDoubles } from './ristretto255-encoding.ts';
import { suiteById, UnknownSuiteError } from './suites.ts';

interface Vectors {
  multiplesOfGenerator: string[];
  invalid: { why: string; code: EncodingError['code']; encoding: string }[];
}
const vectors = JSON.parse(
  readFileSync(new URL('vectors/ristretto255.json', import.meta.url), 'utf8'),
) as Vectors;

const ORDER = group.order;
const Judge = ristretto255.Point;
const judged = (scalar: bigint) => bytesToHex(Judge.BASE.multiplyUnsafe(scalar % ORDER).toBytes());
const hex = (point: Point) => bytesToHex(group.encode(point));

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: ORDER - 1n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 2n, ORDER - 1n, ORDER - 2n, (ORDER - 1n) / 2n) },
);
const multiple = (s: bigint) => group.generatorTable.multiply(s);

const torsion: EdwardsPoint[] = ED25519_TORSION_SUBGROUP.map((encoding) => {
  const { x, y } = ed25519.Point.fromHex(encoding).toAffine();
  return fromAffine(fieldConstant(x), fieldConstant(y));
});
const plus = (point: Point, t: EdwardsPoint) => addPoints(point as unknown as EdwardsPoint, t);

function assertCode(run: () => unknown, code: EncodingError['code'], index = 0): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof EncodingError);
    assert.equal(error.code, code);
    assert.equal(error.index, index);
    return true;
  });
}

describe('ristretto255, RFC 9496', () => {
  it('A.1: multiples of the generator', () => {
    let sum = group.identity;
    vectors.multiplesOfGenerator.forEach((encoding, i) => {
      assert.equal(hex(sum), encoding);
      assert.equal(hex(multiple(BigInt(i))), encoding);
      assert.equal(hex(group.multiply(group.generator, BigInt(i))), encoding);
      assert.equal(hex(group.decodeAggregate(hexToBytes(encoding))), encoding);
      sum = group.add(sum, group.generator);
    });
    assert.equal(vectors.multiplesOfGenerator.length, 16);
  });

  it('A.2: invalid encodings', () => {
    assert.equal(vectors.invalid.length, 29);
    for (const { code, encoding } of vectors.invalid) {
      assertCode(() => group.decode(hexToBytes(encoding)), code);
      assertCode(() => group.decodeAggregate(hexToBytes(encoding)), code);
    }
  });
});

describe('ristretto255, encodings', () => {
  it('refuses other lengths, a set high bit and the identity', () => {
    for (const length of [0, 31, 33, 64]) {
      assertCode(() => group.decode(new Uint8Array(length)), 'encoding.length');
      assertCode(() => group.decodeAggregate(new Uint8Array(length)), 'encoding.length');
    }
    for (const encoding of vectors.multiplesOfGenerator) {
      const bytes = hexToBytes(encoding);
      bytes[31] = (bytes[31] as number) | 0x80;
      assertCode(() => group.decodeAggregate(bytes), 'encoding.not-canonical');
    }
    assertCode(() => group.decode(new Uint8Array(32)), 'encoding.identity');
    assert.ok(group.isIdentity(group.decodeAggregate(new Uint8Array(32))));
  });

  it('names the first bad one of a list', () => {
    const good = hexToBytes(vectors.multiplesOfGenerator[1] as string);
    const bad = hexToBytes(vectors.invalid[20]?.encoding as string);
    assert.deepEqual(
      group.decodeAll([good, good]).map(hex),
      [good, good].map((bytes) => bytesToHex(bytes)),
    );
    assertCode(() => group.decodeAll([good, good, bad, bad]), 'encoding.off-curve', 2);
    assertCode(() => group.decodeAll([good, new Uint8Array(32)]), 'encoding.identity', 1);
    assert.deepEqual(group.decodeAll([]), []);
  });

  it('accepts and refuses the same bytes as the judge', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        // Most random bytes are refused for these two bits alone.
        bytes[0] = (bytes[0] as number) & 0xfe;
        bytes[31] = (bytes[31] as number) & 0x7f;
        const before = bytes.slice();
        let expected: string | undefined;
        try {
          expected = Judge.fromBytes(bytes).toHex();
        } catch {
          assert.throws(() => group.decodeAggregate(bytes), EncodingError);
          return;
        }
        accepted++;
        assert.equal(hex(group.decodeAggregate(bytes)), expected);
        assert.deepEqual(bytes, before);
      }),
      { numRuns: 300 },
    );
    assert.ok(accepted > 0);
  });

  it('encodes every point of a class alike, and the double of any point', () => {
    fc.assert(
      fc.property(scalar, (s) => {
        const point = multiple(s);
        // The first four are E[4], within which a class lies; doubling takes E[8] there.
        for (const t of torsion) {
          const order4 = addPoints(t, t);
          assert.equal(bytesToHex(encode(plus(point, order4))), judged(s));
        }
        const doubles = encodeDoubles(torsion.map((t) => plus(point, t)));
        for (const encoding of doubles) assert.equal(bytesToHex(encoding), judged(2n * s));
      }),
      { numRuns: 30 },
    );
  });

  it('encodes many, the identity among them', () => {
    fc.assert(
      fc.property(fc.array(scalar, { maxLength: 6 }), (scalars) => {
        const points = [...scalars, 0n].map(multiple);
        const expected = [...scalars, 0n].map(judged);
        assert.deepEqual(group.encodeAll(points).map(bytesToHex), expected);
        const halves = [...scalars, 0n].map((s) => multiple(group.half(s)));
        assert.deepEqual(group.encodeDoubles(halves).map(bytesToHex), expected);
      }),
      { numRuns: 30 },
    );
    assert.deepEqual(group.encodeDoubles([]), []);
  });
});

describe('ristretto255, group', () => {
  it('multiplies as the judge does: by a table, alone, and the table of any point', () => {
    fc.assert(
      fc.property(scalar, scalar, (s, t) => {
        assert.equal(hex(multiple(s)), judged(s));
        const point = group.multiply(group.generator, s);
        assert.equal(hex(point), judged(s));
        assert.equal(hex(group.multiply(point, t)), judged(s * t));
      }),
      { numRuns: 40 },
    );
    for (const s of [0n, 5n]) {
      const table = group.table(multiple(s));
      for (const t of [0n, 1n, 2n, ORDER - 1n, 123456789n]) {
        assert.equal(hex(table.multiply(t)), judged(s * t));
      }
    }
  });

  it('adds, subtracts, negates and compares', () => {
    fc.assert(
      fc.property(scalar, scalar, (s, t) => {
        const [a, b] = [multiple(s), multiple(t)];
        assert.equal(hex(group.add(a, b)), judged(s + t));
        assert.equal(hex(group.subtract(a, b)), judged(s + ORDER - t));
        assert.equal(hex(group.negate(a)), judged(ORDER - s));
        assert.equal(group.equals(a, b), s === t);
        assert.equal(group.isIdentity(a), s === 0n);
        for (const x of torsion) {
          const same = plus(a, addPoints(x, x)) as unknown as Point;
          assert.ok(group.equals(a, same));
          assert.equal(group.isIdentity(same), s === 0n);
        }
        // Nothing above has changed its operands.
        assert.equal(hex(a), judged(s));
        assert.equal(hex(b), judged(t));
      }),
      { numRuns: 30 },
    );
  });

  it('sums terms as the judge does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(scalar, scalar), { maxLength: 12 }), (list) => {
        const terms = list.map(([p, s], i) => ({
          // Decoded points and computed ones take different ways.
          point: i % 2 === 0 ? group.decodeAggregate(group.encode(multiple(p))) : multiple(p),
          scalar: s,
        }));
        assert.equal(hex(group.msm(terms)), judged(list.reduce((sum, [p, s]) => sum + p * s, 0n)));
        terms.forEach(({ point }, i) => assert.equal(hex(point), judged(list[i]?.[0] as bigint)));
      }),
      { numRuns: 30 },
    );
    assert.ok(group.isIdentity(group.msm([])));
    const many = fc.sample(fc.tuple(scalar, scalar), { numRuns: 600, seed: 3 });
    const points = many.slice(0, 30).map(([p]) => multiple(p));
    const sum = group.msm(many.map(([, s], i) => ({ point: points[i % 30] as Point, scalar: s })));
    const expected = many.reduce((e, [, s], i) => e + s * (many[i % 30]?.[0] as bigint), 0n);
    assert.equal(hex(sum), judged(expected));
  });
});

describe('ristretto255, scalars', () => {
  it('encodes little-endian and reads back', () => {
    fc.assert(
      fc.property(scalar, (s) => {
        const bytes = group.encodeScalar(s);
        assert.equal(bytes.length, group.scalarLength);
        assert.equal(BigInt(`0x${bytesToHex(bytes.slice().reverse())}`), s);
        assert.equal(group.decodeScalar(bytes), s);
        assert.equal((2n * group.half(s)) % ORDER, s);
      }),
    );
  });

  it('refuses what is out of range', () => {
    for (const s of [-1n, ORDER, 2n ** 256n]) {
      assert.throws(() => group.encodeScalar(s), RangeError);
      assert.throws(() => group.half(s), RangeError);
      assert.throws(() => group.multiply(group.generator, s), RangeError);
      assert.throws(() => group.generatorTable.multiply(s), RangeError);
      assert.throws(() => group.msm([{ point: group.generator, scalar: s }]), RangeError);
    }
    const order = group.encodeScalar(ORDER - 1n);
    order[0] = (order[0] as number) + 1;
    assertCode(() => group.decodeScalar(order), 'encoding.scalar-range');
    assertCode(() => group.decodeScalar(new Uint8Array(32).fill(255)), 'encoding.scalar-range');
    for (const length of [0, 31, 33]) {
      assertCode(() => group.decodeScalar(new Uint8Array(length)), 'encoding.length');
    }
  });

  it('reduces uniform bytes and draws scalars', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        const n = BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);
        assert.equal(group.scalarFromUniform(bytes), n % ORDER);
      }),
    );
    assert.throws(() => group.scalarFromUniform(new Uint8Array(63)), RangeError);
    const drawn = new Set(Array.from({ length: 50 }, () => group.randomScalar()));
    assert.equal(drawn.size, 50);
    for (const s of drawn) assert.ok(s > 0n && s < ORDER);
  });

  it('is the group of the default suite', () => {
    assert.equal(suiteById('ristretto255-sha512').group, group);
    assert.throws(
      () => suiteById('p256'),
      (error) => error instanceof UnknownSuiteError && error.code === 'suite.unknown',
    );
  });
});
