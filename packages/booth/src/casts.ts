// Sending what voters have decided on until there is an answer: one try at a time for a paper, the
// same bytes each time, growing pauses in between.

import type { BoardWatch } from './board-watch.ts';
import { troubleOf } from './errors.ts';
import type { PaperWork } from './paper-work.ts';
import { Pauses } from './pauses.ts';
import type { ReceiptView, Trouble } from './state.ts';

const PACE = { first: 1000, most: 30_000 };

/**
 * How a try ended: accepted; `waiting`, it will be tried again; `expired`, after a login; `refused`,
 * this ballot will never be accepted as it is.
 */
export type CastOutcome =
  | { readonly is: 'accepted'; readonly receipt: ReceiptView }
  | { readonly is: 'waiting' | 'expired' | 'refused'; readonly trouble: Trouble };

export class Casts {
  readonly #watch: BoardWatch;
  readonly #settled: (work: PaperWork, outcome: CastOutcome) => void;
  readonly #pauses = new Map<PaperWork, Pauses>();
  readonly #running = new Map<PaperWork, Promise<void>>();
  #stopped = false;

  constructor(watch: BoardWatch, settled: (work: PaperWork, outcome: CastOutcome) => void) {
    this.#watch = watch;
    this.#settled = settled;
  }

  /** Tries now; resolves when this try has an outcome. Joins one that is under way. */
  drive(work: PaperWork): Promise<void> {
    const running = this.#running.get(work);
    if (running !== undefined) return running;
    this.#pauses.get(work)?.stop();
    const started = this.#try(work).finally(() => this.#running.delete(work));
    this.#running.set(work, started);
    return started;
  }

  stop(): void {
    this.#stopped = true;
    for (const pauses of this.#pauses.values()) pauses.stop();
  }

  async #try(work: PaperWork): Promise<void> {
    let outcome: CastOutcome;
    try {
      await work.commit();
      outcome = { is: 'accepted', receipt: await work.send() };
      this.#pauses.delete(work);
    } catch (error) {
      const trouble = troubleOf(error);
      outcome = { is: await this.#judge(work, trouble), trouble };
      work.error = trouble;
    }
    if (this.#stopped) return;
    if (outcome.is === 'waiting') {
      const pauses = this.#pauses.get(work) ?? new Pauses(PACE);
      this.#pauses.set(work, pauses);
      pauses.plan(() => void this.drive(work), outcome.trouble.retryAt);
    }
    this.#settled(work, outcome);
  }

  async #judge(work: PaperWork, trouble: Trouble): Promise<'waiting' | 'expired' | 'refused'> {
    const { code, retryable } = trouble;
    if (code === 'sessions.expired') return 'expired';
    if (code === 'ballots.closed' || code === 'permits.closed') {
      await this.#watch.refresh().catch(() => undefined);
      const { voting, issuing } = this.#watch;
      const over = voting === 'closed' || voting === 'counted';
      if (over || (code === 'permits.closed' && !issuing)) {
        work.markLate();
        return 'refused';
      }
    }
    // No issuer will ever sign this permit, so that the ballot can't be sent at all.
    if (!retryable && code.startsWith('permits.')) await work.abandon();
    return retryable && work.pending !== undefined ? 'waiting' : 'refused';
  }
}
