/**
 * What a holder does before decrypting: checks every ballot and adds up those that count. The sums
 * are the holder's own; nobody's word is taken for them.
 *
 * Ballots are checked and added as they come, so that little is left to do after the `tally`: those
 * that a later revision has replaced are taken out again. All of it is in memory only; a process
 * that starts anew begins with the first ballot.
 */
import {
  checkBallotBatch,
  type BallotBatchResult,
  type BallotContext,
  type BallotItem,
} from '@kabina/election/ballot';
import type { BoardState } from '@kabina/election/board';
import { castBallot, decodeEntry, type Bodies } from '@kabina/election/entries';
import { contestShape, encodeManifest } from '@kabina/election/manifest';
import { Aggregate } from '@kabina/election/tally';
import { suiteById } from '@kabina/crypto/suites';
import { TileTree, type TileReader } from '@kabina/log/tiles';
import { TrusteeError } from './store.ts';

/** Checks a batch of ballots and adds it up; may run in another thread. */
export type CheckBatch = (
  context: BallotContext,
  items: readonly BallotItem[],
) => BallotBatchResult | Promise<BallotBatchResult>;

/** Size and root of the board as its checkpoint has them. */
export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

const BATCH = 512;

export class CheckedSums {
  readonly #reader: TileReader;
  readonly #checkBatch: CheckBatch;
  #sums: Map<string, Aggregate> | undefined;
  /** Every entry before this one has been checked. */
  #done = 0;
  /** Indices of the ballots in the sums, ascending. */
  #added: number[] = [];

  constructor(reader: TileReader, checkBatch: CheckBatch = checkBallotBatch) {
    this.#reader = reader;
    this.#checkBatch = checkBatch;
  }

  /**
   * Checks and adds the ballots before `limit` that were not read yet. Does nothing before the
   * election is opened.
   *
   * @throws {TrusteeError} `trustee.board-unsound` if a ballot or a challenge is not what it claims
   */
  async catchUp(head: Head, state: BoardState, limit = head.size): Promise<void> {
    const { manifest, key } = state;
    if (manifest === undefined || key === undefined || limit <= this.#done) return;
    const context: BallotContext = { manifest: encodeManifest(manifest), key };
    const suite = suiteById(manifest.suite);
    this.#sums ??= new Map(
      manifest.contests.map((contest) => [contest.id, new Aggregate(suite, contestShape(contest))]),
    );
    const tree = await TileTree.open(this.#reader, head);
    let batch: BallotItem[] = [];
    let next = this.#done;
    for await (const { index, entry } of tree.entries(this.#done, limit)) {
      next = index + 1;
      const decoded = decodeEntry(entry);
      const counted = castBallot(decoded) !== undefined;
      if (!counted && decoded.type !== 'challenge') continue;
      batch.push({ index, bytes: entry, counted });
      if (batch.length < BATCH) continue;
      await this.#take(context, batch, next);
      batch = [];
    }
    await this.#take(context, batch, next);
  }

  async #take(context: BallotContext, batch: readonly BallotItem[], next: number): Promise<void> {
    if (batch.length > 0) {
      const { bad, sums } = await this.#checkBatch(context, batch);
      const [first] = bad;
      if (first !== undefined) {
        throw new TrusteeError('trustee.board-unsound', `entry ${first.index}: ${first.message}`);
      }
      for (const { contest, ballots, sum } of sums) this.#sums!.get(contest)!.merge(sum, ballots);
      for (const { index, counted } of batch) if (counted) this.#added.push(index);
    }
    this.#done = next;
  }

  /**
   * The sums per contest of the ballots that count.
   *
   * @param limit ballots at a smaller index count, as the `tally` says
   * @throws {TrusteeError} `trustee.board-unsound` as {@link CheckedSums.catchUp}, and if a contest's
   *   number of ballots is not the board's
   */
  async finish(head: Head, state: BoardState, limit: number): Promise<Map<string, Aggregate>> {
    await this.catchUp(head, state, limit);
    const sums = this.#sums!;
    const { contests } = state.manifest!;
    const counted = new Set<number>();
    for (const { id } of contests) {
      for (const { index } of state.countedBallots(id)) counted.add(index);
    }
    const tree = await TileTree.open(this.#reader, head);
    const out: Bodies['ballot']['core'][] = [];
    for (const replaced of this.#added.filter((index) => !counted.has(index))) {
      for await (const { entry } of tree.entries(replaced, replaced + 1)) {
        const ballot = castBallot(decodeEntry(entry));
        if (ballot !== undefined) out.push(ballot.body.core);
      }
    }
    // All at once, after the last that can fail: a repeated call must not take one out twice.
    for (const { contest, cells } of out) sums.get(contest)!.subtract(cells);
    this.#added = this.#added.filter((index) => counted.has(index));
    for (const { id } of contests) {
      if (sums.get(id)!.ballots !== state.countedNumber(id)) {
        throw new TrusteeError(
          'trustee.board-unsound',
          `contest ${id}: not all ballots were found`,
        );
      }
    }
    return sums;
  }
}

/** The sums of a board that was not followed: all ballots are read now. */
export function checkedAggregates(
  reader: TileReader,
  head: Head,
  state: BoardState,
  limit: number,
  checkBatch?: CheckBatch,
): Promise<Map<string, Aggregate>> {
  return new CheckedSums(reader, checkBatch).finish(head, state, limit);
}
