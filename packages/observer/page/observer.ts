/**
 * The observer's page without its face: which board, what is known of it so far, and the workers
 * that find out. Listeners of `change` read the state; the event carries nothing.
 */
import { peekCheckpoint } from '@kabina/log/checkpoint';
import type { Check, Progress, Verdict } from '@kabina/election/verify';
import { boardAddress } from '../src/http-board.ts';
import type { LookUp } from './look-up.ts';
import { forget, remember, rememberedCheckpoints, type Remembered } from './memory.ts';
import type { BoardView, FromAudit, Live, ToAudit } from './messages.ts';
import { createAuditWorker, createCheckWorker } from './workers.ts';

/** How often the board is looked at after an audit. */
const LOOK_EVERY_MS = 5_000;

/** Where the election's id comes from: a server's own word is no pin. */
export type IdSource = 'none' | 'server' | 'person';

export interface ObserverState {
  readonly stage: 'idle' | 'running' | 'done' | 'failed';
  readonly address: string;
  readonly electionId: string;
  readonly idSource: IdSource;
  /** A field that can't be used as it is. */
  readonly wrong?: 'address' | 'id' | undefined;
  readonly progress?: Progress | undefined;
  readonly checks: readonly Check[];
  readonly verdict?: Verdict | undefined;
  readonly board?: BoardView | undefined;
  readonly live?: Live | undefined;
  /** Whether an earlier checkpoint was held against the board. */
  readonly held: boolean;
  /** The checkpoint that this browser remembers of the election. */
  readonly remembered?: Remembered | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly looking: boolean;
  readonly answer?: LookUp | undefined;
}

const NOTHING = {
  wrong: undefined,
  progress: undefined,
  checks: [],
  verdict: undefined,
  board: undefined,
  live: undefined,
  held: false,
  remembered: undefined,
  error: undefined,
  looking: false,
  answer: undefined,
} as const;

export class Observer extends EventTarget {
  #state: ObserverState = {
    stage: 'idle',
    address: '',
    electionId: '',
    idSource: 'none',
    ...NOTHING,
  };
  #audit: Worker | undefined;
  #checkers: Worker[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #question = 0;

  get state(): ObserverState {
    return this.#state;
  }

  #set(change: Partial<ObserverState>): void {
    this.#state = { ...this.#state, ...change };
    this.dispatchEvent(new Event('change'));
  }

  /** Ends all workers. */
  stop(): void {
    clearInterval(this.#timer);
    for (const worker of [this.#audit, ...this.#checkers]) worker?.terminate();
    this.#audit = undefined;
    this.#checkers = [];
  }

  /**
   * Audits a board from the beginning.
   *
   * @param electionId empty, or 64 hexadecimal digits
   */
  start(address: string, electionId: string, idSource: IdSource): void {
    this.stop();
    const id = electionId.trim().toLowerCase();
    this.#set({ ...NOTHING, stage: 'idle', address, electionId: id, idSource });
    let board: string;
    try {
      board = boardAddress(address);
    } catch {
      this.#set({ wrong: 'address' });
      return;
    }
    if (id !== '' && !/^[0-9a-f]{64}$/.test(id)) {
      this.#set({ wrong: 'id' });
      return;
    }
    this.#set({ stage: 'running', address: board });
    const notes = [...rememberedCheckpoints()].map(([name, { note }]) => [name, note] as const);
    try {
      this.#audit = createAuditWorker();
    } catch (error) {
      // A policy that forbids the worker: better said than waited for.
      this.#set({ stage: 'failed', error: { code: 'worker', message: (error as Error).message } });
      return;
    }
    this.#audit.onmessage = ({ data }: MessageEvent<FromAudit>) => this.#take(data);
    this.#audit.onerror = (event) => {
      this.#set({ stage: 'failed', error: { code: 'worker', message: event.message ?? '' } });
    };
    this.#post({
      type: 'audit',
      board,
      ...(id !== '' && { electionId: id }),
      remembered: Object.fromEntries(notes),
    });
  }

  /** Looks a receipt, a tracking code or an opening up in the board that was audited. */
  lookUp(text: string): void {
    this.#question++;
    this.#set({ looking: true, answer: undefined });
    this.#post({ type: 'look-up', id: this.#question, text });
  }

  /** Forgets the checkpoint of the election that is shown. */
  forget(): void {
    const id = this.#state.verdict?.electionId;
    if (id !== undefined) forget(id);
    this.#set({ remembered: undefined });
  }

  #post(message: ToAudit): void {
    this.#audit?.postMessage(message);
  }

  #take(message: FromAudit): void {
    switch (message.type) {
      case 'checker':
        this.#addChecker(message.port);
        return;
      case 'progress':
        this.#set({ progress: message.progress, checks: message.checks });
        return;
      case 'verdict':
        this.#finish(message);
        return;
      case 'failed':
        this.#set({ stage: 'failed', error: { code: message.code, message: message.message } });
        return;
      case 'found':
        if (message.id === this.#question) this.#set({ looking: false, answer: message.answer });
        return;
      case 'live':
        this.#set({ live: message.live });
    }
  }

  #addChecker(port: MessagePort): void {
    const worker = createCheckWorker();
    worker.onerror = (event) =>
      this.#post({ type: 'checker-broken', message: event.message ?? '' });
    worker.postMessage(port, [port]);
    this.#checkers.push(worker);
  }

  #finish({ verdict, board, note, held }: Extract<FromAudit, { type: 'verdict' }>): void {
    const { electionId, checks, size } = verdict;
    if (note !== undefined) {
      const seen = new Date().toISOString();
      remember(electionId, { note, size: peekCheckpoint(note).size, seen });
    }
    this.#set({
      stage: 'done',
      progress: undefined,
      verdict,
      checks,
      board,
      held,
      live: board && { size, continues: true },
      remembered: rememberedCheckpoints().get(electionId),
    });
    if (board) {
      this.#timer = setInterval(() => {
        if (document.visibilityState === 'visible') this.#post({ type: 'look' });
      }, LOOK_EVERY_MS);
    }
  }
}
