/** c2sp.org/tlog-tiles: paths, encodings, and what a reader accepts of a served log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from './bytes.ts';
import { LogError, type LogErrorCode } from './errors.ts';
import { emptyRoot, leafHash, MerkleTree, verifyConsistency, verifyInclusion } from './merkle.ts';
import { grow } from './sequence.ts';
import { consistencyProofFromTiles, decodeBundle, decodeHashTile, encodeBundle } from './tiles.ts';
import { encodeHashTile, inclusionProofFromTiles, MAX_BUNDLE_BYTES, newTiles } from './tiles.ts';
import { MAX_ENTRY_BYTES, parseTilePath, readCheckpoint, readEntries } from './tiles.ts';
import { rootFromTiles, tilePath, TileTree, type LogEntry, type TileReader } from './tiles.ts';

const throwsCode = (code: LogErrorCode, work: () => unknown): void => {
  assert.throws(work, (error) => error instanceof LogError && error.code === code);
};
const rejectsCode = (code: LogErrorCode, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof LogError && error.code === code);

class Files extends Map<string, Uint8Array> implements TileReader {
  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.get(path));
  }
}

const entry = (i: number): Uint8Array => utf8(`entry ${i}`);

/** A log of `sizes.at(-1)` entries that had a checkpoint at each of the sizes. */
function makeLog(...sizes: number[]): { files: Files; root: Uint8Array; tree: MerkleTree } {
  const files = new Files();
  let edge: Parameters<typeof grow>[0] = { size: 0, tiles: new Map(), entries: [] };
  let root = emptyRoot();
  for (const size of sizes) {
    const more = Array.from({ length: size - edge.size }, (_, i) => entry(edge.size + i));
    const grown = grow(edge, more);
    ({ edge, root } = grown);
    for (const { path, bytes } of grown.files) {
      assert.ok(!files.has(path), `${path} is written twice`);
      files.set(path, bytes);
    }
  }
  const leaves = Array.from({ length: edge.size }, (_, i) => leafHash(entry(i)));
  return { files, root, tree: new MerkleTree(leaves) };
}

async function collect(entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> {
  const list: LogEntry[] = [];
  for await (const item of entries) list.push(item);
  return list;
}

test('paths are those of the specification', () => {
  assert.equal(tilePath({ level: 0, index: 1234067, width: 256 }), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 'entries', index: 0, width: 7 }), 'tile/entries/000.p/7');
  assert.equal(tilePath({ level: 63, index: 999, width: 255 }), 'tile/63/999.p/255');
  assert.equal(tilePath({ level: 1, index: 1000, width: 256 }), 'tile/1/x001/000');
  assert.equal(
    tilePath({ level: 2, index: Number.MAX_SAFE_INTEGER, width: 1 }),
    'tile/2/x009/x007/x199/x254/x740/991.p/1',
  );
  for (const path of [
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/x000',
    'tile/0/001/002',
    'tile/00/001',
    'tile/64/000',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/data/000',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/../000',
    'checkpoint',
    '',
  ]) {
    throwsCode('malformed-path', () => parseTilePath(path));
  }
  throwsCode('out-of-range', () => tilePath({ level: 0, index: 0, width: 0 }));
  throwsCode('out-of-range', () => tilePath({ level: 0, index: 0, width: 257 }));
  throwsCode('out-of-range', () => tilePath({ level: 64, index: 0, width: 1 }));
});

test('a path is read back', () => {
  const level = fc.oneof(fc.nat(63), fc.constant('entries' as const));
  const index = fc.oneof(fc.nat(2000), fc.maxSafeNat());
  fc.assert(
    fc.property(level, index, fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      assert.deepEqual(parseTilePath(tilePath({ level, index, width })), { level, index, width });
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^tile\/[0-9a-z]{0,8}\/[x0-9/.p]{0,12}$/), (path) => {
      try {
        assert.equal(tilePath(parseTilePath(path)), path);
      } catch (error) {
        assert.ok(error instanceof LogError && error.code === 'malformed-path');
      }
    }),
  );
});

test('a tree of 70,000 leaves has the tiles that the specification counts', () => {
  const count = (level: number | 'entries') => {
    const tiles = [...newTiles(0, 70_000)].filter((id) => id.level === level);
    const partial = tiles.filter(({ width }) => width < 256).map(({ width }) => width);
    return [tiles.length - partial.length, ...partial];
  };
  assert.deepEqual(count('entries'), [273, 112]);
  assert.deepEqual(count(0), [273, 112]);
  assert.deepEqual(count(1), [1, 17]);
  assert.deepEqual(count(2), [0, 1]);
  assert.deepEqual([...newTiles(0, 256)].map(tilePath), [
    'tile/entries/000',
    'tile/0/000',
    'tile/1/000.p/1',
  ]);
  assert.deepEqual([...newTiles(256, 256)], []);
  assert.deepEqual([...newTiles(300, 300)], []);
});

test('an append writes the new tiles and no other, whatever came before', () => {
  for (const [before, after] of [
    [0, 1],
    [1, 255],
    [255, 256],
    [255, 257],
    [256, 257],
    [257, 600],
    [512, 1024],
  ] as const) {
    const { files } = before === 0 ? { files: new Files() } : makeLog(before);
    const earlier = new Set(files.keys());
    const both = makeLog(...new Set([before, after]));
    const added = [...both.files.keys()].filter((path) => !earlier.has(path));
    assert.deepEqual(added.sort(), [...newTiles(before, after)].map(tilePath).sort());
  }
});

test('bundles and tiles are read back, and only whole', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.array(bytes, { minLength: 1, maxLength: 256 }), (entries) => {
      const bundle = encodeBundle(entries);
      assert.deepEqual(
        decodeBundle(bundle, entries.length),
        entries.map((e) => Uint8Array.from(e)),
      );
      throwsCode('malformed-bundle', () => decodeBundle(bundle, entries.length + 1));
      throwsCode('malformed-bundle', () => decodeBundle(bundle.slice(0, -1), entries.length));
      throwsCode('malformed-bundle', () =>
        decodeBundle(Uint8Array.of(...bundle, 0), entries.length),
      );
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(300), (data, width) => {
      for (const [decode, encode] of [
        [decodeBundle, encodeBundle],
        [decodeHashTile, encodeHashTile],
      ] as const) {
        try {
          assert.deepEqual(encode(decode(data, width)), Uint8Array.from(data));
        } catch (error) {
          assert.ok(error instanceof LogError, String(error));
        }
      }
    }),
  );
  const hashes = Array.from({ length: 256 }, (_, i) => leafHash(entry(i)));
  assert.equal(encodeHashTile(hashes).length, 8192);
  assert.deepEqual(decodeHashTile(encodeHashTile(hashes), 256), hashes);
  throwsCode('malformed-tile', () => decodeHashTile(encodeHashTile(hashes), 255));
  throwsCode('malformed-tile', () => encodeHashTile([]));
  throwsCode('malformed-tile', () => encodeHashTile([...hashes, hashes[0]!]));
  throwsCode('malformed-hash', () => encodeHashTile([new Uint8Array(31)]));
});

test('an entry of 65,535 bytes fits, one more does not', () => {
  const largest = new Uint8Array(MAX_ENTRY_BYTES).fill(7);
  const empty = new Uint8Array(0);
  assert.deepEqual(decodeBundle(encodeBundle([largest, empty]), 2), [largest, empty]);
  assert.deepEqual([...encodeBundle([largest]).subarray(0, 2)], [0xff, 0xff]);
  assert.equal(encodeBundle(Array<Uint8Array>(256).fill(largest)).length, MAX_BUNDLE_BYTES);
  const tooLarge = new Uint8Array(MAX_ENTRY_BYTES + 1);
  throwsCode('entry-too-large', () => encodeBundle([tooLarge]));
  const edge = { size: 0, tiles: new Map(), entries: [] };
  throwsCode('entry-too-large', () => grow(edge, [tooLarge]));
});

test('a log is read and proved at the sizes where tiles begin and end', async () => {
  for (const size of [1, 2, 255, 256, 257, 511, 512, 513, 1000]) {
    const { files, root, tree } = makeLog(size);
    assert.deepEqual(root, tree.root);
    assert.deepEqual(await rootFromTiles(files, size), root);
    const entries = await collect(readEntries(files, { size, root }));
    assert.deepEqual(
      entries,
      Array.from({ length: size }, (_, i) => ({
        index: i,
        entry: entry(i),
        leaf: leafHash(entry(i)),
      })),
    );
    const opened = await TileTree.open(files, { size, root });
    for (let index = 0; index < size; index += index < 300 ? 1 : 37) {
      const leaf = leafHash(entry(index));
      assert.deepEqual(await opened.leaf(index), leaf);
      const proof = await opened.inclusionProof(index);
      verifyInclusion({ index, size, leaf, proof, root });
      const oldRoot = tree.rootAt(index);
      assert.deepEqual(await opened.rootAt(index), oldRoot);
      const consistency = await opened.consistencyProof(index);
      verifyConsistency({ oldSize: index, oldRoot, size, root, proof: consistency });
    }
  }
});

test('a tree of three tile levels', async () => {
  const { files, root, tree } = makeLog(65_535, 65_536, 65_537);
  for (const size of [65_535, 65_536, 65_537]) {
    const head = { size, root: tree.rootAt(size) };
    const opened = await TileTree.open(files, head);
    for (const index of [0, 255, 256, 40_000, 65_279, 65_280, 65_534, size - 1]) {
      const leaf = leafHash(entry(index));
      const proof = await opened.inclusionProof(index);
      assert.deepEqual(proof, tree.inclusionProof(index, size));
      verifyInclusion({ ...head, index, leaf, proof });
      assert.deepEqual(await inclusionProofFromTiles(files, { ...head, index }), proof);
    }
    for (const oldSize of [0, 1, 256, 257, 65_280, 65_535, size]) {
      const proof = await consistencyProofFromTiles(files, { ...head, oldSize });
      assert.deepEqual(proof, tree.consistencyProof(oldSize, size));
    }
    const from = size - 300;
    const entries = await collect(readEntries(files, { ...head, from }));
    assert.deepEqual(
      entries.map(({ index }) => index),
      Array.from({ length: 300 }, (_, i) => from + i),
    );
  }
  assert.deepEqual(root, tree.root);
});

test('the empty tree', async () => {
  const files = new Files();
  const head = { size: 0, root: emptyRoot() };
  assert.deepEqual(await collect(readEntries(files, head)), []);
  assert.deepEqual(await consistencyProofFromTiles(files, { ...head, oldSize: 0 }), []);
  await rejectsCode('tile-mismatch', TileTree.open(files, { size: 0, root: leafHash(entry(0)) }));
  await rejectsCode('out-of-range', inclusionProofFromTiles(files, { ...head, index: 0 }));
});

test('a partial tile that is gone is read from the full one', async () => {
  const { files, tree } = makeLog(100, 300);
  for (const path of ['tile/0/000.p/100', 'tile/entries/000.p/100']) assert.ok(files.delete(path));
  const head = { size: 100, root: tree.rootAt(100) };
  assert.equal((await collect(readEntries(files, head))).length, 100);
  files.delete('tile/entries/000');
  await rejectsCode('missing-tile', collect(readEntries(files, head)));
  files.delete('tile/0/000');
  await rejectsCode('missing-tile', TileTree.open(files, head));
});

test('no changed byte of any file goes unnoticed', async () => {
  const size = 600;
  const { files, root } = makeLog(size);
  for (const [path, good] of files) {
    for (let at = 0; at < good.length; at += Math.ceil(good.length / 9)) {
      files.set(path, good.with(at, good[at]! ^ 1));
      const read = async (): Promise<void> => {
        const tree = await TileTree.open(files, { size, root });
        await collect(tree.entries());
        for (let index = 0; index < size; index += 50) await tree.inclusionProof(index);
      };
      await assert.rejects(
        read(),
        (error) =>
          error instanceof LogError && /^(tile-mismatch|malformed-bundle)$/.test(error.code),
        `${path} at ${at}`,
      );
    }
    files.set(path, good);
  }
});

test('entries that are another log’s are refused, though each bundle is well-formed', async () => {
  const { files, root } = makeLog(300);
  const head = { size: 300, root };
  const bundle = decodeBundle(files.get('tile/entries/000')!, 256);
  files.set('tile/entries/000', encodeBundle([bundle[1]!, bundle[0]!, ...bundle.slice(2)]));
  await rejectsCode('tile-mismatch', collect(readEntries(files, { ...head, from: 100, to: 101 })));
  // The rest can still be read.
  assert.equal((await collect(readEntries(files, { ...head, from: 256 }))).length, 44);
  await rejectsCode('out-of-range', collect(readEntries(files, { ...head, to: 301 })));
  await rejectsCode('out-of-range', collect(readEntries(files, { ...head, from: 9, to: 8 })));
});

test('a checkpoint file', async () => {
  const files = new Files();
  await rejectsCode('missing-tile', readCheckpoint(files));
  files.set('checkpoint', Uint8Array.of(0xff));
  await rejectsCode('malformed-note', readCheckpoint(files));
  files.set('checkpoint', utf8('text'));
  assert.equal(await readCheckpoint(files), 'text');
});
