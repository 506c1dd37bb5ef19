/**
 * The audit's heavy part: every ballot's permit, signature and proofs, every challenge, and the sum
 * of the ballots that count. Batches can be spread over workers.
 */
import { suiteById } from '@kabina/crypto/suites';
import type { TileTree } from '@kabina/log/tiles';
import type { BallotBatchResult, BallotContext, BallotItem } from './ballot-check.ts';
import type { Replay } from './audit-log.ts';
import type { BoardState } from './board.ts';
import { castBallot, decodeEntry } from './entries.ts';
import { contestShape, encodeManifest, type Manifest } from './manifest.ts';
import { Aggregate } from './tally.ts';
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

/** Checks ballots and challenges as a replay meets them, and adds up those that count. */
export class BallotAudit {
  /** Sums by contest of the good ballots that count. */
  readonly sums: ReadonlyMap<string, Aggregate>;
  readonly #tree: TileTree;
  readonly #manifest: Manifest;
  readonly #check: CheckBallots;
  readonly #findings: Findings;
  readonly #onChecked: (entries: number) => void;
  /** Everything before this index is done. */
  #done = 0;

  constructor(
    tree: TileTree,
    manifest: Manifest,
    check: CheckBallots,
    findings: Findings,
    onChecked: (entries: number) => void,
  ) {
    const suite = suiteById(manifest.suite);
    this.#tree = tree;
    this.#manifest = manifest;
    this.#check = check;
    this.#findings = findings;
    this.#onChecked = onChecked;
    this.sums = new Map(
      manifest.contests.map((c) => [c.id, new Aggregate(suite, contestShape(c))] as const),
    );
  }

  /** Checks what has come since the last call; what is bad is discarded from the state. */
  async catchUp({ state, ballots, challenges }: Replay): Promise<void> {
    const from = this.#done;
    this.#done = state.size;
    const isBallot = new Set(ballots.filter((index) => index >= from));
    const isChallenge = new Set(challenges.filter((index) => index >= from));
    this.#findings.count('ballots', 0, isBallot.size);
    this.#findings.count('permits', 0, isBallot.size);
    this.#findings.count('challenges', 0, isChallenge.size);
    if (state.key === undefined || isBallot.size + isChallenge.size === 0) return;

    const context = { manifest: encodeManifest(this.#manifest), key: state.key };
    const counted = countedIndices(this.#manifest, state);
    const bad: number[] = [];
    const flying = new Set<Promise<void>>();
    const send = async (items: readonly BallotItem[]) => {
      const job: Promise<void> = this.#check({ context, items })
        .then((result) => bad.push(...this.#take(items, result, isBallot)))
        .then(() => void flying.delete(job));
      flying.add(job);
      // It stays in the set and is thrown below; Node must not take it for one that nobody awaits.
      job.catch(() => undefined);
      if (flying.size >= IN_FLIGHT) await Promise.race(flying);
    };
    let items: BallotItem[] = [];
    for await (const { index, entry } of this.#tree.entries(from, this.#done)) {
      if (!isBallot.has(index) && !isChallenge.has(index)) continue;
      items.push({ index, bytes: entry, counted: counted.has(index) });
      if (items.length < BATCH) continue;
      await send(items);
      items = [];
    }
    if (items.length > 0) await send(items);
    await Promise.all(flying);

    for (const index of bad) state.discard(index);
    await this.#addRevived(state, counted);
  }

  /** Takes a worker's answer; returns the indices of the bad ones. */
  #take(
    items: readonly BallotItem[],
    result: BallotBatchResult,
    isBallot: ReadonlySet<number>,
  ): number[] {
    for (const one of result.bad) this.#findings.report(one, one.index);
    for (const { contest, ballots, sum } of result.sums) {
      this.sums.get(contest)?.merge(sum, ballots);
    }
    const ballots = items.filter(({ index }) => isBallot.has(index)).length;
    this.#findings.count('ballots', ballots, 0);
    this.#findings.count('permits', ballots, 0);
    this.#findings.count('challenges', items.length - ballots, 0);
    this.#onChecked(items.length);
    return result.bad.map(({ index }) => index);
  }

  /** With bad ballots out, others may count that were not added up yet. */
  async #addRevived(state: BoardState, added: ReadonlySet<number>): Promise<void> {
    for (const index of countedIndices(this.#manifest, state)) {
      if (added.has(index)) continue;
      for await (const { entry: bytes } of this.#tree.entries(index, index + 1)) {
        const core = castBallot(decodeEntry(bytes))?.body.core;
        if (core) this.sums.get(core.contest)?.add(core.cells);
      }
    }
  }
}

function countedIndices(manifest: Manifest, state: BoardState): Set<number> {
  const all = new Set<number>();
  for (const contest of manifest.contests) {
    for (const { index } of state.countedBallots(contest.id)) all.add(index);
  }
  return all;
}
