/** What the agent is told: a JSON file with exactly these fields, and the command line over it. */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { readPairingSecret } from '@kabina/tokens/pairing';
import type { PageConfig } from '../common/config.ts';
import { JournalFolder } from './journal-file.ts';
import { isPrivate, readKeyFile, type MachineKey, type MachineRole } from './machine-key.ts';

/** How tokens are reached: through pcscd, on USB by ourselves (no pcscd then), or not at all. */
export type TokenRoad = 'pcsc' | 'usb' | 'none';

export interface AgentConfig {
  /** Of the loopback; 0 for any. A page's storage belongs to it: it stays the same for good. */
  readonly port: number;
  /** The folder of the built pages. */
  readonly pages: string;
  readonly tokens: TokenRoad;
  /** File with the pairing secret; needed where there are tokens. */
  readonly secretFile?: string;
  /** Which election, and where its services are; none yet if left out. */
  readonly election?: Omit<PageConfig, 'bridge'>;
  /** Which machine of the election this is, and the file of its key; none: it signs nothing. */
  readonly machine?: MachineConfig;
  /** The folder of the journals; there is one where there is a machine. */
  readonly state?: string;
  /** On a kiosk: the file that is written when the page hangs (`page-watch.ts`); none: nobody looks. */
  readonly silence?: string;
}

export interface MachineConfig {
  readonly role: MachineRole;
  /** Of the kiosk (`kiosk`) or of the station (`desk`) in the manifest. */
  readonly id: string;
  /** Made with `--new-key`. */
  readonly keyFile: string;
}

export type AgentErrorCode =
  'agent.usage' | 'agent.config' | 'agent.secret' | 'agent.key' | 'agent.state' | 'agent.pages';

/** A sentence for the person who sets the kiosk up. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
  }
}

type Json = Readonly<Record<string, unknown>>;

const ROADS: readonly unknown[] = ['pcsc', 'usb', 'none'] satisfies TokenRoad[];
const FIELDS = ['port', 'pages', 'tokens', 'secretFile', 'election', 'machine', 'state', 'silence'];
/** As the manifest's ids are (`@kabina/election/manifest`). */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SERVICES = ['box', 'registrar', 'observers'] as const;

function wrong(field: string, expected: string): never {
  throw new AgentError('agent.config', `${field}: нужно ${expected}`);
}

function onlyFields(where: string, json: Json, names: readonly string[]): void {
  for (const name of Object.keys(json)) {
    if (!names.includes(name)) throw new AgentError('agent.config', `${where}${name}: поле лишнее`);
  }
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Origin of a service: `https://box.example`, no path. */
function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
}

function readElection(json: unknown): Omit<PageConfig, 'bridge'> {
  if (!isObject(json)) return wrong('election', 'объект');
  onlyFields('election.', json, ['electionId', 'kind', ...SERVICES]);
  if (!/^[0-9a-f]{64}$/.test(String(json['electionId']))) {
    wrong('election.electionId', '64 шестнадцатеричные цифры');
  }
  if (json['kind'] !== 'training' && json['kind'] !== 'binding') {
    wrong('election.kind', '"training" или "binding"');
  }
  for (const service of SERVICES) {
    if (!isOrigin(json[service])) wrong(`election.${service}`, 'адрес без пути: https://имя:порт');
  }
  return json as unknown as Omit<PageConfig, 'bridge'>;
}

function readMachine(json: unknown): MachineConfig {
  if (!isObject(json)) return wrong('machine', 'объект');
  onlyFields('machine.', json, ['role', 'id', 'keyFile']);
  const { role, id, keyFile } = json;
  if (role !== 'kiosk' && role !== 'desk') wrong('machine.role', '"kiosk" или "desk"');
  if (typeof id !== 'string' || !ID.test(id)) wrong('machine.id', 'имя из манифеста');
  if (typeof keyFile !== 'string' || keyFile === '') wrong('machine.keyFile', 'файл ключа машины');
  return json as unknown as MachineConfig;
}

/** Throws {@link AgentError} where a field is missing, unknown or wrong. */
export function checkConfig(json: unknown): AgentConfig {
  if (!isObject(json)) throw new AgentError('agent.config', 'нужен объект JSON');
  onlyFields('', json, FIELDS);
  const { port, pages, tokens, secretFile, election, machine, state, silence } = json;
  if (!Number.isSafeInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    wrong('port', 'целое число от 0 до 65535');
  }
  if (typeof pages !== 'string' || pages === '') wrong('pages', 'папка собранных страниц');
  if (!ROADS.includes(tokens)) wrong('tokens', '"pcsc", "usb" или "none"');
  if (secretFile === undefined ? tokens !== 'none' : typeof secretFile !== 'string') {
    wrong('secretFile', 'файл кода сопряжения');
  }
  if (machine === undefined ? state !== undefined : typeof state !== 'string' || state === '') {
    wrong('state', 'папка журналов машины, только вместе с machine');
  }
  const role = machine === undefined ? undefined : readMachine(machine).role;
  if (
    silence !== undefined &&
    (role !== 'kiosk' || typeof silence !== 'string' || silence === '')
  ) {
    wrong('silence', 'файл для перезапуска браузера, только на терминале');
  }
  return {
    port: port as number,
    pages,
    tokens: tokens as TokenRoad,
    ...(secretFile === undefined ? {} : { secretFile: secretFile as string }),
    ...(election === undefined ? {} : { election: readElection(election) }),
    ...(machine === undefined ? {} : { machine: readMachine(machine), state: state as string }),
    ...(silence === undefined ? {} : { silence: silence as string }),
  };
}

export async function readConfigFile(path: string): Promise<Json> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AgentError('agent.config', `${path}: файл не читается или не JSON`, { cause });
  }
  if (!isObject(json)) throw new AgentError('agent.config', `${path}: нужен объект JSON`);
  return json;
}

/** Throws {@link AgentError} where others may read the file, or it holds no pairing secret. */
export async function readSecretFile(path: string): Promise<string> {
  let text: string;
  try {
    if (!(await isPrivate(path))) {
      throw new AgentError('agent.secret', `${path}: файл доступен другим, нужны права 0600`);
    }
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    throw new AgentError('agent.secret', `${path}: файл не читается`, { cause });
  }
  const secret = readPairingSecret(text);
  if (secret === undefined) {
    throw new AgentError('agent.secret', `${path}: в файле нет кода сопряжения`);
  }
  return secret;
}

/** Throws {@link AgentError} where the key's file is open to others, or holds no key. */
export async function openMachineKey({ role, id, keyFile }: MachineConfig): Promise<MachineKey> {
  try {
    return { role, id, seed: await readKeyFile(keyFile) };
  } catch (cause) {
    throw new AgentError('agent.key', `${keyFile}: ${(cause as Error).message}`, { cause });
  }
}

/** Makes the folder, of mode 0700. Throws {@link AgentError} where others may look into it. */
export async function openState(path: string): Promise<JournalFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (((await stat(path)).mode & 0o077) !== 0) {
      throw new AgentError('agent.state', `${path}: папка доступна другим, нужны права 0700`);
    }
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    throw new AgentError('agent.state', `${path}: папка не открывается`, { cause });
  }
  return new JournalFolder(path);
}
