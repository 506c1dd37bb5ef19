/** Tiles made from entries, against the tree that the log's own code computes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { uint32 } from '@kabina/crypto/bytes';
import { leafHash, RightEdge } from '@kabina/log/merkle';
import { TILE_WIDTH, TileTree } from '@kabina/log/tiles';
import { TileWriter } from './tile-writer.ts';

/** Files of a log whose entries are their own numbers, from the full tile `first` on. */
function write(writer: TileWriter, first: number, size: number, files: Map<string, Uint8Array>) {
  for (let from = first * TILE_WIDTH; from < size; from += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - from);
    const entries = Array.from({ length: width }, (_, i) => uint32(from + i));
    for (const { path, bytes } of writer.add(entries, entries.map(leafHash))) {
      files.set(path, bytes);
    }
  }
  for (const { path, bytes } of writer.partials()) files.set(path, bytes);
}

function root(size: number): Uint8Array {
  const edge = new RightEdge();
  for (let i = 0; i < size; i++) edge.append(leafHash(uint32(i)));
  return edge.root();
}

describe('the tile writer', () => {
  it('makes the tiles of three levels, at once and going on from an earlier tree', async () => {
    const files = new Map<string, Uint8Array>();
    const reader = { read: async (path: string) => files.get(path) };
    const before = 65_536 + 256 + 5;
    write(new TileWriter(0, new Map()), 0, before, files);
    const tree = await TileTree.open(reader, { size: before, root: root(before) });
    for await (const { index, leaf } of tree.entries()) {
      if (index % TILE_WIDTH === 0) assert.deepEqual(await tree.leaf(index), leaf);
    }

    const size = before + 300;
    write(new TileWriter(257, tree.edge), 257, size, files);
    const grown = await TileTree.open(reader, { size, root: root(size) });
    assert.deepEqual(await grown.rootAt(before), tree.root);
    for await (const { index, leaf } of grown.entries(before)) {
      assert.deepEqual(await grown.leaf(index), leaf);
    }
  });
});
