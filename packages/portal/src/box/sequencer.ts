/**
 * Decides what stands on the board and in which order. One thing at a time:
 *
 * - ballots and challenges leave the pool shuffled, once it has as many as the manifest says, or
 *   when it has to be empty: before `suspended`, `closed` and `tally`, at each pause, at the end of
 *   revoting and at closing time;
 * - entries of the commission, trustees and issuers are appended if they may be the next;
 * - `cosigned` entries put a quorum's checkpoint on the board where the rules wait for one.
 *
 * If the process dies anywhere in between, what was accepted is still in the pool, and what had
 * reached the log is recognised there by its leaf hash: nothing is lost, nothing is doubled.
 */
import { randomInt } from 'node:crypto';
import { checkSignatures, decodeEntry, signEntry, type Entry } from '@kabina/election/entries';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { leafHash } from '@kabina/log/merkle';
import { Schedule, type Clock } from '../clock.ts';
import { crashPoint } from '../crash.ts';
import { PortalError } from '../errors.ts';
import { Gate, Serial } from '../serial.ts';
import type { AnonymousStore } from '../store/anonymous.ts';
import { newEntry, type Board, type NewEntry } from './board.ts';
import { countedSums } from './sums.ts';

/** Training only: a pool that isn't full is emptied after this, so that receipts turn to recorded. */
const TRAINING_POOL_WAIT_MS = 2_000;
/** Witnesses that gave no quorum are asked again after this. */
const WITNESS_RETRY_MS = 1_000;
/** Entries in one append. */
const MAX_APPEND = 512;
/** What was promised has to be on the board before these. */
const LAST_OF_POOL: ReadonlySet<Entry['type']> = new Set(['suspended', 'closed', 'tally']);
/** The longest that `setTimeout` takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface SequencerOptions {
  readonly board: Board;
  readonly store: AnonymousStore;
  /** Ed25519 seed of the box. */
  readonly seed: Uint8Array;
  readonly clock: Clock;
  /** The board has grown. */
  readonly onGrowth: () => void;
  readonly onFault: (error: unknown) => void;
}

export class Sequencer {
  /** Whoever accepts ballots goes through it, so that the pool can be emptied for good. */
  readonly gate = new Gate();
  readonly #options: SequencerOptions;
  readonly #schedule: Schedule;
  readonly #serial = new Serial();
  #emptying = false;
  #partial: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #alarm: NodeJS.Timeout | undefined;
  /** Boundaries up to this moment have their `cosigned` entry, or it is owed. */
  #settledUntil: number;
  #owed = false;
  #sums: Promise<void> | undefined;
  #stopped = false;

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.board.manifest);
    const time = options.board.state.cosigned.at(-1)?.time;
    this.#settledUntil = time === undefined ? Number.NEGATIVE_INFINITY : time * 1000;
  }

  /** Goes on where the last process stopped. */
  async start(): Promise<void> {
    await this.#serial.run(async () => {
      await this.#publish();
      await this.#emptyPool(1);
    });
    this.#watchTime();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of [this.#partial, this.#retry, this.#alarm]) clearTimeout(timer);
    await this.#serial.run(async () => undefined);
  }

  /** Something was pooled. */
  wake(): void {
    const { pool, kind } = this.#options.board.manifest;
    if (!this.#emptying) {
      this.#emptying = true;
      this.#background(async () => {
        this.#emptying = false;
        await this.#emptyPool(this.#batch());
      });
    }
    if (kind !== 'training' || pool === 1) return;
    this.#partial ??= setTimeout(() => {
      this.#partial = undefined;
      this.#background(() => this.#emptyPool(1));
    }, TRAINING_POOL_WAIT_MS);
  }

  /** What the pool has to hold to be sequenced: the manifest's number, or all that can still come. */
  #batch(): number {
    const { manifest, state } = this.#options.board;
    if (state.phase !== 'closed') return manifest.pool;
    const coming = manifest.kiosks.reduce((sum, { id }) => {
      const { number, arrived } = state.stations?.heldBy(id) ?? { number: 0, arrived: 0 };
      return sum + number - arrived;
    }, 0);
    return Math.max(1, Math.min(manifest.pool, coming));
  }

  /** Appends a signed entry. Throws `entries.refused` if it may not be the next. */
  async submit(entry: Entry, bytes: Uint8Array): Promise<{ index: number; size: number }> {
    const { board } = this.#options;
    if (entry.type === 'share') await this.#summed();
    return this.#serial.run(async () => {
      const known = board.indexOf(leafHash(bytes));
      if (known !== undefined) return { index: known, size: board.size };
      // What `tally` has to say depends on what waits; its signature does not.
      if (entry.type === 'tally') this.#checkSigned(entry);
      else this.#check(entry);
      const append = async (): Promise<number> => {
        if (entry.type === 'tally') this.#check(entry);
        return board.append([{ entry, bytes }]);
      };
      const index = await (LAST_OF_POOL.has(entry.type) ? this.#withEmptyPool(append) : append());
      await this.#publish();
      // `resumed` may have put closing off.
      this.#watchTime();
      if (entry.type === 'tally') this.#summed().catch(this.#options.onFault);
      return { index, size: board.size };
    });
  }

  /** After `tally` the board knows the sums, and so which shares are wrong. */
  async #summed(): Promise<void> {
    const { board } = this.#options;
    if (board.state.phase !== 'tally') return;
    this.#sums ??= countedSums(board).then((sums) => board.state.setAggregates(sums));
    try {
      await this.#sums;
    } catch (error) {
      this.#sums = undefined;
      throw error;
    }
  }

  /** A stranger's entry empties no pool. */
  #checkSigned(entry: Entry): void {
    const { manifest, state } = this.#options.board;
    const outside = state.phase !== 'closed' || checkSignatures(manifest, entry) !== undefined;
    if (outside) this.#check(entry);
  }

  #check(entry: Entry): void {
    const { board, clock } = this.#options;
    const problem = board.state.check(entry);
    if (problem !== undefined) throw new PortalError('entries.refused', { reason: problem.code });
    const { kind, hours } = board.manifest;
    const end = Date.parse(hours.closes) + board.state.extension * 1000;
    if (entry.type === 'closed' && kind === 'binding' && clock() < end) {
      throw new PortalError('entries.refused', { reason: 'schedule.early' });
    }
  }

  /** Empties the pool while nobody can put anything into it, and then does what must come after. */
  #withEmptyPool<T>(work: () => Promise<T>): Promise<T> {
    return this.gate.closedFor(async () => {
      await this.#emptyPool(1);
      return work();
    });
  }

  /** Sequences what waits if it is at least `least`, which is at least 1. */
  async #emptyPool(least: number): Promise<void> {
    const { board, store } = this.#options;
    if ((await store.poolSize()) < least) return;
    const waiting = await store.pool();
    // After a crash the log may have some of them already.
    const fresh = waiting
      .filter(({ leaf }) => board.indexOf(leaf) === undefined)
      .map(({ entry }) => ({ entry: decodeEntry(entry), bytes: entry }));
    shuffle(fresh);
    // A ballot that waits here as one of its own may come late again: that is told after it.
    fresh.sort((a, b) => Number(a.entry.type === 'late') - Number(b.entry.type === 'late'));
    for (let i = 0; i < fresh.length; i += MAX_APPEND) {
      crashPoint('sequencer.before-append');
      await board.append(fresh.slice(i, i + MAX_APPEND));
      crashPoint('sequencer.after-append');
    }
    await store.leavePool(waiting.map(({ leaf }) => leaf));
    await this.#publish();
  }

  /** Publishes the tree, and puts `cosigned` on the board if the rules wait for it. */
  async #publish(): Promise<void> {
    crashPoint('sequencer.before-publish');
    const { board, onGrowth } = this.#options;
    let good = await board.publish();
    if (good && this.#cosignedIsDue()) {
      const { electionId, cosignedSize } = board.state;
      const checkpoint = board.cosignedNote as string;
      if (peekCheckpoint(checkpoint).size > cosignedSize) {
        const signer = { by: 'box', seed: this.#options.seed };
        const election = electionId as Uint8Array;
        await board.append([newEntry(signEntry('cosigned', election, { checkpoint }, signer))]);
        this.#owed = false;
        good = await board.publish();
      }
    }
    crashPoint('sequencer.after-publish');
    onGrowth();
    if (good || this.#stopped) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#background(() => this.#publish());
    }, WITNESS_RETRY_MS);
  }

  #cosignedIsDue(): boolean {
    const { state, mustCover } = this.#options.board;
    const { ceremony, cosignedSize } = state;
    const waiting = mustCover >= cosignedSize;
    const committed = ceremony?.committed === true && ceremony.lastCommit >= cosignedSize;
    return this.#owed || waiting || (state.phase === 'ceremony' && committed);
  }

  /** Wakes at the next boundary of the schedule, and settles those that have passed. */
  #watchTime(): void {
    clearTimeout(this.#alarm);
    const { board, clock } = this.#options;
    const { phase, extension } = board.state;
    if (this.#stopped || (phase !== 'open' && phase !== 'suspended')) return;
    const now = clock();
    const boundaries = this.#schedule.boundaries(extension).filter((b) => b > this.#settledUntil);
    if (boundaries.some((boundary) => boundary <= now)) {
      this.#settledUntil = now;
      this.#background(async () => {
        await this.#withEmptyPool(async () => {
          this.#owed = true;
        });
        await this.#publish();
      });
    }
    const next = boundaries.find((boundary) => boundary > now);
    if (next === undefined) return;
    this.#alarm = setTimeout(() => this.#watchTime(), Math.min(next - now, MAX_TIMER_MS)).unref();
  }

  #background(work: () => Promise<void>): void {
    this.#serial.run(work).catch((error: unknown) => this.#options.onFault(error));
  }
}

/** Fisher–Yates with the system's generator: arrival is forgotten, hash order too. */
function shuffle(waiting: NewEntry[]): void {
  for (let i = waiting.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [waiting[i], waiting[j]] = [waiting[j] as NewEntry, waiting[i] as NewEntry];
  }
}
