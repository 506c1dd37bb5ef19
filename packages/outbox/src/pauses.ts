// Waiting between tries: exponential backoff with full jitter (a pause is uniform between nothing and
// its growing bound), so that kiosks whose line came back at the same moment don't come together.

import { fraction } from './chance.ts';

export interface Pace {
  /** Bound of the first pause, and of the longest. Milliseconds. */
  readonly first: number;
  readonly most: number;
}

/** The other side may ask for a longer pause, but not for the rest of the day. */
const ASKED_AT_MOST = 900_000;

export class Pauses {
  readonly #pace: Pace;
  #tries = 0;
  #wake: (() => void) | undefined;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /**
   * Resolves after the next pause, or at {@link wake}. `asked` milliseconds are kept whole, with the
   * jitter after them.
   */
  async next(asked = 0): Promise<void> {
    const bound = Math.min(this.#pace.most, this.#pace.first * 2 ** this.#tries);
    this.#tries += 1;
    const pause = Math.min(Math.max(asked, 0), ASKED_AT_MOST) + fraction() * bound;
    await this.#until(pause);
  }

  /** Resolves at {@link wake}. */
  forever(): Promise<void> {
    return this.#until(undefined);
  }

  /** Ends the pause that is under way. */
  wake(): void {
    this.#wake?.();
  }

  /** The next pause is a first one again. */
  reset(): void {
    this.#tries = 0;
  }

  async #until(pause: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    const timer = pause === undefined ? undefined : setTimeout(this.#wake, pause);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
