/**
 * The installation into a folder, file by file; what `check` says of it, and of what was changed since;
 * and the program that was installed, started. On a machine without root it is skipped: users and
 * owners are made for real.
 */
import assert from 'node:assert/strict';
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { encodeBuildList, listBuild } from '../agent/build-list.ts';
import type { Report } from './report.ts';

const exec = promisify(execFile);
const here = (name: string): string => new URL(name, import.meta.url).pathname;

const MACHINE = {
  role: 'kiosk',
  id: 'K1',
  volume: 'none',
  printers: ['04b8:0202'],
  scanners: ['05e0:1701'],
  services: [
    { name: 'box.test', address: '203.0.113.7' },
    { name: 'issuer.test', address: '2001:db8::8', port: 8443 },
  ],
  ntp: ['203.0.113.9'],
};

const has = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;
const skip =
  process.getuid?.() !== 0
    ? 'only root may install'
    : !has('systemd-sysusers') && 'systemd-sysusers is not here';

interface Ended {
  readonly status: number;
  readonly said: string;
}

describe('the installation', { skip }, () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const inRoot = (path: string): string => join(folder, 'root', path);
  const text = (path: string): Promise<string> => readFile(inRoot(path), 'utf8');

  async function tool(name: string, ...args: string[]): Promise<Ended> {
    return exec('sh', [here(name), ...args]).then(
      ({ stdout }) => ({ status: 0, said: stdout }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        status: code,
        said: stdout + stderr,
      }),
    );
  }

  async function install(machine: object, ...args: string[]): Promise<Ended> {
    await writeFile(at('machine.json'), JSON.stringify(machine));
    const where = ['--root', at('root'), '--pages', at('pages'), '--no-packages'];
    return tool('install', '--config', at('machine.json'), ...where, ...args);
  }

  async function check(): Promise<Report & { readonly status: number }> {
    const { status, said } = await tool('check', '--root', at('root'), '--json');
    return { ...(JSON.parse(said) as Report), status };
  }

  /** What check finds wrong. */
  const wrong = ({ findings }: Report): string[] =>
    findings.filter(({ status }) => status !== 'passed').map(({ id }) => id);

  let first: Ended;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-system-'));
    await mkdir(at('pages/kiosk-shell/terminal'), { recursive: true });
    await writeFile(at('pages/kiosk-shell/terminal/index.html'), '<!doctype html>Терминал');
    await writeFile(at('pages/build.json'), encodeBuildList(await listBuild(at('pages'))));
    await mkdir(inRoot('/etc'), { recursive: true });
    await writeFile(inRoot('/etc/hosts'), '127.0.0.1 localhost\n');
    await mkdir(inRoot('/var/log/journal/old'), { recursive: true });
    first = await install(MACHINE);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('shows the public key of the machine, and keeps the private half to itself', async () => {
    assert.equal(first.status, 0, first.said);
    assert.match(first.said, /Открытый ключ для манифеста: [0-9a-f]{64}\n/);
    const seed = (await text('/etc/kabina/machine.key')).trim();
    assert.match(seed, /^[0-9a-f]{64}$/);
    assert.ok(!first.said.includes(seed));
    assert.equal((await stat(inRoot('/etc/kabina/machine.key'))).mode & 0o777, 0o600);
    assert.equal((await stat(inRoot('/etc/kabina/pairing'))).mode & 0o777, 0o600);
  });

  it('writes one port into everything that depends on it', async () => {
    const origin = 'http://127.0.0.1:8800';
    const agent = JSON.parse(await text('/etc/kabina/agent.json')) as { port: number };
    assert.equal(agent.port, 8800);
    assert.equal(await text('/etc/kabina/session.env'), `KABINA_PAGE=${origin}/terminal/\n`);
    const policies = JSON.parse(await text('/etc/chromium/policies/managed/kabina.json')) as {
      URLAllowlist: string[];
      CookiesAllowedForUrls: string[];
      WebUsbAllowDevicesForUrls: object[];
    };
    assert.deepEqual(policies.URLAllowlist, [origin, 'blob:*']);
    assert.deepEqual(policies.CookiesAllowedForUrls, [origin]);
    assert.deepEqual(policies.WebUsbAllowDevicesForUrls, [
      { urls: [origin], devices: [{ vendor_id: 0x04b8, product_id: 0x0202 }] },
    ]);
  });

  it('lets the election’s servers and nobody else through, by names without DNS', async () => {
    const hosts = await text('/etc/hosts');
    assert.match(hosts, /^127\.0\.0\.1 localhost\n# kabina: begin\n203\.0\.113\.7 box\.test\n/);
    const rules = await text('/etc/nftables.conf');
    assert.match(rules, /"kabina-kiosk" ip daddr 203\.0\.113\.7 tcp dport 443 accept/);
    assert.match(rules, /"kabina-kiosk" ip6 daddr 2001:db8::8 tcp dport 8443 accept/);
    assert.equal(rules.match(/policy drop/g)?.length, 3);
    assert.ok(!rules.includes('dport 53'));
  });

  it('writes rules that nftables takes', { skip: !has('nft') && 'nft is not here' }, async () => {
    // The user is there on the machine only, and so may the file be that nft looks names of protocols up in.
    const rules = (await text('/etc/nftables.conf')).replaceAll('"kabina-kiosk"', '0');
    assert.ok(!/l4proto/.test(rules));
    await writeFile(at('rules'), rules);
    const { status, stderr } = spawnSync('unshare', ['--net', 'nft', '-c', '-f', at('rules')]);
    assert.equal(status, 0, String(stderr));
  });

  it('leaves no log of the time before on the disk', async () => {
    assert.deepEqual(await readdir(inRoot('/var/log')), []);
    assert.match(await text('/etc/systemd/journald.conf.d/kabina.conf'), /^Storage=volatile$/m);
  });

  it('starts what has to run, and nothing that wakes by itself', async () => {
    const units = '/etc/systemd/system';
    const target = (path: string): Promise<string> => readlink(inRoot(`${units}/${path}`));
    assert.equal(
      await target('graphical.target.wants/kabina-kiosk.service'),
      `${units}/kabina-kiosk.service`,
    );
    assert.match(await target('default.target'), /graphical\.target$/);
    for (const unit of ['swap.target', 'apt-daily-upgrade.timer', 'ssh.service', 'sleep.target']) {
      assert.equal(await target(unit), '/dev/null', unit);
    }
  });

  it('lets the agent say one thing to systemd, and only systemd start the browser anew', async () => {
    const { silence } = JSON.parse(await text('/etc/kabina/agent.json')) as { silence: string };
    const units = '/etc/systemd/system';
    assert.match(
      await text(`${units}/kabina-page.path`),
      new RegExp(`^PathChanged=${silence}$`, 'm'),
    );
    assert.equal(
      await readlink(inRoot(`${units}/multi-user.target.wants/kabina-page.path`)),
      `${units}/kabina-page.path`,
    );
    const folder = dirname(silence);
    assert.match(
      await text('/etc/tmpfiles.d/kabina.conf'),
      new RegExp(`^d ${folder} 0755 kabina-agent kabina-agent -$`, 'm'),
    );
    assert.match(
      await text(`${units}/kabina-agent.service.d/state.conf`),
      new RegExp(`^ReadWritePaths=${folder}$`, 'm'),
    );
  });

  it('opens the screen’s session in a way that Debian 12 takes for started', async () => {
    const unit = await text('/etc/systemd/system/kabina-kiosk.service');
    assert.match(unit, /^PAMName=/m);
    // systemd before 256 waits in vain for Type=exec there, and ends the screen after 90 seconds.
    assert.match(unit, /^Type=simple$/m);
  });

  it('gives folders with ballots to one user each, who can’t log in', async () => {
    const passwd = (await text('/etc/passwd')).split('\n').map((line) => line.split(':'));
    for (const [name, path] of [
      ['kabina-kiosk', '/var/lib/kabina/profile'],
      ['kabina-agent', '/var/lib/kabina/agent'],
    ] as const) {
      const user = passwd.find(([user]) => user === name)!;
      assert.match(user[6]!, /\/nologin$/);
      const { mode, uid } = await stat(inRoot(path));
      assert.deepEqual([mode & 0o777, uid], [0o700, Number(user[2])]);
    }
  });

  it('brings no tests and no tools for building', async () => {
    const files = await readdir(inRoot('/opt/kabina'), { recursive: true });
    assert.deepEqual(
      files.filter((file) => /^(kiosk-shell|packages).*\.test\.ts$/.test(file)),
      [],
    );
    for (const name of ['typescript', 'vite', 'eslint', 'playwright-core']) {
      assert.ok(!files.includes(`node_modules/${name}`), name);
    }
  });

  it('brings a program that runs: the agent serves the page and answers for the machine', async () => {
    const root = inRoot('/opt/kabina');
    await writeFile(
      at('agent.json'),
      JSON.stringify({
        ...(JSON.parse(await text('/etc/kabina/agent.json')) as object),
        port: 0,
        pages: join(root, 'dist/pages'),
        state: at('journals'),
      }),
    );
    const args = ['--config', at('agent.json'), '--key-file', inRoot('/etc/kabina/machine.key')];
    const agent = fork(join(root, 'kiosk-shell/agent/main.ts'), args, {
      execPath: join(root, 'node_modules/.bin/node'),
      cwd: root,
    });
    try {
      const [{ port }] = (await once(agent, 'message')) as [{ port: number }];
      const page = await fetch(`http://127.0.0.1:${port}/terminal/`);
      assert.equal(await page.text(), '<!doctype html>Терминал');
      const machine = (await (await fetch(`http://127.0.0.1:${port}/machine`)).json()) as {
        role: string;
        id: string;
        publicKey: string;
      };
      const shown = /манифеста: ([0-9a-f]{64})/.exec(first.said)![1]!;
      assert.deepEqual(machine, {
        role: 'kiosk',
        id: 'K1',
        publicKey: Buffer.from(shown, 'hex').toString('base64url'),
      });
    } finally {
      agent.kill();
    }
  });

  it(
    'writes units that systemd takes',
    { skip: !has('systemd-analyze') && 'no systemd' },
    async () => {
      // Against this machine's own units; the programs that ours start are not there.
      const units = [
        'kabina-kiosk.service',
        'kabina-agent.service',
        'kabina-ready.service',
        'kabina-page.service',
        'kabina-page.path',
      ].map((name) => inRoot(`/etc/systemd/system/${name}`));
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
        encoding: 'utf8',
      });
      const lines = stderr
        .split('\n')
        .filter((line) => line.includes('kabina-') && !/is not executable/.test(line));
      assert.deepEqual(lines, []);
    },
  );

  it('checks as right, and changes nothing when it is run again', async () => {
    const key = await text('/etc/kabina/machine.key');
    const again = await install(MACHINE);
    assert.match(again.said, /Изменений нет\./);
    assert.equal(await text('/etc/kabina/machine.key'), key);
    const report = await check();
    assert.deepEqual([wrong(report), report.right, report.status], [[], true, 0]);
    assert.match(report.build.program ?? '', /^[0-9a-f]{64}$/);
    assert.match(report.build.pages ?? '', /^[0-9a-f]{64}$/);
    assert.equal(report.live, false);
  });

  it('refuses another port, role or id: ballots would be lost with the origin', async () => {
    for (const other of [{ port: 8801 }, { id: 'K2' }, { role: 'desk' }]) {
      const { status, said } = await install({ ...MACHINE, ...other });
      assert.equal(status, 78);
      assert.match(said, /^system\.other: /);
    }
  });

  it('takes back what a setting no longer needs', async () => {
    const drop = '/etc/systemd/system/kabina-agent.service.d/volume.conf';
    const rules = '/etc/udev/rules.d/60-kabina-printer.rules';
    assert.equal((await install({ ...MACHINE, volume: 'encrypted', printers: [] })).status, 0);
    assert.match(await text(drop), /AssertPathIsMountPoint=\/var\/lib\/kabina/);
    await assert.rejects(stat(inRoot(rules)));
    assert.equal((await install(MACHINE)).status, 0);
    await assert.rejects(stat(inRoot(drop)));
    await stat(inRoot(rules));
    assert.deepEqual(wrong(await check()), []);
  });

  it('only says what it would do in a dry run', async () => {
    const { status, said } = await install({ ...MACHINE, ntp: [] }, '--dry-run');
    assert.equal(status, 0);
    assert.match(said, /было бы: файл \/etc\/systemd\/timesyncd\.conf\.d\/kabina\.conf/);
    assert.match(await text('/etc/systemd/timesyncd.conf.d/kabina.conf'), /NTP=203\.0\.113\.9/);
  });

  it('says what is wrong with the command, the file and the build', async () => {
    const empty = ['--root', at('other'), '--no-packages'];
    await writeFile(at('machine.json'), JSON.stringify(MACHINE));
    const cases: [string[], number, RegExp][] = [
      [['--confg', 'x'], 64, /^system\.usage: /],
      [['--config', at('none.json')], 65, /^system\.config: .*файл не читается/],
      [
        ['--config', at('machine.json'), ...empty, '--pages', at('nowhere')],
        66,
        /^system\.build: /,
      ],
    ];
    for (const [args, status, said] of cases) {
      const ended = await tool('install', ...args);
      assert.equal(ended.status, status, ended.said);
      assert.match(ended.said, said);
    }
    assert.equal((await tool('check', '--root', at('nowhere'))).status, 65);
  });

  describe('afterwards, check finds', () => {
    const program = '/opt/kabina/kiosk-shell/agent/main.ts';
    const policies = '/etc/chromium/policies';
    const damages: [title: string, damage: () => Promise<unknown>, ids: string[]][] = [
      ['a changed program', () => appendFile(inRoot(program), '\n'), ['program']],
      [
        'a changed page',
        () => appendFile(inRoot('/opt/kabina/dist/pages/kiosk-shell/terminal/index.html'), ' '),
        ['program', 'pages'],
      ],
      [
        'another policy beside ours',
        async () => {
          await mkdir(inRoot(`${policies}/recommended`));
          await writeFile(inRoot(`${policies}/recommended/a.json`), '{}');
        },
        ['policies'],
      ],
      [
        'a firewall with a hole',
        () => appendFile(inRoot('/etc/nftables.conf'), 'flush ruleset\n'),
        ['file:/etc/nftables.conf'],
      ],
      [
        'a file that others may write',
        () => chmod(inRoot('/etc/kabina/agent.json'), 0o666),
        ['file:/etc/kabina/agent.json'],
      ],
      [
        'a key that others may read',
        () => chmod(inRoot('/etc/kabina/machine.key'), 0o644),
        ['secret:/etc/kabina/machine.key'],
      ],
      [
        'a service that came back',
        () => rm(inRoot('/etc/systemd/system/ssh.service')),
        ['link:/etc/systemd/system/ssh.service'],
      ],
      [
        'a link in place of a file',
        async () => {
          await rm(inRoot('/etc/pam.d/kabina-kiosk'));
          await symlink('/etc/pam.d/login', inRoot('/etc/pam.d/kabina-kiosk'));
        },
        ['file:/etc/pam.d/kabina-kiosk'],
      ],
      [
        'a profile that others may read',
        () => chmod(inRoot('/var/lib/kabina/profile'), 0o755),
        ['folder:/var/lib/kabina/profile'],
      ],
    ];
    const found: string[] = [];
    for (const [title, damage, ids] of damages) {
      it(title, async () => {
        await damage();
        found.push(...ids.filter((id) => !found.includes(id)));
        const report = await check();
        assert.deepEqual(wrong(report).toSorted(), found.toSorted());
        assert.deepEqual([report.right, report.status], [false, 1]);
      });
    }
  });
});

describe('the scripts', () => {
  it('are sh that a bare Debian runs', () => {
    for (const name of ['install', 'check', 'volume']) {
      assert.equal(spawnSync('sh', ['-n', here(name)]).status, 0, name);
    }
  });

  it('are clean', { skip: !has('shellcheck') && 'shellcheck is not here' }, () => {
    const names = ['install', 'check', 'volume'].map(here);
    const { status, stdout } = spawnSync('shellcheck', names, { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
});
