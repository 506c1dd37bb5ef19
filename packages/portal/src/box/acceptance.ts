/**
 * How a ballot, a challenge, or a ballot that a kiosk held at closing is accepted. Nothing is stored
 * until all has been checked; what is stored is stored in one transaction together with the signed
 * promise, and only then answered.
 */
import { createHash } from 'node:crypto';
import { equalBytes, frame } from '@kabina/crypto/bytes';
import { coreHash } from '@kabina/election/ballot';
import type { Phase } from '@kabina/election/board';
import {
  castBallot,
  decodeEntry,
  encodeEntry,
  type Entry,
  type Core,
  type EntryOf,
} from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { encodeManifest } from '@kabina/election/manifest';
import { encodePromise, signPromise } from '@kabina/election/receipt';
import { leafHash } from '@kabina/log/merkle';
import { Schedule, type Clock } from '../clock.ts';
import { crashPoint } from '../crash.ts';
import { PortalError, type ErrorCode } from '../errors.ts';
import type {
  AnonymousStore,
  BallotOutcome,
  PooledBallot,
  Revision,
  Waiting,
} from '../store/anonymous.ts';
import type { Board } from './board.ts';
import { CheckPool } from './check-pool.ts';
import type { Sequencer } from './sequencer.ts';

/** Nothing can be cast any more. */
const ENDED: ReadonlySet<Phase> = new Set(['tally', 'result', 'published']);
/** Ballots that become durable in one transaction. */
const MAX_GROUP = 256;

export interface AcceptanceOptions {
  readonly board: Board;
  readonly store: AnonymousStore;
  readonly sequencer: Sequencer;
  readonly seed: Uint8Array;
  readonly clock: Clock;
}

/** What the box answers to faults that the election's rules name. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  'ballots.election': 'ballots.election',
  'ballots.proof': 'ballots.proof',
  'ballots.signature': 'ballots.signature',
  'ballots.core-opened': 'ballots.core-opened',
  'ballots.revision-taken': 'ballots.revision-taken',
  'challenges.election': 'challenges.election',
  'challenges.cast': 'challenges.cast',
  'late.not-held': 'late.not-held',
  'late.proof': 'late.proof',
  'late.kiosk': 'late.proof',
  'late.list': 'ballots.permit',
};

function refusal(code: string, kind: 'ballots' | 'challenges'): PortalError {
  const own = CODES[code];
  if (own !== undefined) return new PortalError(own, own === code ? {} : { reason: code });
  if (code.startsWith('schedule.')) return new PortalError(`${kind}.closed`, { reason: code });
  if (code.startsWith('permits.')) return new PortalError('ballots.permit', { reason: code });
  return new PortalError(`${kind}.refused`, { reason: code });
}

/** Names a permit, of whatever contest, without keeping the ballot key readable beside it. */
export function permitId(ballotKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(frame('kabina/v1/permit-id', ballotKey)).digest();
}

/** What the store keeps of a ballot, with a fresh promise. `leaf` is the `ballot` entry's own. */
export function revisionOf(
  { election, body: { core, permit } }: EntryOf<'ballot'>,
  leaf: Uint8Array,
  seed: Uint8Array,
  before: 'closed' | 'tally',
): Revision {
  const hash = coreHash(core);
  const promise = signPromise({ election, core: hash, entry: leaf, before }, seed);
  return {
    permit: permitId(permit.key),
    revision: core.revision,
    contest: core.contest,
    core: hash,
    leaf,
    promise: encodePromise(promise),
  };
}

/** One key in two contests: the board would say it only when both stand there. */
function otherContest(): PortalError {
  return new PortalError('ballots.permit', { reason: 'permits.contest' });
}

const MALFORMED = {
  ballot: 'ballots.malformed',
  challenge: 'challenges.malformed',
  late: 'late.malformed',
} as const;

function decodeAs<T extends keyof typeof MALFORMED>(type: T, bytes: Uint8Array): EntryOf<T> {
  const malformed = MALFORMED[type];
  let entry: Entry;
  try {
    entry = decodeEntry(bytes);
  } catch (error) {
    if (!(error instanceof ElectionError)) throw error;
    throw new PortalError(malformed, { reason: error.code }, error);
  }
  if (entry.type !== type) throw new PortalError(malformed, { reason: 'entry.type' });
  return entry as EntryOf<T>;
}

interface Grouped {
  readonly ballot: PooledBallot;
  readonly resolve: (outcome: BallotOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class Acceptance {
  readonly #options: AcceptanceOptions;
  readonly #schedule: Schedule;
  #checks: CheckPool | undefined;
  #group: Grouped[] = [];
  #committing = false;

  constructor(options: AcceptanceOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.board.manifest);
  }

  async close(): Promise<void> {
    await this.#checks?.close();
  }

  /** Accepts a ballot entry; gives the encoded promise. */
  async ballot(bytes: Uint8Array): Promise<Uint8Array> {
    const entry = decodeAs('ballot', bytes);
    const { core, permit } = entry.body;
    const leaf = leafHash(bytes);
    this.#ofThisElection(entry, 'ballots');
    const known = await this.#known(core, permitId(permit.key), leaf);
    if (known !== undefined) return known;
    return this.#options.sequencer.gate.through(async () => {
      this.#open('ballots', core.revision);
      this.#mayBeNext(entry, 'ballots');
      await this.#checked(bytes, 'ballots');
      const revision = revisionOf(entry, leaf, this.#options.seed, 'closed');
      return this.#store({ ...revision, entry: bytes });
    });
  }

  /**
   * Accepts a `late` entry; gives the encoded promise for the ballot in it. A ballot that was
   * accepted as one of its own keeps that promise, and the entry says on the board that it has come.
   */
  async late(bytes: Uint8Array): Promise<Uint8Array> {
    const entry = decodeAs('late', bytes);
    const ballot = castBallot(entry) as EntryOf<'ballot'>;
    const { core, permit } = ballot.body;
    const inner = encodeEntry(ballot);
    const leaf = leafHash(inner);
    this.#ofThisElection(ballot, 'ballots');
    const known = await this.#known(core, permitId(permit.key), leaf);
    const { phase } = this.#options.board.state;
    if (known !== undefined && ENDED.has(phase)) return known;
    return this.#options.sequencer.gate.through(async () => {
      this.#lateOpen(entry.body.kiosk);
      const late = leafHash(bytes);
      if (known !== undefined) {
        await this.#arrived(entry, { leaf: late, entry: bytes });
        return known;
      }
      this.#mayBeNext(entry, 'ballots');
      await this.#checked(inner, 'ballots');
      const revision = revisionOf(ballot, leaf, this.#options.seed, 'tally');
      return this.#store({ ...revision, entry: bytes, late });
    });
  }

  /** Puts what has been checked into the pool; gives its promise once both are durable. */
  async #store(ballot: PooledBallot): Promise<Uint8Array> {
    const { store, sequencer } = this.#options;
    const outcome = await this.#commit(ballot);
    if (outcome === 'other-contest') throw otherContest();
    if (outcome === 'revision-taken' || outcome === 'core-opened') {
      throw new PortalError(`ballots.${outcome}`);
    }
    sequencer.wake();
    crashPoint('ballots.before-answer');
    // Of two equal requests at once the first one's promise is the answer to both.
    const { promise } = (await store.revision(ballot.permit, ballot.revision)) ?? ballot;
    return promise;
  }

  /** Puts a `late` entry of a known ballot into the pool, unless it is or was there. */
  async #arrived(entry: EntryOf<'late'>, late: Waiting): Promise<void> {
    const { board, store, sequencer } = this.#options;
    if (board.state.check(entry) !== undefined) return;
    await store.poolLate(late);
    sequencer.wake();
  }

  /** Whether a kiosk's `late` entries may come now. */
  #lateOpen(kiosk: string): void {
    const { state } = this.#options.board;
    if (ENDED.has(state.phase)) throw new PortalError('late.closed');
    if (state.stations?.heldBy(kiosk) === undefined) {
      // Before `closed` the statement may still come; after it never.
      const code = state.phase === 'closed' ? 'late.closed' : 'late.not-held';
      throw new PortalError(code, code === 'late.not-held' ? { retryAfter: 30 } : {});
    }
    if (state.phase === 'suspended') throw new PortalError('ballots.closed');
  }

  /** Accepts a challenge entry. */
  async challenge(bytes: Uint8Array): Promise<void> {
    const entry = decodeAs('challenge', bytes);
    this.#ofThisElection(entry, 'challenges');
    const core = coreHash(entry.body.core);
    // A lost answer is given again.
    if (await this.#options.store.isOpened(core)) return;
    await this.#options.sequencer.gate.through(async () => {
      this.#open('challenges', 0);
      this.#mayBeNext(entry, 'challenges');
      await this.#checked(bytes, 'challenges');
      crashPoint('challenges.before-commit');
      const challenge = { core, leaf: leafHash(bytes), entry: bytes };
      if ((await this.#options.store.acceptChallenge(challenge)) === 'core-cast') {
        throw new PortalError('challenges.cast');
      }
      crashPoint('challenges.after-commit');
      this.#options.sequencer.wake();
    });
  }

  /** The promise of this very entry if it was accepted before; refuses another of its revision. */
  async #known(
    { contest, revision }: Core,
    permit: Uint8Array,
    leaf: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const known = await this.#options.store.revision(permit, revision);
    if (known === undefined) return undefined;
    if (known.contest !== contest) throw otherContest();
    if (!equalBytes(known.leaf, leaf)) throw new PortalError('ballots.revision-taken');
    return known.promise;
  }

  #ofThisElection({ election, body }: EntryOf<'ballot' | 'challenge'>, kind: Kind): void {
    const own = this.#options.board.state.electionId as Uint8Array;
    if (!equalBytes(election, own) || !equalBytes(body.core.election, own)) {
      throw new PortalError(`${kind}.election`);
    }
  }

  #open(kind: Kind, revision: number): void {
    const { board, clock } = this.#options;
    const now = clock();
    const open = board.state.phase === 'open' && this.#schedule.accepts(now, board.state.extension);
    if (!open) throw new PortalError(`${kind}.closed`);
    if (revision > 0 && board.manifest.revoting !== null && !this.#schedule.revises(now)) {
      throw new PortalError('ballots.closed', { reason: 'schedule.revoting' });
    }
  }

  #mayBeNext(entry: Entry, kind: Kind): void {
    const problem = this.#options.board.state.check(entry);
    if (problem !== undefined) throw refusal(problem.code, kind);
  }

  async #checked(bytes: Uint8Array, kind: Kind): Promise<void> {
    const { board } = this.#options;
    this.#checks ??= new CheckPool({
      manifest: encodeManifest(board.manifest),
      key: board.state.key as Uint8Array,
    });
    if (this.#checks.full) throw new PortalError('server.busy', { retryAfter: 2 });
    const code = await this.#checks.check(bytes);
    if (code !== undefined) throw refusal(code, kind);
  }

  /** Group commit: all that one batch of checks let through becomes durable together. */
  #commit(ballot: PooledBallot): Promise<BallotOutcome> {
    return new Promise((resolve, reject) => {
      this.#group.push({ ballot, resolve, reject });
      if (this.#committing) return;
      this.#committing = true;
      setImmediate(() => void this.#commitGroups());
    });
  }

  async #commitGroups(): Promise<void> {
    while (this.#group.length > 0) {
      const group = this.#group.splice(0, MAX_GROUP);
      try {
        crashPoint('ballots.before-commit');
        const outcomes = await this.#options.store.acceptBallots(group.map(({ ballot }) => ballot));
        crashPoint('ballots.after-commit');
        group.forEach(({ resolve }, i) => resolve(outcomes[i] as BallotOutcome));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#committing = false;
  }
}

type Kind = 'ballots' | 'challenges';
