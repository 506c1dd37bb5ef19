// The worker of a session: made on first use, and made anew, with election and voter, after it has
// died. What was sealed in a dead worker is gone; nothing that was sent is.

import { hexToBytes } from '@kabina/crypto/bytes';
import { BoothError, troubleOf } from './errors.ts';
import type { BoardSource } from './messages.ts';
import { WorkerClient, type WorkerEndpoint } from './worker-client.ts';

export interface WorkerHostOptions {
  readonly create: () => WorkerEndpoint;
  readonly board: BoardSource | (() => Promise<BoardSource>);
  /** Hex. */
  readonly electionId: string;
  /** The seed of the voter who has entered, if anybody has. The copy is erased after use. */
  readonly seed: () => Promise<Uint8Array | undefined>;
  /** Voter list of the permits; online by default. */
  readonly list?: () => string;
}

export class WorkerHost {
  readonly #options: WorkerHostOptions;
  #worker: Promise<WorkerClient> | undefined;
  #closed = false;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
  }

  /** @throws BoothError: the worker's, or `worker.failed`, after which the next call begins anew */
  readonly call: WorkerClient['call'] = async (method, ...args) => {
    // What was under way when the session ended must not begin it anew, with the voter's seed in it.
    if (this.#closed) throw new BoothError('worker.failed', 'the session has ended');
    const fresh = this.#worker === undefined;
    this.#worker ??= this.#make(method !== 'readElection');
    const worker = this.#worker;
    try {
      return await (await worker).call(method, ...args);
    } catch (error) {
      const dead = troubleOf(error).code === 'worker.failed';
      // A worker that could not even be set up is no worker either.
      if ((dead || fresh) && this.#worker === worker && !this.#closed) {
        this.#worker = undefined;
        void worker.then((made) => made.terminate()).catch(() => undefined);
      }
      throw error;
    }
  };

  /** Ends the worker with all that it holds. */
  close(): void {
    this.#closed = true;
    void this.#worker?.then((made) => made.terminate()).catch(() => undefined);
    this.#worker = undefined;
  }

  async #make(again: boolean): Promise<WorkerClient> {
    const { create, board, electionId, seed, list } = this.#options;
    const worker = new WorkerClient(create);
    if (!again) return worker;
    try {
      const source = typeof board === 'function' ? await board() : board;
      await worker.call('readElection', source, hexToBytes(electionId));
      const kept = await seed();
      if (kept !== undefined) (await worker.call('enter', kept, list?.())).fill(0);
      return worker;
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }
}
