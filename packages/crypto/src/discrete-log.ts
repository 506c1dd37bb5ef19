/**
 * Small discrete logarithms: `m` of `mG` for `0 ≤ m ≤ max`, by baby steps and giant steps (Shanks,
 * 1971). Points are told apart by the encodings of their doubles, which a group makes many at a
 * time; the order is odd, so that doubles are equal exactly where the points are.
 */
import type { Group, Point } from './group.ts';

/** Points encoded together: enough to share an inversion, few enough to keep little in memory. */
const TOGETHER = 256;
/** Baby steps at most: 2¹⁶ entries take some 3 MB. */
const MAX_BABY_STEPS = 2 ** 16;

/** A table for logarithms up to `max`, made once: `√max` entries (65,536 at most). */
export class SmallLog {
  readonly max: number;
  #group: Group;
  #babySteps = new Map<number, number>();
  #giant: Point;
  #width: number;

  /** Throws `RangeError` unless `max` is a safe non-negative integer. */
  constructor(group: Group, max: number) {
    if (!Number.isSafeInteger(max) || max < 0) throw new RangeError(`not a bound: ${max}`);
    this.max = max;
    this.#group = group;
    this.#width = Math.min(MAX_BABY_STEPS, Math.ceil(Math.sqrt(max + 1)));
    let step = group.identity;
    for (let from = 0; from < this.#width; from += TOGETHER) {
      const points: Point[] = [];
      for (let j = from; j < Math.min(from + TOGETHER, this.#width); j++) {
        points.push(step);
        step = group.add(step, group.generator);
      }
      group.encodeDoubles(points).forEach((bytes, j) => this.#babySteps.set(key(bytes), from + j));
    }
    this.#giant = step;
  }

  /** The logarithm to the base G, or nothing if it isn't in `[0, max]`. In variable time. */
  find(point: Point): number | undefined {
    const group = this.#group;
    const giants = Math.floor(this.max / this.#width) + 1;
    let rest = point;
    for (let from = 0; from < giants; from += TOGETHER) {
      const points: Point[] = [];
      for (let i = from; i < Math.min(from + TOGETHER, giants); i++) {
        points.push(rest);
        rest = group.subtract(rest, this.#giant);
      }
      const keys = group.encodeDoubles(points).map(key);
      for (let i = 0; i < keys.length; i++) {
        const baby = this.#babySteps.get(keys[i] as number);
        if (baby === undefined) continue;
        const found = (from + i) * this.#width + baby;
        // The key is a part of the encoding only, so a match has to be confirmed.
        const exact = group.msm([{ point: group.generator, scalar: BigInt(found) }]);
        if (found <= this.max && group.equals(exact, point)) return found;
      }
    }
    return undefined;
  }
}

/** Six bytes out of the middle of an encoding, as a number. */
function key(bytes: Uint8Array): number {
  let n = 0;
  for (let i = 8; i < 14; i++) n = n * 256 + (bytes[i] as number);
  return n;
}
