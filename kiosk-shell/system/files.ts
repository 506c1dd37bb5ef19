/**
 * Every file and link that the installation puts on a machine, computed from the technician's
 * `machine.json` alone: `install.ts` writes them, `check.ts` holds the machine against them.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pageOf, type MachineConfig, type UsbId } from './config.ts';
import { firewallFor, hostsFor } from './network.ts';
import { policiesFor } from './policies.ts';
import { CUPS_CONFIG, printsPages } from './printing.ts';

/** Where the programs lie on a machine. The agent's unit says the same. */
export const PROGRAM = '/opt/kabina';
export const CONFIG = '/etc/kabina';
/** On the encrypted volume: the browser's profile and the agent's journals. */
export const STATE = '/var/lib/kabina';
export const PROFILE = `${STATE}/profile`;
export const JOURNALS = `${STATE}/agent`;
/** What `kabina-page.path` looks at, on a kiosk. */
export const SILENCE = '/run/kabina-page/silent';
export const POLICY_FILE = '/etc/chromium/policies/managed/kabina.json';
/** systemd's log on the disk, which Debian keeps and this machine does not. */
export const OLD_LOG = '/var/log/journal';
export const HOSTS = '/etc/hosts';
/** Hashes of all the program's files, beside the program: `build-list.ts` of the agent. */
export const PROGRAM_LIST = '/opt/kabina.json';

export interface SystemFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

export interface SystemLink {
  readonly path: string;
  readonly target: string;
}

export interface SystemLayout {
  readonly files: readonly SystemFile[];
  readonly links: readonly SystemLink[];
  /** Of other devices or another volume than those configured: they must not be there. */
  readonly absent: readonly string[];
}

const here = new URL('.', import.meta.url).pathname;
const agent = new URL('../agent/', import.meta.url).pathname;

const UNITS = '/etc/systemd/system';
const MACHINE_UNIT = `${UNITS}/kabina-agent.service.d/machine.conf`;
/** Nothing wakes, sleeps, upgrades, swaps or logs in by itself. */
const MASKED = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'unattended-upgrades.service',
  'ctrl-alt-del.target',
  'swap.target',
  'sleep.target',
  'suspend.target',
  'hibernate.target',
  'hybrid-sleep.target',
  'udisks2.service',
  'bluetooth.service',
  'ssh.service',
  'ssh.socket',
];

/** @param config as `checkMachine` gives it */
export async function layoutFor(config: MachineConfig): Promise<SystemLayout> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const file = (path: string, text: string): SystemFile => ({ path, text });
  const files = [
    ...(await treeFiles()),
    file(`${UNITS}/kabina-agent.service`, await readFile(`${agent}kabina-agent.service`, 'utf8')),
    file(MACHINE_UNIT, await readFile(`${agent}kabina-agent-machine.conf`, 'utf8')),
    file(`${CONFIG}/agent.json`, json(agentConfig(config))),
    file(`${CONFIG}/session.env`, `KABINA_PAGE=${pageOf(config)}\n`),
    file(POLICY_FILE, json(policiesFor(config))),
    file('/etc/nftables.conf', firewallFor(config)),
    file('/etc/systemd/timesyncd.conf.d/kabina.conf', clockText(config)),
    file('/etc/udev/rules.d/61-kabina-scanner.rules', scannerRules(config.scanners)),
  ];
  const optional = [...(await deviceFiles()), ...VOLUME_FILES, CUPS_CONFIG];
  const wanted = new Set<string>(neededFiles(config));
  return {
    files: [...files, ...optional.filter(({ path }) => wanted.has(path))],
    links: links(config),
    absent: optional.map(({ path }) => path).filter((path) => !wanted.has(path)),
  };
}

/** `files/` beside this file has the machine's own layout. */
async function treeFiles(): Promise<SystemFile[]> {
  const tree = join(here, 'files');
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: `/${relative(tree, path)}`,
      text: await readFile(path, 'utf8'),
    })),
  );
}

const POLKIT = '/etc/polkit-1/rules.d/60-kabina-agent.rules';
const USB_UNIT = `${UNITS}/kabina-agent.service.d/usb.conf`;
const USB_RULES = '/etc/udev/rules.d/70-kabina-agent.rules';
const PRINTER_RULES = '/etc/udev/rules.d/60-kabina-printer.rules';

async function deviceFiles(): Promise<SystemFile[]> {
  const from = [
    [POLKIT, 'kabina-agent.rules'],
    [USB_UNIT, 'kabina-agent-usb.conf'],
    [USB_RULES, 'kabina-agent-udev.rules'],
    [PRINTER_RULES, '60-kabina-printer.rules'],
  ] as const;
  return Promise.all(
    from.map(async ([path, name]) => ({
      path,
      text: await readFile(agent + name, 'utf8'),
    })),
  );
}

/** Neither the agent nor the page starts beside the volume, on the machine's own disk. */
const VOLUME_FILES: readonly SystemFile[] = ['kabina-kiosk', 'kabina-agent'].map((unit) => ({
  path: `${UNITS}/${unit}.service.d/volume.conf`,
  text: `[Unit]\nAssertPathIsMountPoint=${STATE}\n`,
}));

function neededFiles(config: MachineConfig): string[] {
  const { tokens, printers, volume } = config;
  return [
    ...(printsPages(config) ? [CUPS_CONFIG.path] : []),
    ...(volume === 'encrypted' ? VOLUME_FILES.map(({ path }) => path) : []),
    ...(printers.length === 0 ? [] : [PRINTER_RULES]),
    ...(tokens === 'pcsc' ? [POLKIT] : []),
    ...(tokens === 'usb' ? [USB_UNIT, USB_RULES] : []),
  ];
}

function links(config: MachineConfig): SystemLink[] {
  const wants = (target: string, unit: string, folder: string): SystemLink => ({
    path: `${UNITS}/${target}.wants/${unit}`,
    target: `${folder}/${unit}`,
  });
  const masked = config.tokens === 'usb' ? [...MASKED, 'pcscd.socket', 'pcscd.service'] : MASKED;
  return [
    wants('multi-user.target', 'kabina-agent.service', UNITS),
    wants('graphical.target', 'kabina-kiosk.service', UNITS),
    ...(config.role === 'kiosk' ? [wants('multi-user.target', 'kabina-page.path', UNITS)] : []),
    wants('sysinit.target', 'nftables.service', '/lib/systemd/system'),
    wants('sysinit.target', 'systemd-timesyncd.service', '/lib/systemd/system'),
    { path: `${UNITS}/default.target`, target: '/lib/systemd/system/graphical.target' },
    ...masked.map((unit) => ({ path: `${UNITS}/${unit}`, target: '/dev/null' })),
  ];
}

/** What the agent reads; see its README. */
function agentConfig(config: MachineConfig): object {
  const { port, tokens, election, role, id } = config;
  return {
    port,
    pages: `${PROGRAM}/dist/pages`,
    tokens,
    ...(election === undefined ? {} : { election }),
    machine: { role, id, keyFile: `${CONFIG}/machine.key` },
    state: JOURNALS,
    ...(role === 'kiosk' ? { silence: SILENCE } : {}),
  };
}

function clockText({ ntp }: MachineConfig): string {
  return [
    '# Time servers by address: there is no DNS. Without a line the clock runs on, and is saved to the disk.',
    '[Time]',
    `NTP=${ntp.join(' ')}`,
    'FallbackNTP=',
    'SaveIntervalSec=60',
    '',
  ].join('\n');
}

const hex = (number: number): string => number.toString(16).padStart(4, '0');

/** The browser's user may open these scanners' reports; keyboards and everything else stay closed. */
function scannerRules(scanners: readonly UsbId[]): string {
  const rules = scanners.map(
    ({ vendor, product }) =>
      `ACTION!="remove", KERNEL=="hidraw*", ATTRS{idVendor}=="${hex(vendor)}", ATTRS{idProduct}=="${hex(product)}", TAG+="uaccess"`,
  );
  return ['# Scanners in HID POS mode, from machine.json.', ...rules, ''].join('\n');
}

/** A file that also has lines of others: ours stand between two marks. */
export function withHosts(text: string, config: MachineConfig): string {
  const [begin, end] = ['# kabina: begin', '# kabina: end'];
  const lines = text.split('\n');
  const from = lines.indexOf(begin);
  const to = lines.indexOf(end);
  const rest = from >= 0 && to > from ? [...lines.slice(0, from), ...lines.slice(to + 1)] : lines;
  const body = rest.join('\n').replace(/\n*$/, '');
  return `${body}${body === '' ? '' : '\n'}${[begin, ...hostsFor(config), end].join('\n')}\n`;
}
