/** Looking a receipt up on the board: every ballot under its permit, and the one that counts. */
import { parseTrackingCode } from './ballot.ts';
import type { BallotIndex, BallotRecord } from './ballot-index.ts';

/** Every ballot under a receipt's permit, and the one that counts. */
export interface Lookup {
  readonly contest: string;
  /** Oldest first. */
  readonly ballots: readonly (BallotRecord & {
    /** Of the `ballot` entry; of one that came late, which is no leaf of the log, too. */
    readonly leafHash: Uint8Array;
    readonly counts: boolean;
  })[];
}

/**
 * All ballots under the permit of a receipt. Several answers only if two cores share the first 80
 * bits of their hashes.
 *
 * @param limit ballots at a smaller index count
 * @param ballotLeaf leaf hash of the `ballot` entry at an index of the log
 */
export function lookUp(
  index: BallotIndex,
  trackingCode: string,
  limit: number,
  ballotLeaf: (index: number) => Uint8Array,
): Lookup[] {
  const code = parseTrackingCode(trackingCode);
  if (!code) return [];
  return index.lookup(code, limit).map(({ ballots, counted }) => ({
    contest: (ballots[0] as BallotRecord).contest,
    ballots: ballots.map((ballot) => ({
      ...ballot,
      leafHash: ballotLeaf(ballot.index),
      counts: ballot.index === counted?.index,
    })),
  }));
}
