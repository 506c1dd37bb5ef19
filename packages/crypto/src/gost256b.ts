/**
 * The group of GOST R 34.10-2012 with the parameter set id-tc26-gost-3410-2012-256-paramSetB
 * (RFC 9215, appendix B.2; the same curve as CryptoPro-A of RFC 4357): y² = x³ − 3x + 166 over
 * p = 2²⁵⁶ − 617, of prime order, so that every point but the identity generates the group and
 * there is no cofactor to think of.
 *
 * A point is 33 bytes, 02 or 03 (parity of y) and x big-endian (SEC 1, section 2.3.3). The identity
 * is 33 zero bytes. A scalar is 32 bytes big-endian, as in a signature of RFC 9215. Uniform bytes
 * are read first octet least significant, as the standard reads a hash value (RFC 7091, section 5.3).
 */
import { normalizeZ, pippenger } from '@noble/curves/abstract/curve.js';
import { weierstrass, type WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { bytesToNumberBE, bytesToNumberLE, numberToBytesBE } from '@noble/curves/utils.js';
import { randomBytes } from './bytes.ts';
import { EncodingError, type FixedBase, type Group, type Point, type Term } from './group.ts';

const P = 2n ** 256n - 617n;
const Q = 0xffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893n;
const B = 166n;

const Curve = weierstrass({
  p: P,
  n: Q,
  h: 1n,
  a: P - 3n,
  b: B,
  Gx: 1n,
  Gy: 0x8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14n,
});
const { Fp } = Curve;

type Inner = WeierstrassPoint<bigint>;
const inner = (point: Point): Inner => point as unknown as Inner;
const outer = (point: Inner): Point => point as unknown as Point;

const POINT_LENGTH = 33;
const SCALAR_LENGTH = 32;
const TABLE_WINDOW = 5;
/** Below this many terms a shared chain of doublings beats buckets. */
const STRAUSS_LIMIT = 16;

function checkScalar(scalar: bigint): void {
  if (scalar < 0n || scalar >= Q) throw new RangeError('scalar out of range');
}

/** `scalar · point`; noble refuses 0, so it works on 1 then and the result is put aside. */
function multiplySecret(point: Inner, scalar: bigint): Point {
  checkScalar(scalar);
  const product = point.multiply(scalar === 0n ? 1n : scalar);
  return outer(scalar === 0n ? Curve.ZERO : product);
}

function encodeAffine({ x, y }: { x: bigint; y: bigint }): Uint8Array {
  const out = new Uint8Array(POINT_LENGTH);
  // (0, 0) stands for the identity: it isn't on the curve, since b is not 0.
  if (x === 0n && y === 0n) return out;
  out[0] = 2 + Number(y & 1n);
  out.set(numberToBytesBE(x, 32), 1);
  return out;
}

function encodeAll(points: readonly Inner[]): Uint8Array[] {
  return normalizeZ(Curve, points as Inner[]).map((p) => encodeAffine(p.toAffine()));
}

function decodePoint(bytes: Uint8Array, index: number, allowIdentity: boolean): Point {
  const fail = (code: EncodingError['code'], message: string) =>
    new EncodingError(code, message, index);
  if (bytes.length !== POINT_LENGTH) {
    throw fail('encoding.length', `a point is ${POINT_LENGTH} bytes, got ${bytes.length}`);
  }
  const tag = bytes[0] as number;
  const x = bytesToNumberBE(bytes.subarray(1));
  if (tag === 0 && x === 0n) {
    if (allowIdentity) return outer(Curve.ZERO);
    throw fail('encoding.identity', 'the identity is not allowed here');
  }
  if (tag !== 2 && tag !== 3) {
    throw fail('encoding.not-canonical', 'the first byte of a point is neither 02 nor 03');
  }
  if (x >= P) throw fail('encoding.not-canonical', 'x is not below the field prime');
  const square = Fp.create((x * x - 3n) * x + B);
  const root = Fp.pow(square, (P + 1n) / 4n);
  if (!Fp.eql(Fp.sqr(root), square)) {
    throw fail('encoding.off-curve', 'no point of the curve has this x');
  }
  // The order is odd, so no point has y = 0 and both parities name a point.
  const y = Number(root & 1n) === (tag & 1) ? root : P - root;
  return outer(Curve.fromAffine({ x, y }));
}

let generatorTable: FixedBase | undefined;

function table(point: Point): FixedBase {
  // A fresh object: the table hangs on it and goes with it.
  const base = Curve.fromAffine(inner(point).toAffine());
  if (base.is0()) return { multiply: (scalar) => multiplySecret(Curve.ZERO, scalar) };
  base.precompute(TABLE_WINDOW, false);
  return { multiply: (scalar) => multiplySecret(base, scalar) };
}

/** `1 + (n mod (q − 1))` of 64 uniform bytes: uniform in `[1, q)` but for a bias below 2⁻²⁵⁰. */
export function nonzeroScalarFromUniform(bytes64: Uint8Array): bigint {
  return 1n + (bytesToNumberLE(bytes64) % (Q - 1n));
}

/** x and y of a point, for the standard's signatures and keys; the identity has none and gives zeros. */
export function affineCoordinates(point: Point): { x: bigint; y: bigint } {
  return inner(point).toAffine();
}

export const gost256bGroup: Group = {
  id: 'gost256b',
  order: Q,
  pointLength: POINT_LENGTH,
  scalarLength: SCALAR_LENGTH,
  generator: outer(Curve.BASE),
  identity: outer(Curve.ZERO),
  get generatorTable() {
    return (generatorTable ??= table(outer(Curve.BASE)));
  },

  add: (a, b) => outer(inner(a).add(inner(b))),
  subtract: (a, b) => outer(inner(a).subtract(inner(b))),
  negate: (a) => outer(inner(a).negate()),
  equals: (a, b) => inner(a).equals(inner(b)),
  isIdentity: (a) => inner(a).is0(),

  multiply: (point, scalar) => multiplySecret(inner(point), scalar),
  table,
  msm(terms: readonly Term[]): Point {
    const points: Inner[] = [];
    const scalars: bigint[] = [];
    for (const { point, scalar } of terms) {
      checkScalar(scalar);
      points.push(inner(point));
      scalars.push(scalar);
    }
    if (points.length === 0) return outer(Curve.ZERO);
    if (points.length < STRAUSS_LIMIT) {
      return outer(
        points.reduce((sum, p, i) => sum.add(p.multiplyUnsafe(scalars[i] as bigint)), Curve.ZERO),
      );
    }
    return outer(pippenger(Curve, points, scalars));
  },

  encode: (point) => encodeAffine(inner(point).toAffine()),
  encodeAll: (points) => encodeAll(points.map(inner)),
  encodeDoubles: (points) => encodeAll(points.map((p) => inner(p).double())),
  half(scalar) {
    checkScalar(scalar);
    return (scalar & 1n) === 0n ? scalar >> 1n : (scalar + Q) >> 1n;
  },
  decode: (bytes) => decodePoint(bytes, 0, false),
  decodeAll: (list) => list.map((bytes, index) => decodePoint(bytes, index, false)),
  decodeAggregate: (bytes) => decodePoint(bytes, 0, true),

  encodeScalar(scalar) {
    checkScalar(scalar);
    return numberToBytesBE(scalar, SCALAR_LENGTH);
  },
  decodeScalar(bytes) {
    if (bytes.length !== SCALAR_LENGTH) {
      throw new EncodingError(
        'encoding.length',
        `a scalar is ${SCALAR_LENGTH} bytes, got ${bytes.length}`,
      );
    }
    const scalar = bytesToNumberBE(bytes);
    if (scalar >= Q) {
      throw new EncodingError('encoding.scalar-range', 'the scalar is not below the order');
    }
    return scalar;
  },
  scalarFromUniform(bytes64) {
    if (bytes64.length !== 64) throw new RangeError('64 uniform bytes expected');
    return bytesToNumberLE(bytes64) % Q;
  },
  randomScalar: () => nonzeroScalarFromUniform(randomBytes(64)),
};
