/**
 * A log's tree read from its tiles and held against a root.
 *
 * Opening reads the partial tiles on the right edge, from which the root is computed; if it is the
 * checkpoint's root, they are genuine. Every other tile is full, and a full tile's hash stands in
 * the tile above it, so each is checked against its parent up to the right edge before any of its
 * hashes is used. Entries are hashed and held against the same hashes. Nothing that this class
 * returns rests on the word of whoever serves the files.
 */

import { checkHash, checkIndex, equal } from './bytes.ts';
import { LogError } from './errors.ts';
import { foldSubtrees, leafHash, merkleRoot } from './merkle.ts';
import { consistencyRanges, inclusionRanges, subtrees, type Range } from './ranges.ts';
import { decodeBundle, decodeHashTile, MAX_BUNDLE_BYTES, TILE_HEIGHT } from './tile-codec.ts';
import { tilePath, TILE_WIDTH, type TileId } from './tile-codec.ts';

/** Where a log's files come from: a folder, a server, a database. */
export interface TileReader {
  /**
   * The file at that path below the log's prefix, or undefined if there is none. Anything else
   * that goes wrong is thrown.
   */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** A log entry with its position and its leaf hash. */
export interface LogEntry {
  readonly index: number;
  readonly entry: Uint8Array;
  readonly leaf: Uint8Array;
}

// Full tiles kept after being checked: 8 KiB of hashes each.
const CACHED_TILES = 64;

/**
 * Reads a tile or a bundle. A partial one may have been deleted since its full one exists
 * (tlog-tiles, «Partial Tiles»); then the full one's beginning is taken.
 * @throws LogError `missing-tile`
 */
async function readTile(reader: TileReader, id: TileId): Promise<Uint8Array[]> {
  const decode = id.level === 'entries' ? decodeBundle : decodeHashTile;
  const bytes = await readLimited(reader, tilePath(id));
  if (bytes !== undefined) return decode(bytes, id.width);
  if (id.width < TILE_WIDTH) {
    const full = await readLimited(reader, tilePath({ ...id, width: TILE_WIDTH }));
    if (full !== undefined) return decode(full, TILE_WIDTH).slice(0, id.width);
  }
  throw new LogError('missing-tile', `${tilePath(id)} is missing`);
}

async function readLimited(reader: TileReader, path: string): Promise<Uint8Array | undefined> {
  const bytes = await reader.read(path);
  if (bytes !== undefined && bytes.length > MAX_BUNDLE_BYTES) {
    throw new LogError('malformed-tile', `${path} is longer than any tile`);
  }
  return bytes;
}

/** The partial tiles of a tree, by tile level. Not checked against anything. */
async function readRightEdge(reader: TileReader, size: number): Promise<Map<number, Uint8Array[]>> {
  const edge = new Map<number, Uint8Array[]>();
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    if (width === 0) continue;
    const index = Math.floor(count / TILE_WIDTH);
    edge.set(level, await readTile(reader, { level, index, width }));
  }
  return edge;
}

/** The root of a tree from its partial tiles. */
export function edgeRoot(edge: ReadonlyMap<number, readonly Uint8Array[]>): Uint8Array {
  const list: Uint8Array[] = [];
  const levels = [...edge.keys()].sort((a, b) => b - a);
  for (const level of levels) {
    const hashes = edge.get(level)!;
    for (const { level: height, index } of subtrees([0, hashes.length])) {
      const width = 2 ** height;
      list.push(merkleRoot(hashes.slice(index * width, (index + 1) * width)));
    }
  }
  return foldSubtrees(list);
}

/**
 * The root of the tree of that size as the tiles have it. It is trusted only if something else
 * vouches for it.
 * @throws LogError `missing-tile`, `malformed-tile`
 */
export async function rootFromTiles(reader: TileReader, size: number): Promise<Uint8Array> {
  checkIndex('size', size);
  return edgeRoot(await readRightEdge(reader, size));
}

/** A tree whose root is trusted. Safe for concurrent use. */
export class TileTree {
  readonly size: number;
  readonly root: Uint8Array;
  readonly #reader: TileReader;
  readonly #edge: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly #cache = new Map<string, readonly Uint8Array[]>();

  private constructor(
    reader: TileReader,
    size: number,
    root: Uint8Array,
    edge: ReadonlyMap<number, readonly Uint8Array[]>,
  ) {
    this.#reader = reader;
    this.size = size;
    this.root = root;
    this.#edge = edge;
  }

  /**
   * @throws LogError `missing-tile`, `malformed-tile`; `tile-mismatch` if the tiles are another
   * tree's
   */
  static async open(
    reader: TileReader,
    { size, root }: { readonly size: number; readonly root: Uint8Array },
  ): Promise<TileTree> {
    checkIndex('size', size);
    checkHash('root', root);
    const edge = await readRightEdge(reader, size);
    if (!equal(edgeRoot(edge), root)) {
      throw new LogError('tile-mismatch', `tiles of size ${size} do not lead to the root`);
    }
    return new TileTree(reader, size, root, edge);
  }

  /** The partial tiles on the right edge, by tile level: what a writer needs to append. */
  get edge(): ReadonlyMap<number, readonly Uint8Array[]> {
    return this.#edge;
  }

  /** The hash of the leaf at that index. */
  async leaf(index: number): Promise<Uint8Array> {
    checkIndex('index', index, this.size - 1);
    return this.#subtree(0, index);
  }

  /** Proof that the leaf is in this tree, or in an earlier one of it. */
  async inclusionProof(index: number, size = this.size): Promise<Uint8Array[]> {
    checkIndex('size', size, this.size);
    checkIndex('index', index, size - 1);
    return this.#hashes(inclusionRanges(index, size));
  }

  /** Proof that the tree of oldSize is the beginning of this tree, or of an earlier one of it. */
  async consistencyProof(oldSize: number, size = this.size): Promise<Uint8Array[]> {
    checkIndex('size', size, this.size);
    checkIndex('oldSize', oldSize, size);
    return this.#hashes(consistencyRanges(oldSize, size));
  }

  /** The root that this tree had at an earlier size. */
  async rootAt(size: number): Promise<Uint8Array> {
    checkIndex('size', size, this.size);
    return this.#range([0, size]);
  }

  /**
   * Entries from (inclusive) to (exclusive), in order, bundle by bundle.
   * @throws LogError `missing-tile`, `malformed-bundle`; `tile-mismatch` if an entry is not the one
   * that the tree has
   */
  async *entries(from = 0, to = this.size): AsyncGenerator<LogEntry> {
    checkIndex('to', to, this.size);
    checkIndex('from', from, to);
    for (let tile = Math.floor(from / TILE_WIDTH); tile * TILE_WIDTH < to; tile++) {
      const start = tile * TILE_WIDTH;
      const width = Math.min(TILE_WIDTH, this.size - start);
      const entries = await readTile(this.#reader, { level: 'entries', index: tile, width });
      const leaves = entries.map(leafHash);
      // One hash vouches for a full bundle; the last one stands against the right edge.
      const same =
        width === TILE_WIDTH
          ? equal(merkleRoot(leaves), await this.#subtree(TILE_HEIGHT, tile))
          : leaves.every((leaf, i) => equal(leaf, this.#edge.get(0)![i]!));
      if (!same) {
        throw new LogError('tile-mismatch', `entries from ${start} on are not those of the tree`);
      }
      for (let index = Math.max(from, start); index < Math.min(to, start + width); index++) {
        yield { index, entry: entries[index - start]!, leaf: leaves[index - start]! };
      }
    }
  }

  async #hashes(ranges: readonly Range[]): Promise<Uint8Array[]> {
    const list: Uint8Array[] = [];
    for (const range of ranges) list.push(await this.#range(range));
    return list;
  }

  async #range(range: Range): Promise<Uint8Array> {
    const list: Uint8Array[] = [];
    for (const { level, index } of subtrees(range)) list.push(await this.#subtree(level, index));
    return foldSubtrees(list);
  }

  /** The hash of the complete subtree of 2^height leaves at that index. */
  async #subtree(height: number, index: number): Promise<Uint8Array> {
    const level = Math.floor(height / TILE_HEIGHT);
    const width = 2 ** (height % TILE_HEIGHT);
    const first = index * width;
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const start = first % TILE_WIDTH;
    return merkleRoot(tile.slice(start, start + width));
  }

  /** A tile of genuine hashes. */
  async #tile(level: number, index: number): Promise<readonly Uint8Array[]> {
    const count = Math.floor(this.size / TILE_WIDTH ** level);
    if (index === Math.floor(count / TILE_WIDTH)) return this.#edge.get(level)!;
    const id = `${level}/${index}`;
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const tile = await readTile(this.#reader, { level, index, width: TILE_WIDTH });
    const parent = await this.#tile(level + 1, Math.floor(index / TILE_WIDTH));
    if (!equal(merkleRoot(tile), parent[index % TILE_WIDTH]!)) {
      throw new LogError('tile-mismatch', `tile ${id} is not the one of the tree`);
    }
    if (this.#cache.size >= CACHED_TILES) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    this.#cache.set(id, tile);
    return tile;
  }
}
