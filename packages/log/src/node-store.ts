/**
 * A log in a folder, in Node. The public folder is the log as any web server can serve it:
 * `checkpoint`, `tile/…`, `tile/entries/…` and nothing else of ours, not even for a moment. The
 * private folder, on the same file system, has the committed checkpoint (a SQLite database, for its
 * locking), the staged bundle and temporary files. Losing it loses the right to append; whoever
 * restores an old copy of it over a newer log gets `log-inconsistent` and not a fork.
 *
 * The database is held locked from opening to closing, so a second process is refused at once
 * (`log-busy`); the lock dies with the process, however it dies.
 */

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { equal } from './bytes.ts';
import { LogError } from './errors.ts';
import type { TileStore } from './log.ts';
import { FILE_WRITE_POINTS, isMissing, makeFolder, writeDurably } from './node-durable.ts';
import { CHECKPOINT_PATH, parseTilePath, type TileReader } from './tiles.ts';

const SQLITE_BUSY = 5;

const FILE_KINDS = ['stage', 'tile', 'checkpoint'] as const;

/** Every moment of an append at which a process can die and leave something else behind. */
export const WRITE_POINTS = [
  ...FILE_KINDS.flatMap((kind) => FILE_WRITE_POINTS.map((point) => `${kind}/${point}` as const)),
  'swap/begun',
  'swap/done',
  'partials/begun',
  'partials/done',
  'discard/begun',
  'discard/done',
] as const;
export type WritePoint = (typeof WRITE_POINTS)[number];

export interface NodeStoreOptions {
  /** The folder that the world reads. Made if it isn't there. */
  readonly folder: string;
  /** The writer's own folder, outside the public one, on the same file system. Made likewise. */
  readonly privateFolder: string;
  /** Called at each write point: how the tests kill the process there. */
  readonly onWritePoint?: (point: WritePoint) => void;
}

/** Reads the file at a log path below a folder; other paths are refused. */
async function readPublic(folder: string, path: string): Promise<Uint8Array | undefined> {
  if (path !== CHECKPOINT_PATH) parseTilePath(path);
  return readIfThere(join(folder, path));
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Reads a log that lies in a folder, written by whomever. */
export class FolderReader implements TileReader {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return readPublic(this.#folder, path);
  }
}

/** The writer's store over two folders. Close it when done. */
export class NodeStore implements TileStore {
  readonly #folder: string;
  readonly #staging: string;
  readonly #temporary: string;
  readonly #database: DatabaseSync;
  readonly #at: (point: WritePoint) => void;

  private constructor(options: NodeStoreOptions, database: DatabaseSync) {
    this.#folder = options.folder;
    this.#staging = join(options.privateFolder, 'staging');
    this.#temporary = join(options.privateFolder, 'tmp');
    this.#database = database;
    this.#at = options.onWritePoint ?? (() => undefined);
  }

  /** @throws LogError `log-busy` if another store, in this process or another, has it open */
  static async open(options: NodeStoreOptions): Promise<NodeStore> {
    await makeFolder(options.folder);
    await makeFolder(join(options.privateFolder, 'staging'));
    const database = new DatabaseSync(join(options.privateFolder, 'committed.sqlite'));
    try {
      database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS committed (
          only INTEGER PRIMARY KEY CHECK (only = 1),
          checkpoint TEXT NOT NULL
        ) STRICT;
        BEGIN IMMEDIATE;
        COMMIT;
      `);
    } catch (cause) {
      database.close();
      if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
      throw new LogError('log-busy', 'the log is open elsewhere', { cause });
    }
    const store = new NodeStore(options, database);
    // We hold the lock, so nobody is writing these.
    await rm(store.#temporary, { recursive: true, force: true });
    await makeFolder(store.#temporary);
    return store;
  }

  /** Gives the log free. */
  close(): void {
    this.#database.close();
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return readPublic(this.#folder, path);
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const kind = path === CHECKPOINT_PATH ? 'checkpoint' : 'tile';
    if (kind === 'tile') {
      const there = await this.read(path);
      if (there !== undefined && !equal(there, bytes)) {
        throw new LogError('immutable', `${path} has other content already`);
      }
      // The same content is written once more: its name may not have been durable.
    }
    const target = join(this.#folder, path);
    await writeDurably(target, bytes, this.#temporary, (point) => this.#at(`${kind}/${point}`));
  }

  async dropPartials(path: string): Promise<void> {
    parseTilePath(path);
    this.#at('partials/begun');
    await rm(join(this.#folder, `${path}.p`), { recursive: true, force: true });
    this.#at('partials/done');
  }

  committed(): Promise<string | undefined> {
    const row = this.#database.prepare('SELECT checkpoint FROM committed').get();
    return Promise.resolve(row?.['checkpoint'] as string | undefined);
  }

  swapCheckpoint(expected: string | undefined, next: string): Promise<boolean> {
    this.#at('swap/begun');
    const { changes } =
      expected === undefined
        ? this.#database.prepare('INSERT OR IGNORE INTO committed VALUES (1, ?)').run(next)
        : this.#database
            .prepare('UPDATE committed SET checkpoint = ? WHERE checkpoint = ?')
            .run(next, expected);
    this.#at('swap/done');
    return Promise.resolve(Number(changes) === 1);
  }

  async stage(id: string, bytes: Uint8Array): Promise<void> {
    const target = this.#stagedPath(id);
    await writeDurably(target, bytes, this.#temporary, (point) => this.#at(`stage/${point}`));
  }

  readStaged(id: string): Promise<Uint8Array | undefined> {
    return readIfThere(this.#stagedPath(id));
  }

  listStaged(): Promise<string[]> {
    return readdir(this.#staging);
  }

  async discardStaged(id: string): Promise<void> {
    this.#at('discard/begun');
    await rm(this.#stagedPath(id), { force: true });
    this.#at('discard/done');
  }

  #stagedPath(id: string): string {
    if (!/^[0-9]+-[0-9a-f]{64}$/.test(id)) {
      throw new LogError('malformed-path', 'not the name of a staging bundle');
    }
    return join(this.#staging, id);
  }
}
