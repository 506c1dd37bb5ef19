/**
 * Tiles (c2sp.org/tlog-tiles), for readers: paths and encodings, and the entries and proofs of a log
 * read through a `TileReader` and checked against a root that the caller trusts.
 *
 * For more than one question about one tree open a `TileTree`: it keeps the tiles that it has
 * checked.
 */

import { fromUtf8 } from './bytes.ts';
import { LogError } from './errors.ts';
import { MAX_NOTE_BYTES } from './note.ts';
import { CHECKPOINT_PATH } from './tile-codec.ts';
import { TileTree, type LogEntry, type TileReader } from './tile-tree.ts';

export {
  CHECKPOINT_PATH,
  decodeBundle,
  decodeHashTile,
  encodeBundle,
  encodeHashTile,
  MAX_BUNDLE_BYTES,
  MAX_ENTRY_BYTES,
  newTiles,
  parseTilePath,
  TILE_WIDTH,
  tilePath,
  type TileId,
} from './tile-codec.ts';
export { rootFromTiles, TileTree, type LogEntry, type TileReader } from './tile-tree.ts';

/** Size and root of a tree, as a verified checkpoint gives them. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * The log's signed checkpoint, not yet verified; see `openCheckpoint` and `verifyQuorum`.
 * @throws LogError `missing-tile` if there is none, `malformed-note` if it is not text
 */
export async function readCheckpoint(reader: TileReader): Promise<string> {
  const bytes = await reader.read(CHECKPOINT_PATH);
  if (bytes === undefined) throw new LogError('missing-tile', 'the log has no checkpoint');
  const note = bytes.length > MAX_NOTE_BYTES ? undefined : fromUtf8(bytes);
  if (note === undefined) throw new LogError('malformed-note', 'the checkpoint is not a note');
  return note;
}

/** Entries from (inclusive) to (exclusive), in order, each held against the tree's root. */
export async function* readEntries(
  reader: TileReader,
  { size, root, from = 0, to = size }: TreeHead & { readonly from?: number; readonly to?: number },
): AsyncGenerator<LogEntry> {
  const tree = await TileTree.open(reader, { size, root });
  yield* tree.entries(from, to);
}

/** Proof that the leaf at that index is in the tree. */
export async function inclusionProofFromTiles(
  reader: TileReader,
  { index, size, root }: TreeHead & { readonly index: number },
): Promise<Uint8Array[]> {
  return (await TileTree.open(reader, { size, root })).inclusionProof(index);
}

/** Proof that the tree of oldSize is the beginning of the tree. */
export async function consistencyProofFromTiles(
  reader: TileReader,
  { oldSize, size, root }: TreeHead & { readonly oldSize: number },
): Promise<Uint8Array[]> {
  return (await TileTree.open(reader, { size, root })).consistencyProof(oldSize);
}
