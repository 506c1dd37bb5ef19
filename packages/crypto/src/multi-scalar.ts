/**
 * Sums `Σ scalar · point` in variable time, for public scalars: the bucket method of Pippenger
 * with signed digits (Bernstein, Doumen, Lange, Oosterwijk, "Faster batch forgery identification",
 * https://eprint.iacr.org/2012/549, §4), over any group that can add, subtract and double.
 *
 * The scalar is cut into windows of `w` bits with digits in `[−2^(w−1), 2^(w−1)]`. In every window
 * a term goes into the bucket of its digit, and `Σ d · bucket[d]` takes two additions a bucket. A
 * term takes part only in the windows that its own scalar reaches, so that short scalars (the
 * 128-bit weights of a batch) cost about half as much as full ones.
 */

/**
 * What the sum needs of a group. `A` is the form in which a term is added again and again, which
 * may be a cheaper one than the form `P` of a running sum. Functions that take an `accumulator`
 * may overwrite it, and answer the sum; nothing else of theirs is changed.
 */
export interface SumArithmetic<P, A> {
  /** A fresh accumulator holding the identity. */
  zero(): P;
  add(accumulator: P, addend: A): P;
  subtract(accumulator: P, addend: A): P;
  addPoint(accumulator: P, point: P): P;
  double(accumulator: P): P;
}

/** Bits in a window that make `counts[l]` terms of `l` bits cheapest, and never more than 14. */
function windowBits(lengths: Uint16Array, longest: number): number {
  let best = 1;
  let bestCost = Infinity;
  for (let w = 1; w <= 14; w++) {
    const windows = Math.floor(longest / w) + 1;
    let cost = windows * 2 ** w + longest;
    for (const length of lengths) cost += Math.floor(length / w) + 1;
    if (cost < bestCost) {
      bestCost = cost;
      best = w;
    }
  }
  return best;
}

/** The low `count · width` bits of `scalar` as signed digits, least significant first. */
function signedDigits(scalar: bigint, width: number, count: number, out: Int16Array, at: number) {
  const hex = scalar.toString(16);
  const full = 2 ** width;
  let buffer = 0;
  let buffered = 0;
  let next = hex.length;
  let carry = 0;
  for (let i = 0; i < count; i++) {
    while (buffered < width && next > 0) {
      buffer |= Number.parseInt(hex[--next] as string, 16) << buffered;
      buffered += 4;
    }
    let digit = (buffer & (full - 1)) + carry;
    buffer >>>= width;
    buffered = Math.max(0, buffered - width);
    carry = digit > full / 2 ? 1 : 0;
    digit -= carry * full;
    out[at + i] = digit;
  }
}

/**
 * `Σ scalars[i] · addends[i]`. Scalars are public and non-negative.
 *
 * @param arithmetic of the group
 * @param addends prepared points, as many as scalars
 */
export function multiScalar<P, A>(
  arithmetic: SumArithmetic<P, A>,
  addends: readonly A[],
  scalars: readonly bigint[],
): P {
  const lengths = Uint16Array.from(scalars, (s) => (s === 0n ? 0 : s.toString(2).length));
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const width = windowBits(lengths, longest);
  const windows = Math.floor(longest / width) + 1;
  const digits = new Int16Array(windows * scalars.length);
  for (let i = 0; i < scalars.length; i++) {
    signedDigits(scalars[i] as bigint, width, windows, digits, i * windows);
  }

  let sum = arithmetic.zero();
  for (let window = windows - 1; window >= 0; window--) {
    for (let i = 0; i < width; i++) sum = arithmetic.double(sum);
    const buckets: (P | undefined)[] = new Array(2 ** (width - 1) + 1).fill(undefined);
    for (let i = 0; i < addends.length; i++) {
      const digit = digits[i * windows + window] as number;
      if (digit === 0) continue;
      const at = Math.abs(digit);
      const bucket = buckets[at] ?? arithmetic.zero();
      const addend = addends[i] as A;
      buckets[at] =
        digit > 0 ? arithmetic.add(bucket, addend) : arithmetic.subtract(bucket, addend);
    }
    // Σ d · bucket[d] as the sum of the running sums from the top.
    let running = arithmetic.zero();
    let total = arithmetic.zero();
    for (let d = buckets.length - 1; d > 0; d--) {
      const bucket = buckets[d];
      if (bucket !== undefined) running = arithmetic.addPoint(running, bucket);
      total = arithmetic.addPoint(total, running);
    }
    sum = arithmetic.addPoint(sum, total);
  }
  return sum;
}
