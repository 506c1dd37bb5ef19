/**
 * Notices that the voter has gone: after a time without a touch or a key it warns, and after a
 * further time it ends the session. While the warning stands only `stay()` goes on: a touch that took
 * the warning away by itself would fall on the ballot paper beneath it.
 */

/** Two minutes without a touch: a voter who reads a long ballot moves it now and then. */
export const IDLE_SECONDS = 120;
/** How long the warning stands. */
export const WARNING_SECONDS = 30;

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const;

export interface IdleEvents {
  /** Seconds left, every second while the warning stands; undefined when it is taken back. */
  warn(secondsLeft: number | undefined): void;
  end(): void;
}

export class IdleTimer {
  #events: IdleEvents;
  #idle: number;
  #warning: number;
  #last = 0;
  #tick: ReturnType<typeof setInterval> | undefined;
  #warned = false;

  constructor(events: IdleEvents, idleSeconds = IDLE_SECONDS, warningSeconds = WARNING_SECONDS) {
    this.#events = events;
    this.#idle = idleSeconds;
    this.#warning = warningSeconds;
  }

  start(): void {
    this.stop();
    this.#last = performance.now();
    for (const sign of SIGNS) addEventListener(sign, this.#alive, { capture: true, passive: true });
    this.#tick = setInterval(this.#look, 1_000);
  }

  stop(): void {
    clearInterval(this.#tick);
    this.#tick = undefined;
    for (const sign of SIGNS) removeEventListener(sign, this.#alive, { capture: true });
    this.#takeBack();
  }

  /** The voter has answered the warning. */
  stay(): void {
    this.#last = performance.now();
    this.#takeBack();
  }

  #alive = (): void => {
    if (!this.#warned) this.#last = performance.now();
  };

  #takeBack(): void {
    if (!this.#warned) return;
    this.#warned = false;
    this.#events.warn(undefined);
  }

  #look = (): void => {
    const quiet = (performance.now() - this.#last) / 1_000;
    if (quiet >= this.#idle + this.#warning) {
      this.stop();
      this.#events.end();
    } else if (quiet >= this.#idle) {
      this.#warned = true;
      this.#events.warn(Math.ceil(this.#idle + this.#warning - quiet));
    }
  };
}
