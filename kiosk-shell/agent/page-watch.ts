/**
 * Whether the page on this kiosk's screen still runs. It says so again and again (`POST /machine/beat`,
 * which carries nothing: `common/heartbeat.ts`); when it has been silent for a minute, a file is written.
 * systemd sees that and starts the browser anew (`kabina-page.path` of kiosk-shell/system): the agent
 * itself has no right to. A voter's session survives it, the same card goes on.
 *
 * Looks are counted, not seconds. One that comes late says that the whole machine slept or choked, so
 * that the page had no chance to speak: the count begins anew.
 */
import { writeFile } from 'node:fs/promises';
import { BEAT_MS } from '../common/heartbeat.ts';

export interface Pace {
  /** Between looks, in milliseconds. */
  readonly every: number;
  /** Looks without a word after which a page that had spoken is silent. */
  readonly quiet: number;
  /** The same for one that hasn't spoken yet, and between two restarts: a browser takes time to start. */
  readonly patient: number;
}

export const PAGE_PACE: Pace = { every: BEAT_MS, quiet: 6, patient: 18 };

export interface PageFacts {
  /** `waiting`: no word since the agent has started. */
  readonly state: 'waiting' | 'alive' | 'silent';
  /** How often a restart was asked for since the agent has started. */
  readonly restarts: number;
}

export class PageWatch {
  readonly #pace: Pace;
  readonly #restart: () => Promise<void>;
  #state: PageFacts['state'] = 'waiting';
  #restarts = 0;
  #missed = 0;
  #looked: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param restart has the browser started anew; what it throws is for the agent's log */
  constructor(restart: () => Promise<void>, pace = PAGE_PACE) {
    this.#restart = restart;
    this.#pace = pace;
  }

  get facts(): PageFacts {
    return { state: this.#state, restarts: this.#restarts };
  }

  start(): void {
    // The system's monotonic clock, whatever is done to the time of day.
    this.#timer = setInterval(() => this.look(performance.now()), this.#pace.every);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The page has spoken. */
  beat(): void {
    this.#state = 'alive';
    this.#missed = 0;
  }

  /** @param now milliseconds of a clock that only runs forward */
  look(now: number): void {
    const { every, quiet, patient } = this.#pace;
    const late = this.#looked !== undefined && now - this.#looked > 2 * every;
    this.#looked = now;
    this.#missed = late ? 0 : this.#missed + 1;
    if (this.#missed < (this.#state === 'alive' ? quiet : patient)) return;
    this.#state = 'silent';
    this.#missed = 0;
    this.#restarts += 1;
    this.#restart().catch((error: unknown) => {
      process.stderr.write(`agent.page: ${(error as Error).message}\n`);
    });
  }
}

/** Writes what systemd looks for. The folder is the installation's; what is in the file means nothing. */
export const writeSilence = (path: string): Promise<void> => writeFile(path, '\n');
