/** What a worker of the pool does with a batch, whatever kind of worker it is. */
import { checkBallotBatch } from '@kabina/election/ballot';
import type { BallotJob } from '@kabina/election/verify';
import type { CheckerAnswer } from './ballot-pool.ts';

/** Checks a batch; what goes wrong becomes an answer, since errors lose their class on the way. */
export function answerJob({ context, items }: BallotJob): CheckerAnswer {
  try {
    return { result: checkBallotBatch(context, items) };
  } catch (error) {
    const { code = 'pool.failed', message } = error as { code?: string; message: string };
    return { error: { code, message } };
  }
}
