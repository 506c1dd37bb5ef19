/**
 * Which parts of the tree a hash or a proof is made of (RFC 6962 §2.1), as ranges of leaves.
 * Nothing here hashes: the same lists serve a tree in memory and a tree in tiles.
 *
 * Sizes go up to 2^53 − 1, so halving is done by division, never by 32-bit shifts.
 */

/** Leaves start (inclusive) to end (exclusive). */
export type Range = readonly [start: number, end: number];

/** A complete subtree: leaves index·2^level to (index + 1)·2^level. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** The largest power of two below n, for n > 1. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The complete subtrees that make up a range which MTH recurses into, largest (leftmost) first. */
export function subtrees([start, end]: Range): Subtree[] {
  const list: Subtree[] = [];
  while (start < end) {
    let level = 0;
    let width = 1;
    while (start % (width * 2) === 0 && start + width * 2 <= end) {
      width *= 2;
      level++;
    }
    list.push({ level, index: start / width });
    start += width;
  }
  return list;
}

/** PATH(index, D[size]): the ranges whose hashes prove inclusion, from the leaf up. */
export function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  return ranges.reverse();
}

/** PROOF(oldSize, D[size]): the ranges whose hashes prove consistency. Empty if oldSize is 0. */
export function consistencyRanges(oldSize: number, size: number): Range[] {
  if (oldSize === 0) return [];
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (end !== oldSize) {
    const middle = start + split(end - start);
    if (oldSize <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  // While start is 0 the old root itself is the subtree, and the verifier has it already.
  if (start !== 0) ranges.push([start, end]);
  return ranges.reverse();
}
