/**
 * The kiosk's agent: serves the kiosk's pages on the loopback, lets them at the machine's smartcards
 * and tokens, which a plain browser doesn't, signs for the machine and keeps its journals.
 *
 *     node kiosk-shell/agent/main.ts --config FILE [--secret-file FILE] [--key-file FILE] [--state FOLDER]
 *     node kiosk-shell/agent/main.ts --port N --pages FOLDER --tokens pcsc|usb|none [--secret-file FILE]
 *     node kiosk-shell/agent/main.ts --new-secret FILE
 *     node kiosk-shell/agent/main.ts --new-key FILE
 *     node kiosk-shell/agent/main.ts --reset-journal NAME (--config FILE | --state FOLDER)
 *
 * What the command line says is taken over what the file says. `--new-secret` makes a pairing
 * secret, leaves it in a file and shows it, for the person who types it into the pages. `--new-key`
 * makes the machine's key and shows the public half, for the manifest. `--reset-journal` forgets a
 * journal that is damaged or no longer fits, such as `outbox-0123456789abcdef`, and says what that means.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { makePairingSecret } from '@kabina/tokens/pairing';
import type { ReaderSource } from '@kabina/tokens/transport';
import {
  AgentError,
  checkConfig,
  openMachineKey,
  openState,
  readConfigFile,
  readSecretFile,
  type TokenRoad,
} from './config.ts';
import { isJournal } from './journal-file.ts';
import { makeKeyFile } from './machine-key.ts';
import { serveAgent, type Machine, type Tokens } from './serve.ts';

/** A card that doesn't answer must not hold the stop up; pcscd resets it when we are gone. */
const STOP_MS = 5_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** sysexits.h: usage, data, input, unavailable. */
const STATUS: Readonly<Record<string, number>> = {
  'agent.usage': 64,
  'agent.config': 65,
  'agent.secret': 66,
  'agent.key': 66,
  'agent.state': 66,
  'agent.pages': 66,
};

function refuse(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  process.stderr.write(
    code === 'EADDRINUSE' ? 'agent.port: порт занят\n' : `${code ?? 'agent'}: ${message}\n`,
  );
  process.exit(STATUS[code ?? ''] ?? 69);
}

function options() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        port: { type: 'string' },
        pages: { type: 'string' },
        tokens: { type: 'string' },
        'secret-file': { type: 'string' },
        'new-secret': { type: 'string' },
        'key-file': { type: 'string' },
        'new-key': { type: 'string' },
        state: { type: 'string' },
        'reset-journal': { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new AgentError('agent.usage', (cause as Error).message, { cause });
  }
}

async function newSecret(path: string): Promise<void> {
  const secret = makePairingSecret();
  try {
    await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new AgentError('agent.secret', `${path}: файл уже есть или не пишется`, { cause });
  }
  say(`Код сопряжения (лежит в ${path}): ${secret}`);
}

async function newKey(path: string): Promise<void> {
  let key: Uint8Array;
  try {
    key = await makeKeyFile(path);
  } catch (cause) {
    throw new AgentError('agent.key', `${path}: файл уже есть или не пишется`, { cause });
  }
  say(`Ключ машины лежит в ${path} и никуда не передаётся.`);
  say(`Открытый ключ для манифеста: ${Buffer.from(key).toString('hex')}`);
}

async function resetJournal(name: string, values: ReturnType<typeof options>): Promise<void> {
  if (!isJournal(name)) {
    const form = 'outbox-, cards- или desk- и 16 цифр';
    throw new AgentError('agent.usage', `--reset-journal: ${form}`);
  }
  const file = values.config === undefined ? {} : await readConfigFile(values.config);
  const state = values.state ?? file['state'];
  if (typeof state !== 'string') throw new AgentError('agent.usage', '--reset-journal: --state');
  const was = await (await openState(state)).reset(name);
  say(
    was
      ? `Журнал ${name} забыт. Машина больше не помнит, что лежало в хранилище браузера: пропажа, ` +
          'случившаяся до этой команды, уже не обнаружится сама. Внесите в акт, когда и почему ' +
          'журнал забыт, и сверьте количества бюллетеней и карточек вручную.'
      : `Журнала ${name} не было, ничего не изменилось.`,
  );
}

/** Loaded only where used: each brings a native library. */
async function sourceOf(road: Exclude<TokenRoad, 'none'>): Promise<ReaderSource> {
  if (road === 'pcsc') return (await import('@kabina/tokens/pcsc-readers')).pcscReaders();
  const { WebUSB } = await import('usb');
  const { usbReaders } = await import('@kabina/tokens/usb-readers');
  return usbReaders(new WebUSB({ allowAllDevices: true }));
}

async function start(values: ReturnType<typeof options>): Promise<void> {
  const { port, pages, tokens: road, 'secret-file': secretFile, state } = values;
  const file = values.config === undefined ? {} : await readConfigFile(values.config);
  const keyFile = values['key-file'];
  const config = checkConfig({
    ...file,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(pages === undefined ? {} : { pages }),
    ...(road === undefined ? {} : { tokens: road }),
    ...(secretFile === undefined ? {} : { secretFile }),
    ...(state === undefined ? {} : { state }),
    ...(keyFile === undefined ? {} : { machine: { ...(file['machine'] as object), keyFile } }),
  });
  let tokens: Tokens | undefined;
  if (config.tokens !== 'none') {
    const secret = await readSecretFile(config.secretFile!);
    tokens = { secret, source: await sourceOf(config.tokens) };
  }
  let machine: Machine | undefined;
  if (config.machine !== undefined) {
    const key = await openMachineKey(config.machine);
    machine = { key, journals: await openState(config.state!) };
  }
  const agent = await serveAgent(config, tokens, machine);
  say(`Киоск: http://127.0.0.1:${agent.port}/, токены: ${config.tokens}`);
  process.send?.({ ready: true, port: agent.port });

  const stop = (): void => {
    setTimeout(() => process.exit(0), STOP_MS);
    void agent.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  const values = options();
  const { 'new-secret': secret, 'new-key': key, 'reset-journal': journal } = values;
  if (secret !== undefined) await newSecret(secret);
  else if (key !== undefined) await newKey(key);
  else if (journal !== undefined) await resetJournal(journal, values);
  else await start(values);
} catch (error) {
  refuse(error);
}
