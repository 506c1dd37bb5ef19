/** What the rehearsal says and how it exits when it can't be played, or is interrupted. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const COMMAND = new URL('./main.ts', import.meta.url).pathname;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, ...said }));
  return { child, ended };
}

/** The ids of a process's children, with their arguments. */
async function childrenOf(parent: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    if (!status.includes(`\nPPid:\t${parent}\n`)) continue;
    found.set(id, await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''));
  }
  return found;
}

async function isAlive(id: string, line: string): Promise<boolean> {
  return (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')) === line;
}

describe('a rehearsal that cannot be played', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-refusals-'));
  });
  after(() => rm(folder, { recursive: true }));

  const refusals: readonly (readonly [string[], number, RegExp])[] = [
    [['--voters', '0'], 64, /^rehearsal\.usage: --voters takes a whole number/],
    [['--voters', 'many'], 64, /^rehearsal\.usage: --voters takes a whole number/],
    [['--suite', 'rot13'], 64, /^rehearsal\.usage: there is no suite "rot13"/],
    [['--colour'], 64, /^rehearsal\.usage: /],
    [['--stations', '99'], 64, /^rehearsal\.usage: --stations takes a whole number up to/],
    [['--offline', 'half'], 64, /^rehearsal\.usage: --offline takes a number from 0 to 1/],
    [['--election', '/nowhere.json'], 66, /^election-file\.unreadable: \/nowhere\.json/],
  ];
  for (const [args, expected, message] of refusals) {
    it(`says why: ${args.join(' ')}`, async () => {
      const { status, stdout, stderr } = await start(args).ended;
      assert.equal(status, expected);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    });
  }

  it('names the place in a bad election file', async () => {
    const file = join(folder, 'bad.json');
    const candidates = [{ id: 'a', name: '' }];
    const districts = [{ district: 1, name: 'Первый', candidates }];
    await writeFile(file, JSON.stringify({ title: 'Проверка', districts }));
    const { status, stderr } = await start(['--election', file]).ended;
    assert.equal(status, 65);
    assert.match(stderr, /^election-file\.invalid: .*districts\[0\]\.candidates\[0\]\.name/);
  });

  const linux = process.platform === 'linux';
  it('leaves no process behind when it is interrupted', { skip: !linux }, async () => {
    const { child, ended } = start(['--voters', '5']);
    // Issuers, box, witnesses and holders make their keys, each in a process of its own.
    let children = await childrenOf(child.pid!);
    while (children.size < 5) {
      await sleep(50);
      children = await childrenOf(child.pid!);
    }
    child.kill('SIGINT');
    const { status, stderr } = await ended;
    assert.equal(status, 130);
    assert.match(stderr, /interrupted/);
    // A killed process takes a moment to go.
    for (const [id, line] of children) {
      for (let look = 0; look < 200 && (await isAlive(id, line)); look++) await sleep(50);
      assert.equal(await isAlive(id, line), false, line);
    }
    const lines = [...children.values()].join('\0');
    const own = /[^\0]*\.state\/rehearsal-[A-Za-z0-9]+/.exec(lines);
    await rm(own![0], { recursive: true });
  });
});
