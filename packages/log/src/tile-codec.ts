/**
 * The shape of a log on disk (c2sp.org/tlog-tiles): paths, hash tiles and entry bundles.
 *
 * A tree of 70,000 leaves is 273 full level 0 tiles and a partial one of width 112, one full level
 * 1 tile and a partial one of width 17, one partial level 2 tile of width 1, and entry bundles as
 * wide as the level 0 tiles.
 */

import { checkHash, checkIndex, concat, HASH_SIZE } from './bytes.ts';
import { LogError } from './errors.ts';

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256;
/** Binary levels of the tree in one tile. */
export const TILE_HEIGHT = 8;
/** Longest entry that a bundle can hold, in bytes. */
export const MAX_ENTRY_BYTES = 65_535;
/** Longest possible bundle, in bytes. */
export const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);
/** Where the checkpoint is. */
export const CHECKPOINT_PATH = 'checkpoint';

const MAX_LEVEL = 63;

/** The place of a tile: a hash tile at its level, or an entry bundle. */
export interface TileId {
  /** Tile level (each is 8 levels of the tree), or `entries`. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** The path of a tile below the log's prefix: `tile/0/x001/x234/067`, `tile/entries/000.p/7`. */
export function tilePath({ level, index, width }: TileId): string {
  if (level !== 'entries') checkIndex('tile level', level, MAX_LEVEL);
  checkIndex('tile index', index);
  checkIndex('tile width', width, TILE_WIDTH);
  if (width === 0) throw new LogError('out-of-range', 'a tile is never empty');
  let number = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    number = `x${String(rest % 1000).padStart(3, '0')}/${number}`;
  }
  return `tile/${level}/${number}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

const PATH = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;

/**
 * Reads a tile's path; the inverse of `tilePath`, and as strict.
 * @throws LogError `malformed-path`
 */
export function parseTilePath(path: string): TileId {
  const match = PATH.exec(path);
  const index = Number(match?.[2]!.replaceAll(/[x/]/g, ''));
  if (match && Number.isSafeInteger(index)) {
    const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
    const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
    const inside = (level === 'entries' || level <= MAX_LEVEL) && width >= 1 && width <= TILE_WIDTH;
    if (inside && tilePath({ level, index, width }) === path) return { level, index, width };
  }
  throw new LogError('malformed-path', 'not the path of a tile');
}

/**
 * The tiles that a tree of `size` has and a tree of `oldSize` has not: bundles first, then hash
 * tiles from level 0 up. With oldSize 0, all of them.
 */
export function* newTiles(oldSize: number, size: number): Generator<TileId> {
  checkIndex('size', size);
  checkIndex('oldSize', oldSize, size);
  if (oldSize === size) return;
  yield* newTilesAt('entries', oldSize, size);
  let before = oldSize;
  let after = size;
  for (let level = 0; after > before; level++) {
    yield* newTilesAt(level, before, after);
    before = Math.floor(before / TILE_WIDTH);
    after = Math.floor(after / TILE_WIDTH);
  }
}

function* newTilesAt(level: number | 'entries', before: number, after: number): Generator<TileId> {
  for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
    yield { level, index, width: Math.min(TILE_WIDTH, after - index * TILE_WIDTH) };
  }
}

/** The bytes of a hash tile. */
export function encodeHashTile(hashes: readonly Uint8Array[]): Uint8Array {
  checkWidth('malformed-tile', hashes.length);
  for (const hash of hashes) checkHash('tile hash', hash);
  return concat(...hashes);
}

/**
 * Takes a hash tile apart.
 * @throws LogError `malformed-tile` unless it has exactly `width` hashes
 */
export function decodeHashTile(bytes: Uint8Array, width: number): Uint8Array[] {
  checkWidth('malformed-tile', width);
  if (bytes.length !== width * HASH_SIZE) {
    throw new LogError(
      'malformed-tile',
      `a tile of ${width} hashes has ${width * HASH_SIZE} bytes`,
    );
  }
  return Array.from({ length: width }, (_, i) => bytes.slice(i * HASH_SIZE, (i + 1) * HASH_SIZE));
}

/** An entry as it stands in a bundle: a big-endian uint16 length, then the bytes. */
function encodeEntry(entry: Uint8Array): Uint8Array {
  if (entry.length > MAX_ENTRY_BYTES) {
    throw new LogError('entry-too-large', `an entry has at most ${MAX_ENTRY_BYTES} bytes`);
  }
  return concat(Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry);
}

/** The bytes of an entry bundle. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  checkWidth('malformed-bundle', entries.length);
  return concat(...entries.map(encodeEntry));
}

/**
 * Takes an entry bundle apart.
 * @throws LogError `malformed-bundle` unless it has exactly `width` whole entries
 */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  checkWidth('malformed-bundle', width);
  const fail = (why: string): never => {
    throw new LogError('malformed-bundle', `malformed entry bundle: ${why}`);
  };
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (entries.length === width) fail(`more than ${width} entries`);
    const start = at + 2;
    const end = start + ((bytes[at]! << 8) | (bytes[at + 1] ?? 0));
    if (end > bytes.length) fail('cut short');
    entries.push(bytes.slice(start, end));
    at = end;
  }
  if (entries.length !== width) fail(`${entries.length} entries, not ${width}`);
  return entries;
}

function checkWidth(code: 'malformed-tile' | 'malformed-bundle', width: number): void {
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw new LogError(code, `a tile is 1 to ${TILE_WIDTH} wide`);
  }
}
