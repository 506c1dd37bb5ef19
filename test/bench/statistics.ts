/** Medians and percentiles of measured times. */

/** The value below which the given part of the sorted times lies (nearest rank). */
export function percentile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}
