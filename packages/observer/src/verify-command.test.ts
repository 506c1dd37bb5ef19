/** The verify command as a person or a script calls it: exit status, text, JSON, and whatever may be wrong. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bytesToHex } from '@kabina/crypto/bytes';
import { coreHash } from '@kabina/election/ballot';
import { encodeEntry } from '@kabina/election/entries';
import { encodeManifest } from '@kabina/election/manifest';
import { checkIds } from '@kabina/election/problem';
import {
  encodePromise,
  receiptToText,
  signPromise,
  type SignedPromise,
} from '@kabina/election/receipt';
import { goodBoard, TestElection, testSeed, type GoodBoard } from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { boardFolder, temporaryFolder } from '../test/boards.ts';
import { serveFolder } from '../test/static-server.ts';
import type { JsonReport } from './report.ts';

const COMMAND = new URL('./cli/verify.ts', import.meta.url).pathname;

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function verify(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      const status = error === null ? 0 : (error.code as unknown as number);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack was thrown at the user');
      resolve({ status, stdout, stderr });
    });
  });
}

async function verifyJson(...args: string[]): Promise<JsonReport & { exit: number }> {
  const { status, stdout } = await verify(...args, '--json');
  return { ...(JSON.parse(stdout) as JsonReport), exit: status };
}

describe('the verify command', () => {
  let election: TestElection;
  let good: GoodBoard;
  let board: string;
  const folders: string[] = [];
  const kept = async (folder: Promise<string>): Promise<string> => {
    folders.push(await folder);
    return folder;
  };
  const file = async (content: Uint8Array | string): Promise<string> => {
    const path = join(await kept(temporaryFolder()), 'file');
    await writeFile(path, content);
    return path;
  };
  const boardUpTo = (name: string, witnesses?: number) => {
    const end = good.steps.findIndex((step) => step.name === name);
    return kept(boardFolder(election.build(good.steps.slice(0, end), witnesses), election));
  };

  before(async () => {
    election = await TestElection.create();
    good = await goodBoard(election);
    board = await kept(boardFolder(election.build(good.steps), election));
  });
  after(async () => {
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  it('prints one JSON object of exactly this form', async () => {
    const { stdout, stderr, status } = await verify(board, '--json');
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^\{.*\}\n$/);
    const report = JSON.parse(stdout) as JsonReport;
    assert.deepEqual(Object.keys(report), ['verdict', 'electionId', 'pinned', 'checks', 'tally']);
    assert.equal(report.verdict, 'verified');
    assert.equal(report.electionId, bytesToHex(election.electionId));
    assert.equal(report.pinned, false);
    assert.deepEqual(
      report.checks.map(({ id }) => id),
      checkIds,
    );
    for (const check of report.checks) {
      assert.deepEqual(Object.keys(check), ['id', 'status', 'checked', 'expected', 'problems']);
      assert.equal(check.status, check.id === 'stations' ? 'not-applicable' : 'passed');
      assert.deepEqual(check.problems, []);
    }
    assert.deepEqual(report.tally, JSON.parse(JSON.stringify(good.expected)));
  });

  it('leaves the protocols and their signatures for OpenSSL', async (t) => {
    if (spawnSync('openssl', ['version']).status !== 0) return t.skip('needs openssl');
    const folder = await kept(temporaryFolder());
    const { status, stdout } = await verify(board, '--signatures', folder);
    assert.equal(status, 0);
    assert.match(stdout, /^Signed by members$[^]*protocols +Секретарь С\. С\./m);
    const at = (name: string) => join(folder, name);
    const judge = () =>
      spawnSync('openssl', [
        ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', at('protocol.p7s')],
        ...['-content', at('protocol.bin'), '-CAfile', at('ca.pem'), '-purpose', 'any'],
        ...['-out', at('content')],
      ]).status;
    assert.equal(judge(), 0);
    const document = await readFile(at('protocol.bin'));
    document[9]! ^= 1;
    await writeFile(at('protocol.bin'), document);
    assert.notEqual(judge(), 0);
  });

  it('says the same of a board on the web', async () => {
    const server = await serveFolder(board);
    const [fromWeb, fromFolder] = [await verifyJson(server.url), await verifyJson(board)];
    server.close();
    assert.deepEqual(fromWeb, fromFolder);
  });

  it('prints a text for people: kind, id, checks, names and numbers', async () => {
    const { status, stdout } = await verify(board);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`Election +${bytesToHex(election.electionId)}\n +not held to`));
    assert.match(stdout, /TRAINING ELECTION/);
    assert.match(stdout, /^ {2}ballots +✓ passed +11 of 11$/m);
    assert.match(stdout, /^ +2 {2}Грушин$/m);
    assert.match(stdout, /not decrypted: fewer ballots/);
    assert.match(stdout, /\nVERIFIED: .*\n$/);
  });

  it('answers 2 for what is incomplete, with and without witnesses', async () => {
    const open = await verifyJson(await boardUpTo('closed'));
    assert.deepEqual([open.verdict, open.exit], ['incomplete', 2]);
    const unwitnessed = await kept(boardFolder(election.build(good.steps, 0), election));
    const report = await verifyJson(unwitnessed);
    assert.deepEqual([report.verdict, report.exit], ['incomplete', 2]);
    const found = report.checks.find(({ id }) => id === 'witnesses');
    assert.equal(found?.status, 'incomplete');
  });

  it('answers 1 for what failed, and names the entry', async () => {
    const steps = good.steps.filter(({ name }) => name !== 'resumed cosigned');
    const folder = await kept(boardFolder(election.build(steps), election));
    const { status, stdout } = await verify(folder);
    assert.equal(status, 1);
    assert.match(stdout, /✗ FAILED/);
    assert.match(stdout, /^ +entry \d+: /m);
    assert.match(stdout, /\nFAILED: .*\n$/);
    const report = await verifyJson(folder);
    const problems = report.checks.flatMap((check) => check.problems);
    assert.ok(problems.some(({ index, message }) => index !== undefined && message !== ''));
  });

  it('is held to an election, by its id or its manifest in either form', async () => {
    const manifest = await file(encodeManifest(election.manifest));
    const entry = good.steps[0]?.entry;
    const asEntry = await file(encodeEntry(entry as NonNullable<typeof entry>));
    const id = bytesToHex(election.electionId);
    for (const claim of [
      ['--manifest', asEntry],
      ['--election', id.toUpperCase(), '--manifest', manifest],
    ]) {
      const { verdict, pinned } = await verifyJson(board, ...claim);
      assert.deepEqual([verdict, pinned], ['verified', true]);
    }
    const other = await verifyJson(board, '--election', 'ab'.repeat(32));
    assert.deepEqual([other.verdict, other.pinned, other.exit], ['failed', true, 1]);
    const twice = await verify(board, '--election', 'ab'.repeat(32), '--manifest', manifest);
    assert.equal(twice.status, 64);
  });

  it('is held to an earlier checkpoint', async () => {
    const earlier = join(await boardUpTo('closed'), 'checkpoint');
    assert.equal((await verify(board, '--checkpoint', earlier)).status, 0);
    const changed = good.steps.filter(({ name }) => name !== 'anna mayor 0');
    const rewritten = await kept(boardFolder(election.build(changed), election));
    const { exit, checks } = await verifyJson(rewritten, '--checkpoint', earlier);
    assert.equal(exit, 1);
    assert.equal(checks.find(({ id }) => id === 'log')?.status, 'failed');
  });

  it('is held to promises, as bytes and in receipts', async () => {
    const promised = (entry: NonNullable<(typeof good.steps)[number]['entry']>): SignedPromise => {
      assert.equal(entry.type, 'ballot');
      const core = coreHash((entry as typeof good.spare.entry).body.core);
      const body = {
        election: election.electionId,
        core,
        entry: leafHash(encodeEntry(entry)),
        before: 'closed' as const,
      };
      return signPromise(body, testSeed('box'));
    };
    const kept = good.steps.find(({ name }) => name === 'vera mayor 0')?.entry;
    const good1 = await file(encodePromise(promised(kept as NonNullable<typeof kept>)));
    assert.equal((await verify(board, '--promise', good1)).status, 0);
    const broken = promised(good.spare.entry);
    const text = receiptToText({ v: 1, kind: 'training', contest: 'question', promise: broken });
    for (const bad of [await file(encodePromise(broken)), await file(`${text}\n`)]) {
      const { exit, checks } = await verifyJson(board, '--promise', good1, '--promise', bad);
      assert.equal(exit, 1);
      const log = checks.find(({ id }) => id === 'log');
      assert.match(log?.problems[0]?.message ?? '', /^the box promised ballot/);
    }
    const foreign = await file(encodePromise(signPromise(broken[0], testSeed('another box'))));
    const { status, stderr } = await verify(board, '--promise', foreign);
    assert.equal(status, 64);
    assert.match(stderr, /promise\.signature/);
  });

  it('answers 64 to a wrong call, with a sentence', async () => {
    const garbage = await file(new Uint8Array(2000).fill(0xff));
    for (const call of [
      [],
      [board, board],
      [board, '--unknown'],
      [board, '--election', 'abc'],
      [board, '--manifest', garbage],
      [board, '--manifest', join(board, 'nowhere')],
      [board, '--checkpoint', garbage],
      [board, '--checkpoint', join(board, 'log.vkey')],
      [board, '--promise', garbage],
      [board, '--promise', await file('kabina-receipt:AAAA')],
      [board, '--promise', await file('')],
    ]) {
      const { status, stdout, stderr } = await verify(...call);
      assert.equal(status, 64, call.join(' '));
      assert.equal(stdout, '');
      assert.notEqual(stderr, '');
    }
  });

  it('never takes a board that it could not read for a good one, and never throws', async () => {
    const missing = await verifyJson(join(board, 'nowhere'));
    assert.deepEqual([missing.verdict, missing.exit], ['incomplete', 2]);
    assert.equal(missing.error?.code, 'board.not-found');
    assert.equal(missing.checks.length, checkIds.length);
    const unreachable = await verifyJson('http://127.0.0.1:1/');
    assert.equal(unreachable.error?.code, 'board.unreachable');
    assert.equal((await verifyJson('http://')).error?.code, 'board.address');
    const folder = await kept(temporaryFolder());
    await mkdir(join(folder, 'checkpoint'));
    assert.equal((await verifyJson(folder)).error?.code, 'board.unreadable');

    const width = election.build(good.steps).entries.length;
    const spoil: [string, (path: string) => Promise<void>][] = [
      ['checkpoint', (path) => rm(path)],
      ['checkpoint', (path) => writeFile(path, new Uint8Array(5000).fill(0xfe))],
      ['checkpoint', (path) => writeFile(path, 'test.example/board\n9\nAAAA\n\n— a b\n')],
      [`tile/entries/000.p/${width}`, (path) => truncate(path, 1000)],
      [`tile/0/000.p/${width}`, (path) => rm(path)],
      [`tile/0/000.p/${width}`, (path) => truncate(path, 33)],
    ];
    for (const [path, change] of spoil) {
      const spoilt = await kept(temporaryFolder());
      await cp(board, spoilt, { recursive: true });
      await change(join(spoilt, path));
      const { verdict, exit, checks } = await verifyJson(spoilt);
      assert.deepEqual([verdict, exit], ['failed', 1]);
      assert.equal(checks.find(({ id }) => id === 'log')?.status, 'failed');
    }
  });
});
