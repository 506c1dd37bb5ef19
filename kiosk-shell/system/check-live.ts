/** What can only be seen while the machine runs: mounts, the kernel's settings, services, the browser. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { originOf, pageOf, type MachineConfig } from './config.ts';
import { OLD_LOG, PROFILE, PROGRAM, STATE } from './files.ts';
import { printsPages } from './printing.ts';
import { failed, judge, passed, unknown, type Finding } from './report.ts';
import type { StorageFacts } from './storage-probe.ts';

const exec = promisify(execFile);

/** What a program said, or undefined where it failed or is not there. */
async function said(command: string, ...args: string[]): Promise<string | undefined> {
  return exec(command, args).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

const kernel = async (name: string): Promise<string> =>
  (await readFile(`/proc/sys/${name}`, 'utf8').catch(() => '')).trim();

/** `systemd-analyze security` gives 10 to a service with every right, and these at most to ours. */
const EXPOSURE: Readonly<Record<string, number>> = {
  'kabina-agent.service': 2,
  'kabina-ready.service': 2,
  'kabina-page.service': 1,
  // A compositor and a browser need devices, the network and user namespaces.
  'kabina-kiosk.service': 4,
};

export async function checkLive(config: MachineConfig): Promise<Finding[]> {
  return [
    await checkVolume(config),
    await checkSwap(),
    await checkDumps(),
    await checkLog(),
    await checkClock(config),
    await checkFirewall(),
    await checkListeners(config),
    ...(await checkUnits(config)),
    ...(await checkExposure()),
    await checkPage(config),
    await checkStorage(config),
    ...(await checkPrinter(config)),
  ];
}

async function checkVolume({ volume }: MachineConfig): Promise<Finding> {
  if (volume === 'none') return passed('volume', 'том не нужен: учебная машина');
  const source = await said('findmnt', '-no', 'SOURCE', '-M', STATE);
  if (source === undefined) return failed('volume', `${STATE}: том не подключён`);
  // The device and all that it stands on, the nearest first.
  const types = (await said('lsblk', '-snro', 'TYPE', source))?.split('\n') ?? [];
  if (!types.includes('crypt')) return failed('volume', `${STATE}: ${source} не зашифрован`);
  const crypttab = (await readFile('/etc/crypttab', 'utf8').catch(() => '')).split('\n');
  const key = crypttab.map((line) => line.split(/\s+/)).find(([name]) => name === 'kabina')?.[2];
  return judge(
    'volume',
    key?.includes(':LABEL=') ?? false,
    key?.includes(':LABEL=') === true
      ? 'зашифрован, ключ на носителе'
      : 'ключ тома лежит на этой машине',
  );
}

async function checkSwap(): Promise<Finding> {
  const lines = (await readFile('/proc/swaps', 'utf8')).trim().split('\n').slice(1);
  return judge('swap', lines.length === 0, lines.length === 0 ? 'подкачки нет' : lines.join('; '));
}

async function checkDumps(): Promise<Finding> {
  const [pattern, suid] = [await kernel('kernel/core_pattern'), await kernel('fs/suid_dumpable')];
  return judge('dumps', pattern === '|/bin/false' && suid === '0', `core_pattern: ${pattern}`);
}

async function checkLog(): Promise<Finding> {
  const kept = existsSync(OLD_LOG);
  const others = ['rsyslog', 'syslog-ng'].filter((name) => existsSync(`/usr/sbin/${name}d`));
  if (others.length > 0) return failed('log', `ещё один журнал: ${others.join(', ')}`);
  return judge('log', !kept, kept ? `на диске остался ${OLD_LOG}` : 'журнал только в памяти');
}

async function checkClock({ ntp }: MachineConfig): Promise<Finding> {
  if (ntp.length === 0) return unknown('clock', 'сервера времени нет: сверьте часы вручную');
  const state = await said('timedatectl', 'show', '--property=NTPSynchronized', '--value');
  if (state === undefined) return unknown('clock', 'systemd не ответил');
  return judge('clock', state === 'yes', state === 'yes' ? 'сверены с сервером' : 'не сверены');
}

async function checkFirewall(): Promise<Finding> {
  const rules = await said('nft', 'list', 'table', 'inet', 'kabina');
  if (rules === undefined) return failed('firewall', 'правила не загружены');
  const closed = rules.match(/policy drop/g)?.length === 3;
  return judge('firewall', closed, closed ? 'всё, что не названо, закрыто' : 'правила не те');
}

/** Sockets that listen, of `/proc/net/tcp` and `tcp6`: local address and port in hexadecimal digits. */
async function checkListeners({ port }: MachineConfig): Promise<Finding> {
  const open: string[] = [];
  for (const file of ['tcp', 'tcp6']) {
    const lines = (await readFile(`/proc/net/${file}`, 'utf8').catch(() => '')).split('\n');
    for (const line of lines.slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      if (state !== '0A' || local === undefined) continue;
      const [address, number] = local.split(':') as [string, string];
      // 127.0.0.0/8 with its bytes as the processor has them, and ::1.
      const isLocal = /^[0-9A-F]{6}7F$/.test(address) || /^0{24}01000000$/.test(address);
      if (!isLocal) open.push(String(Number.parseInt(number, 16)));
    }
  }
  return judge(
    'listeners',
    open.length === 0,
    open.length === 0
      ? `снаружи портов не видно, страницы на ${port}`
      : `порты: ${open.join(', ')}`,
  );
}

/** The browser prints on the system's default printer. */
async function checkPrinter(config: MachineConfig): Promise<Finding[]> {
  if (!printsPages(config)) return [];
  const found = (await said('lpstat', '-d'))?.match(/: (\S+)$/)?.[1];
  return [
    judge('printer', found !== undefined, found ?? 'принтер по умолчанию не задан (lpadmin -d)'),
  ];
}

const activeState = (unit: string): Promise<string | undefined> =>
  said('systemctl', 'show', '--property=ActiveState', '--value', unit);

async function checkUnits({ role }: MachineConfig): Promise<Finding[]> {
  const findings: Finding[] = [];
  const watch = role === 'kiosk' ? ['kabina-page.path'] : [];
  for (const unit of ['kabina-agent.service', 'nftables.service', ...watch]) {
    const state = await activeState(unit);
    findings.push(
      state === undefined
        ? unknown(`unit:${unit}`, 'systemd не ответил')
        : judge(`unit:${unit}`, state === 'active', state),
    );
  }
  // The screen has the only terminal: whoever runs this from a keyboard is in text mode, without it.
  const screen = 'kabina-kiosk.service';
  const [state, mode] = [await activeState(screen), await activeState('graphical.target')];
  if (state === undefined) findings.push(unknown(`unit:${screen}`, 'systemd не ответил'));
  else if (mode === 'inactive')
    findings.push(passed(`unit:${screen}`, 'текстовый режим, экран ждёт'));
  else {
    // cage may live on without a screen and without a program: the browser has to be there.
    const runs = state === 'active' && (await browserRuns());
    findings.push(
      judge(`unit:${screen}`, runs, runs ? 'браузер работает' : `${state}, без браузера`),
    );
  }
  return findings;
}

/** Whether a browser on the machine's own profile is among the processes. */
async function browserRuns(): Promise<boolean> {
  const profile = `--user-data-dir=${PROFILE}`;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const [program = '', ...args] = line.split('\0');
    if (program.endsWith('/chromium/chromium') && args.includes(profile)) return true;
  }
  return false;
}

async function checkExposure(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [unit, limit] of Object.entries(EXPOSURE)) {
    const path = `/etc/systemd/system/${unit}`;
    const table = await said('systemd-analyze', 'security', '--offline=true', '--no-pager', path);
    const found = /exposure level for \S+: ([0-9.]+)/.exec(table ?? '')?.[1];
    findings.push(
      found === undefined
        ? unknown(`hardening:${unit}`, 'systemd-analyze не ответил')
        : judge(`hardening:${unit}`, Number(found) <= limit, `${found}, нужно не больше ${limit}`),
    );
  }
  return findings;
}

/** The page is served on the fixed origin, by the agent of this very machine. */
async function checkPage(config: MachineConfig): Promise<Finding> {
  try {
    const page = await fetch(pageOf(config));
    const machine = await fetch(`${originOf(config)}/machine`);
    const { role, id } = (await machine.json()) as { role?: unknown; id?: unknown };
    const right =
      page.ok &&
      page.headers.get('content-security-policy') !== null &&
      role === config.role &&
      id === config.id;
    return judge('page', right, right ? pageOf(config) : `${page.status}, агент: ${role} ${id}`);
  } catch {
    return failed('page', `${pageOf(config)}: не открывается`);
  }
}

/** In a network of its own, so that the fixed origin's port is free: see `storage-probe.ts`. */
async function checkStorage(config: MachineConfig): Promise<Finding> {
  const node = `${PROGRAM}/node_modules/.bin/node`;
  const probe = `${PROGRAM}/kiosk-shell/system/storage-probe.ts`;
  const inside = 'ip link set lo up && exec "$0" "$@"';
  const line = [node, probe, String(config.port), 'kabina-kiosk'];
  let told: string;
  try {
    told = (await exec('unshare', ['--net', 'sh', '-c', inside, ...line])).stdout;
  } catch (error) {
    return unknown('storage', String((error as { stderr?: string }).stderr ?? error).trim());
  }
  const { persist, persisted, kept, secure, browser } = JSON.parse(told) as StorageFacts;
  const right = persist && persisted && kept && secure;
  return judge(
    'storage',
    right,
    `persist() = ${persist}, запись ${kept ? 'есть' : 'не прошла'}; ${browser}`,
  );
}
