/**
 * The writer of a log. One process writes; anyone reads the files.
 *
 * An append goes this road, and recovery goes the same road from step 3:
 *
 *  1. all new files are written to staging, as one bundle named by the new size and root;
 *  2. the signed checkpoint is committed: compared and swapped in a store that only writers see;
 *  3. the tiles are published;
 *  4. the checkpoint is published, at once or as soon as witnesses have cosigned it;
 *  5. partial tiles that full ones have replaced are deleted, and so is the staging bundle.
 *
 * If the process dies before 2, nothing has happened: the staged bundle belongs to a tree that
 * nobody has heard of, and is deleted at the next opening. If it dies after 2, the append has
 * happened, whether or not its caller heard so: the next opening finds a committed checkpoint that
 * is not published, and a bundle that has all its files. A checkpoint is signed once for a size, so
 * no crash makes the log sign two trees. Whoever appends and gets no answer must look at the log
 * after opening it again, since the entries may be in it.
 *
 * After step 2 has begun, any failure makes the writer unusable (`log-broken`): what is on disk is
 * then known only by reading it anew. The design is Sunlight's.
 */

import { equal, hex, utf8 } from './bytes.ts';
import { openCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
import { LogError } from './errors.ts';
import { emptyRoot } from './merkle.ts';
import { parseNote, type SignerKey } from './note.ts';
import { decodeStaging, encodeStaging, grow, type Edge, type LogFile } from './sequence.ts';
import { CHECKPOINT_PATH, newTiles, parseTilePath, readCheckpoint, tilePath } from './tiles.ts';
import { TILE_WIDTH, TileTree, type TileReader } from './tiles.ts';

/**
 * Where a log is kept: files that the world reads, and a part that only the writer sees. Every
 * method resolves when its effect would survive a power cut, and takes effect wholly or not at all.
 * A store serves one writer at a time, which it should see to itself; comparing the checkpoint when
 * swapping it is the last line of defence.
 */
export interface TileStore extends TileReader {
  /**
   * Publishes a file. Tiles never change: writing other bytes to one throws `immutable`; writing
   * the same bytes again does nothing. The checkpoint is replaced.
   */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Deletes the partial tiles that this full tile's path has replaced, if there are any. */
  dropPartials(path: string): Promise<void>;
  /** The committed checkpoint. */
  committed(): Promise<string | undefined>;
  /** Commits `next` if the committed checkpoint still is `expected`; says whether it was. */
  swapCheckpoint(expected: string | undefined, next: string): Promise<boolean>;
  stage(id: string, bytes: Uint8Array): Promise<void>;
  readStaged(id: string): Promise<Uint8Array | undefined>;
  listStaged(): Promise<string[]>;
  discardStaged(id: string): Promise<void>;
}

export interface LogWriterOptions {
  readonly store: TileStore;
  /** The log's key, type Ed25519. */
  readonly key: SignerKey;
  /** The log's origin; by default the key's name. */
  readonly origin?: string;
  /**
   * When step 4 is: `at-once` (the default), or `cosigned`: a checkpoint is published only through
   * `publishCosigned`, so readers who ask for a quorum always find one. Appending goes on without
   * witnesses; readers then see the last checkpoint that had them.
   */
  readonly publish?: 'at-once' | 'cosigned';
}

export interface Appended {
  /** Index of the first of the entries; the rest follow it. */
  readonly firstIndex: number;
  readonly size: number;
  readonly root: Uint8Array;
  /** The checkpoint that covers them, signed by the log and not yet by any witness. */
  readonly checkpoint: string;
}

// Files published at once: enough to keep a disk busy, few enough for any limit on open files.
const PARALLEL_WRITES = 16;

interface State {
  readonly edge: Edge;
  readonly root: Uint8Array;
  readonly committed: string;
  readonly published: string | undefined;
}

export class LogWriter {
  readonly #options: Required<LogWriterOptions>;
  #state: State;
  #tree: TileTree | undefined;
  // Appends run one after the other, in the order of the calls.
  #last: Promise<unknown> = Promise.resolve();
  #broken: unknown;

  private constructor(options: Required<LogWriterOptions>, state: State) {
    this.#options = options;
    this.#state = state;
  }

  /**
   * Opens the log in that store, finishing what an earlier process left unfinished, or begins a new
   * empty log if the store has none.
   * @throws LogError `log-inconsistent` if what is published and what is committed contradict each
   * other; `unsigned` or `bad-signature` if the log is another key's; `tile-mismatch`,
   * `missing-tile` if its files are damaged
   */
  static async open(options: LogWriterOptions): Promise<LogWriter> {
    const { store, key, origin = key.name, publish = 'at-once' } = options;
    const full = { store, key, origin, publish };
    const committed = (await store.committed()) ?? (await begin(full));
    const head = openCheckpoint(committed, key, origin);
    const published = await recover(full, committed, head);
    const tree = await TileTree.open(store, head);
    const entries: Uint8Array[] = [];
    const start = head.size - (head.size % TILE_WIDTH);
    for await (const { entry } of tree.entries(start)) entries.push(entry);
    const edge = { size: head.size, tiles: tree.edge, entries };
    return new LogWriter(full, { edge, root: head.root, committed, published });
  }

  get size(): number {
    return this.#state.edge.size;
  }

  get root(): Uint8Array {
    return this.#state.root;
  }

  /** The checkpoint of the tree as it is, signed by the log alone: what witnesses are asked about. */
  get checkpoint(): string {
    return this.#state.committed;
  }

  /**
   * The checkpoint that the world sees, with its cosignatures; undefined until there is one. With
   * `publish: 'cosigned'` it may be of an earlier tree.
   */
  get published(): string | undefined {
    return this.#state.published;
  }

  /**
   * Appends entries in their order and publishes the larger tree. Resolves once all of it is
   * durable and public (the checkpoint according to `publish`). Concurrent calls wait for one another; give many entries at once.
   * @throws LogError `entry-too-large` (nothing is appended); `log-busy` if another writer has moved
   * the log; `log-broken` after any failure half-way, with its cause
   */
  append(entries: readonly Uint8Array[]): Promise<Appended> {
    // Some of them are written once more with the next append, long after this call.
    const copies = entries.map((entry) => entry.slice());
    return this.#exclusive(async () => {
      const old = this.#state;
      const firstIndex = old.edge.size;
      if (entries.length === 0) {
        return { firstIndex, size: firstIndex, root: old.root, checkpoint: old.committed };
      }
      const { edge, root, files } = grow(old.edge, copies);
      const { size } = edge;
      const { store, key, origin, publish } = this.#options;
      const head = { origin, size, root, extensions: [] };
      const checkpoint = signCheckpoint(head, [key]);
      await store.stage(stagingId(head), encodeStaging(files));
      await this.#irrevocably(async () => {
        if (!(await store.swapCheckpoint(old.committed, checkpoint))) {
          throw new LogError('log-busy', 'another writer has moved the log');
        }
        const shown = publish === 'at-once' ? checkpoint : undefined;
        await finish(store, stagingId(head), files, shown);
        this.#state = { edge, root, committed: checkpoint, published: shown ?? old.published };
      });
      return { firstIndex, size, root, checkpoint };
    });
  }

  /**
   * Publishes the current checkpoint with cosignatures (see `addCosignatures`). If the log has
   * moved on in the meantime nothing is done and the answer is false.
   * @throws LogError `bad-signature`, `unsigned` if the note is not signed by the log
   */
  publishCosigned(note: string): Promise<boolean> {
    return this.#exclusive(async () => {
      const { store, key, origin } = this.#options;
      openCheckpoint(note, key, origin);
      if (parseNote(note).text !== parseNote(this.#state.committed).text) return false;
      await this.#irrevocably(async () => {
        await store.write(CHECKPOINT_PATH, utf8(note));
        this.#state = { ...this.#state, published: note };
      });
      return true;
    });
  }

  /** Proof that the entry at that index is in the tree of `size`, by default the current one. */
  async inclusionProof(index: number, size = this.size): Promise<Uint8Array[]> {
    return (await this.#currentTree()).inclusionProof(index, size);
  }

  /** Proof that the tree of oldSize is the beginning of that of `size`, by default the current. */
  async consistencyProof(oldSize: number, size = this.size): Promise<Uint8Array[]> {
    return (await this.#currentTree()).consistencyProof(oldSize, size);
  }

  async #currentTree(): Promise<TileTree> {
    const { edge, root } = this.#state;
    if (this.#tree?.size !== edge.size) {
      this.#tree = await TileTree.open(this.#options.store, { size: edge.size, root });
    }
    return this.#tree;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(() => {
      if (this.#broken !== undefined) {
        const message = 'an earlier write failed; open the log anew';
        throw new LogError('log-broken', message, { cause: this.#broken });
      }
      return work();
    });
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #irrevocably(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#broken = cause;
      if (cause instanceof LogError && cause.code === 'log-busy') throw cause;
      throw new LogError('log-broken', 'a write failed half-way; open the log anew', { cause });
    }
  }
}

/** The name of the bundle that leads to a tree: no two trees share one. */
function stagingId({ size, root }: Pick<Checkpoint, 'size' | 'root'>): string {
  return `${size}-${hex(root)}`;
}

async function begin({ store, key, origin }: Required<LogWriterOptions>): Promise<string> {
  if ((await store.read(CHECKPOINT_PATH)) !== undefined) {
    // Beginning anew would sign a second tree: the staging folder was lost, or is another log's.
    throw new LogError('log-inconsistent', 'a checkpoint is published, but none is committed');
  }
  const empty = { origin, size: 0, root: emptyRoot(), extensions: [] };
  const checkpoint = signCheckpoint(empty, [key]);
  if (!(await store.swapCheckpoint(undefined, checkpoint))) {
    throw new LogError('log-busy', 'another writer has begun the log');
  }
  return checkpoint;
}

/** Steps 3 to 5 for whatever a dead process has left. Answers the published checkpoint. */
async function recover(
  { store, key, origin, publish }: Required<LogWriterOptions>,
  committed: string,
  head: Checkpoint,
): Promise<string | undefined> {
  let published: string | undefined;
  let shown: Checkpoint | undefined;
  if ((await store.read(CHECKPOINT_PATH)) !== undefined) {
    published = await readCheckpoint(store);
    shown = openCheckpoint(published, key, origin);
    const another = shown.size === head.size && !equal(shown.root, head.root);
    if (shown.size > head.size || another) {
      throw new LogError('log-inconsistent', 'what is published is not what is committed');
    }
  }
  // If the newest is there already, it may have cosignatures: keep them.
  if (publish === 'at-once' && shown?.size !== head.size) published = committed;
  const staged = await store.readStaged(stagingId(head));
  if (staged === undefined) await checkFiles(store, shown?.size ?? 0, head.size);
  const files = staged === undefined ? [] : decodeStaging(staged);
  // What cannot be taken back is not published before it is known to be this tree.
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const read = async (path: string) => byPath.get(path) ?? (await store.read(path));
  await TileTree.open({ read }, head);
  await finish(store, stagingId(head), files, published);
  // Bundles that were never committed. What was tried and not done is nobody's business: it would
  // tell which entries came in together.
  for (const id of await store.listStaged()) await store.discardStaged(id);
  return published;
}

/** A bundle is discarded only after its files are published, so if it is gone they must be there. */
async function checkFiles(store: TileStore, oldSize: number, size: number): Promise<void> {
  for (const id of newTiles(oldSize, size)) {
    if ((await store.read(tilePath(id))) === undefined) {
      throw new LogError('log-inconsistent', `${tilePath(id)} is neither published nor staged`);
    }
  }
}

/** Steps 3 to 5. */
async function finish(
  store: TileStore,
  stagingId: string,
  files: readonly LogFile[],
  checkpoint: string | undefined,
): Promise<void> {
  for (let i = 0; i < files.length; i += PARALLEL_WRITES) {
    const some = files.slice(i, i + PARALLEL_WRITES);
    await Promise.all(some.map(({ path, bytes }) => store.write(path, bytes)));
  }
  if (checkpoint !== undefined) await store.write(CHECKPOINT_PATH, utf8(checkpoint));
  for (const { path } of files) {
    if (parseTilePath(path).width === TILE_WIDTH) await store.dropPartials(path);
  }
  await store.discardStaged(stagingId);
}
