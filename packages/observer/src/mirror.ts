/**
 * A mirror: a copy of a board in a folder, which anybody can serve and check. It knows nothing of
 * elections: it copies the log that the key in `log.vkey` signs, and holds it against what it has.
 *
 * Entries are read under the signed checkpoint's root and all other files are made from them, so
 * nothing in the folder rests on the word of the server. The checkpoint is written last: a mirror
 * that was interrupted still is a good copy of the earlier state, and the next run takes the full
 * tiles that are there already. One process writes a folder at a time.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { ElectionError } from '@kabina/election/errors';
import { openCheckpoint, type Checkpoint } from '@kabina/log/checkpoint';
import { LogError } from '@kabina/log/errors';
import { FolderReader } from '@kabina/log/node-store';
import { parseVerifierKey, type VerifierKey } from '@kabina/log/note';
import {
  newTiles,
  readCheckpoint,
  TILE_WIDTH,
  tilePath,
  TileTree,
  type TileReader,
} from '@kabina/log/tiles';
import { DurableFolder } from './durable-folder.ts';
import { TileWriter } from './tile-writer.ts';

/** Verifier keys beside the log, one a line. */
const LOG_KEY = 'log.vkey';
const WITNESS_KEYS = 'witnesses.vkey';
const MAX_KEYS_BYTES = 64 * 1024;

export interface MirrorResult {
  /** Entries that the folder had before. */
  readonly before: number;
  readonly size: number;
  /** Entry bundles that were read from the server; the rest were there from an interrupted run. */
  readonly fetched: number;
}

/** What the folder has: the checkpoint of the last complete run. */
interface Had extends Checkpoint {
  readonly note: string;
}

/** Full tiles from the folder where they are there, all else from the server. */
class LocalFirst implements TileReader {
  readonly #local: TileReader;
  readonly #remote: TileReader;
  #useLocal = true;
  #usedLocal = false;
  fetched = 0;

  constructor(local: TileReader, remote: TileReader) {
    this.#local = local;
    this.#remote = remote;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (this.#useLocal && path.startsWith('tile/') && !path.includes('.p/')) {
      const bytes = await this.#local.read(path);
      if (bytes !== undefined) {
        this.#usedLocal = true;
        return bytes;
      }
    }
    if (path.startsWith('tile/entries/')) this.fetched++;
    return this.#remote.read(path);
  }

  /** Runs `work`, and once more without the folder's files if one of them may have been damaged. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    this.#usedLocal = false;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LogError) || !this.#usedLocal) throw error;
      this.#useLocal = false;
      try {
        return await work();
      } finally {
        this.#useLocal = true;
      }
    }
  }
}

async function localText(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Verifier keys, one a line. Throws LogError `malformed-key`. */
function parseKeys(text: string): VerifierKey[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => parseVerifierKey(line));
}

/** A list of keys: from the server the first time, and the same ever after. */
async function pinnedKeys(
  source: TileReader,
  folder: string,
  files: DurableFolder,
  name: string,
): Promise<VerifierKey[]> {
  const bytes = await source.read(name);
  if (bytes === undefined || bytes.length > MAX_KEYS_BYTES) {
    throw new ElectionError('mirror.keys', `${name} is missing or too long`);
  }
  const text = new TextDecoder().decode(bytes);
  const keys = parseKeys(text);
  const had = await localText(folder, name);
  if (had === undefined) await files.write(name, utf8ToBytes(text));
  else if (had !== text) {
    throw new ElectionError('mirror.keys-changed', `${name} is not the one that the folder has`);
  }
  return keys;
}

function rewritten(size: number): ElectionError {
  return new ElectionError(
    'mirror.rewritten',
    `the board's first ${size} entries are not those that the folder has: keep the folder, it is evidence`,
  );
}

/**
 * Brings the copy in `folder` up to date with a board. The folder is made if it isn't there.
 *
 * @param source reads the board, and the key files beside it
 * @throws ElectionError `mirror.rewritten` if the board is not a continuation of the copy,
 *   `mirror.keys-changed`, `mirror.keys`
 * @throws LogError for files that are missing, malformed or not those of the signed tree
 */
export async function mirror(
  source: TileReader,
  folder: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<MirrorResult> {
  await mkdir(folder, { recursive: true });
  const files = new DurableFolder(folder);
  const local = new FolderReader(folder);
  const [logKey] = await pinnedKeys(source, folder, files, LOG_KEY);
  if (!logKey) throw new ElectionError('mirror.keys', `${LOG_KEY} is empty`);
  await pinnedKeys(source, folder, files, WITNESS_KEYS);

  const had = await readHad(local, logKey);
  const before = had?.size ?? 0;
  const note = await readCheckpoint(source);
  const head = openCheckpoint(note, logKey);
  if (had && head.size < had.size) {
    // A server that lags behind is no crime, if it serves the same log.
    const root = await (await TileTree.open(local, had)).rootAt(head.size);
    if (!equalBytes(root, head.root)) throw rewritten(head.size);
    return { before, size: before, fetched: 0 };
  }
  const reader = new LocalFirst(local, source);
  if (had && head.size === had.size) {
    if (!equalBytes(head.root, had.root)) throw rewritten(head.size);
  } else {
    await copy(reader, local, files, had, head, onProgress);
  }
  // The same tree may have got more cosignatures.
  if (note !== had?.note) {
    await files.settle();
    await files.write('checkpoint', utf8ToBytes(note));
    await files.settle();
  }
  for (const id of newTiles(before, head.size)) {
    if (id.width === TILE_WIDTH) await files.remove(`${tilePath(id)}.p`);
  }
  return { before, size: head.size, fetched: reader.fetched };
}

async function readHad(local: TileReader, logKey: VerifierKey): Promise<Had | undefined> {
  if ((await local.read('checkpoint')) === undefined) return undefined;
  const note = await readCheckpoint(local);
  return { ...openCheckpoint(note, logKey), note };
}

async function copy(
  reader: LocalFirst,
  local: TileReader,
  files: DurableFolder,
  had: Had | undefined,
  head: Checkpoint,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const before = had?.size ?? 0;
  const tree = await reader.attempt(() => TileTree.open(reader, head));
  if (had) {
    const root = await reader.attempt(() => tree.rootAt(before));
    if (!equalBytes(root, had.root)) throw rewritten(before);
  }
  const edge = had ? (await TileTree.open(local, had)).edge : new Map<number, Uint8Array[]>();
  const first = Math.floor(before / TILE_WIDTH);
  const writer = new TileWriter(first, edge);
  for (let from = first * TILE_WIDTH; from < head.size; from += TILE_WIDTH) {
    const to = Math.min(from + TILE_WIDTH, head.size);
    const { entries, leaves } = await reader.attempt(async () => {
      const [entries, leaves]: [Uint8Array[], Uint8Array[]] = [[], []];
      for await (const { entry, leaf } of tree.entries(from, to)) {
        entries.push(entry);
        leaves.push(leaf);
      }
      return { entries, leaves };
    });
    for (const { path, bytes } of writer.add(entries, leaves)) await files.write(path, bytes);
    onProgress(to - before, head.size - before);
  }
  for (const { path, bytes } of writer.partials()) await files.write(path, bytes);
}
