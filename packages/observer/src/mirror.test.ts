/** A mirror against a web server that serves a folder: whole, grown, interrupted, damaged, rewritten. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { LogWriter } from '@kabina/log/log';
import { NodeStore } from '@kabina/log/node-store';
import { formatVerifierKey, signerKey } from '@kabina/log/note';
import { allFiles, temporaryFolder } from '../test/boards.ts';
import { serveFolder, type StaticServer } from '../test/static-server.ts';
import { httpBoard } from './http-board.ts';
import { mirror, type MirrorResult } from './mirror.ts';

const COMMAND = new URL('./cli/mirror.ts', import.meta.url).pathname;
const key = signerKey('board.test', new Uint8Array(32).fill(3));

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await temporaryFolder();
  folders.push(made);
  return made;
}

/** A log that can be grown. */
async function newLog() {
  const home = await folder();
  const store = await NodeStore.open({
    folder: join(home, 'public'),
    privateFolder: join(home, 'private'),
  });
  await mkdir(join(home, 'public'), { recursive: true });
  await writeFile(join(home, 'public/log.vkey'), `${formatVerifierKey(key)}\n`);
  await writeFile(join(home, 'public/witnesses.vkey'), '');
  const log = await LogWriter.open({ store, key });
  const grow = (count: number, text = 'entry') =>
    log.append(Array.from({ length: count }, (_, i) => utf8ToBytes(`${text} ${log.size + i}`)));
  return { folder: join(home, 'public'), grow };
}

describe('a mirror', () => {
  let server: StaticServer;
  before(async () => {
    server = await serveFolder('/nowhere');
  });
  after(async () => {
    server.close();
    for (const one of folders) await rm(one, { recursive: true });
  });
  const copy = (to: string): Promise<MirrorResult> => mirror(httpBoard(server.url), to);
  const rejects = (work: Promise<unknown>, code: string) => assert.rejects(work, { code });

  it('copies a board byte for byte, and then only what is new', async () => {
    const log = await newLog();
    await log.grow(600);
    server.folder = log.folder;
    const to = await folder();
    assert.deepEqual(await copy(to), { before: 0, size: 600, fetched: 3 });
    assert.deepEqual(await allFiles(to), await allFiles(log.folder));

    await log.grow(300);
    assert.deepEqual(await copy(to), { before: 600, size: 900, fetched: 2 });
    assert.deepEqual(await allFiles(to), await allFiles(log.folder));

    server.asked.length = 0;
    assert.deepEqual(await copy(to), { before: 900, size: 900, fetched: 0 });
    assert.deepEqual(server.asked, ['log.vkey', 'witnesses.vkey', 'checkpoint']);
  });

  it('goes on where it was interrupted, and has no checkpoint before it is whole', async () => {
    const log = await newLog();
    await log.grow(1500);
    server.folder = log.folder;
    const to = await folder();
    server.asked.length = 0;
    // Keys, checkpoint, two partial tiles, then hash tiles and bundles by turns.
    server.breakAfter = 10;
    await rejects(copy(to), 'board.unreachable');
    server.breakAfter = Infinity;
    assert.equal((await allFiles(to)).has('checkpoint'), false);
    const { fetched } = await copy(to);
    assert.ok(fetched > 0 && fetched < 6, `${fetched} of 6 bundles were read again`);
    assert.deepEqual(await allFiles(to), await allFiles(log.folder));
  });

  it('repairs a full tile that was damaged while it was interrupted', async () => {
    const log = await newLog();
    await log.grow(800);
    server.folder = log.folder;
    const to = await folder();
    await copy(to);
    await rm(join(to, 'checkpoint'));
    await writeFile(join(to, 'tile/entries/001'), 'damaged');
    await writeFile(join(to, 'tile/0/000'), new Uint8Array(256 * 32));
    await copy(to);
    assert.deepEqual(await allFiles(to), await allFiles(log.folder));
  });

  it('refuses a rewritten history, of the same size, longer or shorter, and changes nothing', async () => {
    const log = await newLog();
    await log.grow(600);
    server.folder = log.folder;
    const to = await folder();
    await copy(to);
    const good = await allFiles(to);
    for (const size of [600, 700, 1200, 40]) {
      const other = await newLog();
      await other.grow(size, 'another');
      server.folder = other.folder;
      await rejects(copy(to), 'mirror.rewritten');
      assert.deepEqual(await allFiles(to), good);
    }
  });

  it('does not mind a server that lags behind', async () => {
    const log = await newLog();
    await log.grow(300);
    const old = await folder();
    server.folder = log.folder;
    await copy(old);
    await log.grow(300);
    const to = await folder();
    await copy(to);
    const good = await allFiles(to);
    server.folder = old;
    assert.deepEqual(await copy(to), { before: 600, size: 600, fetched: 0 });
    assert.deepEqual(await allFiles(to), good);
  });

  it('refuses tiles that are not those of the checkpoint, and another key', async () => {
    const log = await newLog();
    await log.grow(600);
    server.folder = log.folder;
    const bundle = join(log.folder, 'tile/entries/001');
    const bytes = await readFile(bundle);
    bytes[105]! ^= 1;
    await writeFile(bundle, bytes);
    const to = await folder();
    await rejects(copy(to), 'tile-mismatch');
    assert.equal((await allFiles(to)).has('tile/entries/001'), false);
    await rm(bundle);
    await rejects(copy(to), 'missing-tile');
    bytes[105]! ^= 1;
    await writeFile(bundle, bytes);
    await copy(to);

    const foreign = formatVerifierKey(signerKey('board.test', new Uint8Array(32).fill(4)));
    await writeFile(join(log.folder, 'log.vkey'), `${foreign}\n`);
    await rejects(copy(to), 'mirror.keys-changed');
    await rejects(copy(await folder()), 'unsigned');
    await writeFile(join(log.folder, 'log.vkey'), 'garbage\n');
    await rejects(copy(await folder()), 'malformed-key');
    await rm(join(log.folder, 'log.vkey'));
    await rejects(copy(await folder()), 'mirror.keys');
  });

  it('as a command says what it did, and fails with a sentence and a code', async () => {
    const log = await newLog();
    await log.grow(20);
    server.folder = log.folder;
    const to = await folder();
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [COMMAND, server.url, to]);
    assert.equal(stdout, `${to}: 20 entries, 20 of them new\n`);
    const failed = (...args: string[]) =>
      run(process.execPath, [COMMAND, ...args]).then(
        () => assert.fail('it succeeded'),
        (error: { code: number; stderr: string }) => error,
      );
    const unreachable = await failed('http://127.0.0.1:1/', to);
    assert.equal(unreachable.code, 1);
    assert.match(unreachable.stderr, /^The board was not copied: .*\(board\.unreachable\)\n$/);
    assert.equal((await failed('ftp://example', to)).code, 1);
    assert.equal((await failed(server.url)).code, 64);
  });
});
