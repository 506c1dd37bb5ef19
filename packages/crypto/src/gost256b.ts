/**
 * The group of GOST R 34.10-2012 with the parameter set id-tc26-gost-3410-2012-256-paramSetB
 * (RFC 9215) behind the package's group interface. Its order is prime: every point but the
 * identity generates the group, and there is no cofactor to think of.
 *
 * A point is 33 bytes, 02 or 03 (parity of y) and x big-endian (SEC 1, section 2.3.3). The identity
 * is 33 zero bytes. A scalar is 32 bytes big-endian, as in the signatures of RFC 9215. Uniform bytes
 * are read first octet least significant, as the standard reads a hash value (RFC 7091, section 6).
 *
 * The arithmetic is our own (`field-gost256.ts`, `gost-curve.ts`); the tests hold it to
 * `@noble/curves` and to OpenSSL.
 */
import { bytesToNumberBE, bytesToNumberLE, numberToBytesBE } from '@noble/curves/utils.js';
import { randomBytes } from './bytes.ts';
import { fixedBase, multiplySecret } from './fixed-base.ts';
import {
  addPoints,
  areEqual,
  COORDINATE_LENGTH,
  curveSecrets,
  curveSums,
  doublePoint,
  fromX,
  identity,
  isIdentity,
  negatePoint,
  ORDER,
  toCoordinates,
} from './gost-curve.ts';
import type { CurvePoint } from './gost-curve.ts';
import { EncodingError } from './group.ts';
import type { FixedBase, Group, Point } from './group.ts';
import { multiScalar } from './multi-scalar.ts';

const POINT_LENGTH = 1 + COORDINATE_LENGTH;
const SCALAR_LENGTH = 32;
/** Of the generator, big-endian. */
const GENERATOR_X = numberToBytesBE(1n, COORDINATE_LENGTH);

const inner = (point: Point): CurvePoint => point as unknown as CurvePoint;
const outer = (point: CurvePoint): Point => point as unknown as Point;

function checkScalar(scalar: bigint): void {
  if (scalar < 0n || scalar >= ORDER) throw new RangeError('scalar is out of [0, order)');
}

function table(point: Point): FixedBase {
  // The identity has no affine multiples to put into a table. Points are public, scalars are not.
  if (isIdentity(inner(point))) return { multiply: (scalar) => multiply(point, scalar) };
  const product = fixedBase(curveSecrets, inner(point));
  return { multiply: (scalar) => outer(product(scalar)) };
}

function multiply(point: Point, scalar: bigint): Point {
  checkScalar(scalar);
  if (isIdentity(inner(point))) return identityPoint;
  return outer(multiplySecret(curveSecrets, inner(point), scalar));
}

/** {@link toCoordinates} with the first 33 bytes those of the compressed point. */
function encodeAll(points: readonly CurvePoint[]): Uint8Array[] {
  return toCoordinates(points).map((xy) => {
    const out = new Uint8Array(POINT_LENGTH);
    // No point but the identity, (0, 0) here, has both coordinates zero.
    if (xy.every((byte) => byte === 0)) return out;
    out[0] = 2 + ((xy[2 * COORDINATE_LENGTH - 1] as number) & 1);
    out.set(xy.subarray(0, COORDINATE_LENGTH), 1);
    return out;
  });
}

function decode(bytes: Uint8Array, index: number): Point {
  if (bytes.length !== POINT_LENGTH) {
    const message = `a point takes ${POINT_LENGTH} bytes, here are ${bytes.length}`;
    throw new EncodingError('encoding.length', message, index);
  }
  const tag = bytes[0] as number;
  if (tag !== 2 && tag !== 3) {
    if (isIdentityEncoding(bytes)) {
      throw new EncodingError('encoding.identity', 'the identity is not allowed here', index);
    }
    throw new EncodingError('encoding.not-canonical', 'a point begins with 02 or 03', index);
  }
  const point = fromX(bytes, 1, tag & 1);
  if (point === 'not-canonical') {
    throw new EncodingError('encoding.not-canonical', 'x must be below the field prime', index);
  }
  if (point === 'off-curve') {
    throw new EncodingError('encoding.off-curve', 'no point of the curve has this x', index);
  }
  return outer(point);
}

function isIdentityEncoding(bytes: Uint8Array): boolean {
  return bytes.length === POINT_LENGTH && bytes.every((byte) => byte === 0);
}

/** `1 + (n mod (q − 1))` of 64 uniform bytes: uniform in `[1, q)` but for a bias below 2⁻²⁵⁰. */
export function nonzeroScalarFromUniform(bytes64: Uint8Array): bigint {
  return 1n + (bytesToNumberLE(bytes64) % (ORDER - 1n));
}

/** `x ‖ y` of a point, each 32 bytes big-endian, for the standard's signatures and keys; zeros for the identity. */
export function affineCoordinates(point: Point): Uint8Array {
  return toCoordinates([inner(point)])[0] as Uint8Array;
}

const identityPoint = outer(identity());
/** (1, 8d91e471…9f1e14): y is even (RFC 4357). */
const generator = outer(fromX(GENERATOR_X, 0, 0) as CurvePoint);
let generatorTable: FixedBase | undefined;

/** The group: encodings of 33 bytes, scalars of 32 bytes big-endian. */
export const gost256bGroup: Group = {
  id: 'gost256b',
  order: ORDER,
  pointLength: POINT_LENGTH,
  scalarLength: SCALAR_LENGTH,
  generator,
  identity: identityPoint,
  get generatorTable() {
    return (generatorTable ??= table(generator));
  },

  add: (a, b) => outer(addPoints(inner(a), inner(b))),
  subtract: (a, b) => outer(addPoints(inner(a), negatePoint(inner(b)))),
  negate: (a) => outer(negatePoint(inner(a))),
  equals: (a, b) => areEqual(inner(a), inner(b)),
  isIdentity: (a) => isIdentity(inner(a)),

  multiply,
  table,
  msm(terms) {
    const scalars = terms.map((term) => term.scalar);
    scalars.forEach(checkScalar);
    const points = terms.map((term) => inner(term.point));
    return outer(multiScalar(curveSums, points, scalars));
  },

  encode: (point) => encodeAll([inner(point)])[0] as Uint8Array,
  encodeAll: (points) => encodeAll(points.map(inner)),
  encodeDoubles: (points) => encodeAll(points.map((point) => doublePoint(inner(point)))),
  half(scalar) {
    checkScalar(scalar);
    return (scalar + ORDER * (scalar & 1n)) >> 1n;
  },
  decode: (bytes) => decode(bytes, 0),
  decodeAll: (list) => list.map(decode),
  decodeAggregate: (bytes) => (isIdentityEncoding(bytes) ? identityPoint : decode(bytes, 0)),

  encodeScalar(scalar) {
    checkScalar(scalar);
    return numberToBytesBE(scalar, SCALAR_LENGTH);
  },
  decodeScalar(bytes) {
    if (bytes.length !== SCALAR_LENGTH) {
      const message = `a scalar takes ${SCALAR_LENGTH} bytes, here are ${bytes.length}`;
      throw new EncodingError('encoding.length', message);
    }
    const scalar = bytesToNumberBE(bytes);
    if (scalar >= ORDER) {
      throw new EncodingError('encoding.scalar-range', 'a scalar must be below the order');
    }
    return scalar;
  },
  scalarFromUniform(bytes64) {
    if (bytes64.length !== 64) throw new RangeError(`64 bytes are needed, not ${bytes64.length}`);
    return bytesToNumberLE(bytes64) % ORDER;
  },
  randomScalar: () => nonzeroScalarFromUniform(randomBytes(64)),
};
