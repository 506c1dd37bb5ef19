/**
 * Follows a board as it grows: reads what is new through a `TileReader`, holds every byte against
 * the log's signed checkpoint and against all that was read before, and replays the entries into a
 * `BoardState`.
 *
 * Who trusts whom: the caller trusts the election's id and nothing else. Entry 0 must be the
 * manifest with that id; the manifest names the log's key and the witnesses. A follower that asks
 * for the quorum reads only as far as enough witnesses have cosigned, so that nobody can be shown
 * another board than everybody else.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { openCheckpoint, peekCheckpoint, type Checkpoint } from '@kabina/log/checkpoint';
import { verifyQuorum } from '@kabina/log/cosignature';
import { leafHash } from '@kabina/log/merkle';
import { readCheckpoint, TileTree, type TileReader } from '@kabina/log/tiles';
import { BoardState } from './board.ts';
import { boardPolicy } from './board-cosigned.ts';
import { decodeEntry, type Entry } from './entries.ts';
import { ElectionError } from './errors.ts';
import { electionId, type Manifest } from './manifest.ts';

export interface FollowerOptions {
  /** Hash of the manifest, 32 bytes, from a source that the caller trusts. */
  readonly electionId: Uint8Array;
  /** Whether checkpoints must carry the manifest's quorum of cosignatures. */
  readonly quorum: boolean;
  /** Told of every entry in order; `problem` says why the rules ignore it. */
  readonly onEntry?: (entry: Entry | undefined, index: number, problem?: string) => void;
}

export class BoardFollower {
  readonly state = new BoardState();
  #reader: TileReader;
  #options: FollowerOptions;
  #head: { size: number; root: Uint8Array } | undefined;
  #running: Promise<boolean> | undefined;

  constructor(reader: TileReader, options: FollowerOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** The newest tree head that was read, or undefined before the first. */
  get head(): { readonly size: number; readonly root: Uint8Array } | undefined {
    return this.#head;
  }

  /**
   * Reads what is new; answers whether anything was. Calls at the same time share one reading. A
   * call that throws leaves the state where the last good entry brought it, and may be repeated.
   *
   * @throws {LogError} where files are missing or not those of the signed tree, or too few
   *   witnesses have cosigned
   * @throws {ElectionError} `follower.election` if entry 0 is not the manifest with the trusted id;
   *   `follower.rewritten` if the board is not a continuation of what was read before
   */
  refresh(): Promise<boolean> {
    this.#running ??= this.#refresh().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #refresh(): Promise<boolean> {
    const note = await readCheckpoint(this.#reader);
    const manifest = this.state.manifest ?? (await this.#firstEntry(peekCheckpoint(note)));
    const checkpoint = this.#verified(note, manifest);
    const { size, root } = checkpoint;
    // What was replayed counts, not the last head: a reading may have broken off half-way.
    const { size: known, root: knownRoot } = this.state;
    if (size < known) return false;
    if (size === known) {
      if (known > 0 && !equalBytes(root, knownRoot)) throw rewritten(known);
      this.#head = { size, root };
      return false;
    }
    const tree = await TileTree.open(this.#reader, { size, root });
    if (known > 0 && !equalBytes(await tree.rootAt(known), knownRoot)) throw rewritten(known);
    for await (const { index, entry: bytes } of tree.entries(this.state.size)) {
      this.#take(bytes, index);
    }
    this.#head = { size, root };
    return true;
  }

  #take(bytes: Uint8Array, index: number): void {
    let entry: Entry | undefined;
    let problem: string | undefined;
    try {
      entry = decodeEntry(bytes);
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      problem = error.message;
    }
    problem ??= this.state.apply(entry, leafHash(bytes))?.message;
    this.#options.onEntry?.(entry, index, problem);
  }

  /** The manifest, read under a root that nobody vouches for yet: only its own hash counts. */
  async #firstEntry({ size, root }: Checkpoint): Promise<Manifest> {
    if (size === 0) throw new ElectionError('follower.election', 'the board is empty');
    const tree = await TileTree.open(this.#reader, { size, root });
    for await (const { entry: bytes } of tree.entries(0, 1)) {
      const entry = decodeEntry(bytes);
      if (entry.type !== 'manifest') break;
      const { manifest } = entry.body;
      if (!equalBytes(electionId(manifest), this.#options.electionId)) break;
      return manifest;
    }
    throw new ElectionError(
      'follower.election',
      `this is not the board of election ${bytesToHex(this.#options.electionId)}`,
    );
  }

  #verified(note: string, manifest: Manifest): Checkpoint {
    const policy = boardPolicy(manifest);
    return this.#options.quorum
      ? verifyQuorum(note, policy).checkpoint
      : openCheckpoint(note, policy.logKey, policy.origin);
  }
}

function rewritten(size: number): ElectionError {
  return new ElectionError(
    'follower.rewritten',
    `the board's first ${size} entries are not those that were read before`,
  );
}

/** How long a web server may be silent before it says what it has. Milliseconds. */
const PATIENCE = 30_000;

/**
 * A board served over HTTP: any web server that serves the folder's files. Reading throws what `fetch`
 * throws, a `TypeError`, where nobody answers; who follows a board for days must not wait on one answer
 * that never comes.
 */
export function httpReader(
  board: string,
  fetcher: typeof fetch = fetch,
  patience = PATIENCE,
): TileReader {
  const base = board.endsWith('/') ? board : `${board}/`;
  return {
    async read(path) {
      const silence = new AbortController();
      const timer = setTimeout(() => {
        silence.abort(new TypeError(`${path}: no answer`));
      }, patience);
      const answer = await fetcher(new URL(path, base), {
        credentials: 'omit',
        signal: silence.signal,
      }).finally(() => clearTimeout(timer));
      if (answer.status === 404) return undefined;
      if (!answer.ok)
        throw new ElectionError('board.unreachable', `${path}: HTTP ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}
