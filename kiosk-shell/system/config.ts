/**
 * The one file that a technician writes (`machine.json`): what this machine is, whom it may talk to and
 * what is plugged into it. Everything else on the machine follows from it.
 */
import { isIP } from 'node:net';
import { checkConfig, type AgentConfig } from '../agent/config.ts';
import { SystemError } from './errors.ts';

/** A voter's terminal, or a station's registration desk. */
export type Role = 'kiosk' | 'desk';

/** A server that the machine may reach, by an address that needs no DNS. */
export interface Service {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A USB device as `lsusb` shows it. */
export interface UsbId {
  readonly vendor: number;
  readonly product: number;
}

export interface MachineConfig {
  readonly role: Role;
  /** Of the kiosk, or of the station, in the manifest. */
  readonly id: string;
  /** Of the loopback. The pages' storage belongs to it: it stays the same for good. */
  readonly port: number;
  readonly tokens: AgentConfig['tokens'];
  readonly election?: NonNullable<AgentConfig['election']>;
  /** The ballot box, the issuers, the observers' board: nothing else can be reached. */
  readonly services: readonly Service[];
  /** Addresses of time servers; none if the clock is set by hand. */
  readonly ntp: readonly string[];
  readonly printers: readonly UsbId[];
  readonly scanners: readonly UsbId[];
  /** Whether `/var/lib/kabina` has to be an encrypted volume. */
  readonly volume: 'encrypted' | 'none';
}

const FIELDS = [
  'role',
  'id',
  'port',
  'tokens',
  'election',
  'services',
  'ntp',
  'printers',
  'scanners',
  'volume',
];

type Json = Readonly<Record<string, unknown>>;

function wrong(field: string, expected: string): never {
  throw new SystemError('system.config', `${field}: нужно ${expected}`);
}

const isObject = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function listOf<T>(json: Json, field: string, read: (item: unknown, where: string) => T): T[] {
  const list = json[field] ?? [];
  if (!Array.isArray(list)) return wrong(field, 'список');
  return list.map((item, i) => read(item, `${field}[${i}]`));
}

const isPort = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 65_536;

/** What can stand in a line of `/etc/hosts` and nowhere does harm. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length < 254 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value);

const readAddress = (value: unknown, where: string): string =>
  typeof value === 'string' && isIP(value) !== 0 ? value : wrong(where, 'адрес IP');

function readService(item: unknown, where: string): Service {
  if (!isObject(item)) return wrong(where, 'объект {name, address, port}');
  onlyFields(item, ['name', 'address', 'port'], `${where}.`);
  const { name, port = 443 } = item;
  const address = readAddress(item['address'], `${where}.address`);
  if (!isName(name)) return wrong(`${where}.name`, 'имя сервера строчными буквами');
  if (!isPort(port)) return wrong(`${where}.port`, 'порт');
  return { name, address, port };
}

function readUsb(item: unknown, where: string): UsbId {
  const found = typeof item === 'string' ? /^([0-9a-f]{4}):([0-9a-f]{4})$/.exec(item) : null;
  if (found === null)
    return wrong(where, 'номер устройства, как его показывает lsusb: "04b8:0202"');
  return { vendor: Number.parseInt(found[1]!, 16), product: Number.parseInt(found[2]!, 16) };
}

function onlyFields(json: Json, names: readonly string[], where = ''): void {
  for (const name of Object.keys(json)) {
    if (!names.includes(name)) {
      throw new SystemError('system.config', `${where}${name}: поле лишнее`);
    }
  }
}

/** A page can't ask a server that the firewall keeps it from. */
function checkReachable(config: MachineConfig): void {
  const { election, services } = config;
  if (election === undefined) return;
  for (const field of ['box', 'registrar', 'observers'] as const) {
    const { hostname, port, protocol } = new URL(election[field]);
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    // IPv6 in an address stands in brackets.
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (
      services.some(
        ({ name, address, port: open }) => open === number && [name, address].includes(host),
      )
    ) {
      continue;
    }
    wrong('services', `и сервер из election.${field}: ${host}, порт ${number}`);
  }
}

/** Throws {@link SystemError} `system.config` where a field is missing, unknown or wrong. */
export function checkMachine(json: unknown): MachineConfig {
  if (!isObject(json)) throw new SystemError('system.config', 'нужен объект JSON');
  onlyFields(json, FIELDS);
  const { role, id, port = 8800, tokens = 'none', election, volume = 'encrypted' } = json;
  if (role !== 'kiosk' && role !== 'desk') wrong('role', '"kiosk" или "desk"');
  if (typeof id !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) {
    wrong('id', 'номер терминала или участка, как в манифесте');
  }
  if (!isPort(port) || port < 1024) wrong('port', 'порт от 1024 до 65535');
  if (volume !== 'encrypted' && volume !== 'none') wrong('volume', '"encrypted" или "none"');
  let agent: AgentConfig;
  try {
    // Of the agent's own fields it knows best itself.
    agent = checkConfig({
      port,
      tokens,
      pages: '/',
      secretFile: '/',
      ...(election === undefined ? {} : { election }),
    });
  } catch (cause) {
    throw new SystemError('system.config', (cause as Error).message, { cause });
  }
  const config: MachineConfig = {
    role: role as Role,
    id: id as string,
    port: port as number,
    tokens: agent.tokens,
    ...(agent.election === undefined ? {} : { election: agent.election }),
    services: listOf(json, 'services', readService),
    ntp: listOf(json, 'ntp', readAddress),
    printers: listOf(json, 'printers', readUsb),
    scanners: listOf(json, 'scanners', readUsb),
    volume: volume as MachineConfig['volume'],
  };
  if (config.election?.kind === 'binding' && config.volume === 'none') {
    wrong('volume', '"encrypted": настоящее голосование без шифрованного тома не проводят');
  }
  checkReachable(config);
  return config;
}

/** The origin of the pages on this machine: what their IndexedDB belongs to. */
export const originOf = ({ port }: Pick<MachineConfig, 'port'>): string =>
  `http://127.0.0.1:${port}`;

const START_PAGE: Readonly<Record<Role, string>> = { kiosk: '/terminal/', desk: '/desk/' };

/** What the browser opens. */
export const pageOf = (config: MachineConfig): string => originOf(config) + START_PAGE[config.role];
