// Sends what waits in an outbox, in rounds: nothing leaves until `least` items wait, and those of a
// round leave in a random order, so that the times and the order of arrival don't tell who came when.
// An item is removed after `send` says that it was taken, and `send` says so only after it has
// verified the other side's signed answer. A crash between the two sends the item twice: the other
// side takes it once.
//
// Removing is dear: the journal, the database and the journal again, each down to the disk. Items that
// are taken in quick succession are removed together, so that a long queue leaves about as fast as the
// line takes it.

import { OutboxError } from './errors.ts';
import type { Outbox } from './outbox.ts';
import { Pauses, type Pace } from './pauses.ts';

/**
 * What became of an item:
 * - `taken`: the other side has it, and has proved it: it is removed here;
 * - `later`: not now; it stays and is sent again, not before `retryAt` (milliseconds since the
 *   epoch). A `code` that begins with `network.` says that the line is down;
 * - `poison`: never: it is set aside, so that the others go on.
 */
export type Outcome =
  | { readonly is: 'taken' }
  | { readonly is: 'later'; readonly code: string; readonly retryAt?: number }
  | { readonly is: 'poison'; readonly code: string };

/** Where a process may die between the other side and the outbox. */
export type SenderPoint = 'send.read' | 'send.taken' | 'send.removed';

export interface SenderOptions {
  /** Sends one item, and settles in the end; `signal` fires when the sender stops. Rejecting is `later`. */
  send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome>;
  /** So many must wait before a round begins; asked at each round. 1 by default: no mixing. */
  readonly least?: number | (() => number);
  /** Pauses after `later`. A second and a minute by default. */
  readonly pace?: Pace;
  /**
   * Web Lock held while started, by default one of the outbox's own. Senders of several outboxes on
   * one thin line may share one: they take turns.
   */
  readonly lockName?: string;
  readonly onChange?: (status: SenderStatus) => void;
  readonly onPoint?: (point: SenderPoint) => void;
}

/** Numbers and codes; nothing of an item. */
export interface SenderStatus {
  readonly waiting: number;
  readonly quarantined: number;
  /** Taken since this sender was made. */
  readonly sent: number;
  /** As the last try found it. */
  readonly line: 'up' | 'down' | undefined;
  /** Why the last try came to nothing; `retryable` false: the sender has given up. */
  readonly trouble?: { readonly code: string; readonly retryable: boolean };
}

const PACE: Pace = { first: 1000, most: 60_000 };
/** After so many `later` in a row the round ends; one item that is never ripe doesn't hold up the rest. */
const PATIENCE = 3;
/** Items that were taken are removed by so many at most, and one by one while they are slower than this. */
const TOGETHER = 64;
const SLOW_MS = 1000;
/** The queue is lost to this page: trying again can't help. */
const FINAL = new Set(['outbox.elsewhere', 'outbox.closed', 'journal.disagrees']);

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class Sender {
  readonly #outbox: Outbox;
  readonly #options: SenderOptions;
  readonly #least: () => number;
  readonly #pauses: Pauses;
  #status: SenderStatus = { waiting: 0, quarantined: 0, sent: 0, line: undefined };
  #running: Running | undefined;
  /** Waits for more items, not for a better line: only then does a new item end the pause. */
  #idle = false;
  #news = false;
  /** Items that leave although fewer than `least` wait; in memory only. */
  #urgent = new Set<string>();
  /** Items that the other side has, and that are still here. */
  #taken = new Set<string>();
  #removedAt = -Infinity;
  /** Those who wait for the end of the next pass over everything. */
  #flushing: (() => void)[] = [];

  constructor(outbox: Outbox, options: SenderOptions) {
    this.#outbox = outbox;
    this.#options = options;
    const { least = 1 } = options;
    this.#least = typeof least === 'number' ? () => least : least;
    this.#pauses = new Pauses(options.pace ?? PACE);
  }

  get status(): SenderStatus {
    return this.#status;
  }

  /** Begins to send by itself, as soon as no other sender holds the lock. */
  start(): void {
    if (this.#running !== undefined) return;
    const abort = new AbortController();
    const { signal } = abort;
    const onNews = (): void => {
      this.#news = true;
      if (this.#idle) this.#pauses.wake();
      void this.#count();
    };
    const onLine = (): void => {
      this.#pauses.reset();
      this.#pauses.wake();
    };
    this.#outbox.addEventListener('change', onNews, { signal });
    // An event of pages: other places, such as Node, have none.
    (globalThis as Partial<EventTarget>).addEventListener?.('online', onLine, { signal });
    signal.addEventListener('abort', () => this.#pauses.wake());
    const lock = this.#options.lockName ?? `kabina-outbox/${this.#outbox.database}/sender`;
    const ended = navigator.locks
      .request(lock, { signal }, () => this.#run(signal))
      .catch(() => undefined)
      .finally(() => {
        abort.abort();
        this.#running = undefined;
        this.#endFlushing();
      });
    this.#running = { abort, ended };
    void this.#count();
  }

  /**
   * Sends at once everything that waits now, however little it is, and goes on with it until all of it
   * is taken; nothing of that is remembered after a restart. Resolves after the first pass, also when
   * the line is down. Does nothing before `start`.
   */
  flush(): Promise<void> {
    if (this.#running === undefined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#flushing.push(() => resolve(undefined));
    this.#news = true;
    this.#pauses.wake();
    return promise;
  }

  /** Resolves when nothing is under way any more; only then it can be started again. */
  async stop(): Promise<void> {
    const running = this.#running;
    running?.abort.abort();
    await running?.ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#news = false;
      let pause: number | undefined;
      try {
        pause = await this.#round(signal);
      } catch (error) {
        const code = error instanceof OutboxError ? error.code : 'send.failed';
        const retryable = !FINAL.has(code);
        this.#say({ trouble: { code, retryable } });
        if (!retryable) return;
        pause = 0;
      }
      if ((signal as { readonly aborted: boolean }).aborted) return;
      if (pause !== undefined) await this.#pauses.next(pause);
      else if (!this.#news) {
        this.#idle = true;
        await this.#pauses.forever();
        this.#idle = false;
      }
    }
  }

  /** Answers the pause asked for when the round was broken off, in milliseconds. */
  async #round(signal: AbortSignal): Promise<number | undefined> {
    // What the last round could not remove must not be sent again.
    await this.#removeTaken();
    const keys = await this.#outbox.keys();
    const flushing = this.#flushing.splice(0);
    try {
      if (flushing.length > 0) this.#urgent = new Set(keys);
      const all = keys.length >= this.#least();
      let laters = 0;
      for (const key of all ? keys : keys.filter((one) => this.#urgent.has(one))) {
        const outcome = await this.#pass(key, signal);
        if (signal.aborted) return undefined;
        if (outcome?.is !== 'later') {
          laters = 0;
          continue;
        }
        const asked = outcome.retryAt === undefined ? 0 : outcome.retryAt - Date.now();
        laters += 1;
        if (laters === PATIENCE || asked > 0) return asked;
      }
      return laters > 0 ? 0 : undefined;
    } finally {
      // Whatever was taken is removed, also when the sender stops meanwhile.
      await this.#removeTaken().finally(() => {
        for (const done of flushing) done();
      });
    }
  }

  /** Sends one item and does what its outcome asks for. */
  async #pass(key: string, signal: AbortSignal): Promise<Outcome | undefined> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#outbox.get(key);
    } catch (error) {
      if (!(error instanceof OutboxError) || error.code !== 'outbox.damaged') throw error;
      await this.#outbox.quarantine(key, error.code);
      return undefined;
    }
    if (bytes === undefined || signal.aborted) return undefined;
    this.#options.onPoint?.('send.read');
    const outcome = await this.#send(bytes, signal);
    if (outcome.is === 'taken') {
      this.#options.onPoint?.('send.taken');
      this.#taken.add(key);
      this.#pauses.reset();
      const { line, trouble } = this.#status;
      if (line !== 'up' || trouble !== undefined) this.#say({ line: 'up' });
      const slow = performance.now() - this.#removedAt > SLOW_MS;
      if (slow || this.#taken.size >= TOGETHER) await this.#removeTaken();
      return outcome;
    }
    // A line that says anything else may say nothing for long.
    await this.#removeTaken();
    if (outcome.is === 'poison') {
      await this.#outbox.quarantine(key, outcome.code);
      this.#say({ line: 'up' });
    } else if (!signal.aborted) {
      const line = outcome.code.startsWith('network.') ? 'down' : 'up';
      this.#say({ line, trouble: { code: outcome.code, retryable: true } });
    }
    return outcome;
  }

  /** If it fails, the next round begins with it; if the process dies, they are sent again. */
  async #removeTaken(): Promise<void> {
    const taken = [...this.#taken];
    if (taken.length === 0) return;
    await this.#outbox.remove(...taken);
    this.#options.onPoint?.('send.removed');
    this.#removedAt = performance.now();
    this.#taken.clear();
    for (const key of taken) this.#urgent.delete(key);
    this.#say({ line: 'up', sent: this.#status.sent + taken.length });
  }

  async #send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#options.send(bytes, signal);
    } catch (error) {
      const code = (error as { code?: unknown } | null)?.code;
      return { is: 'later', code: typeof code === 'string' ? code : 'send.failed' };
    }
  }

  async #count(): Promise<void> {
    try {
      const [waiting, quarantined] = [await this.#outbox.count(), await this.#outbox.quarantined()];
      this.#report({ ...this.#status, waiting, quarantined: quarantined.length });
    } catch {
      // The queue is lost; the round says so.
    }
  }

  /** What a try has found: an old trouble is over. */
  #say(found: Partial<SenderStatus>): void {
    const { waiting, quarantined, sent, line } = this.#status;
    this.#report({ waiting, quarantined, sent, line, ...found });
  }

  #report(status: SenderStatus): void {
    this.#status = status;
    this.#options.onChange?.(status);
  }

  #endFlushing(): void {
    for (const done of this.#flushing.splice(0)) done();
  }
}
