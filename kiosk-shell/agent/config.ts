/** What the agent is told: a JSON file with exactly these fields, and the command line over it. */
import { readFile, stat } from 'node:fs/promises';
import { readPairingSecret } from '@kabina/tokens/pairing';
import type { PageConfig } from '../common/config.ts';

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
}

export type AgentErrorCode = 'agent.usage' | 'agent.config' | 'agent.secret' | 'agent.pages';

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

/** Throws {@link AgentError} where a field is missing, unknown or wrong. */
export function checkConfig(json: unknown): AgentConfig {
  if (!isObject(json)) throw new AgentError('agent.config', 'нужен объект JSON');
  onlyFields('', json, ['port', 'pages', 'tokens', 'secretFile', 'election']);
  const { port, pages, tokens, secretFile, election } = json;
  if (!Number.isSafeInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    wrong('port', 'целое число от 0 до 65535');
  }
  if (typeof pages !== 'string' || pages === '') wrong('pages', 'папка собранных страниц');
  if (!ROADS.includes(tokens)) wrong('tokens', '"pcsc", "usb" или "none"');
  if (secretFile === undefined ? tokens !== 'none' : typeof secretFile !== 'string') {
    wrong('secretFile', 'файл кода сопряжения');
  }
  return {
    port: port as number,
    pages,
    tokens: tokens as TokenRoad,
    ...(secretFile === undefined ? {} : { secretFile: secretFile as string }),
    ...(election === undefined ? {} : { election: readElection(election) }),
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
    if (((await stat(path)).mode & 0o077) !== 0) {
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
