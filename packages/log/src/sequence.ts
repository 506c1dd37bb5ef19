/**
 * What an append adds to a log: given the right edge of the tree and new entries, the new edge and
 * every file that the larger tree has and the smaller one hasn't. Pure: no input or output.
 *
 * Also the encoding of those files as one staging bundle: for each file a uint16 path length, the
 * path, a uint32 length and the bytes.
 */

import { concat, fromUtf8, utf8 } from './bytes.ts';
import { LogError } from './errors.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { encodeBundle, encodeHashTile, MAX_ENTRY_BYTES, newTiles } from './tile-codec.ts';
import { parseTilePath, tilePath, TILE_WIDTH } from './tile-codec.ts';
import { edgeRoot } from './tile-tree.ts';

/** All that a writer keeps in memory of a log: under 17 MB with the largest entries. */
export interface Edge {
  readonly size: number;
  /** Hashes of the partial tiles, by tile level; levels with none may be missing. */
  readonly tiles: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Entries of the partial bundle, as many as level 0 has hashes. */
  readonly entries: readonly Uint8Array[];
}

/** One file of the log. */
export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * @throws LogError `entry-too-large`
 */
export function grow(
  edge: Edge,
  entries: readonly Uint8Array[],
): { readonly edge: Edge; readonly root: Uint8Array; readonly files: readonly LogFile[] } {
  const tiles = new Map([...edge.tiles].map(([level, hashes]) => [level, [...hashes]]));
  let bundle = [...edge.entries];
  let size = edge.size;
  const files: LogFile[] = [];

  const push = (level: number, hash: Uint8Array): void => {
    let tile = tiles.get(level);
    if (tile === undefined) tiles.set(level, (tile = []));
    tile.push(hash);
    if (tile.length < TILE_WIDTH) return;
    tiles.delete(level);
    const index = size / TILE_WIDTH ** (level + 1) - 1;
    files.push({
      path: tilePath({ level, index, width: TILE_WIDTH }),
      bytes: encodeHashTile(tile),
    });
    push(level + 1, merkleRoot(tile));
  };

  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new LogError('entry-too-large', `an entry has at most ${MAX_ENTRY_BYTES} bytes`);
    }
    bundle.push(entry);
    size++;
    push(0, leafHash(entry));
    if (bundle.length < TILE_WIDTH) continue;
    const index = size / TILE_WIDTH - 1;
    const path = tilePath({ level: 'entries', index, width: TILE_WIDTH });
    files.push({ path, bytes: encodeBundle(bundle) });
    bundle = [];
  }

  for (const id of newTiles(edge.size, size)) {
    if (id.width === TILE_WIDTH) continue;
    const bytes =
      id.level === 'entries' ? encodeBundle(bundle) : encodeHashTile(tiles.get(id.level) ?? []);
    files.push({ path: tilePath(id), bytes });
  }
  return { edge: { size, tiles, entries: bundle }, root: edgeRoot(tiles), files };
}

export function encodeStaging(files: readonly LogFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { path, bytes } of files) {
    const name = utf8(path);
    const head = new DataView(new ArrayBuffer(2));
    head.setUint16(0, name.length);
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, bytes.length);
    parts.push(new Uint8Array(head.buffer), name, new Uint8Array(length.buffer), bytes);
  }
  return concat(...parts);
}

/** @throws LogError `malformed-staging` */
export function decodeStaging(bundle: Uint8Array): LogFile[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  let at = 0;
  const take = (count: number): number => {
    const start = at;
    at += count;
    if (at > bundle.length) throw new LogError('malformed-staging', 'staging bundle is cut short');
    return start;
  };
  const files: LogFile[] = [];
  while (at < bundle.length) {
    const nameLength = view.getUint16(take(2));
    const nameStart = take(nameLength);
    const path = fromUtf8(bundle.subarray(nameStart, nameStart + nameLength));
    const length = view.getUint32(take(4));
    const start = take(length);
    try {
      parseTilePath(path ?? '');
    } catch (cause) {
      throw new LogError('malformed-staging', 'staging bundle has a strange path', { cause });
    }
    files.push({ path: path!, bytes: bundle.slice(start, start + length) });
  }
  return files;
}
