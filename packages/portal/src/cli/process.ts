/** What the commands share: options, one line that says ready, a clean end. */
import { readFileSync } from 'node:fs';
import { RegisterError } from '../issuer/register.ts';
import { SetupError } from '../errors.ts';
import { LogError } from '@kabina/log/errors';
import { ElectionError } from '@kabina/election/errors';
import { parseArgs } from 'node:util';

export interface Command {
  readonly name: string;
  readonly option: (name: string) => string;
  readonly optional: (name: string) => string | undefined;
  readonly all: (name: string) => readonly string[];
  readonly number: (name: string) => number;
}

/** Parses `COMMAND --name value …`; only the named options of a command are known. */
export function parseCommand(known: Readonly<Record<string, readonly string[]>>): Command {
  const [name = '', ...args] = process.argv.slice(2);
  const names = known[name];
  if (names === undefined) {
    throw new SetupError('command.unknown', `нужна команда: ${Object.keys(known).join(', ')}`);
  }
  return parseOptions(name, args, names);
}

/** Parses `--name value …`. An option may repeat; the last one counts, or all where many are asked for. */
export function parseOptions(
  name: string,
  args: readonly string[],
  names: readonly string[],
): Command {
  const options = Object.fromEntries(
    names.map((option) => [option, { type: 'string', multiple: true } as const]),
  );
  let values: Record<string, string[] | undefined>;
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new SetupError('command.options', (error as Error).message, error);
  }
  const optional = (option: string): string | undefined => values[option]?.at(-1);
  const option = (wanted: string): string => {
    const value = optional(wanted);
    if (value === undefined) throw new SetupError('command.options', `нужен параметр --${wanted}`);
    return value;
  };
  const number = (wanted: string): number => {
    const value = Number(option(wanted));
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new SetupError('command.options', `--${wanted}: нужно целое число`);
  };
  return { name, option, optional, all: (many) => values[many] ?? [], number };
}

export function readInput(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SetupError('command.file', `не читается файл ${path}`, error);
  }
}

export function readJson(path: string): unknown {
  try {
    return JSON.parse(readInput(path).toString('utf8'));
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError('command.json', `${path}: это не JSON`, error);
  }
}

/** Runs a command; a fault of set-up is told in a sentence, anything else with its stack. */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const known = [SetupError, RegisterError, ElectionError, LogError].some(
      (k) => error instanceof k,
    );
    if (known) {
      const { code, message } = error as SetupError;
      console.error(`${code}: ${message}`);
    } else {
      console.error(error);
    }
    process.exit(2);
  });
}

/** For faults while running. Requests' data never gets into these errors. */
export function reportFault(error: unknown): void {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const { cause } = error as { cause?: unknown };
  if (cause instanceof Error) console.error(`  ${cause.name}: ${cause.message}`);
}

/** Says `{"ready":true,"port":N}` on stdout and to the parent, and ends cleanly when told to. */
export function serveUntilStopped(port: number, close: () => Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        reportFault(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A parent that has died will send no signal.
  process.on('disconnect', stop);
  const ready = { ready: true, port };
  console.log(JSON.stringify(ready));
  process.send?.(ready);
}
