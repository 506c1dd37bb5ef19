// Waiting between tries: growing pauses with jitter, so that booths which failed together don't come
// back together; what the service asks for (`Retry-After`) comes first; `wake` ends a pause early.

export interface Pace {
  /** Milliseconds. */
  readonly first: number;
  readonly most: number;
}

export class Pauses {
  readonly #pace: Pace;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #work: (() => void) | undefined;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Runs `work` after the next pause, in the place of what was planned before. */
  plan(work: () => void, notBefore = 0): void {
    this.stop();
    const pause = Math.min(this.#pace.most, this.#pace.first * 2 ** this.#tries);
    this.#tries += 1;
    const jittered = pause * (0.5 + Math.random() / 2);
    this.#work = work;
    this.#timer = setTimeout(() => this.wake(), Math.max(jittered, notBefore - Date.now()));
    // In Node a pause alone doesn't keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Runs what is planned at once. */
  wake(): void {
    const work = this.#work;
    this.stop();
    work?.();
  }

  /** Begins with short pauses again. */
  reset(): void {
    this.#tries = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#work = undefined;
  }
}
