/** Spreads a rehearsal's voters over worker threads and hands them the codes that issuers send. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CodeMessage, VoterJob, VoterReport, VoterThreadData } from './voter-thread.ts';

export class Casting {
  #threadOf = new Map<string, Worker>();

  /** A code that an issuer has sent: for the thread whose voter it is. */
  deliver(message: CodeMessage): void {
    this.#threadOf.get(message.login)?.postMessage(message);
  }

  /** Lets all vote; `report` is told what they do. Rejects with the first failure. */
  async run(
    services: Omit<VoterThreadData, 'jobs'>,
    jobs: readonly VoterJob[],
    report: (report: VoterReport) => void,
  ): Promise<void> {
    const threads = availableParallelism();
    const runs = Array.from({ length: threads }, (_, t) => {
      const own = jobs.filter((_job, i) => i % threads === t);
      return this.#thread({ ...services, jobs: own }, report);
    });
    await Promise.all(runs);
  }

  #thread(data: VoterThreadData, report: (report: VoterReport) => void): Promise<void> {
    const worker = new Worker(new URL('./voter-thread.ts', import.meta.url), { workerData: data });
    for (const { login } of data.jobs) this.#threadOf.set(login, worker);
    return new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: VoterReport) => {
        report(message);
        if (message.type === 'done') resolve();
      });
      worker.on('exit', (status) => {
        if (status !== 0) reject(new Error(`a thread of voters ended with status ${status}`));
      });
    });
  }
}
