/**
 * A log in a folder whose writer is killed with SIGKILL at every write point, in appends and in
 * recoveries. The page cache outlives the process, so this shows crash safety; safety in a power
 * cut rests on the order of the syncs.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { hex, utf8 } from './bytes.ts';
import { openCheckpoint } from './checkpoint.ts';
import { verifyQuorum } from './cosignature.ts';
import { LogError } from './errors.ts';
import { LogWriter } from './log.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { FolderReader, NodeStore, WRITE_POINTS } from './node-store.ts';
import { COSIGNATURE_V1, signerKey } from './note.ts';
import { parseTilePath, readCheckpoint, TileTree } from './tiles.ts';

const key = signerKey('example.com/log', new Uint8Array(32).fill(1));
const witness = signerKey('witness.example/w1', new Uint8Array(32).fill(2), COSIGNATURE_V1);
const appender = join(import.meta.dirname, '../test/appender.ts');

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs the appender; answers the trees that it acknowledged, and how it ended. */
async function run(
  ...args: string[]
): Promise<{ trees: [number, string][]; signal: string | null }> {
  const child = spawn(process.execPath, [appender, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  const signal = await new Promise<string | null>((resolve) => {
    child.on('close', (_, signal) => resolve(signal));
  });
  const trees = out
    .split('\n')
    .slice(0, -1)
    .map((line): [number, string] => [Number(line.split(' ')[0]), line.split(' ')[1]!]);
  return { trees, signal };
}

/** What anyone can read in the folder, checked against what must be there; its size. */
async function readPublic(folder: string): Promise<number> {
  const reader = new FolderReader(join(folder, 'public'));
  const head = openCheckpoint(await readCheckpoint(reader), key);
  const tree = await TileTree.open(reader, head);
  for await (const { index, entry } of tree.entries()) {
    assert.deepEqual(entry, utf8(`entry ${index}`));
  }
  return head.size;
}

/** Every file of the public folder belongs to the log. */
function checkNames(folder: string): void {
  const names = readdirSync(join(folder, 'public'), { recursive: true, withFileTypes: true });
  for (const name of names.filter((name) => name.isFile())) {
    const path = join(name.parentPath, name.name).slice(join(folder, 'public/').length);
    if (path !== 'checkpoint') parseTilePath(path);
  }
}

const COSIGNED_POINTS = WRITE_POINTS.filter((point) =>
  /^(checkpoint|swap|discard)\/|^tile\/renamed/.test(point),
);

for (const mode of ['at-once', 'cosigned'] as const) {
  for (const point of mode === 'at-once' ? WRITE_POINTS : COSIGNED_POINTS) {
    test(`killed at ${point}, publishing ${mode}`, async (t) => {
      const folder = temporaryFolder(t);
      // Every tree that was acknowledged, in this life or an earlier one, must stay a beginning.
      const acknowledged: [number, string][] = [];
      // The second life dies at the first passing: where there is something to recover, in that.
      for (const passing of mode === 'at-once' ? [4, 1] : [2]) {
        const { trees, signal } = await run(folder, mode, point, String(passing));
        assert.equal(signal, 'SIGKILL', 'the write point was passed');
        acknowledged.push(...trees);
        checkNames(folder);
      }
      const store = await NodeStore.open({
        folder: join(folder, 'public'),
        privateFolder: join(folder, 'private'),
      });
      t.after(() => store.close());
      const writer = await LogWriter.open({ store, key });
      const { size } = writer;
      const tree = new MerkleTree(
        Array.from({ length: size }, (_, i) => leafHash(utf8(`entry ${i}`))),
      );
      assert.deepEqual(writer.root, tree.root);
      for (const [earlier, root] of acknowledged) {
        assert.ok(earlier <= size, `${earlier} entries were acknowledged, ${size} are there`);
        assert.equal(hex(tree.rootAt(earlier)), root);
      }
      assert.equal(await readPublic(folder), size);
      assert.deepEqual(readdirSync(join(folder, 'private/staging')), []);
      assert.deepEqual(readdirSync(join(folder, 'private/tmp')), []);
      checkNames(folder);
      const appended = await writer.append([utf8(`entry ${size}`)]);
      assert.equal(appended.firstIndex, size);
      assert.equal(await readPublic(folder), size + 1);
    });
  }
}

test('an appender that nobody kills finishes, and its folder has only what the log needs', async (t) => {
  const folder = temporaryFolder(t);
  const { trees, signal } = await run(folder, 'cosigned', 'none', '1');
  assert.equal(signal, null);
  assert.deepEqual(
    trees.map(([size]) => size),
    [0, 1, 255, 256, 257, 557, 559],
  );
  assert.equal(await readPublic(folder), 559);
  const note = await readCheckpoint(new FolderReader(join(folder, 'public')));
  const policy = { logKey: key, witnesses: [witness], quorum: 1 };
  assert.equal(verifyQuorum(note, policy).checkpoint.size, 559);
  // Partial tiles that full ones have replaced are gone.
  const tiles = join(folder, 'public/tile');
  assert.deepEqual(readdirSync(join(tiles, '0')).sort(), ['000', '001', '002.p']);
  assert.deepEqual(readdirSync(join(tiles, 'entries')).sort(), ['000', '001', '002.p']);
});

test('one folder has one writer', async (t) => {
  const folder = temporaryFolder(t);
  const options = { folder: join(folder, 'public'), privateFolder: join(folder, 'private') };
  const store = await NodeStore.open(options);
  const busy = (error: unknown) => error instanceof LogError && error.code === 'log-busy';
  await assert.rejects(NodeStore.open(options), busy);
  store.close();
  (await NodeStore.open(options)).close();
});

test('tiles never change; paths lead nowhere else', async (t) => {
  const folder = temporaryFolder(t);
  const store = await NodeStore.open({
    folder: join(folder, 'public'),
    privateFolder: join(folder, 'private'),
  });
  t.after(() => store.close());
  const code = (code: string) => (error: unknown) =>
    error instanceof LogError && error.code === code;
  await store.write('tile/0/000.p/1', utf8('a'));
  await store.write('tile/0/000.p/1', utf8('a'));
  await assert.rejects(store.write('tile/0/000.p/1', utf8('b')), code('immutable'));
  await assert.rejects(store.write('tile/../x', utf8('b')), code('malformed-path'));
  await assert.rejects(store.read('../private/committed.sqlite'), code('malformed-path'));
  await assert.rejects(store.stage('../x', utf8('b')), code('malformed-path'));
  await assert.rejects(store.dropPartials('..'), code('malformed-path'));
  assert.equal(await store.read('tile/0/001'), undefined);
});
