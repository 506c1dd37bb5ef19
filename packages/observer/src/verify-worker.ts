/** A thread of Node that checks ballots (`thread-checker.ts` makes it). */
import { parentPort } from 'node:worker_threads';
import type { BallotJob } from '@kabina/election/verify';
import { answerJob } from './ballot-checker.ts';

parentPort?.on('message', (job: BallotJob) => parentPort?.postMessage(answerJob(job)));
