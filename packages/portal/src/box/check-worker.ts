/** A worker thread that checks batches of ballots and challenges: bytes in, what is wrong out. */
import { parentPort } from 'node:worker_threads';
import { checkBallotBatch, type BallotContext, type BallotItem } from '@kabina/election/ballot';

export interface CheckJob {
  readonly context: BallotContext;
  readonly items: readonly BallotItem[];
}

/** `code` per bad item, by its place in the batch. */
export type CheckAnswer = readonly (readonly [place: number, code: string])[];

parentPort?.on('message', ({ context, items }: CheckJob) => {
  const { bad } = checkBallotBatch(context, items);
  const answer: CheckAnswer = bad.map(({ index, code }) => [index, code]);
  parentPort?.postMessage(answer);
});
