/** Threads of Node as workers of the `BallotPool`. */
import { Worker } from 'node:worker_threads';
import type { MakeChecker } from './ballot-pool.ts';

/** Makes a thread that checks ballots. It does not keep the process alive. */
export const threadChecker: MakeChecker = (answer, broken) => {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url));
  worker.on('message', answer);
  worker.on('error', broken);
  worker.on('exit', (code) => broken(new Error(`the thread ended with ${code}`)));
  return {
    post: (job) => worker.postMessage(job),
    stop: () => void worker.terminate(),
  };
};
