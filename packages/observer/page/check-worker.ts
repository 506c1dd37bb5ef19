/** A worker that checks ballots: they come through a port from the worker that audits. */
import type { BallotJob } from '@kabina/election/verify';
import { answerJob } from '../src/ballot-checker.ts';

globalThis.onmessage = ({ data: port }: MessageEvent<MessagePort>) => {
  port.onmessage = ({ data }: MessageEvent<BallotJob>) => port.postMessage(answerJob(data));
};
