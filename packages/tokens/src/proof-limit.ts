/**
 * Slows down whoever guesses the pairing secret: after five wrong proofs each further one costs a
 * wait that doubles up to a minute, whichever connection it comes over. Kept in memory: 100 bits
 * stand against guessing by themselves, this keeps a guesser from loading the machine and shows it.
 * A right proof within the wait isn't looked at either, or the wait would hold nobody back.
 */

const FREE = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

export class ProofLimit {
  readonly #now: () => number;
  #wrong = 0;
  #until = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Asks for one proof to be looked at: 0 means yes, else the milliseconds to wait. It counts as
   * wrong until `right` is called, so that many at once are no way around.
   */
  take(): number {
    const wait = Math.ceil(this.#until - this.#now());
    if (wait > 0) return wait;
    this.#wrong += 1;
    if (this.#wrong >= FREE) {
      const doubled = FIRST_WAIT_MS * 2 ** Math.min(this.#wrong - FREE, 10);
      this.#until = this.#now() + Math.min(doubled, LONGEST_WAIT_MS);
    }
    return 0;
  }

  /** The proof that was taken was right: the secret's owner is here. */
  right(): void {
    this.#wrong = 0;
    this.#until = 0;
  }
}
