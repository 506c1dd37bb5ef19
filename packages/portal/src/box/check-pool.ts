/**
 * Checks ballots in worker threads, many at a time: equations of one batch share one multi-scalar
 * multiplication, so the busier the box, the cheaper a ballot. What arrives while all workers are
 * busy becomes the next batch.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BallotContext } from '@kabina/election/ballot';
import type { CheckAnswer, CheckJob } from './check-worker.ts';

/** How long an idle worker waits for company for a single ballot. */
const GATHER_MS = 3;
const MAX_BATCH = 128;
/** More than this many waiting, and the box says that it is busy. */
const MAX_WAITING = 4_096;

interface Item {
  readonly bytes: Uint8Array;
  readonly resolve: (code: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

interface Crew {
  readonly worker: Worker;
  batch: readonly Item[];
}

export class CheckPool {
  readonly #context: BallotContext;
  readonly #size: number;
  readonly #crews = new Set<Crew>();
  #waiting: Item[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: BallotContext, size = availableParallelism()) {
    this.#context = context;
    this.#size = size;
  }

  get full(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  /** The code of what is wrong with a ballot's or challenge's entry, or `undefined`. */
  check(bytes: Uint8Array): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      if (this.#waiting.length >= MAX_BATCH) this.#dispatch();
      else this.#gathering ??= setTimeout(() => this.#dispatch(), GATHER_MS);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#gathering);
    await Promise.all([...this.#crews].map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    while (this.#waiting.length > 0) {
      const crew = this.#idleCrew();
      if (crew === undefined) return;
      crew.batch = this.#waiting.splice(0, MAX_BATCH);
      const items = crew.batch.map(({ bytes }, index) => ({ index, bytes, counted: false }));
      const job: CheckJob = { context: this.#context, items };
      crew.worker.postMessage(job);
    }
  }

  #idleCrew(): Crew | undefined {
    for (const crew of this.#crews) if (crew.batch.length === 0) return crew;
    return this.#crews.size < this.#size ? this.#hire() : undefined;
  }

  #hire(): Crew {
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url));
    const crew: Crew = { worker, batch: [] };
    this.#crews.add(crew);
    worker.on('message', (answer: CheckAnswer) => {
      const codes = new Map(answer);
      const done = crew.batch;
      crew.batch = [];
      done.forEach((item, place) => item.resolve(codes.get(place)));
      this.#dispatch();
    });
    // A worker that died takes its batch with it: those ballots are told to come again.
    worker.on('error', (error) => this.#dismiss(crew, error));
    worker.on('exit', () => this.#dismiss(crew, new Error('a checking worker has stopped')));
    return crew;
  }

  #dismiss(crew: Crew, error: unknown): void {
    if (!this.#crews.delete(crew)) return;
    for (const item of crew.batch) item.reject(error);
    crew.batch = [];
    if (!this.#closed) this.#dispatch();
  }
}
