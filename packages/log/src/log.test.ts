/** The writer: order, proofs, cosigned checkpoints, and states that it must refuse. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { hex, utf8 } from './bytes.ts';
import { openCheckpoint } from './checkpoint.ts';
import { addCosignatures, cosign } from './cosignature.ts';
import { LogError, type LogErrorCode } from './errors.ts';
import { LogWriter, type LogWriterOptions } from './log.ts';
import { emptyRoot, leafHash, MerkleTree, verifyConsistency, verifyInclusion } from './merkle.ts';
import { NodeStore } from './node-store.ts';
import { COSIGNATURE_V1, formatSignature, parseNote, signerKey, signNote } from './note.ts';
import { decodeStaging, encodeStaging } from './sequence.ts';
import { MAX_ENTRY_BYTES, readCheckpoint, readEntries } from './tiles.ts';
import { EXPECTED, scenario } from '../test/scenario.ts';

const key = signerKey('example.com/log', new Uint8Array(32).fill(1));
const witness = signerKey('witness.example/w1', new Uint8Array(32).fill(2), COSIGNATURE_V1);
const entries = (from: number, to: number): Uint8Array[] =>
  Array.from({ length: to - from }, (_, i) => utf8(`entry ${from + i}`));
const tree = new MerkleTree(entries(0, 2000).map(leafHash));
const rejectsCode = (code: LogErrorCode, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof LogError && error.code === code);

function folders(t: TestContext): { folder: string; privateFolder: string } {
  const parent = mkdtempSync(join(tmpdir(), 'log-'));
  t.after(() => rmSync(parent, { recursive: true }));
  return { folder: join(parent, 'public'), privateFolder: join(parent, 'private') };
}

/** Opens, works, closes. */
async function withLog<T>(
  paths: { folder: string; privateFolder: string },
  work: (writer: LogWriter, store: NodeStore) => Promise<T>,
  options: Partial<LogWriterOptions> = {},
): Promise<T> {
  const store = await NodeStore.open(paths);
  try {
    return await work(await LogWriter.open({ store, key, ...options }), store);
  } finally {
    store.close();
  }
}

function cosigned(note: string, time: number): string {
  const line = formatSignature(cosign(parseNote(note).text, witness, time));
  return addCosignatures(note, line, [witness]);
}

test('a log begins empty and signed', async (t) => {
  await withLog(folders(t), async (writer, store) => {
    assert.equal(writer.size, 0);
    assert.deepEqual(writer.root, emptyRoot());
    const head = openCheckpoint(await readCheckpoint(store), key);
    assert.deepEqual(head, { origin: key.name, size: 0, root: emptyRoot(), extensions: [] });
    assert.equal(writer.published, writer.checkpoint);
  });
});

test('appends answer where the entries are, and proofs come from the tiles', async (t) => {
  const paths = folders(t);
  let size = 0;
  const appendTo = (next: number) => async (writer: LogWriter) => {
    const appended = await writer.append(entries(size, next));
    assert.equal(appended.firstIndex, size);
    assert.equal(appended.size, next);
    assert.deepEqual(appended.root, tree.rootAt(next));
    assert.equal(openCheckpoint(appended.checkpoint, key).size, next);
    for (const index of [size, next - 1, Math.floor(next / 2)]) {
      const leaf = leafHash(utf8(`entry ${index}`));
      const proof = await writer.inclusionProof(index);
      verifyInclusion({ index, size: next, leaf, proof, root: writer.root });
    }
    const oldRoot = tree.rootAt(size);
    const proof = await writer.consistencyProof(size);
    verifyConsistency({ oldSize: size, oldRoot, size: next, root: writer.root, proof });
    if (size > 0) {
      assert.deepEqual(await writer.inclusionProof(0, size), tree.inclusionProof(0, size));
      assert.deepEqual(await writer.consistencyProof(1, size), tree.consistencyProof(1, size));
    }
    size = next;
  };
  await withLog(paths, async (writer) => {
    for (const next of [1, 2, 255, 256, 257, 512]) await appendTo(next)(writer);
  });
  // Each opening starts from what is on disk.
  for (const next of [513, 700, 768, 1999]) await withLog(paths, appendTo(next));
});

test('appends at once keep the order of the calls and share no index', async (t) => {
  await withLog(folders(t), async (writer) => {
    const sizes = [3, 0, 300, 1, 5];
    let from = 0;
    const appends = sizes.map((count) => writer.append(entries(from, (from += count))));
    const firsts = (await Promise.all(appends)).map(({ firstIndex }) => firstIndex);
    assert.deepEqual(firsts, [0, 3, 3, 303, 304]);
    assert.deepEqual(writer.root, tree.rootAt(309));
  });
});

test('an entry that is too large appends nothing, and the log goes on', async (t) => {
  await withLog(folders(t), async (writer) => {
    const tooLarge = new Uint8Array(MAX_ENTRY_BYTES + 1);
    await rejectsCode('entry-too-large', writer.append([utf8('entry 0'), tooLarge]));
    assert.equal(writer.size, 0);
    await writer.append(entries(0, 1));
    assert.deepEqual(writer.root, tree.rootAt(1));
  });
});

test('a caller may use its buffers again', async (t) => {
  await withLog(folders(t), async (writer, store) => {
    const buffer = utf8('entry 0');
    const appended = writer.append([buffer]);
    buffer.fill(0);
    await appended;
    await writer.append(entries(1, 2));
    const read: Uint8Array[] = [];
    for await (const { entry } of readEntries(store, writer)) read.push(entry);
    assert.deepEqual(read, entries(0, 2));
  });
});

test('a checkpoint is published with its cosignatures, which survive opening', async (t) => {
  const paths = folders(t);
  const note = await withLog(paths, async (writer, store) => {
    const old = writer.checkpoint;
    await writer.append(entries(0, 5));
    // The log has moved on since these were asked for.
    assert.equal(await writer.publishCosigned(cosigned(old, 10)), false);
    const note = cosigned(writer.checkpoint, 10);
    assert.equal(await writer.publishCosigned(note), true);
    assert.equal(await readCheckpoint(store), note);
    assert.equal(writer.published, note);
    const { text } = parseNote(writer.checkpoint);
    const stranger = signerKey(key.name, new Uint8Array(32).fill(9));
    await rejectsCode('unsigned', writer.publishCosigned(signNote(text, [stranger])));
    return note;
  });
  await withLog(paths, async (writer, store) => {
    assert.equal(await readCheckpoint(store), note);
    assert.equal(writer.published, note);
    await writer.append(entries(5, 6));
    assert.equal(await readCheckpoint(store), writer.checkpoint);
  });
});

test('a log that publishes cosigned checkpoints holds the others back', async (t) => {
  const paths = folders(t);
  const publish = 'cosigned';
  const first = await withLog(
    paths,
    async (writer, store) => {
      assert.equal(await store.read('checkpoint'), undefined);
      assert.equal(writer.published, undefined);
      await writer.append(entries(0, 300));
      assert.equal(await store.read('checkpoint'), undefined);
      const note = cosigned(writer.checkpoint, 10);
      await writer.publishCosigned(note);
      await writer.append(entries(300, 600));
      await writer.append(entries(600, 601));
      assert.equal(await readCheckpoint(store), note);
      return note;
    },
    { publish },
  );
  await withLog(
    paths,
    async (writer, store) => {
      assert.equal(writer.size, 601);
      assert.equal(writer.published, first);
      assert.deepEqual(await writer.consistencyProof(300), tree.consistencyProof(300, 601));
      await writer.publishCosigned(cosigned(writer.checkpoint, 11));
      assert.equal(openCheckpoint(await readCheckpoint(store), key).size, 601);
    },
    { publish },
  );
});

test('two writers on one store cannot fork the log', async (t) => {
  await withLog(folders(t), async (one, store) => {
    const two = await LogWriter.open({ store, key });
    await one.append(entries(0, 1));
    await rejectsCode('log-busy', two.append([utf8('fork')]));
    await rejectsCode('log-broken', two.append([utf8('fork')]));
    await one.append(entries(1, 2));
    assert.deepEqual(one.root, tree.rootAt(2));
  });
});

test('after a failed write the log must be opened anew, and then has lost nothing', async (t) => {
  const paths = folders(t);
  await withLog(paths, async (writer) => {
    await writer.append(entries(0, 255));
    // A file where a folder must be.
    writeFileSync(join(paths.folder, 'tile/1'), '');
    await rejectsCode('log-broken', writer.append(entries(255, 258)));
    await rejectsCode('log-broken', writer.append(entries(258, 259)));
    await rejectsCode('log-broken', writer.publishCosigned(cosigned(writer.checkpoint, 1)));
  });
  await assert.rejects(
    withLog(paths, () => Promise.resolve()),
    /ENOTDIR|EEXIST/,
  );
  rmSync(join(paths.folder, 'tile/1'));
  await withLog(paths, async (writer) => {
    assert.deepEqual(writer.root, tree.rootAt(258));
    await writer.append(entries(258, 260));
    assert.deepEqual(writer.root, tree.rootAt(260));
  });
});

test('a private folder that is lost, old or another log’s is refused', async (t) => {
  const paths = folders(t);
  const copy = `${paths.privateFolder}-copy`;
  await withLog(paths, (writer) => writer.append(entries(0, 3)));
  cpSync(paths.privateFolder, copy, { recursive: true });
  await withLog(paths, (writer) => writer.append(entries(3, 5)));
  const open = (privateFolder: string, options = {}): Promise<unknown> =>
    withLog({ ...paths, privateFolder }, () => Promise.resolve(), options);
  await rejectsCode('log-inconsistent', open(copy));
  await rejectsCode('log-inconsistent', open(`${copy}-new`));
  await rejectsCode('unsigned', open(paths.privateFolder, { key: signerKey('x', key.seed) }));
  await rejectsCode('wrong-origin', open(paths.privateFolder, { origin: 'example.com/other' }));
  await open(paths.privateFolder);
  const other = folders(t);
  await withLog(other, (writer) => writer.append([utf8('other'), ...entries(1, 5)]));
  await rejectsCode('log-inconsistent', open(other.privateFolder));
});

test('damaged files are found at opening', async (t) => {
  const paths = folders(t);
  await withLog(paths, (writer) => writer.append(entries(0, 300)));
  const open = (): Promise<unknown> => withLog(paths, () => Promise.resolve());
  const bundle = join(paths.folder, 'tile/entries/001.p/44');
  rmSync(bundle);
  await rejectsCode('missing-tile', open());
  writeFileSync(bundle, 'damaged');
  await rejectsCode('malformed-bundle', open());
  rmSync(join(paths.folder, 'checkpoint'));
  await rejectsCode('malformed-bundle', open());
  rmSync(join(paths.folder, 'tile/entries/000'));
  rmSync(join(paths.folder, 'checkpoint'));
  await rejectsCode('log-inconsistent', open());
});

test('damaged staging is not published', async (t) => {
  const paths = folders(t);
  const id = await withLog(paths, async (writer) => {
    await writer.append(entries(0, 3));
    return `3-${hex(writer.root)}`;
  });
  rmSync(join(paths.folder, 'checkpoint'));
  rmSync(join(paths.folder, 'tile'), { recursive: true });
  const wrong = { path: 'tile/0/000.p/3', bytes: new Uint8Array(96) };
  writeFileSync(join(paths.privateFolder, 'staging', id), encodeStaging([wrong]));
  await rejectsCode(
    'tile-mismatch',
    withLog(paths, () => Promise.resolve()),
  );
  assert.deepEqual(readdirSync(paths.folder), []);
});

test('the same log comes out in Node as in a browser', async () => {
  assert.equal(await scenario(), EXPECTED);
});

test('staging bundles are read back, and only whole', () => {
  const files = [
    { path: 'tile/0/000.p/1', bytes: tree.root },
    { path: 'tile/entries/x001/000', bytes: new Uint8Array(0) },
  ];
  const bundle = encodeStaging(files);
  assert.deepEqual(decodeStaging(bundle), files);
  fc.assert(
    fc.property(fc.nat(bundle.length - 1), fc.nat(255), (at, byte) => {
      for (const bad of [bundle.slice(0, at), bundle.with(at, byte)]) {
        try {
          assert.deepEqual(encodeStaging(decodeStaging(bad)), bad);
        } catch (error) {
          assert.ok(error instanceof LogError && error.code === 'malformed-staging', String(error));
        }
      }
    }),
  );
});
