/**
 * Whether an order of arrival tells of the order before. Under chance alone every order is as likely as
 * every other, and the number of inversions has an exact distribution (the Mahonian numbers; for several
 * independent runs their convolution), so that a probability here is no estimate and needs no seed.
 */

/** Probability of each number of inversions in one order of `n`, from 0 to n(n-1)/2. */
function mahonian(n: number): Float64Array {
  let row = Float64Array.of(1);
  for (let k = 2; k <= n; k++) row = convolve(row, new Float64Array(k).fill(1 / k));
  return row;
}

function convolve(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length + b.length - 1);
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) out[i + j]! += x * y;
  return out;
}

/** Pairs whose order was turned around. */
function inversions(order: readonly number[]): number {
  let count = 0;
  for (const [i, a] of order.entries()) for (const b of order.slice(i + 1)) if (a > b) count += 1;
  return count;
}

export interface Correlation {
  /** Kendall's rank correlation over all runs, from -1 to 1. */
  readonly tau: number;
  /** How likely chance alone is to come at least so far from the middle, on either side. */
  readonly p: number;
}

/** @param runs for each run, the ranks before in the order of arrival: a permutation of 0 to n-1 */
export function correlation(runs: readonly (readonly number[])[]): Correlation {
  let distribution = Float64Array.of(1);
  let found = 0;
  for (const run of runs) {
    if ([...run].sort((a, b) => a - b).some((rank, i) => rank !== i)) throw new TypeError('ranks');
    distribution = convolve(distribution, mahonian(run.length));
    found += inversions(run);
  }
  const most = distribution.length - 1;
  const far = Math.abs(found - most / 2);
  let p = 0;
  for (const [count, probability] of distribution.entries()) {
    if (Math.abs(count - most / 2) >= far) p += probability;
  }
  return { tau: most === 0 ? 0 : 1 - (2 * found) / most, p: Math.min(1, p) };
}
