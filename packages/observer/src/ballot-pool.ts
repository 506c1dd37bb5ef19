/**
 * Ballots spread over workers: batches of the audit go to whichever worker is free. The same pool
 * serves Node's threads and a page's workers; how a worker is made is the caller's.
 *
 * A worker is made when there is a batch and none is free, so that a small board starts few.
 */
import type { BallotBatchResult } from '@kabina/election/ballot';
import { ElectionError } from '@kabina/election/errors';
import type { BallotJob, CheckBallots } from '@kabina/election/verify';

/** What a worker answers to a `BallotJob`. */
export type CheckerAnswer =
  | { readonly result: BallotBatchResult }
  | { readonly error: { readonly code: string; readonly message: string } };

/** A worker that answers one job after the other (`answerJob` in `ballot-checker.ts`). */
export interface Checker {
  post(job: BallotJob): void;
  stop(): void;
}

/** Makes a worker. It calls `answer` once for each job, or `broken` if it can't go on. */
export type MakeChecker = (
  answer: (answer: CheckerAnswer) => void,
  broken: (cause: unknown) => void,
) => Checker;

interface Waiting {
  readonly job: BallotJob;
  readonly resolve: (result: BallotBatchResult) => void;
  readonly reject: (error: unknown) => void;
}

export class BallotPool {
  readonly #make: MakeChecker;
  readonly #size: number;
  readonly #all: Checker[] = [];
  readonly #idle: Checker[] = [];
  readonly #busy = new Map<Checker, Waiting>();
  readonly #queue: Waiting[] = [];
  #broken: ElectionError | undefined;

  /** `size` is the most workers that there may be, at least 1. */
  constructor(make: MakeChecker, size: number) {
    this.#make = make;
    this.#size = size;
  }

  /**
   * What `verify` takes as its `checkBallots`.
   * @throws ElectionError as `checkBallotBatch`; `pool.broken` if a worker died, `pool.stopped`
   */
  readonly check: CheckBallots = (job) => {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  };

  /** Ends all workers; what they had not answered is rejected. */
  stop(): void {
    this.#end(new ElectionError('pool.stopped', 'checking was stopped'));
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const checker = this.#idle.pop() ?? this.#more();
      if (!checker) return;
      const waiting = this.#queue.shift() as Waiting;
      this.#busy.set(checker, waiting);
      checker.post(waiting.job);
    }
  }

  #more(): Checker | undefined {
    if (this.#all.length >= this.#size) return undefined;
    const checker = this.#make(
      (answer) => this.#take(checker, answer),
      (cause) => this.#end(new ElectionError('pool.broken', 'a worker has died', { cause })),
    );
    this.#all.push(checker);
    return checker;
  }

  #take(checker: Checker, answer: CheckerAnswer): void {
    const waiting = this.#busy.get(checker);
    this.#busy.delete(checker);
    this.#idle.push(checker);
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(new ElectionError(answer.error.code, answer.error.message));
    this.#next();
  }

  #end(why: ElectionError): void {
    this.#broken ??= why;
    for (const checker of this.#all) checker.stop();
    for (const { reject } of [...this.#busy.values(), ...this.#queue]) reject(why);
    this.#busy.clear();
    this.#queue.length = 0;
  }
}
