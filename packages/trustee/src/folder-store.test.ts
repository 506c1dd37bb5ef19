/**
 * Adding to a folder at once and with crashes: a process is killed with SIGKILL after each of its
 * steps on the file system. The page cache outlives the process, so this shows crash safety; safety
 * in a power cut rests on the order of the syncs.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { folderStore } from './folder-store.ts';

const adder = join(import.meta.dirname, 'dying-adder.fixture.ts');

describe('adding to a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-store-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('puts a record where there is none, and leaves one that is there', async () => {
    const store = folderStore(folder);
    assert.equal(await store.add('a/b', Uint8Array.of(1)), true);
    assert.equal(await store.add('a/b', Uint8Array.of(2)), false);
    assert.deepEqual(await store.get('a/b'), Uint8Array.of(1));
    await store.put('a/b', Uint8Array.of(3));
    assert.equal(await store.add('a/b', Uint8Array.of(4)), false);
    assert.deepEqual(await store.get('a/b'), Uint8Array.of(3));
    await store.delete('a/b');
    assert.equal(await store.add('a/b', Uint8Array.of(5)), true);
    assert.deepEqual(await store.get('a/b'), Uint8Array.of(5));
  });

  it('tells one of several that add at once that it was first, and keeps that one’s record', async () => {
    for (let round = 0; round < 20; round++) {
      const adding = Array.from({ length: 5 }, (_, i) =>
        folderStore(folder).add(`record-${round}`, new Uint8Array(1000).fill(i)),
      );
      const added = await Promise.all(adding);
      assert.equal(added.filter(Boolean).length, 1);
      const record = await folderStore(folder).get(`record-${round}`);
      assert.deepEqual(record, new Uint8Array(1000).fill(added.indexOf(true)));
    }
    // Nothing else is left.
    assert.equal((await readdir(folder)).length, 20);
  });

  it('killed after any step has added the whole record or none', async () => {
    const ends: string[] = [];
    for (let step = 1; ; step++) {
      const own = await mkdtemp(join(folder, 'killed-'));
      const child = spawn(process.execPath, [adder, own, String(step)], { stdio: 'inherit' });
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      if (code === 0) break;
      assert.equal(signal, 'SIGKILL', `after step ${step}`);
      const store = folderStore(own);
      const found = await store.get('deep/record');
      ends.push(found === undefined ? 'none' : 'whole');
      if (found !== undefined) assert.deepEqual(found, utf8ToBytes('first'));
      // Whoever comes next adds where there is none, whatever the dead one left lying.
      assert.equal(await store.add('deep/record', utf8ToBytes('second')), found === undefined);
      const kept = utf8ToBytes(found === undefined ? 'second' : 'first');
      assert.deepEqual(await store.get('deep/record'), kept);
    }
    // Folder made, file opened, half written, written, synced; then linked, the first name removed,
    // the folder opened and synced.
    assert.deepEqual(ends, [...Array(5).fill('none'), ...Array(4).fill('whole')]);
  });
});
