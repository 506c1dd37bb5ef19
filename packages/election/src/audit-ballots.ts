/**
 * The audit's heavy part: every ballot's permit, signature and proofs, every challenge, and the sum
 * of the ballots that count. Batches can be spread over workers.
 */
import type { TileTree } from '@kabina/log/tiles';
import type { BallotBatchResult, BallotContext, BallotItem } from './ballot-check.ts';
import type { Replay } from './audit-log.ts';
import { decodeEntry } from './entries.ts';
import { contestShape, encodeManifest, type Manifest } from './manifest.ts';
import { Aggregate } from './tally.ts';
import type { Suite } from '@kabina/crypto/suites';
import type { Findings } from './verdict.ts';

/** A batch to check, for instance in a worker that calls `checkBallotBatch`. */
export interface BallotJob {
  readonly context: BallotContext;
  readonly items: readonly BallotItem[];
}

export type CheckBallots = (job: BallotJob) => Promise<BallotBatchResult>;

/** Large enough for the batch equation to pay, small enough to share among workers. */
const BATCH = 256;
/** Batches in flight: enough for the workers of any machine, few enough for its memory. */
const IN_FLIGHT = 16;

/**
 * Checks all ballots and challenges and adds up those that count.
 *
 * @returns the sums by contest, of the ballots that count once the bad ones are out
 */
export async function checkAllBallots(
  tree: TileTree,
  { state, ballots, challenges }: Replay,
  check: CheckBallots,
  findings: Findings,
  onChecked: (entries: number) => void,
): Promise<Map<string, Aggregate>> {
  const manifest = state.manifest as Manifest;
  const suite = state.suite as Suite;
  findings.count('ballots', 0, ballots.length);
  findings.count('permits', 0, ballots.length);
  findings.count('challenges', 0, challenges.length);
  const sums = new Map(
    manifest.contests.map((c) => [c.id, new Aggregate(suite, contestShape(c))] as const),
  );
  if (state.key === undefined) return sums;

  const context = { manifest: encodeManifest(manifest), key: state.key };
  const counted = countedIndices(manifest, state);
  const bad = new Set<number>();
  const take = (items: readonly BallotItem[], result: BallotBatchResult) => {
    for (const one of result.bad) {
      findings.report(one, one.index);
      bad.add(one.index);
    }
    for (const { contest, ballots: number, sum } of result.sums) {
      sums.get(contest)?.merge(sum, number);
    }
    onChecked(items.length);
  };

  const flying = new Set<Promise<void>>();
  let items: BallotItem[] = [];
  const flush = async () => {
    if (items.length === 0) return;
    const batch = items;
    items = [];
    const job: Promise<void> = check({ context, items: batch })
      .then((result) => take(batch, result))
      .finally(() => flying.delete(job));
    flying.add(job);
    if (flying.size >= IN_FLIGHT) await Promise.race(flying);
  };
  const wanted = new Set([...ballots, ...challenges]);
  const isBallot = new Set(ballots);
  for await (const { index, entry } of tree.entries()) {
    if (!wanted.has(index)) continue;
    items.push({ index, bytes: entry, counted: counted.has(index) });
    const check = isBallot.has(index)
      ? (['ballots', 'permits'] as const)
      : (['challenges'] as const);
    for (const id of check) findings.count(id, 1, 0);
    if (items.length === BATCH) await flush();
  }
  await flush();
  await Promise.all(flying);

  for (const index of bad) state.discard(index);
  await addRevived(tree, manifest, state, counted, sums);
  return sums;
}

function countedIndices(manifest: Manifest, state: Replay['state']): Set<number> {
  const all = new Set<number>();
  for (const contest of manifest.contests) {
    for (const { index } of state.countedBallots(contest.id)) all.add(index);
  }
  return all;
}

/** With bad ballots out, others may count that were not added up yet. */
async function addRevived(
  tree: TileTree,
  manifest: Manifest,
  state: Replay['state'],
  added: ReadonlySet<number>,
  sums: ReadonlyMap<string, Aggregate>,
): Promise<void> {
  for (const index of countedIndices(manifest, state)) {
    if (added.has(index)) continue;
    for await (const { entry: bytes } of tree.entries(index, index + 1)) {
      const entry = decodeEntry(bytes);
      if (entry.type !== 'ballot') continue;
      sums.get(entry.body.core.contest)?.add(entry.body.core.cells);
    }
  }
}
