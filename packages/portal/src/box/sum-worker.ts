/** A worker thread that adds up the cells of counted ballots, which were checked when they came. */
import { parentPort } from 'node:worker_threads';
import { suiteById, type SuiteId } from '@kabina/crypto/suites';
import type { VectorShape } from '@kabina/crypto/vector';
import { Aggregate } from '@kabina/election/tally';

export type SumMessage =
  | {
      readonly type: 'contest';
      readonly id: string;
      readonly suite: SuiteId;
      readonly shape: VectorShape;
    }
  | { readonly type: 'cells'; readonly id: string; readonly cells: Uint8Array }
  | { readonly type: 'end' };

export type SumAnswer = readonly {
  readonly id: string;
  readonly ballots: number;
  readonly sum: Uint8Array;
}[];

const sums = new Map<string, Aggregate>();

parentPort?.on('message', (message: SumMessage) => {
  switch (message.type) {
    case 'contest':
      sums.set(message.id, new Aggregate(suiteById(message.suite), message.shape));
      return;
    case 'cells':
      sums.get(message.id)?.add(message.cells);
      return;
    case 'end': {
      const answer: SumAnswer = [...sums].map(([id, sum]) => ({
        id,
        ballots: sum.ballots,
        sum: sum.encode(),
      }));
      parentPort?.postMessage(answer);
      parentPort?.close();
    }
  }
});
