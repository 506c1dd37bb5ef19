/** The group of id-tc26-gost-3410-2012-256-paramSetB: its laws, its encodings, and what they refuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import fc from 'fast-check';
import { bytesToHex, hexToBytes, randomBytes } from './bytes.ts';
import { affineCoordinates, gost256bGroup as group } from './gost256b.ts';
import { EncodingError, type Point } from './group.ts';

const P = 2n ** 256n - 617n;
const q = group.order;
const G = group.generator;
const zeros = new Uint8Array(33);

const random = (): Point => group.multiply(G, group.randomScalar());
const same = (a: Point, b: Point, message?: string): void =>
  assert.equal(bytesToHex(group.encode(a)), bytesToHex(group.encode(b)), message);
const refuses =
  (code: EncodingError['code'], index = 0) =>
  (error: unknown) => {
    assert.ok(error instanceof EncodingError);
    assert.equal(error.code, code);
    assert.equal(error.index, index);
    return true;
  };
const encoding = (tag: number, x: bigint): Uint8Array => {
  const out = new Uint8Array(33);
  out[0] = tag;
  out.set(numberToBytesBE(x, 32), 1);
  return out;
};

const scalars = [0n, 1n, 2n, 3n, 31n, 32n, 33n, 2n ** 128n, 2n ** 255n, q - 2n, q - 1n];

test('the generator is the standard’s and has the standard’s order', () => {
  const y = '8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14';
  assert.equal(bytesToHex(affineCoordinates(G)), `${'00'.repeat(31)}01${y}`);
  assert.equal(bytesToHex(group.encode(G)), `02${'00'.repeat(31)}01`);
  same(group.multiply(G, q - 1n), group.negate(G));
  assert.ok(group.isIdentity(group.add(group.multiply(G, q - 1n), G)));
});

test('noble’s generic curve gives the same points', () => {
  const noble = weierstrass({
    p: P,
    n: q,
    h: 1n,
    a: P - 3n,
    b: 166n,
    Gx: 1n,
    Gy: 0x8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14n,
  });
  for (let i = 0; i < 20; i++) {
    const [a, b] = [group.randomScalar(), group.randomScalar()];
    const [A, B] = [noble.BASE.multiply(a), noble.BASE.multiply(b)];
    const [ours, other] = [group.decode(A.toBytes()), group.decode(B.toBytes())];
    const hex = (point: Point): string => bytesToHex(group.encode(point));
    assert.equal(hex(group.generatorTable.multiply(a)), A.toHex());
    assert.equal(hex(group.add(ours, other)), A.add(B).toHex());
    assert.equal(hex(group.subtract(ours, other)), A.subtract(B).toHex());
    assert.equal(hex(group.add(ours, ours)), A.double().toHex());
    assert.equal(hex(group.multiply(ours, b)), A.multiply(b).toHex());
    const sum = group.msm([
      { point: ours, scalar: b },
      { point: other, scalar: a >> 128n },
    ]);
    assert.equal(
      hex(sum),
      A.multiply(b)
        .add(B.multiply(a >> 128n))
        .toHex(),
    );
  }
});

test('every way to multiply agrees, for edge scalars and random ones', () => {
  const base = random();
  const table = group.table(base);
  for (const scalar of [...scalars, ...Array.from({ length: 10 }, () => group.randomScalar())]) {
    const product = group.multiply(base, scalar);
    same(table.multiply(scalar), product);
    same(group.msm([{ point: base, scalar }]), product);
    same(group.generatorTable.multiply(scalar), group.multiply(G, scalar));
    const minus = group.multiply(base, scalar === 0n ? 0n : q - scalar);
    same(group.negate(product), minus);
  }
  assert.ok(group.isIdentity(table.multiply(0n)));
});

test('the identity is neutral, its multiples and its table too', () => {
  const point = random();
  const { identity } = group;
  same(group.add(point, identity), point);
  same(group.add(identity, point), point);
  same(group.subtract(point, identity), point);
  same(group.negate(identity), identity);
  assert.ok(group.isIdentity(group.subtract(point, point)));
  assert.ok(group.isIdentity(group.multiply(identity, 5n)));
  assert.ok(group.isIdentity(group.table(identity).multiply(5n)));
  assert.ok(group.equals(identity, group.subtract(point, point)));
  assert.equal(group.equals(identity, point), false);
  same(group.add(point, point), group.multiply(point, 2n), 'addition of equals');
});

test('scalars out of range are refused everywhere', () => {
  const table = group.table(G);
  for (const bad of [-1n, q, q + 1n]) {
    assert.throws(() => group.multiply(G, bad), RangeError);
    assert.throws(() => table.multiply(bad), RangeError);
    assert.throws(() => group.msm([{ point: G, scalar: bad }]), RangeError);
    assert.throws(() => group.encodeScalar(bad), RangeError);
    assert.throws(() => group.half(bad), RangeError);
  }
});

test('sums of few and of many terms, with zeros, repeats, opposites and the identity', () => {
  assert.ok(group.isIdentity(group.msm([])));
  const points = [...Array.from({ length: 20 }, random), G, G, group.negate(G), group.identity];
  for (const length of [1, 2, 3, 15, 16, 17, 100, 300]) {
    const terms = Array.from({ length }, (_, i) => ({
      point: points[i % points.length] as Point,
      scalar:
        i % 7 === 3
          ? (scalars[i % scalars.length] as bigint)
          : group.randomScalar() >> (i % 2 ? 128n : 0n),
    }));
    const expected = terms.reduce(
      (sum, { point, scalar }) => group.add(sum, group.multiply(point, scalar)),
      group.identity,
    );
    same(group.msm(terms), expected, `${length} terms`);
    const opposite = terms.map((t) => ({ ...t, point: group.negate(t.point) }));
    assert.ok(group.isIdentity(group.msm([...terms, ...opposite])));
  }
  // All digits alike: every term falls into one bucket of each window.
  const equal = Array.from({ length: 64 }, () => ({ point: G, scalar: q - 1n }));
  same(group.msm(equal), group.multiply(G, q - 64n));
});

test('encodings of many points and of their doubles', () => {
  const points = [random(), group.identity, G, group.add(random(), random()), group.identity];
  assert.deepEqual(
    group.encodeAll(points),
    points.map((p) => group.encode(p)),
  );
  assert.deepEqual(
    group.encodeDoubles(points),
    points.map((p) => group.encode(group.add(p, p))),
  );
  assert.deepEqual(group.encodeAll([]), []);
  for (const scalar of scalars) assert.equal((group.half(scalar) * 2n) % q, scalar);
});

test('points come back from their encodings', () => {
  const points = Array.from({ length: 20 }, random);
  const encodings = group.encodeAll(points);
  group.decodeAll(encodings).forEach((p, i) => assert.ok(group.equals(p, points[i] as Point)));
  for (const bytes of encodings)
    assert.deepEqual(group.encode(group.decodeAggregate(bytes)), bytes);
});

test('the identity has one encoding, for aggregates alone', () => {
  assert.deepEqual(group.encode(group.identity), zeros);
  assert.ok(group.isIdentity(group.decodeAggregate(zeros)));
  assert.throws(() => group.decode(zeros), refuses('encoding.identity'));
  const good = group.encode(G);
  assert.throws(() => group.decodeAll([good, good, zeros]), refuses('encoding.identity', 2));
  for (const other of [encoding(0, 1n), encoding(2, P), encoding(0, P)]) {
    assert.throws(() => group.decodeAggregate(other), refuses('encoding.not-canonical'));
  }
});

test('what is not a point is refused with its code', () => {
  for (const decode of [group.decode, group.decodeAggregate]) {
    for (const length of [0, 1, 32, 34, 65]) {
      assert.throws(() => decode(new Uint8Array(length)), refuses('encoding.length'));
    }
    for (const tag of [0, 1, 4, 5, 6, 7, 255]) {
      assert.throws(() => decode(encoding(tag, 1n)), refuses('encoding.not-canonical'));
    }
    // x = 1 + p would be the generator again, if it fitted; the largest that fits are refused too.
    for (const x of [P, P + 1n, 2n ** 256n - 1n]) {
      assert.throws(() => decode(encoding(2, x)), refuses('encoding.not-canonical'));
    }
  }
});

test('x that are on the quadratic twist are refused: about half of all', () => {
  let refused = 0;
  for (let x = 0n; x < 64n; x++) {
    const square = ((((x * x - 3n) * x + 166n) % P) + P) % P;
    const onCurve = square === power(square, (P + 1n) / 2n);
    if (onCurve) {
      const even = group.decode(encoding(2, x));
      same(group.negate(even), group.decode(encoding(3, x)));
      const y = bytesToNumberBE(affineCoordinates(even).subarray(32));
      assert.equal((y * y) % P, square);
    } else {
      refused++;
      assert.throws(() => group.decode(encoding(2, x)), refuses('encoding.off-curve'));
      assert.throws(() => group.decode(encoding(3, x)), refuses('encoding.off-curve'));
    }
  }
  assert.ok(refused > 16 && refused < 48);
});

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % P;
    if (bit === '1') result = (result * base) % P;
  }
  return result;
}

test('any bytes either are the one encoding of a point or are refused', () => {
  const bytes33 = fc
    .tuple(fc.constantFrom(0, 2, 3, 4), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([tag, x]) => Uint8Array.from([tag, ...x]));
  fc.assert(
    fc.property(fc.oneof(bytes33, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      try {
        assert.deepEqual(group.encode(group.decodeAggregate(bytes)), bytes);
      } catch (error) {
        assert.ok(error instanceof EncodingError);
      }
    }),
  );
});

test('scalars: encoding, range and reduction', () => {
  for (const scalar of scalars) {
    const bytes = group.encodeScalar(scalar);
    assert.equal(bytes.length, 32);
    assert.equal(group.decodeScalar(bytes), scalar);
  }
  assert.equal(bytesToHex(group.encodeScalar(258n)), `${'00'.repeat(30)}0102`);
  assert.throws(() => group.decodeScalar(numberToBytesBE(q, 32)), refuses('encoding.scalar-range'));
  assert.throws(() => group.decodeScalar(new Uint8Array(31)), refuses('encoding.length'));
  assert.throws(() => group.decodeScalar(new Uint8Array(33)), refuses('encoding.length'));
  const low = new Uint8Array(64);
  low[0] = 7;
  assert.equal(group.scalarFromUniform(low), 7n);
  assert.equal(group.scalarFromUniform(hexToBytes('ff'.repeat(64))), (2n ** 512n - 1n) % q);
  assert.throws(() => group.scalarFromUniform(randomBytes(63)), RangeError);
  const drawn = new Set(Array.from({ length: 50 }, () => group.randomScalar()));
  assert.equal(drawn.size, 50);
  for (const scalar of drawn) assert.ok(scalar > 0n && scalar < q);
});
