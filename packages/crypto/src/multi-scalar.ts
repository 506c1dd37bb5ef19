/**
 * Sums `Σ scalar · point` in variable time, for public scalars, over any group. Two methods, of
 * which the cheaper is taken:
 *
 * - Few terms: Straus's, with the doublings shared. Every point gets a table of its odd multiples,
 *   every scalar its non-adjacent form.
 * - Many terms: Pippenger's, with signed digits (Bernstein, Doumen, Lange, Oosterwijk, "Faster
 *   batch forgery identification", https://eprint.iacr.org/2012/549, §4). In every window of bits a
 *   term goes into the bucket of its digit; `Σ d · bucket[d]` takes two additions a bucket.
 *
 * In both a term takes part only as far as its own scalar reaches, so that short scalars (the
 * 128-bit weights of a batch) cost about half as much as full ones.
 */
import { bitLength, nonAdjacentForm, signedDigits, toLittleEndian } from './scalar-digits.ts';

/**
 * What a sum needs of a group. `A` is the form in which a point is added again and again; it may be
 * a cheaper one than the form `P` of a running sum. A function that takes an `accumulator` may
 * overwrite it, and answers the sum; a point that was not made by `zero` is never overwritten.
 */
export interface SumArithmetic<P, A> {
  /** A fresh accumulator holding the identity. */
  zero(): P;
  addend(point: P): A;
  add(accumulator: P, addend: A): P;
  subtract(accumulator: P, addend: A): P;
  addPoint(accumulator: P, point: P): P;
  /** `2^times · accumulator`. */
  doubleTimes(accumulator: P, times: number): P;
}

/** Width of the non-adjacent form: digits ±1, ±3, … ±15. */
const NAF_WIDTH = 5;
const ODD_MULTIPLES = 8;
/** A bucket's two additions are of points in full form, which cost about a quarter more. */
const BUCKET_COST = 2.5;
const WIDEST_WINDOW = 14;

/**
 * `Σ scalars[i] · points[i]`. Scalars are public and in `[0, 2²⁵⁶)`.
 *
 * @param points as many as scalars
 */
export function multiScalar<P, A>(
  arithmetic: SumArithmetic<P, A>,
  points: readonly P[],
  scalars: readonly bigint[],
): P {
  const bytes = scalars.map((scalar) => toLittleEndian(scalar, 32));
  let longest = 0;
  let total = 0;
  for (const scalar of bytes) {
    const bits = bitLength(scalar);
    total += bits;
    longest = Math.max(longest, bits);
  }
  let width = 0;
  let cost = ODD_MULTIPLES * points.length + total / (NAF_WIDTH + 1);
  for (let w = 2; w <= WIDEST_WINDOW; w++) {
    const buckets = (Math.floor(longest / w) + 1) * 2 ** (w - 1) * BUCKET_COST;
    const additions = total / w + points.length / 2;
    if (buckets + additions < cost) {
      cost = buckets + additions;
      width = w;
    }
  }
  return width === 0
    ? straus(arithmetic, points, bytes)
    : pippenger(arithmetic, points, bytes, width, Math.floor(longest / width) + 1);
}

function straus<P, A>(
  arithmetic: SumArithmetic<P, A>,
  points: readonly P[],
  scalars: readonly Uint8Array[],
): P {
  const forms = scalars.map((scalar) => nonAdjacentForm(scalar, NAF_WIDTH));
  const tables = points.map((point) => oddMultiples(arithmetic, point));
  let sum = arithmetic.zero();
  let pending = 0;
  for (let bit = Math.max(0, ...forms.map((form) => form.length)) - 1; bit >= 0; bit--) {
    pending++;
    for (let i = 0; i < forms.length; i++) {
      const digit = (forms[i] as Int8Array)[bit] ?? 0;
      if (digit === 0) continue;
      sum = arithmetic.doubleTimes(sum, pending);
      pending = 0;
      const addend = (tables[i] as A[])[Math.abs(digit) >> 1] as A;
      sum = digit > 0 ? arithmetic.add(sum, addend) : arithmetic.subtract(sum, addend);
    }
  }
  return arithmetic.doubleTimes(sum, pending);
}

/** P, 3P, 5P … 15P. */
function oddMultiples<P, A>(arithmetic: SumArithmetic<P, A>, point: P): A[] {
  const first = arithmetic.addend(point);
  const double = arithmetic.addend(arithmetic.add(arithmetic.add(arithmetic.zero(), first), first));
  const multiples = [first];
  let last = arithmetic.add(arithmetic.zero(), first);
  while (multiples.length < ODD_MULTIPLES) {
    last = arithmetic.add(last, double);
    multiples.push(arithmetic.addend(last));
  }
  return multiples;
}

function pippenger<P, A>(
  arithmetic: SumArithmetic<P, A>,
  points: readonly P[],
  scalars: readonly Uint8Array[],
  width: number,
  windows: number,
): P {
  const addends = points.map((point) => arithmetic.addend(point));
  const digits = scalars.map((scalar) => signedDigits(scalar, width, windows));
  let sum = arithmetic.zero();
  for (let window = windows - 1; window >= 0; window--) {
    const buckets = new Array<P | undefined>(2 ** (width - 1) + 1).fill(undefined);
    for (let i = 0; i < addends.length; i++) {
      const digit = (digits[i] as Int16Array)[window] as number;
      if (digit === 0) continue;
      const at = Math.abs(digit);
      const bucket = buckets[at] ?? arithmetic.zero();
      const addend = addends[i] as A;
      buckets[at] =
        digit > 0 ? arithmetic.add(bucket, addend) : arithmetic.subtract(bucket, addend);
    }
    sum = arithmetic.doubleTimes(sum, width);
    sum = arithmetic.addPoint(sum, weighted(arithmetic, buckets));
  }
  return sum;
}

/** `Σ d · buckets[d]`: the sum of the running sums from the top. */
function weighted<P, A>(arithmetic: SumArithmetic<P, A>, buckets: readonly (P | undefined)[]): P {
  let running = arithmetic.zero();
  let total = arithmetic.zero();
  for (let d = buckets.length - 1; d > 0; d--) {
    const bucket = buckets[d];
    if (bucket !== undefined) running = arithmetic.addPoint(running, bucket);
    total = arithmetic.addPoint(total, running);
  }
  return total;
}
