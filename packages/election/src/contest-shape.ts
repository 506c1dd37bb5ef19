/**
 * What a contest asks of an encrypted vector: its cells, their weights in the sum, and the sums
 * allowed (PROTOCOL.md, "Ballot").
 */
import type { VectorShape } from '@kabina/crypto/vector';
import type { Contest } from './manifest.ts';

/**
 * One cell per option, of weight 1, with sums `min … max`. Where blank papers are allowed
 * (`min` 0) one more cell stands last, of weight `N + 1`, and the sums are `1 … max` and `N + 1`:
 * a blank paper can then have no other mark and can be counted.
 */
export function contestShape(contest: Pick<Contest, 'options' | 'min' | 'max'>): VectorShape {
  const n = contest.options.length;
  const weights = new Array<number>(n).fill(1);
  const allowed = [];
  for (let sum = Math.max(contest.min, 1); sum <= contest.max; sum++) allowed.push(sum);
  if (contest.min === 0) {
    weights.push(n + 1);
    allowed.push(n + 1);
  }
  return { cells: weights.length, weights, allowed };
}
