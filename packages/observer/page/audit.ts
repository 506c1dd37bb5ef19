/**
 * One audit of one board, and the questions that are asked of it afterwards. It runs in a worker of
 * the page and knows nothing of the page but its messages.
 */
import { bytesToHex, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import type { BoardState } from '@kabina/election/board';
import { issuedPermits } from '@kabina/election/results-protocol';
import { electionId, type Manifest } from '@kabina/election/manifest';
import { verify, type Check, type Verdict } from '@kabina/election/verify';
import { openCheckpoint, peekCheckpoint, type Checkpoint } from '@kabina/log/checkpoint';
import { LogError } from '@kabina/log/errors';
import { parseVerifierKey } from '@kabina/log/note';
import { CHECKPOINT_PATH, readCheckpoint, TileTree, type TileReader } from '@kabina/log/tiles';
import type { BallotPool } from '../src/ballot-pool.ts';
import { boardManifest } from '../src/board-manifest.ts';
import { httpBoard } from '../src/http-board.ts';
import { lookUp, type LookUp } from './look-up.ts';
import type { AuditRequest, BoardView, FromAudit, Live } from './messages.ts';

/** A page need not be redrawn more often. */
const EVERY_MS = 150;

/** The board as it was when its checkpoint was read: all of one audit sees one tree. */
function frozen(reader: TileReader): TileReader {
  let checkpoint: Promise<Uint8Array | undefined> | undefined;
  return {
    read: (path) =>
      path === CHECKPOINT_PATH ? (checkpoint ??= reader.read(path)) : reader.read(path),
  };
}

function passed(checks: readonly Check[], ...ids: Check['id'][]): boolean {
  return ids.every((id) => checks.some((check) => check.id === id && check.status === 'passed'));
}

function view(board: BoardState, manifest: Manifest): BoardView {
  const complete = board.issued.size === manifest.issuers.length;
  const byContest = (count: (contest: string) => number) =>
    Object.fromEntries(manifest.contests.map(({ id }) => [id, count(id)]));
  return {
    manifest,
    phase: board.phase,
    withdrawn: board.withdrawn,
    protocols: [...board.protocols.values()],
    roll: board.published?.members,
    issued: complete
      ? byContest((id) => {
          const { remote, premises } = issuedPermits(manifest, board.issued, id, board);
          return remote + premises;
        })
      : {},
    ballots: byContest((id) => board.countedNumber(id)),
  };
}

export class Audit {
  readonly #pool: BallotPool;
  readonly #send: (message: FromAudit) => void;
  #reader: TileReader | undefined;
  #state: BoardState | undefined;
  #head: Checkpoint | undefined;

  constructor(pool: BallotPool, send: (message: FromAudit) => void) {
    this.#pool = pool;
    this.#send = send;
  }

  /** Audits the board and sends what comes out. Never throws. */
  async run(request: AuditRequest): Promise<void> {
    try {
      await this.#run(request);
    } catch (error) {
      const { code = 'audit.unexpected', message } = error as { code?: string; message: string };
      this.#send({ type: 'failed', code, message });
    }
  }

  async #run(request: AuditRequest): Promise<void> {
    const live = httpBoard(request.board);
    const reader = frozen(live);
    const manifest = await boardManifest(reader);
    const remembered = manifest && request.remembered[bytesToHex(electionId(manifest))];
    let last = 0;
    let state: BoardState | undefined;
    const verdict = await verify(reader, {
      ...(request.electionId !== undefined && { electionId: hexToBytes(request.electionId) }),
      ...(remembered !== undefined && { checkpoint: remembered }),
      checkBallots: this.#pool.check,
      onProgress: (progress, checks) => {
        const now = performance.now();
        if (now - last < EVERY_MS) return;
        last = now;
        this.#send({ type: 'progress', progress, checks: checks() });
      },
      onBoard: (board) => (state = board),
    });
    const note = await this.#keep(live, reader, state, verdict);
    this.#send({
      type: 'verdict',
      verdict,
      board: state?.manifest && view(state, state.manifest),
      note,
      held: remembered !== undefined,
    });
  }

  /** Keeps what look-ups need, and answers the checkpoint that is worth remembering. */
  async #keep(
    live: TileReader,
    reader: TileReader,
    state: BoardState | undefined,
    { checks }: Verdict,
  ): Promise<string | undefined> {
    if (!state) return undefined;
    const note = await readCheckpoint(reader);
    this.#reader = live;
    this.#state = state;
    this.#head = peekCheckpoint(note);
    return passed(checks, 'manifest', 'log', 'witnesses') ? note : undefined;
  }

  /** Answers a receipt, a code or an opening from the board that was audited. */
  async lookUp(text: string): Promise<LookUp> {
    if (!this.#state || !this.#head || !this.#reader) return { what: 'nothing', why: 'text' };
    try {
      return await lookUp(this.#state, await TileTree.open(this.#reader, this.#head), text);
    } catch {
      // Nothing but the reading of further files can fail here.
      return { what: 'nothing', why: 'unreachable' };
    }
  }

  /** Looks how far the board has grown, and whether it still begins with what was audited. */
  async look(): Promise<Live | undefined> {
    const manifest = this.#state?.manifest;
    const head = this.#head;
    if (!manifest || !head || !this.#reader) return undefined;
    try {
      const note = await readCheckpoint(this.#reader);
      const { key, origin } = manifest.board;
      const next = openCheckpoint(note, parseVerifierKey(key), origin);
      if (next.size < head.size) return { size: head.size, continues: true };
      const tree = await TileTree.open(this.#reader, next);
      const continues = equalBytes(await tree.rootAt(head.size), head.root);
      return { size: next.size, continues };
    } catch (error) {
      // A file that is missing may come; another tree under this checkpoint may not.
      const wrong = error instanceof LogError && error.code !== 'missing-tile';
      return wrong ? { size: head.size, continues: false } : undefined;
    }
  }
}
