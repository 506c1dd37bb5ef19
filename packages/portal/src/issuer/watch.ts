/**
 * An issuer's eye on the board: it reads what the witnesses have cosigned and knows from that, and
 * from nothing else, whether the election is open. If the board can't be read for a while, issuing
 * stops: it may have been closed in the meantime.
 */
import { BoardFollower, httpReader } from '@kabina/election/follower';
import type { BoardState } from '@kabina/election/board';
import type { Entry } from '@kabina/election/entries';
import type { Clock } from '../clock.ts';

const POLL_MS = 1_000;
/** A file of the board that doesn't come in this time is asked for again at the next reading. */
const READ_TIMEOUT_MS = 10_000;
/** Older news than this is no news. */
const STALE_MS = 60_000;

export interface WatchOptions {
  /** The ballot box's address: the board is under `board/`, entries go to `entries`. */
  readonly box: string;
  readonly electionId: Uint8Array;
  readonly clock: Clock;
  /** Told after every entry that counts. */
  readonly onEntry: (entry: Entry) => void;
  /** Told once when the board becomes unreadable or turns out to be wrong. */
  readonly onFault: (error: unknown) => void;
  /** Called after every reading. */
  readonly onRead: () => Promise<void>;
}

/** The board is there and does not take the entry. */
export class BoardRefusal extends Error {
  override readonly name = 'BoardRefusal';
  /** The election's own code of what is wrong with it. */
  readonly reason: string | undefined;

  constructor(reason: string | undefined) {
    super(`the board has refused the entry: ${reason ?? 'no reason given'}`);
    this.reason = reason;
  }
}

export class BoardWatch {
  readonly #options: WatchOptions;
  readonly #follower: BoardFollower;
  #lastRead = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #faulty = false;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
    const board = new URL('board/', withSlash(options.box)).href;
    this.#follower = new BoardFollower(httpReader(board, patientFetch), {
      electionId: options.electionId,
      quorum: true,
      onEntry: (entry, _index, problem) => {
        if (entry !== undefined && problem === undefined) options.onEntry(entry);
      },
    });
  }

  get state(): BoardState {
    return this.#follower.state;
  }

  /** Whether the state is fresh enough to act on. */
  get fresh(): boolean {
    return this.#options.clock() - this.#lastRead < STALE_MS;
  }

  /** Reads at once and then every second. */
  start(): void {
    this.#running = this.#loop();
  }

  /**
   * Reads out of turn, for whoever would have to refuse by what was read a second ago. Does not
   * throw: what it could not read stays as it was. Calls at one time share one reading.
   */
  async look(): Promise<void> {
    try {
      await this.#follower.refresh();
      this.#lastRead = this.#options.clock();
    } catch {
      // The loop meets the same fault within a second, and tells it.
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Sends a signed entry. Throws {@link BoardRefusal}, or whatever kept it from the board. */
  async post(entry: Uint8Array): Promise<{ index: number; size: number }> {
    const answer = await fetch(new URL('entries', withSlash(this.#options.box)), {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: Uint8Array.from(entry),
      signal: AbortSignal.timeout(READ_TIMEOUT_MS),
    });
    const value = (await answer.json()) as { index: number; size: number; reason?: string };
    if (answer.ok) return { index: value.index, size: value.size };
    if (answer.status === 422) throw new BoardRefusal(value.reason);
    throw new Error(`the board has not taken the entry: HTTP ${answer.status}`);
  }

  async #loop(): Promise<void> {
    await this.#read();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#loop();
    }, POLL_MS);
  }

  async #read(): Promise<void> {
    try {
      await this.#follower.refresh();
      this.#lastRead = this.#options.clock();
      await this.#options.onRead();
      this.#faulty = false;
    } catch (error) {
      // The board may not be there yet, or be away: told once, tried again every second.
      if (!this.#faulty && !this.#stopped) this.#options.onFault(error);
      this.#faulty = true;
    }
  }
}

const patientFetch: typeof fetch = (input, init) =>
  fetch(input, { ...init, signal: AbortSignal.timeout(READ_TIMEOUT_MS) });

const withSlash = (address: string): string => (address.endsWith('/') ? address : `${address}/`);
