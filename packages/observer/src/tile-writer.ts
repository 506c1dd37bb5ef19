/**
 * The files of a growing log, made anew from its entries: whoever writes them needs to trust none of
 * the hash tiles that were served (c2sp.org/tlog-tiles).
 */
import { merkleRoot } from '@kabina/log/merkle';
import { encodeBundle, encodeHashTile, TILE_WIDTH, tilePath } from '@kabina/log/tiles';

/** A file of the log. */
export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a tile is until it is full. */
interface Open {
  index: number;
  hashes: Uint8Array[];
}

export class TileWriter {
  readonly #levels: Open[] = [];

  /**
   * Goes on after `tiles` full bundles.
   *
   * @param edge the partial tiles of the log there, by tile level; that of level 0 is not used
   */
  constructor(tiles: number, edge: ReadonlyMap<number, readonly Uint8Array[]>) {
    this.#levels.push({ index: tiles, hashes: [] });
    for (let level = 1, count = tiles; count > 0; level++) {
      const index = Math.floor(count / TILE_WIDTH);
      this.#levels.push({ index, hashes: [...(edge.get(level) ?? [])] });
      count = index;
    }
  }

  /**
   * The files that the next bundle completes: itself, and hash tiles. `leaves` are the hashes of its
   * entries. Only the last bundle may be less than full.
   */
  add(entries: readonly Uint8Array[], leaves: readonly Uint8Array[]): LogFile[] {
    const { index } = this.#levels[0] as Open;
    const path = tilePath({ level: 'entries', index, width: entries.length });
    const files: LogFile[] = [{ path, bytes: encodeBundle(entries) }];
    for (const leaf of leaves) this.#append(0, leaf, files);
    return files;
  }

  #append(level: number, hash: Uint8Array, files: LogFile[]): void {
    const open = (this.#levels[level] ??= { index: 0, hashes: [] });
    open.hashes.push(hash);
    if (open.hashes.length < TILE_WIDTH) return;
    const { index, hashes } = open;
    files.push({
      path: tilePath({ level, index, width: TILE_WIDTH }),
      bytes: encodeHashTile(hashes),
    });
    this.#levels[level] = { index: index + 1, hashes: [] };
    this.#append(level + 1, merkleRoot(hashes), files);
  }

  /** The partial hash tiles as they are now. */
  partials(): LogFile[] {
    return this.#levels.flatMap(({ index, hashes }, level) =>
      hashes.length === 0
        ? []
        : [
            {
              path: tilePath({ level, index, width: hashes.length }),
              bytes: encodeHashTile(hashes),
            },
          ],
    );
  }
}
