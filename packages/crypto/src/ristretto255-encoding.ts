/**
 * Encoding and decoding of ristretto255 (RFC 9496 §4.3). An element is a class of points of
 * edwards25519; any point of the class may stand for it.
 */
import { D, fromAffine } from './edwards25519.ts';
import type { EdwardsPoint } from './edwards25519.ts';
import {
  absolute,
  add,
  equal,
  fieldConstant,
  fieldElement,
  fromBytes,
  invertAll,
  isCanonical,
  isNegative,
  mul,
  negateIf,
  ONE,
  select,
  SQRT_M1,
  sqrtRatio,
  square,
  sub,
  toBytes,
  ZERO,
} from './field25519.ts';
import type { FieldElement } from './field25519.ts';
import { EncodingError } from './group.ts';

export const ENCODED_LENGTH = 32;

/** 1/√(a − d) (RFC 9496 §4.1). */
const INVSQRT_A_MINUS_D =
  fieldConstant(54469307008909316920995813868745141605393597292927456921205312896311721017578n);

/** Equality of §4.3.3: `x₁y₂ = y₁x₂` or `y₁y₂ = x₁x₂`. */
export function areEqual(p: EdwardsPoint, q: EdwardsPoint): boolean {
  const left = fieldElement();
  const right = fieldElement();
  mul(left, p.X, q.Y);
  mul(right, p.Y, q.X);
  const straight = equal(left, right);
  mul(left, p.Y, q.Y);
  mul(right, p.X, q.X);
  return (straight | equal(left, right)) === 1;
}

/** Whether the point stands for the identity: it is one of the four with `xy = 0`. */
export function isIdentity(p: EdwardsPoint): boolean {
  return (equal(p.X, ZERO) | equal(p.Y, ZERO)) === 1;
}

/** Whether these bytes are the identity's one encoding: all zeros. */
export function isIdentityEncoding(bytes: Uint8Array): boolean {
  return bytes.length === ENCODED_LENGTH && bytes.every((byte) => byte === 0);
}

/** Decode of §4.3.1; the identity is refused. `index` goes into the {@link EncodingError}. */
export function decode(bytes: Uint8Array, index: number): EdwardsPoint {
  if (bytes.length !== ENCODED_LENGTH) {
    const message = `a point takes ${ENCODED_LENGTH} bytes, here are ${bytes.length}`;
    throw new EncodingError('encoding.length', message, index);
  }
  if (!isCanonical(bytes) || ((bytes[0] as number) & 1) === 1) {
    const message = 'not a canonical, non-negative field element';
    throw new EncodingError('encoding.not-canonical', message, index);
  }
  if (isIdentityEncoding(bytes)) {
    throw new EncodingError('encoding.identity', 'the identity is not allowed here', index);
  }
  const s = fieldElement();
  const u1 = fieldElement();
  const u2 = fieldElement();
  const v = fieldElement();
  const w = fieldElement();
  fromBytes(s, bytes);
  square(v, s);
  sub(u1, ONE, v);
  add(u2, ONE, v);
  square(w, u2);
  square(v, u1);
  mul(v, v, D);
  add(v, v, w);
  negateIf(v, v, 1); // −d·u1² − u2²
  mul(w, w, v);
  const inverseRoot = fieldElement();
  const isSquare = sqrtRatio(inverseRoot, ONE, w);
  const x = fieldElement();
  const y = fieldElement();
  mul(y, inverseRoot, u2);
  mul(x, s, y);
  add(x, x, x);
  absolute(x, x);
  mul(y, y, inverseRoot);
  mul(y, y, v);
  mul(y, y, u1);
  const point = fromAffine(x, y);
  if (isSquare === 0 || isNegative(point.T) === 1 || equal(y, ZERO) === 1) {
    throw new EncodingError('encoding.off-curve', 'no element has this encoding', index);
  }
  return point;
}

/** Encode of §4.3.2. */
export function encode(p: EdwardsPoint): Uint8Array {
  const u1 = fieldElement();
  const u2 = fieldElement();
  const t = fieldElement();
  add(u1, p.Z, p.Y);
  sub(t, p.Z, p.Y);
  mul(u1, u1, t);
  mul(u2, p.X, p.Y);
  square(t, u2);
  mul(t, t, u1);
  const inverseRoot = fieldElement();
  sqrtRatio(inverseRoot, ONE, t); // of a square, since p is on the curve
  const den1 = fieldElement();
  const den2 = fieldElement();
  const zInverse = fieldElement();
  mul(den1, inverseRoot, u1);
  mul(den2, inverseRoot, u2);
  mul(zInverse, den1, den2);
  mul(zInverse, zInverse, p.T);

  mul(t, p.T, zInverse);
  const rotate = isNegative(t);
  const x = fieldElement();
  const y = fieldElement();
  mul(x, p.Y, SQRT_M1);
  select(x, p.X, x, rotate);
  mul(y, p.X, SQRT_M1);
  select(y, p.Y, y, rotate);
  const denominator = fieldElement();
  mul(denominator, den1, INVSQRT_A_MINUS_D);
  select(denominator, den2, denominator, rotate);
  mul(t, x, zInverse);
  negateIf(y, y, isNegative(t));
  sub(t, p.Z, y);
  mul(t, t, denominator);
  absolute(t, t);
  return toBytes(t);
}

/** What {@link encodeDoubles} keeps of a point until the inversion. */
interface Doubled {
  readonly e: FieldElement;
  readonly f: FieldElement;
  readonly g: FieldElement;
  readonly h: FieldElement;
  readonly eg: FieldElement;
  readonly fh: FieldElement;
}

/**
 * The encodings of the doubles, without a square root: the double of a point has the coordinates
 * `e/f, g/h` whose square root in {@link encode} is known. The method of curve25519-dalek's
 * `double_and_compress_batch`. Where `efgh` is zero the double is the identity, and its inverse,
 * given as zero, makes `s = 0`, which is the identity's encoding.
 */
export function encodeDoubles(points: readonly EdwardsPoint[]): Uint8Array[] {
  const doubles = points.map(doubled);
  const inverses = invertAll(
    doubles.map(({ eg, fh }) => {
      const efgh = fieldElement();
      mul(efgh, eg, fh);
      return efgh;
    }),
  );
  return doubles.map((state, i) => encodeDoubled(state, inverses[i] as FieldElement));
}

/** `2P = (e/f, g/h)` with e = 2XY, f = Z² + dT², g = Y² + X², h = Z² − dT². */
function doubled(p: EdwardsPoint): Doubled {
  const e = fieldElement();
  const f = fieldElement();
  const g = fieldElement();
  const h = fieldElement();
  const t = fieldElement();
  add(t, p.Y, p.Y);
  mul(e, p.X, t);
  square(t, p.X);
  square(g, p.Y);
  add(g, g, t);
  square(t, p.T);
  mul(t, t, D);
  square(h, p.Z);
  add(f, h, t);
  sub(h, h, t);
  const eg = fieldElement();
  const fh = fieldElement();
  mul(eg, e, g);
  mul(fh, f, h);
  return { e, f, g, h, eg, fh };
}

function encodeDoubled({ e, f, g, h, eg, fh }: Doubled, inverse: FieldElement): Uint8Array {
  const zInverse = fieldElement();
  const tInverse = fieldElement();
  const t = fieldElement();
  mul(zInverse, eg, inverse);
  mul(tInverse, fh, inverse);
  mul(t, eg, zInverse);
  const rotate = isNegative(t);
  const x = fieldElement();
  const y = fieldElement();
  const z = fieldElement();
  const factor = fieldElement();
  select(x, e, g, rotate);
  negateIf(y, e, 1);
  select(y, g, y, rotate);
  mul(z, f, SQRT_M1);
  select(z, h, z, rotate);
  select(factor, INVSQRT_A_MINUS_D, SQRT_M1, rotate);
  mul(t, z, x);
  mul(t, t, zInverse);
  negateIf(y, y, isNegative(t));
  sub(t, z, y);
  mul(factor, factor, y);
  mul(factor, factor, tInverse);
  mul(t, t, factor);
  absolute(t, t);
  return toBytes(t);
}
