/**
 * Multiplication by secret scalars, over any group: always the same doublings and additions in the
 * same order, whatever the scalar.
 *
 * The scalar is written with digits that are all odd ({@link oddDigits}), so that every window adds
 * one of ±1, ±3, … ±15 times a base and none adds nothing. Which of them is the group's to select,
 * without branching on the digit. What this cannot promise is what JavaScript cannot: arithmetic on
 * `bigint` itself, of which a group may make use, takes time that depends on lengths.
 */
import { ODD_WIDTH, oddDigits } from './scalar-digits.ts';

/** What this needs of a group; `Row` holds the multiples 1, 3, … 15 of one base. */
export interface SecretArithmetic<P, Row> {
  /** A prime. */
  readonly order: bigint;
  /** A fresh accumulator holding the identity. */
  zero(): P;
  addPoint(accumulator: P, point: P): P;
  doubleTimes(accumulator: P, times: number): P;
  /** Rows of eight points each, which may be overwritten later. */
  rows(multiples: readonly (readonly P[])[]): Row[];
  /** Adds `row[index]`, or its negative if `negative` is 1. Must not branch on either. */
  addSelected(accumulator: P, row: Row, index: number, negative: number): P;
}

const ODD_MULTIPLES = 8;

/** Digits that any scalar of the group takes: room for twice the order. */
function digitCount(order: bigint): number {
  return Math.ceil((order.toString(2).length + 1) / ODD_WIDTH);
}

/** P, 3P, … 15P, each a point of its own. */
function oddMultiples<P, Row>(arithmetic: SecretArithmetic<P, Row>, point: P): P[] {
  const fresh = (p: P): P => arithmetic.addPoint(arithmetic.zero(), p);
  const double = arithmetic.doubleTimes(fresh(point), 1);
  const multiples = [fresh(point)];
  while (multiples.length < ODD_MULTIPLES) {
    multiples.push(arithmetic.addPoint(fresh(multiples.at(-1) as P), double));
  }
  return multiples;
}

function addDigit<P, Row>(
  arithmetic: SecretArithmetic<P, Row>,
  accumulator: P,
  row: Row,
  digit: number,
): P {
  const negative = digit >>> 31;
  const absolute = digit * (1 - 2 * negative);
  return arithmetic.addSelected(accumulator, row, absolute >> 1, negative);
}

function checkScalar(scalar: bigint, order: bigint): void {
  if (scalar < 0n || scalar >= order) throw new RangeError('scalar is out of [0, order)');
}

/** `scalar · point` for a secret scalar in `[0, order)`. Throws `RangeError` outside. */
export function multiplySecret<P, Row>(
  arithmetic: SecretArithmetic<P, Row>,
  point: P,
  scalar: bigint,
): P {
  checkScalar(scalar, arithmetic.order);
  const [row] = arithmetic.rows([oddMultiples(arithmetic, point)]) as [Row];
  const digits = oddDigits(scalar, arithmetic.order, digitCount(arithmetic.order));
  let sum = arithmetic.zero();
  for (let i = digits.length - 1; i >= 0; i--) {
    sum = arithmetic.doubleTimes(sum, ODD_WIDTH);
    sum = addDigit(arithmetic, sum, row, digits[i] as number);
  }
  return sum;
}

/**
 * A function that multiplies `point` by secret scalars in `[0, order)` and throws `RangeError`
 * outside. It keeps the odd multiples of `16^i · point` for every window, and needs no doubling.
 */
export function fixedBase<P, Row>(
  arithmetic: SecretArithmetic<P, Row>,
  point: P,
): (scalar: bigint) => P {
  const count = digitCount(arithmetic.order);
  const multiples: P[][] = [];
  let base = arithmetic.addPoint(arithmetic.zero(), point);
  for (let i = 0; i < count; i++) {
    multiples.push(oddMultiples(arithmetic, base));
    base = arithmetic.doubleTimes(base, ODD_WIDTH);
  }
  const rows = arithmetic.rows(multiples);
  return (scalar) => {
    checkScalar(scalar, arithmetic.order);
    const digits = oddDigits(scalar, arithmetic.order, count);
    let sum = arithmetic.zero();
    for (let i = 0; i < count; i++) {
      sum = addDigit(arithmetic, sum, rows[i] as Row, digits[i] as number);
    }
    return sum;
  };
}
