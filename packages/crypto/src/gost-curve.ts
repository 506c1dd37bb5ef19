/**
 * Points of the curve of id-tc26-gost-3410-2012-256-paramSetB (RFC 9215; the same as CryptoPro-A of
 * RFC 4357): y² = x³ − 3x + 166 over p = 2²⁵⁶ − 617, of prime order. The formulas are those of
 * Renes, Costello and Batina, "Complete addition formulas for prime order elliptic curves"
 * (https://eprint.iacr.org/2015/1060, algorithms 4 to 6, a = −3): no pair of points is an exception,
 * so no case is told apart.
 *
 * Coordinates are field elements of growth 1 (see `field-gost256.ts`); larger growths on the way
 * are noted where they come near the bound.
 */
import {
  add,
  combine,
  copy,
  fieldElement,
  fromBytes,
  isZero,
  mul,
  mulAdd,
  negateIf,
  ONE,
  square,
  sub,
  toBytes,
  ZERO,
} from './field-gost256.ts';
import type { FieldElement } from './field-gost256.ts';
import { invertAll, squareRoot } from './field-gost256-roots.ts';
import type { SecretArithmetic } from './fixed-base.ts';
import type { SumArithmetic } from './multi-scalar.ts';

/** Projective coordinates: x = X/Z, y = Y/Z; the identity is (0 : 1 : 0). A decoded point has the constant `ONE` as Z. */
export interface CurvePoint {
  readonly X: FieldElement;
  readonly Y: FieldElement;
  readonly Z: FieldElement;
}

/** A point that is added to others; without `Z` that is 1. */
interface Addend {
  readonly X: FieldElement;
  readonly Y: FieldElement;
  readonly Z: FieldElement | undefined;
}

/** Prime order of the group. */
export const ORDER = 0xffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893n;
/** Of an encoded coordinate. */
export const COORDINATE_LENGTH = 32;

const B = 166;
const B_ELEMENT = fieldElement();
B_ELEMENT[0] = B;

/** A fresh point that may be overwritten: the identity. */
export function identity(): CurvePoint {
  return { X: copy(ZERO), Y: copy(ONE), Z: copy(ZERO) };
}

// Working space of the functions below; holds nothing between calls.
const xx = fieldElement();
const yy = fieldElement();
const zz = fieldElement();
const xy = fieldElement();
const yz = fieldElement();
const xz = fieldElement();
const s = fieldElement();
const t = fieldElement();
const minus = fieldElement();
const plus = fieldElement();
const y2 = fieldElement();

/** Algorithms 4 and 5: `p + q`, or `p − q` if `negative` is 1. */
function addInto(p: CurvePoint, q: Addend, negative: number): CurvePoint {
  negateIf(y2, q.Y, negative);
  mul(xx, p.X, q.X);
  mul(yy, p.Y, y2);
  add(s, p.X, p.Y);
  add(t, q.X, y2);
  mul(xy, s, t);
  sub(xy, xy, xx);
  sub(xy, xy, yy); // X₁Y₂ + X₂Y₁, growth 3, and so the other two where Z₂ is not 1
  if (q.Z === undefined) {
    copyTo(zz, p.Z);
    mul(yz, y2, p.Z);
    add(yz, yz, p.Y);
    mul(xz, q.X, p.Z);
    add(xz, xz, p.X);
  } else {
    mul(zz, p.Z, q.Z);
    add(s, p.Y, p.Z);
    add(t, y2, q.Z);
    mul(yz, s, t);
    sub(yz, yz, yy);
    sub(yz, yz, zz);
    add(s, p.X, p.Z);
    add(t, q.X, q.Z);
    mul(xz, s, t);
    sub(xz, xz, xx);
    sub(xz, xz, zz);
  }
  combine(s, 3, xz, -3 * B, zz, 0, ZERO);
  sub(minus, yy, s);
  add(plus, yy, s);
  combine(s, -3 * B, xz, 9, zz, 3, xx); // growths and factors together 1506
  combine(t, 3, xx, -3, zz, 0, ZERO);
  mulAdd(p.X, xy, plus, yz, s); // growths 3·2 + 3·1
  negateIf(s, s, 1);
  mulAdd(p.Y, plus, minus, t, s); // 2·2 + 1·1
  mulAdd(p.Z, yz, minus, xy, t); // 3·2 + 3·1
  return p;
}

function copyTo(out: FieldElement, a: FieldElement): void {
  negateIf(out, a, 0);
}

/** Algorithm 6. */
function doubleInto(p: CurvePoint, times: number): CurvePoint {
  for (let i = 0; i < times; i++) {
    square(xx, p.X);
    square(yy, p.Y);
    square(zz, p.Z);
    mul(xy, p.X, p.Y);
    add(xy, xy, xy);
    mul(xz, p.X, p.Z);
    mul(yz, p.Y, p.Z);
    add(yz, yz, yz);
    combine(s, 3 * B, zz, -6, xz, 0, ZERO);
    sub(minus, yy, s);
    add(plus, yy, s);
    combine(s, -6 * B, xz, 9, zz, 3, xx);
    combine(t, 3, zz, -3, xx, 0, ZERO);
    mulAdd(p.X, xy, minus, yz, s); // 2·2 + 2·1
    mulAdd(p.Y, plus, minus, t, s); // 2·2 + 1·1
    add(yz, yz, yz);
    add(yy, yy, yy);
    mul(p.Z, yz, yy); // 4·2
  }
  return p;
}

/** For sums with public scalars. */
export const curveSums: SumArithmetic<CurvePoint, Addend> = {
  zero: identity,
  addend: ({ X, Y, Z }) => ({ X: copy(X), Y: copy(Y), Z: Z === ONE ? undefined : copy(Z) }),
  add: (accumulator, addend) => addInto(accumulator, addend, 0),
  subtract: (accumulator, addend) => addInto(accumulator, addend, 1),
  addPoint: (accumulator, point) => addInto(accumulator, point, 0),
  doubleTimes: doubleInto,
};

/** Eight points with Z = 1, limb by limb: the eight first limbs of X, and so on, then those of Y. */
type Row = Float64Array;
const ENTRIES = 8;
const LIMBS = ONE.length;

/** What {@link addSelected} reads from a row; holds nothing between calls. */
const selected = { X: fieldElement(), Y: fieldElement(), Z: undefined };

/** Reads the whole row, whichever entry is selected. */
function addSelected(p: CurvePoint, row: Row, index: number, negative: number): CurvePoint {
  readLimbs(selected.X, row, 0, index);
  readLimbs(selected.Y, row, LIMBS * ENTRIES, index);
  return addInto(p, selected, negative);
}

function readLimbs(out: FieldElement, row: Row, start: number, index: number): void {
  // 1 for the entry that is wanted, 0 for the others.
  const m0 = ((index ^ 0) - 1) >>> 31;
  const m1 = ((index ^ 1) - 1) >>> 31;
  const m2 = ((index ^ 2) - 1) >>> 31;
  const m3 = ((index ^ 3) - 1) >>> 31;
  const m4 = ((index ^ 4) - 1) >>> 31;
  const m5 = ((index ^ 5) - 1) >>> 31;
  const m6 = ((index ^ 6) - 1) >>> 31;
  const m7 = ((index ^ 7) - 1) >>> 31;
  for (let i = 0; i < LIMBS; i++) {
    const at = start + ENTRIES * i;
    const left = row[at]! * m0 + row[at + 1]! * m1 + row[at + 2]! * m2 + row[at + 3]! * m3;
    const right = row[at + 4]! * m4 + row[at + 5]! * m5 + row[at + 6]! * m6 + row[at + 7]! * m7;
    out[i] = left + right;
  }
}

/** x and y of many points, with one inversion; (0, 0) for the identity, which is not on the curve. */
function normalize(points: readonly CurvePoint[]): { x: FieldElement; y: FieldElement }[] {
  const inverses = invertAll(points.map((point) => point.Z));
  return points.map((point, i) => {
    const x = inverses[i] as FieldElement;
    const y = fieldElement();
    mul(y, point.Y, x);
    mul(x, point.X, x);
    return { x, y };
  });
}

function rows(multiples: readonly (readonly CurvePoint[])[]): Row[] {
  const affine = normalize(multiples.flat());
  return multiples.map((points, r) => {
    const row = new Float64Array(ENTRIES * 2 * LIMBS);
    for (let j = 0; j < points.length; j++) {
      const { x, y } = affine[ENTRIES * r + j] as { x: FieldElement; y: FieldElement };
      x.forEach((limb, i) => (row[ENTRIES * i + j] = limb));
      y.forEach((limb, i) => (row[ENTRIES * (LIMBS + i) + j] = limb));
    }
    return row;
  });
}

/** For multiplication by secret scalars, of points other than the identity: it has no row. */
export const curveSecrets: SecretArithmetic<CurvePoint, Row> = {
  order: ORDER,
  zero: identity,
  addPoint: curveSums.addPoint,
  doubleTimes: doubleInto,
  rows,
  addSelected,
};

/** `p + q`, a fresh point. */
export function addPoints(p: CurvePoint, q: CurvePoint): CurvePoint {
  return addInto({ X: copy(p.X), Y: copy(p.Y), Z: copy(p.Z) }, q, 0);
}

/** `2p`, a fresh point. */
export function doublePoint(p: CurvePoint): CurvePoint {
  return doubleInto({ X: copy(p.X), Y: copy(p.Y), Z: copy(p.Z) }, 1);
}

/** `−p`, a fresh point. */
export function negatePoint({ X, Y, Z }: CurvePoint): CurvePoint {
  const negative = fieldElement();
  negateIf(negative, Y, 1);
  return { X, Y: negative, Z };
}

export function isIdentity(p: CurvePoint): boolean {
  return isZero(p.Z) === 1;
}

/** Whether p and q are the same point. */
export function areEqual(p: CurvePoint, q: CurvePoint): boolean {
  return isIdentity(addInto({ X: copy(p.X), Y: copy(p.Y), Z: copy(p.Z) }, q, 1));
}

/** `x ‖ y` of many points, each 32 bytes big-endian; zeros for the identity. */
export function toCoordinates(points: readonly CurvePoint[]): Uint8Array[] {
  return normalize(points).map(({ x, y }) => {
    const out = new Uint8Array(2 * COORDINATE_LENGTH);
    toBytes(out, 0, x);
    toBytes(out, COORDINATE_LENGTH, y);
    return out;
  });
}

/**
 * The point whose x is in 32 bytes, big-endian, from `at` on, and whose y is odd or even.
 * `'not-canonical'` if x is not below p; `'off-curve'` if no point has it.
 */
export function fromX(
  bytes: Uint8Array,
  at: number,
  odd: number,
): CurvePoint | 'not-canonical' | 'off-curve' {
  const X = fieldElement();
  if (fromBytes(X, bytes, at) === 0) return 'not-canonical';
  const Y = fieldElement();
  square(s, X);
  combine(s, 1, s, -3, ONE, 0, ZERO);
  mul(t, s, X);
  combine(t, 1, t, 1, B_ELEMENT, 0, ZERO);
  if (squareRoot(Y, t) === 0) return 'off-curve';
  // The order is odd, so no point has y = 0, and both parities name one.
  const y = new Uint8Array(COORDINATE_LENGTH);
  toBytes(y, 0, Y);
  negateIf(Y, Y, ((y[COORDINATE_LENGTH - 1] as number) & 1) ^ odd);
  return { X, Y, Z: ONE };
}
