/**
 * Points of edwards25519, the curve −x² + y² = 1 + d·x²·y² under ristretto255 and Ed25519, with the
 * formulas of Hisil, Wong, Carter and Dawson, "Twisted Edwards curves revisited"
 * (https://eprint.iacr.org/2008/522). They are complete: no pair of points is an exception, so no
 * case is told apart.
 *
 * Coordinates are field elements of growth 1 (see `field25519.ts`); larger growths on the way are
 * noted where they come near the bound.
 */
import { fixedBase } from './fixed-base.ts';
import type { SecretArithmetic } from './fixed-base.ts';
import {
  add,
  copy,
  equal,
  fieldConstant,
  fieldElement,
  invertAll,
  mul,
  negateIf,
  ONE,
  select,
  square,
  sub,
  ZERO,
} from './field25519.ts';
import type { FieldElement } from './field25519.ts';
import type { SumArithmetic } from './multi-scalar.ts';

/** Extended coordinates (§3): x = X/Z, y = Y/Z, T = XY/Z. A decoded point has the constant `ONE` as Z. */
export interface EdwardsPoint {
  readonly X: FieldElement;
  readonly Y: FieldElement;
  readonly Z: FieldElement;
  readonly T: FieldElement;
}

/** A point prepared for being added: eight products, or seven where Z is 1 and `Z2` missing. */
export interface EdwardsAddend {
  /** Y + X */
  readonly sum: FieldElement;
  /** Y − X */
  readonly difference: FieldElement;
  /** 2Z */
  readonly Z2: FieldElement | undefined;
  /** 2dT */
  readonly T2d: FieldElement;
}

/** Prime order of the base point: 2²⁵² + 27742317777372353535851937790883648493. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const PRIME = 2n ** 255n - 19n;
/** −121665/121666 (RFC 8032 §5.1). */
const D_INTEGER = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
export const D = fieldConstant(D_INTEGER);
const D2 = fieldConstant((2n * D_INTEGER) % PRIME);

/** A fresh point that may be overwritten: the identity. */
export function identity(): EdwardsPoint {
  return { X: copy(ZERO), Y: copy(ONE), Z: copy(ONE), T: copy(ZERO) };
}

/** The point with affine coordinates (x, y), which must be on the curve. */
export function fromAffine(x: FieldElement, y: FieldElement): EdwardsPoint {
  const T = fieldElement();
  mul(T, x, y);
  return { X: x, Y: y, Z: ONE, T };
}

/** The base point (RFC 8032 §5.1), which is also the generator of ristretto255. */
export const BASE = fromAffine(
  fieldConstant(15112221349535400772501151409588531511454012693041857206046113283949847762202n),
  fieldConstant(46316835694926478169428394003475163141307993866256225615783033603165251855960n),
);

// Working space of the functions below: every call writes it before it reads it.
const a = fieldElement();
const b = fieldElement();
const c = fieldElement();
const e = fieldElement();
const f = fieldElement();
const g = fieldElement();
const h = fieldElement();

/** §3.1 for a = −1. To take `q` away, its `sum` and `difference` change places and T2d its sign. */
function addInto(p: EdwardsPoint, q: EdwardsAddend, negative: boolean): EdwardsPoint {
  sub(a, p.Y, p.X);
  mul(a, a, negative ? q.sum : q.difference);
  add(b, p.Y, p.X);
  mul(b, b, negative ? q.difference : q.sum);
  mul(c, p.T, q.T2d);
  if (q.Z2 === undefined) add(g, p.Z, p.Z);
  else mul(g, p.Z, q.Z2);
  const minus = negative ? g : f;
  const plus = negative ? f : g;
  sub(e, b, a);
  add(h, b, a);
  sub(f, g, c); // f and g: growth 3, their product 9 ≤ 15
  add(g, g, c);
  mul(p.X, e, minus);
  mul(p.Y, plus, h);
  mul(p.Z, f, g);
  mul(p.T, e, h);
  return p;
}

/** §3.3 for a = −1, with every coordinate's sign changed. No doubling needs T, so only the last makes it. */
function doubleInto(p: EdwardsPoint, times: number): EdwardsPoint {
  for (let i = 1; i <= times; i++) {
    square(a, p.X);
    square(b, p.Y);
    square(c, p.Z);
    add(c, c, c);
    add(e, p.X, p.Y);
    square(e, e);
    add(h, a, b);
    sub(e, e, h);
    sub(g, b, a);
    sub(f, c, g); // growth 4, of e 3; their product 12 ≤ 15
    mul(p.X, e, f);
    mul(p.Y, g, h);
    mul(p.Z, f, g);
    if (i === times) mul(p.T, e, h);
  }
  return p;
}

function newAddend(Z2: FieldElement | undefined): EdwardsAddend {
  return { sum: fieldElement(), difference: fieldElement(), Z2, T2d: fieldElement() };
}

function prepareInto(addend: EdwardsAddend, p: EdwardsPoint): EdwardsAddend {
  add(addend.sum, p.Y, p.X);
  sub(addend.difference, p.Y, p.X);
  if (addend.Z2 !== undefined) add(addend.Z2, p.Z, p.Z);
  mul(addend.T2d, p.T, D2);
  return addend;
}

/** Working space for a point that is added once. */
const once = newAddend(fieldElement());

/** For sums with public scalars. */
export const edwardsSums: SumArithmetic<EdwardsPoint, EdwardsAddend> = {
  zero: identity,
  addend: (point) => prepareInto(newAddend(point.Z === ONE ? undefined : fieldElement()), point),
  add: (accumulator, addend) => addInto(accumulator, addend, false),
  subtract: (accumulator, addend) => addInto(accumulator, addend, true),
  addPoint: (accumulator, point) => addInto(accumulator, prepareInto(once, point), false),
  doubleTimes: doubleInto,
};

/** Eight addends of 36 doubles (with Z = 1), limb by limb: the eight first limbs of `sum`, and so on. */
type Row = Float64Array;
const ENTRIES = 8;
const LIMBS = 12;

/** Working space of {@link addSelected}: what it has read, and with the sign that is wanted. */
const selected = newAddend(undefined);
const oriented = newAddend(undefined);

/** Reads the whole row, whichever entry is selected. */
function addSelected(p: EdwardsPoint, row: Row, index: number, negative: number): EdwardsPoint {
  readLimbs(selected.sum, row, 0, index);
  readLimbs(selected.difference, row, LIMBS * ENTRIES, index);
  readLimbs(selected.T2d, row, 2 * LIMBS * ENTRIES, index);
  select(oriented.sum, selected.sum, selected.difference, negative);
  select(oriented.difference, selected.difference, selected.sum, negative);
  negateIf(oriented.T2d, selected.T2d, negative);
  return addInto(p, oriented, false);
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
    out[i] =
      (row[at] as number) * m0 +
      (row[at + 1] as number) * m1 +
      (row[at + 2] as number) * m2 +
      (row[at + 3] as number) * m3 +
      (row[at + 4] as number) * m4 +
      (row[at + 5] as number) * m5 +
      (row[at + 6] as number) * m6 +
      (row[at + 7] as number) * m7;
  }
}

function rows(multiples: readonly (readonly EdwardsPoint[])[]): Row[] {
  const inverses = invertAll(multiples.flat().map((point) => point.Z));
  const x = fieldElement();
  const y = fieldElement();
  return multiples.map((points, r) => {
    const row = new Float64Array(ENTRIES * 3 * LIMBS);
    points.forEach((point, j) => {
      const inverse = inverses[ENTRIES * r + j] as FieldElement;
      mul(x, point.X, inverse);
      mul(y, point.Y, inverse);
      const addend = prepareInto(newAddend(undefined), fromAffine(x, y));
      [addend.sum, addend.difference, addend.T2d].forEach((element, part) => {
        element.forEach((limb, i) => (row[ENTRIES * (LIMBS * part + i) + j] = limb));
      });
    });
    return row;
  });
}

/** For multiplication by secret scalars. */
export const edwardsSecrets: SecretArithmetic<EdwardsPoint, Row> = {
  order: ORDER,
  zero: identity,
  addPoint: edwardsSums.addPoint,
  doubleTimes: doubleInto,
  rows,
  addSelected,
};

let baseMultiplier: ((scalar: bigint) => EdwardsPoint) | undefined;

/** `scalar · BASE` for a secret scalar in `[0, ORDER)`, by a table that is made on first use. */
export function multiplyBase(scalar: bigint): EdwardsPoint {
  baseMultiplier ??= fixedBase(edwardsSecrets, BASE);
  return baseMultiplier(scalar);
}

/** `p + q`, a fresh point. */
export function addPoints(p: EdwardsPoint, q: EdwardsPoint): EdwardsPoint {
  const sum = { X: copy(p.X), Y: copy(p.Y), Z: copy(p.Z), T: copy(p.T) };
  return edwardsSums.addPoint(sum, q);
}

/** `−p`, a fresh point. */
export function negatePoint(p: EdwardsPoint): EdwardsPoint {
  const X = fieldElement();
  const T = fieldElement();
  negateIf(X, p.X, 1);
  negateIf(T, p.T, 1);
  return { X, Y: p.Y, Z: p.Z, T };
}

/** Whether 8·p is the identity: p is one of the eight points of small order. */
export function isSmallOrder(p: EdwardsPoint): boolean {
  const eightfold = doubleInto(addPoints(p, identity()), 3);
  return (equal(eightfold.X, ZERO) & equal(eightfold.Y, eightfold.Z)) === 1;
}
