/** A client that knows only the C2SP specifications reads a board of ours, and finds what is wrong with it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bytesToHex } from '@kabina/crypto/bytes';
import { goodBoard, TestElection } from '@kabina/election/testing';
import { LogWriter } from '@kabina/log/log';
import { leafHash } from '@kabina/log/merkle';
import { NodeStore } from '@kabina/log/node-store';
import { formatVerifierKey } from '@kabina/log/note';

const CLIENT = new URL('./client.mjs', import.meta.url).pathname;

function run(folder: string, index?: number) {
  const args = index === undefined ? [] : [String(index)];
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLIENT, folder, ...args], {
    encoding: 'utf8',
  });
  return { status, stderr, answer: status === 0 ? JSON.parse(stdout) : undefined };
}

async function write(folder: string, path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

describe('a client of the C2SP formats', () => {
  let home: string;
  let board: string;
  let election: TestElection;
  let entries: readonly Uint8Array[];

  const keyFiles = async (folder: string): Promise<void> => {
    await write(folder, 'log.vkey', `${formatVerifierKey(election.logKey)}\n`);
    const witnesses = election.witnessKeys.map((key) => `${formatVerifierKey(key)}\n`);
    await write(folder, 'witnesses.vkey', witnesses.join(''));
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'kabina-c2sp-'));
    board = join(home, 'board');
    election = await TestElection.create();
    const built = election.build((await goodBoard(election)).steps);
    entries = built.entries;
    for (const [path, bytes] of built.files) await write(board, path, bytes);
    await keyFiles(board);
  });
  after(() => rm(home, { recursive: true }));

  /** A copy of the board with one file changed. */
  const spoilt = async (path: string, change: (bytes: Buffer) => Uint8Array | string) => {
    const folder = await mkdtemp(join(home, 'spoilt-'));
    await cp(board, folder, { recursive: true });
    await write(folder, path, change(await readFile(join(board, path))));
    return run(folder);
  };
  const flip = (at: number) => (bytes: Buffer) => {
    bytes[at]! ^= 1;
    return bytes;
  };

  it('imports nothing but what Node has built in', async () => {
    const source = await readFile(CLIENT, 'utf8');
    const imported = [...source.matchAll(/\bfrom '([^']+)'|\bimport\(|\brequire\(/g)];
    assert.ok(imported.length > 0);
    for (const [, name] of imported) assert.ok(name?.startsWith('node:') && isBuiltin(name));
  });

  it('reads entries, root, signature, cosignatures, and proves each entry from hash tiles', () => {
    for (const index of [0, 1, 31, 63, entries.length - 1]) {
      const { status, answer, stderr } = run(board, index);
      assert.equal(status, 0, stderr);
      assert.equal(answer.origin, election.manifest.board.origin);
      assert.equal(answer.size, entries.length);
      assert.deepEqual(
        answer.cosignatures.map(({ name }: { name: string }) => name),
        election.witnessKeys.map(({ name }) => name),
      );
      assert.equal(answer.inclusion.leaf, bytesToHex(leafHash(entries[index] as Uint8Array)));
    }
  });

  it('reads a log that our writer has grown over several full tiles', async () => {
    const folder = join(home, 'grown');
    const store = await NodeStore.open({ folder, privateFolder: join(home, 'private') });
    const log = await LogWriter.open({ store, key: election.logKey });
    await keyFiles(folder);
    for (const count of [1, 300, 500]) {
      const more = Array.from({ length: count }, (_, i) =>
        new TextEncoder().encode(`${count} ${i}`),
      );
      await log.append(more);
      const { status, answer, stderr } = run(folder, log.size - 1);
      assert.equal(status, 0, stderr);
      assert.equal(answer.size, log.size);
      assert.deepEqual(answer.cosignatures, []);
    }
    assert.equal(run(folder, 300).status, 0);
    store.close();
  });

  it('finds what is wrong', async () => {
    const width = entries.length;
    const cases: [string, (bytes: Buffer) => Uint8Array | string, RegExp][] = [
      [`tile/entries/000.p/${width}`, flip(5000), /do not make the root/],
      [`tile/0/000.p/${width}`, flip(40), /do not prove the entry/],
      [
        'checkpoint',
        (bytes) => bytes.toString().replace(`\n${width}\n`, `\n${width - 1}\n`),
        /not signed/,
      ],
      ['log.vkey', (bytes) => bytes.toString().replace('+', '+0').slice(0, -2), /key/i],
    ];
    for (const [path, change, why] of cases) {
      const { status, stderr } = await spoilt(path, change);
      assert.equal(status, 1, path);
      assert.match(stderr, why);
    }
    const cosignature = await spoilt('checkpoint', (bytes) => {
      const lines = bytes.toString().trimEnd().split('\n');
      const last = lines.pop() as string;
      const [dash, name, encoded] = last.split(' ') as [string, string, string];
      const signature = Buffer.from(encoded, 'base64');
      signature[20]! ^= 1;
      return `${[...lines, `${dash} ${name} ${signature.toString('base64')}`].join('\n')}\n`;
    });
    assert.equal(cosignature.status, 1);
    assert.match(cosignature.stderr, /the cosignature of witness-3\.example is wrong/);
    const missing = await spoilt('log.vkey', (bytes) => bytes);
    assert.equal(missing.status, 0);
    await rm(join(board, `tile/0/000.p/${width}`));
    assert.match(run(board).stderr, /is missing/);
  });
});
