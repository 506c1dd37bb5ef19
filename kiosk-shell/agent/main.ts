/**
 * The kiosk's agent: serves the kiosk's pages on the loopback, and lets them at the machine's
 * smartcards and tokens, which a plain browser doesn't.
 *
 *     node kiosk-shell/agent/main.ts --config FILE
 *     node kiosk-shell/agent/main.ts --port N --pages FOLDER --tokens pcsc|usb|none [--secret-file FILE]
 *     node kiosk-shell/agent/main.ts --new-secret FILE
 *
 * What the command line says is taken over what the file says. `--new-secret` makes a pairing
 * secret, leaves it in a file and shows it, for the person who types it into the pages.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { makePairingSecret } from '@kabina/tokens/pairing';
import type { ReaderSource } from '@kabina/tokens/transport';
import {
  AgentError,
  checkConfig,
  readConfigFile,
  readSecretFile,
  type TokenRoad,
} from './config.ts';
import { serveAgent, type Tokens } from './serve.ts';

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

/** Loaded only where used: each brings a native library. */
async function sourceOf(road: Exclude<TokenRoad, 'none'>): Promise<ReaderSource> {
  if (road === 'pcsc') return (await import('@kabina/tokens/pcsc-readers')).pcscReaders();
  const { WebUSB } = await import('usb');
  const { usbReaders } = await import('@kabina/tokens/usb-readers');
  return usbReaders(new WebUSB({ allowAllDevices: true }));
}

async function start(values: ReturnType<typeof options>): Promise<void> {
  const { port, pages, tokens: road, 'secret-file': secretFile } = values;
  const config = checkConfig({
    ...(values.config === undefined ? {} : await readConfigFile(values.config)),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(pages === undefined ? {} : { pages }),
    ...(road === undefined ? {} : { tokens: road }),
    ...(secretFile === undefined ? {} : { secretFile }),
  });
  let tokens: Tokens | undefined;
  if (config.tokens !== 'none') {
    const secret = await readSecretFile(config.secretFile!);
    tokens = { secret, source: await sourceOf(config.tokens) };
  }
  const agent = await serveAgent(config, tokens);
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
  if (values['new-secret'] === undefined) await start(values);
  else await newSecret(values['new-secret']);
} catch (error) {
  refuse(error);
}
