/**
 * The ballot box: takes ballots, knows no voters. Its listener refuses cookies, sets none, and
 * nothing here learns who sent what. It serves the board too.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { coreHash, parseTrackingCode, trackingCode } from '@kabina/election/ballot';
import { castBallot, decodeEntry, encodeEntry, type Entry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { lookupAnswer, type LookupAnswer } from '@kabina/election/receipt';
import { LogError } from '@kabina/log/errors';
import { leafHash } from '@kabina/log/merkle';
import { TILE_WIDTH, parseTilePath } from '@kabina/log/tiles';
import { boxRoutes } from '../api/box-routes.ts';
import type { Clock } from '../clock.ts';
import { PortalError } from '../errors.ts';
import { EventFeed } from '../http/events.ts';
import { Answer, createListener, type Handler, type Listener } from '../http/listener.ts';
import type { AnonymousStore } from '../store/anonymous.ts';
import { Acceptance, permitId, revisionOf } from './acceptance.ts';
import { Board, type BoardOptions } from './board.ts';
import { Sequencer } from './sequencer.ts';

/** Files beside the log that `@kabina/log` doesn't know. */
const KEY_FILES: readonly string[] = ['log.vkey', 'witnesses.vkey'];
/** Kinds of entries that have a road of their own. */
const OTHER_ROADS: readonly Entry['type'][] = [
  'manifest',
  'ballot',
  'late',
  'challenge',
  'cosigned',
];
const IMMUTABLE = { 'cache-control': 'public, max-age=31536000, immutable' };

export interface BoxOptions {
  readonly store: AnonymousStore;
  readonly board: BoardOptions;
  /** Ed25519 seed of the box. */
  readonly seed: Uint8Array;
  readonly requestsPerMinute?: number;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

export interface RunningBox {
  readonly listener: Listener;
  readonly board: Board;
  close(): Promise<void>;
}

/** After a crash: what the log has leaves the pool; what the store lacks of the board is adopted. */
async function reconcile(board: Board, store: AnonymousStore, seed: Uint8Array): Promise<void> {
  const pool = await store.pool();
  const logged = pool.filter(({ leaf }) => board.indexOf(leaf) !== undefined);
  await store.leavePool(logged.map(({ leaf }) => leaf));
  for await (const { entry, leaf } of board.entries()) {
    const ballot = castBallot(entry);
    if (ballot !== undefined) {
      const { core, permit } = ballot.body;
      const known = await store.revision(permitId(permit.key), core.revision);
      if (known !== undefined) continue;
      const late = entry.type === 'late';
      const own = late ? leafHash(encodeEntry(ballot)) : leaf;
      await store.adopt([revisionOf(ballot, own, seed, late ? 'tally' : 'closed')], []);
    } else if (entry.type === 'challenge') {
      await store.adopt([], [coreHash(entry.body.core)]);
    }
  }
}

class BoxService {
  readonly board: Board;
  readonly #store: AnonymousStore;
  readonly #folder: string;
  readonly #sequencer: Sequencer;
  readonly #acceptance: Acceptance;
  readonly #feed: EventFeed;
  /** At `closed`, and at `tally`, until which ballots of stations may come. */
  #compactedAt: 'open' | 'closed' | 'tally' = 'open';

  constructor(board: Board, { store, seed, clock, onFault, board: { folder } }: BoxOptions) {
    this.board = board;
    this.#store = store;
    this.#folder = folder;
    this.#feed = new EventFeed('status', async () => this.#status(), onFault);
    const onGrowth = (): void => {
      this.#feed.changed();
      void this.#afterClosing().catch(onFault);
    };
    this.#sequencer = new Sequencer({ board, store, seed, clock, onGrowth, onFault });
    const sequencer = this.#sequencer;
    this.#acceptance = new Acceptance({ board, store, sequencer, seed, clock });
  }

  start(): Promise<void> {
    return this.#sequencer.start();
  }

  async close(): Promise<void> {
    this.#feed.close();
    await this.#sequencer.stop();
    await this.#acceptance.close();
    this.board.close();
  }

  readonly handlers: Readonly<Record<keyof typeof boxRoutes, Handler>> = {
    board: ({ params }) => this.#file(params['path'] as string),
    ballots: async ({ body }) => this.#acceptance.ballot(body as Uint8Array),
    lateBallots: async ({ body }) => this.#acceptance.late(body as Uint8Array),
    challenges: async ({ body }) => {
      await this.#acceptance.challenge(body as Uint8Array);
      return {};
    },
    entries: ({ body }) => this.#entry(body as Uint8Array),
    proofs: async ({ params }) => {
      const proof = await this.board.proof(hexToBytes(params['leaf'] as string));
      if (proof === undefined) throw new PortalError('proofs.not-yet');
      return new Answer(proof, {});
    },
    notices: async ({ params }) => {
      const notice = await this.board.notice(Number(params['index']));
      if (notice === undefined) throw new PortalError('proofs.not-yet');
      return new Answer(notice, {});
    },
    receipts: ({ params }) => this.#receipt(params['trackingCode'] as string),
    status: async () => this.#status(),
    events: () => this.#feed.stream(),
  };

  async #entry(bytes: Uint8Array): Promise<{ index: number; size: number }> {
    let entry: Entry;
    try {
      entry = decodeEntry(bytes);
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      throw new PortalError('entries.malformed', { reason: error.code }, error);
    }
    if (OTHER_ROADS.includes(entry.type)) throw new PortalError('entries.road');
    return this.#sequencer.submit(entry, bytes);
  }

  async #file(path: string): Promise<Answer> {
    if (KEY_FILES.includes(path)) {
      return new Answer(await readFile(join(this.#folder, path)), { 'content-type': 'text/plain' });
    }
    const headers = path === 'checkpoint' ? { 'content-type': 'text/plain' } : cachingOf(path);
    const bytes = headers && (await this.board.read(path));
    if (!headers || bytes === undefined) throw new PortalError('board.not-found');
    return new Answer(bytes, headers);
  }

  async #receipt(code: string): Promise<LookupAnswer> {
    const prefix = parseTrackingCode(code);
    if (prefix === undefined) throw new PortalError('receipts.unknown');
    const from = new Uint8Array(32);
    from.set(prefix);
    const to = new Uint8Array(32).fill(0xff);
    to.set(prefix);
    const [found] = await this.#store.ballotsByCore(from, to);
    if (found === undefined) throw new PortalError('receipts.unknown');
    const all = await this.#store.revisionsOf(found.permit);
    const logged = all.find(({ leaf }) => this.board.indexOfBallot(leaf) !== undefined);
    const onBoard = logged && lookupAnswer(this.board.state, trackingCode(logged.core));
    const waiting = all.filter(({ leaf }) => this.board.indexOfBallot(leaf) === undefined);
    const accepted = waiting.map(({ revision, core, leaf }) => ({
      revision,
      core: bytesToHex(core),
      entry: bytesToHex(leaf),
      state: 'accepted' as const,
    }));
    const revisions = [...(onBoard?.revisions ?? []), ...accepted];
    return { contest: found.contest, revisions: revisions.sort((a, b) => a.revision - b.revision) };
  }

  #status(): unknown {
    const { state, manifest, size, publishedSize, ballots, notices } = this.board;
    return {
      electionId: bytesToHex(state.electionId as Uint8Array),
      phase: state.phase,
      size,
      cosigned: publishedSize,
      contests: manifest.contests.map(({ id }) => ({ id, ballots: ballots.get(id) ?? 0 })),
      // The number that waits would time every single ballot.
      pool: manifest.pool,
      notices,
    };
  }

  /** The pool is empty, at `tally` for good: what its pages could tell of arrival is overwritten. */
  async #afterClosing(): Promise<void> {
    const { closedAt, tallySize } = this.board.state;
    const at = tallySize !== undefined ? 'tally' : closedAt !== undefined ? 'closed' : 'open';
    if (at === this.#compactedAt) return;
    this.#compactedAt = at;
    await this.#store.compact();
  }
}

/** Headers of a tile; `undefined` for what is no tile's path. */
function cachingOf(path: string): Readonly<Record<string, string>> | undefined {
  try {
    return parseTilePath(path).width === TILE_WIDTH ? IMMUTABLE : {};
  } catch (error) {
    if (error instanceof LogError) return undefined;
    throw error;
  }
}

/** Opens board and store, recovers, and makes the listener; nothing listens yet. */
export async function createBox(options: BoxOptions): Promise<RunningBox> {
  const { store, seed, requestsPerMinute, onFault } = options;
  const board = await Board.open(options.board);
  await reconcile(board, store, seed);
  const service = new BoxService(board, options);
  const listener = await createListener({
    title: 'Kabina: урна и доска',
    routes: boxRoutes,
    handlers: service.handlers,
    anonymous: true,
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    onFault,
  });
  await service.start();
  return {
    listener,
    board,
    close: async () => {
      await listener.close();
      await service.close();
      await store.close();
    },
  };
}
