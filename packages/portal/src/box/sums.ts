/**
 * The sums of the counted ballots, which the box needs to refuse wrong decryption shares: one on the
 * board would stand there for ever and fail the audit.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { castBallot } from '@kabina/election/entries';
import { contestShape } from '@kabina/election/manifest';
import { Aggregate } from '@kabina/election/tally';
import type { Board } from './board.ts';
import type { SumAnswer, SumMessage } from './sum-worker.ts';

/** Adds up what counts at `tally`, by contest, in a thread of its own. */
export async function countedSums(board: Board): Promise<Map<string, Aggregate>> {
  const { manifest, state } = board;
  const { suite } = state;
  if (suite === undefined) throw new Error('no manifest');
  const worker = new Worker(new URL('./sum-worker.ts', import.meta.url));
  const answered = once(worker, 'message') as Promise<[SumAnswer]>;
  // Without a listener here a failure while reading would be an unhandled rejection.
  answered.catch(() => undefined);
  const tell = (message: SumMessage): void => worker.postMessage(message);
  try {
    const counted = new Set<number>();
    for (const contest of manifest.contests) {
      tell({ type: 'contest', id: contest.id, suite: suite.id, shape: contestShape(contest) });
      for (const { index } of state.countedBallots(contest.id)) counted.add(index);
    }
    let index = 0;
    for await (const { entry } of board.entries()) {
      const ballot = castBallot(entry);
      if (ballot !== undefined && counted.has(index)) {
        const { contest, cells } = ballot.body.core;
        tell({ type: 'cells', id: contest, cells });
      }
      index++;
    }
    tell({ type: 'end' });
    const [answer] = await answered;
    return new Map(
      manifest.contests.map((contest) => {
        const aggregate = new Aggregate(suite, contestShape(contest));
        const found = answer.find(({ id }) => id === contest.id);
        if (found !== undefined) aggregate.merge(found.sum, found.ballots);
        return [contest.id, aggregate];
      }),
    );
  } finally {
    await worker.terminate();
  }
}
