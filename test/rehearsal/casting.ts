/** Spreads a rehearsal's voters over worker threads and hands them the codes that issuers send. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CodeMessage, VoterJob, VoterReport, VoterThreadData } from './voter-thread.ts';

export interface CastingCounts {
  accepted: number;
  revotes: number;
  challenged: number;
}

export class Casting {
  readonly counts: CastingCounts = { accepted: 0, revotes: 0, challenged: 0 };
  #threadOf = new Map<string, Worker>();

  /** A code that an issuer has sent: for the thread whose voter it is. */
  deliver(message: CodeMessage): void {
    this.#threadOf.get(message.login)?.postMessage(message);
  }

  /** Lets all vote; `onVoter` is told after each. Rejects with the first failure. */
  async run(
    services: Omit<VoterThreadData, 'jobs'>,
    jobs: readonly VoterJob[],
    onVoter: () => void,
  ): Promise<void> {
    const threads = availableParallelism();
    const runs = Array.from({ length: threads }, (_, t) => {
      const own = jobs.filter((_job, i) => i % threads === t);
      return this.#thread({ ...services, jobs: own }, onVoter);
    });
    await Promise.all(runs);
  }

  #thread(data: VoterThreadData, onVoter: () => void): Promise<void> {
    const worker = new Worker(new URL('./voter-thread.ts', import.meta.url), { workerData: data });
    for (const { login } of data.jobs) this.#threadOf.set(login, worker);
    return new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (report: VoterReport) => {
        switch (report.type) {
          case 'accepted':
            this.counts.accepted++;
            if (report.revision > 0) this.counts.revotes++;
            return;
          case 'challenged':
            this.counts.challenged++;
            return;
          case 'voter':
            onVoter();
            return;
          case 'done':
            resolve();
        }
      });
      worker.on('exit', (status) => {
        if (status !== 0) reject(new Error(`a thread of voters ended with status ${status}`));
      });
    });
  }
}
