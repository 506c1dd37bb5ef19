/** Other people's programs that drive a card or judge a signature, run by a test. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Outcome {
  readonly status: number;
  readonly stdout: Uint8Array;
  /** Both outputs as text, in the order in which they came. */
  readonly said: string;
}

/** A program that hangs on a card is a fault, not a reason to hang too. */
const PATIENCE_MS = 60_000;

/** Runs a program to its end. Never rejects: its exit status is the outcome. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      timeout: PATIENCE_MS,
    });
    const stdout: Uint8Array[] = [];
    let said = '';
    const hear = (data: Uint8Array): void => void (said += Buffer.from(data).toString());
    child.stdout.on('data', (data: Uint8Array) => (stdout.push(data), hear(data)));
    child.stderr.on('data', hear);
    // Who does not read its input closes it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    child.on('error', (error) =>
      resolve({ status: -1, stdout: new Uint8Array(), said: error.message }),
    );
    child.on('close', (status) =>
      resolve({ status: status ?? -1, stdout: Buffer.concat(stdout), said }),
    );
  });
}

/** A folder for a test's files, and what is written into it. */
export class Folder {
  readonly path: string;
  private constructor(path: string) {
    this.path = path;
  }
  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'kabina-')));
  }
  at(name: string): string {
    return join(this.path, name);
  }
  async write(name: string, bytes: Uint8Array | string): Promise<string> {
    await writeFile(this.at(name), bytes, { mode: 0o600 });
    return this.at(name);
  }
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
