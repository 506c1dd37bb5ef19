/** The agent as a process: what it serves, to whom, and what it refuses to start with. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { makePairingSecret, readPairingSecret } from '@kabina/tokens/pairing';

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const ELECTION = {
  electionId: 'ab'.repeat(32),
  kind: 'training',
  box: 'https://box.test',
  registrar: 'https://registrar.test:8443',
  observers: 'https://observers.test',
};

interface Ended {
  readonly status: number | null;
  readonly said: string;
}

describe('the kiosk’s agent', () => {
  let folder: string;
  let agent: ChildProcess | undefined;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-agent-'));
    await mkdir(at('pages/kiosk-shell/terminal'), { recursive: true });
    await mkdir(at('pages/assets'));
    await writeFile(at('pages/kiosk-shell/terminal/index.html'), '<!doctype html>Терминал');
    await writeFile(at('pages/assets/main.js'), 'export {};');
    await writeFile(at('pages/.hidden'), 'x');
    await writeFile(at('secret'), makePairingSecret(), { mode: 0o600 });
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(() => agent?.kill('SIGKILL'));

  const run = (...args: string[]): ChildProcess =>
    (agent = fork(MAIN, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }));

  /** Starts it with a configuration, and gives its port. */
  const start = async (config: object): Promise<number> => {
    await writeFile(at('agent.json'), JSON.stringify({ port: 0, pages: at('pages'), ...config }));
    const [message] = (await once(run('--config', at('agent.json')), 'message')) as [
      { port: number },
    ];
    return message.port;
  };

  /** Runs it to its end. */
  const refused = async (...args: string[]): Promise<Ended> => {
    const child = run(...args);
    let said = '';
    child.stdout!.on('data', (data) => (said += String(data)));
    child.stderr!.on('data', (data) => (said += String(data)));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, said };
  };

  const ask = async (
    port: number,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage & { body: string }> => {
    const asked = request({ host: '127.0.0.1', port, path, headers });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
    return Object.assign(response, { body });
  };

  it('serves pages and their files under the policy, and nothing hidden or above them', async () => {
    const port = await start({ tokens: 'none', election: ELECTION });
    const page = await ask(port, '/terminal/');
    assert.equal(page.body, '<!doctype html>Терминал');
    assert.match(page.headers['content-type']!, /^text\/html/);
    const file = await ask(port, '/assets/main.js');
    assert.equal(file.body, 'export {};');
    for (const answer of [page, file, await ask(port, '/nothing')]) {
      const policy = String(answer.headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/);
      assert.match(
        policy,
        /connect-src 'self' https:\/\/box\.test https:\/\/registrar\.test:8443 https:\/\/observers\.test;/,
      );
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
    assert.equal((await ask(port, '/')).headers.location, '/terminal/');
    for (const path of ['/.hidden', '/../agent.json', '/..%2fagent.json', '/office/', '/assets/']) {
      assert.ok((await ask(port, path)).statusCode! >= 400, path);
    }
  });

  it('tells pages of the election, and of the bridge where there are tokens', async () => {
    const bare = await start({ tokens: 'none', election: ELECTION });
    assert.deepEqual(JSON.parse((await ask(bare, '/config.json')).body), ELECTION);
    agent!.kill('SIGKILL');
    const port = await start({ tokens: 'pcsc', secretFile: at('secret'), election: ELECTION });
    const bridge = `ws://127.0.0.1:${port}/bridge`;
    const answer = await ask(port, '/config.json');
    assert.deepEqual(JSON.parse(answer.body), { ...ELECTION, bridge });
    assert.ok(String(answer.headers['content-security-policy']).includes(`ws://127.0.0.1:${port}`));
    agent!.kill('SIGKILL');
    assert.equal((await ask(await start({ tokens: 'none' }), '/config.json')).statusCode, 404);
  });

  it('answers under the loopback’s names only, and on the loopback only', async () => {
    const port = await start({ tokens: 'none', election: ELECTION });
    for (const host of ['evil.test', `evil.test:${port}`, '127.0.0.1', `127.0.0.1.evil:${port}`]) {
      const answer = await ask(port, '/config.json', { host });
      assert.equal(answer.statusCode, 421, host);
      assert.equal(answer.body, '');
    }
    assert.equal((await ask(port, '/config.json', { host: `localhost:${port}` })).statusCode, 200);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal);
    if (outside === undefined) return;
    const asked = request({ host: outside.address, port });
    asked.end();
    const [error] = (await once(asked, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('makes a pairing secret that only its owner can read, and overwrites none', async () => {
    const made = await refused('--new-secret', at('new'));
    assert.equal(made.status, 0);
    const secret = (await readFile(at('new'), 'utf8')).trim();
    assert.ok(readPairingSecret(secret) !== undefined && made.said.includes(secret));
    assert.equal((await stat(at('new'))).mode & 0o777, 0o600);
    assert.equal((await refused('--new-secret', at('new'))).status, 66);
    assert.equal((await readFile(at('new'), 'utf8')).trim(), secret);
  });

  it('says with a code and a status what it can’t start with', async () => {
    await writeFile(at('open'), makePairingSecret());
    await chmod(at('open'), 0o644);
    await writeFile(at('bad'), 'пароль', { mode: 0o600 });
    const flags = ['--port', '0', '--pages', at('pages')];
    const cases: [string, number, string[]][] = [
      ['agent.usage', 64, ['--nonsense']],
      ['agent.config', 65, ['--config', at('absent')]],
      ['agent.config', 65, []],
      ['agent.config', 65, [...flags, '--tokens', 'floppy']],
      ['agent.config', 65, [...flags, '--tokens', 'pcsc']],
      ['agent.config', 65, ['--port', 'x', '--pages', at('pages'), '--tokens', 'none']],
      ['agent.secret', 66, [...flags, '--tokens', 'pcsc', '--secret-file', at('open')]],
      ['agent.secret', 66, [...flags, '--tokens', 'pcsc', '--secret-file', at('bad')]],
      ['agent.pages', 66, ['--port', '0', '--pages', at('none'), '--tokens', 'none']],
    ];
    for (const [code, status, args] of cases) {
      const ended = await refused(...args);
      assert.ok(ended.said.startsWith(`${code}: `), `${args.join(' ')}: ${ended.said}`);
      assert.equal(ended.status, status, args.join(' '));
      assert.ok(!ended.said.includes('пароль'));
    }
  });

  it('says that its port is taken', async () => {
    const port = await start({ tokens: 'none' });
    const first = agent;
    const second = await refused(
      ...['--port', `${port}`, '--pages', at('pages'), '--tokens', 'none'],
    );
    first?.kill('SIGKILL');
    assert.match(second.said, /^agent\.port: /);
    assert.equal(second.status, 69);
  });
});
