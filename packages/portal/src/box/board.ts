/**
 * The public board as the ballot box keeps it: the log with its writer, the state that its entries
 * make, and the checkpoint that witnesses have cosigned. One caller at a time appends (the
 * sequencer); anyone may read in between.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardState } from '@kabina/election/board';
import { castBallot, decodeEntry, encodeEntry, type Entry } from '@kabina/election/entries';
import { lateLeaf } from '@kabina/election/station-held';
import type { Manifest } from '@kabina/election/manifest';
import type { Problem } from '@kabina/election/board';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { verifyQuorum, type Policy } from '@kabina/log/cosignature';
import { LogWriter } from '@kabina/log/log';
import { leafHash } from '@kabina/log/merkle';
import { NodeStore } from '@kabina/log/node-store';
import { formatVerifierKey, parseVerifierKey, type SignerKey } from '@kabina/log/note';
import { formatProof } from '@kabina/log/proof';
import { TileTree } from '@kabina/log/tiles';
import { crashPoint } from '../crash.ts';
import { SetupError } from '../errors.ts';
import { Witnesses } from './witnesses.ts';

export interface BoardOptions {
  /** The folder that the world reads. */
  readonly folder: string;
  /** The writer's own, on the same file system. */
  readonly privateFolder: string;
  readonly key: SignerKey;
  /** The signed `manifest` entry: the first of the log. */
  readonly manifestEntry: Uint8Array;
  /** Witnesses' addresses. */
  readonly witnesses: readonly string[];
  /** Told of entries that the rules ignore: a fault of this box. */
  readonly onProblem: (problem: Problem, index: number) => void;
}

/** What has to stand under a quorum's cosignatures before what comes next. */
const TURNING_POINTS = new Set(['opened', 'suspended', 'resumed', 'closed', 'tally']);
/** What changes for a voter who has begun to read the ballot. */
const NOTICES = new Set(['withdrawn', 'suspended', 'resumed', 'tally']);

export interface NewEntry {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
}

export class Board {
  readonly state = new BoardState();
  readonly manifest: Manifest;
  /** Ballot keys with at least one ballot on the board, by contest. */
  readonly ballots = new Map<string, number>();
  /** Index of the last entry that has to be cosigned before the election goes on. */
  mustCover = -1;
  /** Indices of what booths should know: `withdrawn`, `suspended` and `resumed`. */
  readonly notices: number[] = [];
  readonly #store: NodeStore;
  readonly #writer: LogWriter;
  readonly #witnesses: Witnesses;
  readonly #policy: Policy;
  readonly #options: BoardOptions;
  // 32 characters a key: leaf hash as Latin-1.
  readonly #indices = new Map<string, number>();
  /** Where the `late` entry stands that brings a ballot, by the ballot's own leaf hash. */
  readonly #brought = new Map<string, number>();

  private constructor(
    options: BoardOptions,
    manifest: Manifest,
    store: NodeStore,
    writer: LogWriter,
  ) {
    this.#options = options;
    this.manifest = manifest;
    this.#store = store;
    this.#writer = writer;
    this.#witnesses = new Witnesses(options.witnesses, manifest.witnesses.keys);
    this.#policy = {
      logKey: options.key,
      origin: manifest.board.origin,
      witnesses: manifest.witnesses.keys.map((key) => parseVerifierKey(key)),
      quorum: manifest.witnesses.quorum,
    };
  }

  /**
   * Opens the board, finishing what a dead process left unfinished, and replays it. A new board
   * gets the manifest as its first entry. Throws {@link SetupError} if it is another election's.
   */
  static async open(options: BoardOptions): Promise<Board> {
    const first = decodeEntry(options.manifestEntry);
    if (first.type !== 'manifest')
      throw new SetupError('board.manifest', 'это не запись манифеста');
    const { manifest } = first.body;
    if (manifest.board.key !== formatVerifierKey(options.key)) {
      throw new SetupError('board.key', 'ключ журнала не тот, что в манифесте');
    }
    const store = await NodeStore.open({
      folder: options.folder,
      privateFolder: options.privateFolder,
      onWritePoint: (point) => crashPoint(`log.${point}`),
    });
    try {
      const { origin } = manifest.board;
      const writer = await LogWriter.open({ store, key: options.key, origin, publish: 'cosigned' });
      const board = new Board(options, manifest, store, writer);
      await board.#replay();
      if (writer.size === 0) await board.append([{ entry: first, bytes: options.manifestEntry }]);
      if (board.indexOf(leafHash(options.manifestEntry)) !== 0) {
        throw new SetupError('board.election', 'в этой папке доска других выборов');
      }
      await board.#writeKeys();
      return board;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  get size(): number {
    return this.#writer.size;
  }

  /** Size of the tree that the world sees. */
  get publishedSize(): number {
    const { published } = this.#writer;
    return published === undefined ? 0 : peekCheckpoint(published).size;
  }

  indexOf(leaf: Uint8Array): number | undefined {
    return this.#indices.get(key(leaf));
  }

  /** Where a ballot is on the board, as an entry of its own or within a `late` one. */
  indexOfBallot(leaf: Uint8Array): number | undefined {
    return this.indexOf(leaf) ?? this.#brought.get(key(leaf));
  }

  /** The newest checkpoint with a quorum of cosignatures. */
  get cosignedNote(): string | undefined {
    return this.#writer.published;
  }

  /** Appends to the log, durably, and takes into the state. Gives the index of the first. */
  async append(entries: readonly NewEntry[]): Promise<number> {
    const { firstIndex } = await this.#writer.append(entries.map(({ bytes }) => bytes));
    for (const { entry, bytes } of entries) this.#take(entry, leafHash(bytes));
    return firstIndex;
  }

  /** Asks the witnesses and publishes the checkpoint; false if there was no quorum. */
  async publish(): Promise<boolean> {
    if (this.publishedSize === this.size) return true;
    const note = await this.#witnesses.cosign(this.#writer.checkpoint, (oldSize) =>
      this.#writer.consistencyProof(oldSize),
    );
    try {
      verifyQuorum(note, this.#policy);
    } catch {
      return false;
    }
    return this.#writer.publishCosigned(note);
  }

  /**
   * Proof that the leaf is in the published tree; `undefined` if it isn't yet. A ballot that came
   * within a `late` entry has no leaf of its own: the proof is that entry's, with the entry as its
   * extra data, from which the ballot's leaf hash can be computed.
   */
  async proof(leaf: Uint8Array): Promise<string | undefined> {
    const index = this.indexOfBallot(leaf);
    return index === undefined ? undefined : this.#proof(index, this.indexOf(leaf) === undefined);
  }

  /** One of {@link Board.notices} as the extra data of its proof; `undefined` if it isn't published. */
  async notice(index: number): Promise<string | undefined> {
    return this.notices.includes(index) ? this.#proof(index, true) : undefined;
  }

  async #proof(index: number, withEntry: boolean): Promise<string | undefined> {
    const checkpoint = this.#writer.published;
    if (checkpoint === undefined) return undefined;
    const { size } = peekCheckpoint(checkpoint);
    if (index >= size) return undefined;
    const proof = await this.#writer.inclusionProof(index, size);
    if (!withEntry) return formatProof({ index, proof, checkpoint });
    const tree = await TileTree.open(this.#store, { size, root: this.state.rootAt(size) });
    for await (const { entry: extra } of tree.entries(index, index + 1)) {
      return formatProof({ extra, index, proof, checkpoint });
    }
    return undefined;
  }

  /** All entries in order. */
  async *entries(): AsyncGenerator<{ readonly entry: Entry; readonly leaf: Uint8Array }> {
    const head = { size: this.#writer.size, root: this.#writer.root };
    const tree = await TileTree.open(this.#store, head);
    for await (const { entry } of tree.entries()) {
      yield { entry: decodeEntry(entry), leaf: leafHash(entry) };
    }
  }

  /** A file of the board by its path. */
  read(path: string): Promise<Uint8Array | undefined> {
    return this.#store.read(path);
  }

  close(): void {
    this.#store.close();
  }

  async #replay(): Promise<void> {
    for await (const { entry, leaf } of this.entries()) this.#take(entry, leaf);
  }

  #take(entry: Entry, leaf: Uint8Array): void {
    const index = this.state.size;
    const problem = this.state.apply(entry, leaf);
    this.#indices.set(key(leaf), index);
    if (problem !== undefined) this.#options.onProblem(problem, index);
    if (problem === undefined && TURNING_POINTS.has(entry.type)) this.mustCover = index;
    if (problem === undefined && NOTICES.has(entry.type)) this.notices.push(index);
    if (entry.type === 'late') this.#brought.set(key(lateLeaf(entry)), index);
    const ballot = castBallot(entry);
    if (ballot === undefined) return;
    const { core, permit } = ballot.body;
    // Not a revision, and not a ballot that stands there already and comes late again.
    const under = this.state.ballots.under(permit.key);
    if (under.length !== 1 || under[0]?.index !== index) return;
    this.ballots.set(core.contest, (this.ballots.get(core.contest) ?? 0) + 1);
  }

  async #writeKeys(): Promise<void> {
    const { folder } = this.#options;
    const { board, witnesses } = this.manifest;
    await writeFile(join(folder, 'log.vkey'), `${board.key}\n`);
    await writeFile(join(folder, 'witnesses.vkey'), witnesses.keys.map((k) => `${k}\n`).join(''));
  }
}

const key = (leaf: Uint8Array): string => Buffer.from(leaf).toString('latin1');

/** An entry that this process has made. */
export const newEntry = (entry: Entry): NewEntry => ({ entry, bytes: encodeEntry(entry) });
