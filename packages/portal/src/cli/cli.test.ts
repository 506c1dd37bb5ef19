/**
 * The commands as processes: keys that agree with each other and stay, serving, a clean end, and an
 * issuer killed with SIGKILL around the commit of a permit.
 */
import assert from 'node:assert/strict';
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blind } from '@kabina/crypto/blind-rsa';
import { boxDocument, issuerDocument } from '../testing.ts';
import { formatRegister } from '../issuer/register.ts';
import { Client, until } from '../test-client.ts';
import { ISSUERS, PortalElection, type IssuerId } from '../test-election.ts';

const command = (name: string): string => new URL(`./${name}.ts`, import.meta.url).pathname;

let portal: PortalElection;
let boxProcess: ChildProcess;
let box: Client;
const codes: { issuer: string; login: string; code: string }[] = [];

const at = (...path: string[]): string => join(portal.folder, ...path);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(name: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command(name), ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function serve(name: string, args: string[], crashAt?: string) {
  const env = { ...process.env, ...(crashAt !== undefined && { KABINA_CRASH_AT: crashAt }) };
  const child = fork(command(name), args, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  child.on('message', (message: { type?: string }) => {
    if (message.type === 'code') codes.push(message as (typeof codes)[number]);
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

async function serveIssuer(id: IssuerId, crashAt?: string) {
  const args = ['serve', '--state', at(id), '--manifest', at('manifest.cbor'), '--port', '0'];
  const { child, url } = await serve(
    'issuer',
    [...args, '--board', box.url, '--sender', 'ipc'],
    crashAt,
  );
  return { child, client: new Client(url, issuerDocument(id)) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
}

const keysOf = (id: IssuerId): string[] => [
  ...['keys', '--state', at(id), '--draft', at('draft.json')],
  ...['--id', id, '--voters', at('voters.csv')],
];

before(async () => {
  portal = await PortalElection.make();
  await portal.startWitnesses();
  const draft = {
    title: 'other fields are for others',
    contests: [{ id: 'question' }, { id: 'few' }],
    styles: [{ id: 'town', contests: ['question', 'few'] }],
  };
  await writeFile(at('draft.json'), JSON.stringify(draft));
  await writeFile(at('voters.csv'), formatRegister(portal.voters));
  const args = ['serve', '--state', at('box'), '--board', portal.board, '--port', '0'];
  const started = await serve('box', [
    ...[...args, '--manifest-entry', at('manifest-entry.cbor')],
    ...portal.witnessUrls.flatMap((url) => ['--witness', url]),
  ]);
  boxProcess = started.child;
  box = new Client(started.url, boxDocument());
  await box.post(portal.openingEntries());
});
after(async () => {
  await end(boxProcess);
  await portal.remove();
});

test('keys: printed and kept as public.json; running again keeps them; secrets are private', async () => {
  for (const id of ISSUERS) {
    const first = await run('issuer', ...keysOf(id));
    const second = await run('issuer', ...keysOf(id));
    assert.equal(first.code, 0, first.stderr);
    assert.equal(second.stdout, first.stdout);
    assert.equal(await readFile(at(id, 'public.json'), 'utf8'), first.stdout.trim());
    const made = JSON.parse(first.stdout) as {
      signingKey: string;
      keys: { modulus: string }[];
      voters: { count: number; root: string; styles: unknown };
    };
    const issuer = portal.manifest.issuers.find((one) => one.id === id)!;
    const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
    assert.equal(made.signingKey, base64url(issuer.signingKey));
    assert.deepEqual(
      made.keys.map(({ modulus }) => modulus),
      issuer.keys.map(({ modulus }) => base64url(modulus)),
    );
    const root = base64url(portal.manifest.voters.root);
    assert.deepEqual(made.voters, { count: 4, root, styles: { town: 4 } });
    assert.equal((await stat(at(id))).mode & 0o777, 0o700);
    for (const file of await readdir(at(id, 'blind-signing'))) {
      assert.equal((await stat(at(id, 'blind-signing', file))).mode & 0o777, 0o600, file);
    }
    assert.equal((await stat(at(id, 'signing.seed'))).mode & 0o777, 0o600);
  }
  const fresh = ['keys', '--state', at('box-2'), '--origin', 'example.org/board'];
  const keys = JSON.parse((await run('box', ...fresh)).stdout) as { vkey: string };
  assert.match(keys.vkey, /^example\.org\/board\+[0-9a-f]{8}\+/);
});

test('voters: a register that the issuers read', async () => {
  const out = at('made.csv');
  const made = await run('voters', '--count', '10', '--styles', at('draft.json'), '--out', out);
  assert.equal(made.code, 0, made.stderr);
  assert.equal((await readFile(out, 'utf8')).trim().split('\n').length, 11);
});

test('faults of set-up are told with a code, and the process ends with 2', async () => {
  await writeFile(at('bad.csv'), 'number\n1\n');
  const state = ['--state', at('other')];
  const bad = at('draft.json');
  for (const [name, args, code] of [
    ['issuer', ['help'], 'command.unknown'],
    ['issuer', ['keys', '--nonsense', '1'], 'command.options'],
    ['issuer', ['keys', ...state, '--draft', at('none.json')], 'command.file'],
    ['issuer', ['keys', ...state, '--draft', at('bad.csv')], 'command.json'],
    [
      'issuer',
      ['keys', ...state, '--draft', bad, '--id', 'x', '--voters', at('bad.csv')],
      'register.columns',
    ],
    ['issuer', ['serve', ...state, '--manifest', at('manifest.cbor')], 'state.missing'],
    ['issuer', ['serve', ...state, '--manifest', at('bad.csv')], 'cbor.'],
    ['box', ['serve', ...state], 'state.missing'],
    ['voters', ['--count', 'many', '--styles', bad], 'command.options'],
  ] as const) {
    const ended = await run(name, ...args);
    assert.equal(ended.code, 2, name);
    assert.ok(ended.stderr.startsWith(code), `${code}: ${ended.stderr}`);
  }
});

for (const point of ['permits.before-commit', 'permits.after-commit'] as const) {
  test(`an issuer killed at ${point} gives the same request one answer`, async () => {
    const login = point === 'permits.before-commit' ? 'voter1' : 'voter2';
    const { modulus, exponent } = portal.manifest.issuers[0]!.keys[0]!;
    const message = new TextEncoder().encode(login);
    const { blinded } = blind({ modulus, exponent }, message, new Uint8Array(32).fill(7));
    const json = {
      contest: 'question',
      list: 'online',
      blinded: Buffer.from(blinded).toString('base64url'),
    };

    const first = await serveIssuer('registrar', point);
    const opened = await first.client.ask('POST', '/login', {
      json: { method: 'training', login },
    });
    const bearer = (opened.json as { session: string }).session;
    await until(async () => codes.some((sent) => sent.login === login), Boolean);
    const { code } = codes.findLast((sent) => sent.login === login)!;
    await first.client.ask('POST', '/codes/verify', { bearer, json: { code } });
    const died = once(first.child, 'exit');
    const asked = until(
      () => first.client.ask('POST', '/permits', { bearer, json }),
      ({ code: refusal }) => refusal !== 'permits.closed',
    );
    await assert.rejects(asked, TypeError, 'no answer came');
    assert.deepEqual((await died)[1], 'SIGKILL');

    const second = await serveIssuer('registrar');
    const ask = () => second.client.ask('POST', '/permits', { bearer, json });
    const answer = await until(ask, ({ code: refusal }) => refusal !== 'permits.closed');
    assert.equal(answer.status, 200, 'the session has outlived the crash');
    assert.deepEqual((await ask()).json, answer.json);
    const turnout = (await second.client.ask('GET', '/turnout')).json as {
      contests: { issued: number }[];
    };
    assert.equal(turnout.contests[0]!.issued, login === 'voter1' ? 1 : 2);
    await end(second.child);
  });
}
