/**
 * What a holder does before decrypting: reads every ballot up to the `tally` once more, checks it,
 * and adds up those that count. The sums are the holder's own; nobody's word is taken for them.
 */
import {
  checkBallotBatch,
  type BallotBatchResult,
  type BallotContext,
  type BallotItem,
} from '@kabina/election/ballot';
import type { BoardState } from '@kabina/election/board';
import { decodeEntry } from '@kabina/election/entries';
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

const BATCH = 512;

/**
 * The sums per contest of the ballots that count.
 *
 * @param limit ballots at a smaller index count
 * @throws {TrusteeError} `trustee.board-unsound` if a ballot is not what it claims, or a contest's
 *   number of ballots is not the board's
 */
export async function checkedAggregates(
  reader: TileReader,
  head: { readonly size: number; readonly root: Uint8Array },
  state: BoardState,
  limit: number,
  checkBatch: CheckBatch = checkBallotBatch,
): Promise<Map<string, Aggregate>> {
  const manifest = state.manifest!;
  const suite = suiteById(manifest.suite);
  const context: BallotContext = { manifest: encodeManifest(manifest), key: state.key! };
  const sums = new Map(
    manifest.contests.map((contest) => [contest.id, new Aggregate(suite, contestShape(contest))]),
  );
  const counted = new Set<number>();
  for (const { id } of manifest.contests) {
    for (const ballot of state.countedBallots(id)) counted.add(ballot.index);
  }
  let batch: BallotItem[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const { bad, sums: added } = await checkBatch(context, batch);
    const [first] = bad;
    if (first !== undefined) {
      throw new TrusteeError('trustee.board-unsound', `entry ${first.index}: ${first.message}`);
    }
    for (const { contest, ballots, sum } of added) sums.get(contest)!.merge(sum, ballots);
    batch = [];
  };
  const tree = await TileTree.open(reader, head);
  for await (const { index, entry } of tree.entries(0, limit)) {
    const { type } = decodeEntry(entry);
    if (type !== 'ballot' && type !== 'challenge') continue;
    batch.push({ index, bytes: entry, counted: counted.has(index) });
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  for (const { id } of manifest.contests) {
    if (sums.get(id)!.ballots !== state.countedNumber(id)) {
      throw new TrusteeError('trustee.board-unsound', `contest ${id}: not all ballots were found`);
    }
  }
  return sums;
}
