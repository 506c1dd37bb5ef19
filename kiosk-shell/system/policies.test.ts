/**
 * The policies in the Chromium that is installed here: whether it knows and accepts every one, and
 * whether they make it keep what the pages store. Chromium reads them from `/etc/chromium` alone: each
 * test starts it in a mount namespace of its own, with a folder of ours in that place.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { checkMachine } from './config.ts';
import { policiesFor, STICK, type Policies } from './policies.ts';
import type { StorageFacts } from './storage-probe.ts';

const run = promisify(execFile);
const here = (name: string): string => new URL(name, import.meta.url).pathname;

const PORT = 8877;
const POLICIES = policiesFor(
  checkMachine({ role: 'kiosk', id: 'K1', port: PORT, printers: ['04b8:0202'] }),
);

/** Why Chromium can't be given policies here; false if it can. */
function unable(): string | false {
  if (!existsSync('/usr/bin/chromium')) return 'no Chromium here';
  const tried = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', 'ip link set lo up']);
  return tried.status === 0 ? false : 'only root may give Chromium policies (unshare, iproute2)';
}
const skip = unable();

describe('the policies', { skip }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-policies-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a program of ours where Chromium has these policies and no network. */
  async function under(policies: Policies | undefined, ...args: string[]): Promise<string> {
    const file = join(folder, 'policies.json');
    await writeFile(file, JSON.stringify(policies ?? {}));
    const script = [
      'ip link set lo up',
      'mount -t tmpfs none /etc/chromium',
      'mount -t tmpfs none /run',
      'mkdir -p /etc/chromium/policies/managed',
      'cp "$1" /etc/chromium/policies/managed/kabina.json',
      'shift',
      'exec "$@"',
    ].join(' && ');
    const command = ['--net', '--mount', 'sh', '-c', script, 'sh', file, process.execPath, ...args];
    const { stdout } = await run('unshare', command, { timeout: 120_000 });
    return stdout;
  }

  const storage = async (policies: Policies | undefined): Promise<StorageFacts> =>
    JSON.parse(await under(policies, here('storage-probe.ts'), String(PORT))) as StorageFacts;

  it('make persist() answer true on the first call of a new profile', async () => {
    const facts = await storage(POLICIES);
    assert.deepEqual(
      [facts.origin, facts.secure, facts.persist, facts.persisted, facts.kept],
      [`http://127.0.0.1:${PORT}`, true, true, true, true],
    );
  });

  it('are what makes it so: without them the answer is false', async () => {
    const facts = await storage(undefined);
    assert.deepEqual([facts.persist, facts.persisted], [false, false]);
  });

  it('grant it by the bookmark: without that one the answer is false', async () => {
    const rest = Object.fromEntries(
      Object.entries(POLICIES).filter(([name]) => name !== 'ManagedBookmarks'),
    );
    assert.equal((await storage(rest)).persist, false);
  });

  it('let a page’s file out to the stick, and to nowhere while none is in', async () => {
    assert.deepEqual(JSON.parse(await under(POLICIES, here('download.fixture.ts'), 'in')), [
      `${STICK}/queue.kabina`,
    ]);
    assert.deepEqual(JSON.parse(await under(POLICIES, here('download.fixture.ts'), 'out')), []);
  });

  it('are all known to this Chromium and accepted by it', async () => {
    // These three keep the debugging protocol off `chrome://policy`: they are told apart below.
    const closed = ['RemoteDebuggingAllowed', 'DeveloperToolsAvailability', 'URLBlocklist'];
    const open = Object.fromEntries(
      Object.entries(POLICIES).filter(([name]) => !closed.includes(name)),
    );
    const told = await under({ ...open, KabinaUnknown: 1 }, here('policy-page.fixture.ts'));
    const rows = new Map(JSON.parse(told) as [name: string, status: string][]);
    assert.match(rows.get('KabinaUnknown') ?? '', /Error/, 'the page tells of what is unknown');
    for (const name of Object.keys(open)) {
      // Deprecated ones still hold; the README names them.
      assert.match(rows.get(name) ?? 'not listed', /^(OK|Deprecated)/, name);
    }
    for (const name of closed) assert.equal(rows.get(name), 'Not set.', name);
  });

  it('keep the debugging protocol out', async () => {
    await assert.rejects(under(POLICIES, here('policy-page.fixture.ts')));
  });
});

describe('the README', () => {
  it('says of every policy why it is there, and of no other', async () => {
    const text = await readFile(here('README.md'), 'utf8');
    const table = text.slice(text.indexOf('## Chromium’s policies'));
    const named = [...table.matchAll(/^\| ((?:`[A-Za-z0-9]+`(?:, )?)+)/gm)].flatMap((row) =>
      [...row[1]!.matchAll(/`([A-Za-z0-9]+)`/g)].map(([, name]) => name),
    );
    assert.deepEqual(named.toSorted(), Object.keys(POLICIES).toSorted());
  });
});
