/** The agent as a process, with a machine's key and journals: who is answered, and what survives it. */
import assert from 'node:assert/strict';
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { frame, hexToBytes } from '@kabina/crypto/bytes';
import { verify } from '@kabina/crypto/ed25519';
import { encodeBuildList, listBuild } from './build-list.ts';
import { CRASH_POINTS } from './crash.ts';
import type { JournalRecord } from './journal-file.ts';
import type { MachineFacts } from './preflight.ts';

const OUTBOX = 'outbox-0123456789abcdef';
const CARDS = 'cards-0123456789abcdef';

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const digest = (n: number): string => n.toString(16).padStart(64, '0');
const hasStrace = spawnSync('strace', ['-V']).status === 0;

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly json: () => Record<string, unknown>;
}

describe('the agent of a station’s machine', () => {
  let folder: string;
  let publicKey: Uint8Array;
  let agent: ChildProcess | undefined;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-machine-'));
    await mkdir(at('pages/kiosk-shell/terminal'), { recursive: true });
    await writeFile(at('pages/kiosk-shell/terminal/index.html'), '<!doctype html>Терминал');
    await writeFile(at('pages/build.json'), encodeBuildList(await listBuild(at('pages'))));
    const made = await run('--new-key', at('key'));
    assert.equal(made.status, 0);
    publicKey = hexToBytes(/([0-9a-f]{64})/.exec(made.said)![1]!);
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    agent?.kill('SIGKILL');
    await rm(at('state'), { recursive: true, force: true });
  });

  const config = async (machine?: object): Promise<string> => {
    const base = { port: 0, pages: at('pages'), tokens: 'none' };
    const more = machine === undefined ? {} : { machine, state: at('state') };
    await writeFile(at('agent.json'), JSON.stringify({ ...base, ...more }));
    return at('agent.json');
  };
  const kiosk = () => ({ role: 'kiosk', id: 'K1', keyFile: at('key') });

  const start = async (file: string, crashAt = ''): Promise<number> => {
    agent = fork(MAIN, ['--config', file], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, KABINA_CRASH_AT: crashAt },
    });
    const [message] = (await once(agent, 'message')) as [{ port: number }];
    return message.port;
  };

  const run = async (...args: string[]): Promise<{ status: number | null; said: string }> => {
    const child = fork(MAIN, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let said = '';
    child.stdout!.on('data', (data) => (said += String(data)));
    child.stderr!.on('data', (data) => (said += String(data)));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, said };
  };

  const ask = async (port: number, path: string, asked: Asked = {}): Promise<Answered> => {
    const { method = 'GET', headers, body } = asked;
    const own = method === 'GET' ? {} : { origin: `http://127.0.0.1:${port}` };
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...own, ...headers },
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
    const bytes = Buffer.concat(parts);
    const json = () => JSON.parse(bytes.toString()) as Record<string, unknown>;
    return { status: response.statusCode!, headers: response.headers, bytes, json };
  };

  const post = (port: number, path: string, body: object): Promise<Answered> =>
    ask(port, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const sign = (port: number, body: Uint8Array, headers: Record<string, string> = {}) =>
    ask(port, '/machine/sign', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body,
    });

  it('makes a key that only its owner can read, shows the public half, and overwrites none', async () => {
    assert.equal((await stat(at('key'))).mode & 0o777, 0o600);
    const kept = await readFile(at('key'), 'utf8');
    const again = await run('--new-key', at('key'));
    assert.equal(again.status, 66);
    assert.equal(await readFile(at('key'), 'utf8'), kept);
    assert.ok(!again.said.includes(kept.trim()));
    assert.notEqual(kept.trim(), Buffer.from(publicKey).toString('hex'));
  });

  it('signs for its own pages what this machine has to sign', async () => {
    const port = await start(await config(kiosk()));
    const machine = {
      role: 'kiosk',
      id: 'K1',
      publicKey: Buffer.from(publicKey).toString('base64url'),
    };
    assert.deepEqual((await ask(port, '/machine')).json(), machine);
    const input = frame('kabina/v1/promise', 'body');
    const signed = await sign(port, input);
    assert.equal(signed.headers['content-type'], 'application/octet-stream');
    assert.ok(verify(signed.bytes, input, publicKey));
    const other = await sign(port, frame('kabina/v1/permit', 'body'));
    assert.deepEqual([other.status, other.json()], [403, { code: 'machine.domain' }]);
    // A delivery of many cards is long; what is longer than any is not read to its end.
    assert.equal(
      (await sign(port, frame('kabina/v1/delivery', new Uint8Array(4 << 20)))).status,
      200,
    );
    const long = await sign(port, frame('kabina/v1/delivery', new Uint8Array(5 << 20))).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (typeof long === 'object') assert.equal(long.status, 413);
    else assert.ok(long === 'EPIPE' || long === 'ECONNRESET', long);
  });

  it('answers no page of another origin, and takes no other content type', async () => {
    const port = await start(await config(kiosk()));
    const input = frame('kabina/v1/promise', 'body');
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: `http://localhost:${port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of foreign) {
      const said = JSON.stringify(headers);
      const answer = await sign(port, input, headers);
      assert.deepEqual([answer.status, answer.json()], [403, { code: 'machine.origin' }], said);
      for (const path of ['/machine', `/journal/${OUTBOX}`, '/preflight']) {
        assert.equal((await ask(port, path, { headers })).status, 403, `${path} ${said}`);
      }
      const prepare = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      };
      const body = JSON.stringify({ digest: digest(1) });
      const prepared = await ask(port, `/journal/${OUTBOX}/prepare`, { ...prepare, body });
      assert.equal(prepared.status, 403, said);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      assert.equal((await sign(port, input, { 'content-type': type })).status, 415, type);
    }
    const nothing = { committed: null, prepared: null };
    assert.deepEqual((await ask(port, `/journal/${OUTBOX}`)).json(), nothing);
    const rebound = await sign(port, input, { host: 'evil.test', origin: 'http://evil.test' });
    assert.equal(rebound.status, 421);
    const [preflight] = [await ask(port, '/machine/sign', { method: 'OPTIONS' })];
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
    assert.equal(preflight.status, 405);
  });

  it('takes of its page’s beat that it came, and nothing with it', async () => {
    const file = await config(kiosk());
    const known = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...known, silence: at('silent') }));
    const port = await start(file);
    const page = async () =>
      ((await ask(port, '/preflight')).json() as unknown as MachineFacts).page;
    for (const body of [{ voter: 1 }, []]) {
      assert.equal((await post(port, '/machine/beat', body)).status, 400);
    }
    const headers = { 'content-type': 'application/json', origin: 'https://evil.test' };
    const foreign = await ask(port, '/machine/beat', { method: 'POST', headers, body: '{}' });
    assert.equal(foreign.status, 403);
    assert.equal((await ask(port, '/machine/beat')).status, 405);
    assert.deepEqual(await page(), { state: 'waiting', restarts: 0 });
    assert.equal((await post(port, '/machine/beat', {})).status, 200);
    assert.deepEqual(await page(), { state: 'alive', restarts: 0 });
  });

  it('takes exactly what a journal’s steps are, and says what it has not', async () => {
    const port = await start(await config(kiosk()));
    for (const body of [{}, { digest: 'x' }, { digest: digest(1), more: 1 }, []]) {
      const answer = await post(port, `/journal/${OUTBOX}/prepare`, body);
      assert.deepEqual([answer.status, answer.json()], [400, { code: 'machine.malformed' }]);
    }
    assert.deepEqual((await post(port, `/journal/${OUTBOX}/commit`, {})).json(), {
      code: 'journal.order',
    });
    assert.equal(
      (await post(port, `/journal/${OUTBOX}/prepare`, { digest: digest(1) })).status,
      200,
    );
    assert.equal((await post(port, `/journal/${OUTBOX}/commit`, {})).status, 200);
    const kept = { committed: digest(1), prepared: null };
    assert.deepEqual((await ask(port, `/journal/${OUTBOX}`)).json(), kept);
    for (const path of [
      '/journal/other',
      '/journal/outbox',
      `/journal/other-${OUTBOX.slice(-16)}`,
      `/journal/${OUTBOX}0`,
      `/journal/${OUTBOX.toUpperCase()}`,
      '/journal/..%2fkey',
      '/journal/',
      `/journal/${OUTBOX}/reset`,
    ]) {
      assert.equal((await ask(port, path)).status, 404, path);
    }
    assert.equal((await ask(port, `/journal/${OUTBOX}`, { method: 'DELETE' })).status, 405);
  });

  it('without a key or journals says that there are none', async () => {
    const port = await start(await config());
    const answers = [
      await ask(port, '/machine'),
      await ask(port, `/journal/${OUTBOX}`),
      await sign(port, frame('kabina/v1/promise', 'x')),
    ];
    for (const answer of answers) assert.equal(answer.status, 404);
    assert.equal(
      ((await ask(port, '/preflight')).json() as unknown as MachineFacts).journals,
      null,
    );
  });

  it('says with a code and a status what key and folder it can’t start with', async () => {
    await writeFile(at('open-key'), digest(1), { mode: 0o600 });
    await chmod(at('open-key'), 0o640);
    await writeFile(at('bad-key'), 'ключ', { mode: 0o600 });
    await mkdir(at('open-state'));
    await chmod(at('open-state'), 0o755);
    const file = await config(kiosk());
    const cases: [string, number, string[]][] = [
      ['agent.key', 66, ['--key-file', at('open-key')]],
      ['agent.key', 66, ['--key-file', at('bad-key')]],
      ['agent.key', 66, ['--key-file', at('absent')]],
      ['agent.state', 66, ['--state', at('open-state')]],
      ['agent.state', 66, ['--state', at('key')]],
    ];
    for (const [code, status, args] of cases) {
      const ended = await run('--config', file, ...args);
      assert.ok(ended.said.startsWith(`${code}: `), ended.said);
      assert.equal(ended.status, status);
    }
  });

  it('killed at any moment of a write, has the old record or the new one', async () => {
    const file = await config(kiosk());
    const old = { committed: digest(1), prepared: null };
    const next = { committed: digest(1), prepared: digest(2) };
    // The first record brings the key and the mark with it: three files, five points each.
    for (const [nth, before, allowed] of [
      [
        3,
        [],
        [
          { committed: null, prepared: null },
          { committed: null, prepared: digest(2) },
        ],
      ],
      [1, [digest(1)], [old, next]],
    ] as [number, string[], JournalRecord[]][]) {
      for (let passing = 1; passing <= nth; passing++) {
        for (const point of CRASH_POINTS) {
          await rm(at('state'), { recursive: true, force: true });
          for (const one of before) {
            const port = await start(file);
            await post(port, `/journal/${OUTBOX}/prepare`, { digest: one });
            await post(port, `/journal/${OUTBOX}/commit`, {});
            agent!.kill('SIGKILL');
          }
          const dying = await start(file, `${point}#${passing}`);
          const answer = await post(dying, `/journal/${OUTBOX}/prepare`, {
            digest: digest(2),
          }).catch(() => undefined);
          assert.equal(answer, undefined, `${point}#${passing} was never passed`);
          const port = await start(file);
          const read = (await ask(port, `/journal/${OUTBOX}`)).json();
          assert.ok(
            allowed.some((one) => JSON.stringify(one) === JSON.stringify(read)),
            `${point}#${passing}: ${JSON.stringify(read)}`,
          );
          // And goes on from there.
          const again = await post(port, `/journal/${OUTBOX}/prepare`, { digest: digest(3) });
          assert.equal(again.status, 200);
          agent!.kill('SIGKILL');
        }
      }
    }
  });

  it(
    'answers after the record and its folder were synced',
    { skip: hasStrace ? false : 'no strace' },
    async () => {
      const port = await start(await config(kiosk()));
      await post(port, `/journal/${OUTBOX}/prepare`, { digest: digest(1) });
      const calls = 'trace=fsync,fdatasync,rename,write,writev,sendto,sendmsg';
      const args = ['-f', '-y', '-s', '64', '-e', calls, '-o', at('trace'), '-p', `${agent!.pid}`];
      const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
      await once(strace.stderr, 'data');
      assert.equal(
        (await post(port, `/journal/${OUTBOX}/prepare`, { digest: digest(2) })).status,
        200,
      );
      strace.kill('SIGINT');
      await once(strace, 'close');
      const lines = (await readFile(at('trace'), 'utf8')).split('\n');
      const record = join(at('state'), `${OUTBOX}.journal`);
      // A call that another thread cuts through is told in two lines; the second has its result.
      const find = (pattern: RegExp, from = 0): number => {
        const begun = lines.findIndex((line, i) => i >= from && pattern.test(line));
        assert.ok(begun >= 0, `${pattern} in\n${lines.join('\n')}`);
        if (!lines[begun]!.includes('<unfinished')) return begun;
        const [, thread] = /^(\d+)/.exec(lines[begun]!)!;
        return lines.findIndex((line, i) => i > begun && line.startsWith(`${thread} `));
      };
      const file = find(new RegExp(`f(data)?sync\\(\\d+<${record}\\.new>`));
      const renamed = find(/ rename\(/, file);
      const named = find(new RegExp(`fsync\\(\\d+<${at('state')}>`), renamed);
      const answered = find(/HTTP\/1\.1 200/);
      assert.ok(file < renamed && renamed < named && named < answered, lines.join('\n'));
    },
  );

  it('forgets a journal on a technician’s word, and says what that means', async () => {
    const file = await config(kiosk());
    const port = await start(file);
    await post(port, `/journal/${CARDS}/prepare`, { digest: digest(1) });
    await rm(join(at('state'), `${CARDS}.journal`));
    const damaged = await ask(port, `/journal/${CARDS}`);
    assert.deepEqual([damaged.status, damaged.json()], [409, { code: 'journal.damaged' }]);
    assert.equal((await run('--reset-journal', 'cards', '--config', file)).status, 64);
    assert.equal((await run('--reset-journal', CARDS)).status, 64);
    const told = await run('--reset-journal', CARDS, '--config', file);
    assert.equal(told.status, 0);
    assert.match(told.said, /Внесите в акт/);
    assert.deepEqual((await ask(port, `/journal/${CARDS}`)).json(), {
      committed: null,
      prepared: null,
    });
  });

  it('tells a technician of the build, the disk and the journals', async () => {
    const port = await start(await config(kiosk()));
    await post(port, `/journal/${OUTBOX}/prepare`, { digest: digest(1) });
    const facts = async () => (await ask(port, '/preflight')).json() as unknown as MachineFacts;
    const first = await facts();
    assert.deepEqual(first.journals, { [OUTBOX]: 'prepared' });
    assert.ok(first.disk.free > 0 && first.disk.total >= first.disk.free);
    assert.match(first.build.id!, /^[0-9a-f]{64}$/);
    assert.equal(first.build.changed, 0);
    const page = at('pages/kiosk-shell/terminal/index.html');
    const text = await readFile(page, 'utf8');
    try {
      await writeFile(page, `${text} `);
      await writeFile(at('pages/more.js'), '');
      assert.deepEqual((await facts()).build, { id: first.build.id, files: 2, changed: 2 });
    } finally {
      await writeFile(page, text);
      await rm(at('pages/more.js'));
    }
    await rm(at('pages/build.json'));
    assert.equal((await facts()).build.id, null);
  });
});
