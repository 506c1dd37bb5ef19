/**
 * Child processes of one election on one machine: each party of the protocol is a process of its
 * own with its own state folder, as it would be on a machine of its own.
 *
 * A child says `{"ready":true,"port":N}` over the process channel when it serves. Secrets
 * (passphrases) go to a child over the same channel, never in its arguments or environment, where
 * other users of the machine could read them.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a child says about itself once it serves. */
export interface Ready {
  readonly ready: true;
  readonly port?: number;
}

export interface Party {
  /** For people: `registrar`, `trustee 3`. */
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
}

export interface StartOptions {
  readonly name: string;
  /** Path of the command's file. */
  readonly file: string;
  readonly args: readonly string[];
  /** Sent to the child first of all, over the process channel. */
  readonly secret?: unknown;
  /** Every further message of the child (one-time codes, for instance). */
  readonly onMessage?: (message: unknown) => void;
}

/** A child did not get as far as serving. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code = 'start.party-failed';
}

/** A loaded machine starts a dozen processes slowly, and scrypt takes its time in each holder's. */
const PATIENCE_MS = 240_000;

/** Those that still run: none of them outlives this process, however it ends. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill();
});

function forkChild(file: string, args: readonly string[]): ChildProcess {
  // What a party says to its parent goes over the channel; its diagnostics to standard error.
  const child = fork(file, [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a party and waits until it serves. Throws {@link StartError} if it ends or stays silent. */
export async function startParty(options: StartOptions): Promise<Party> {
  const child = forkChild(options.file, options.args);
  if (options.secret !== undefined) child.send({ secret: options.secret });
  const ready = await new Promise<Ready>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new StartError(`${options.name} did not start in time`));
    }, PATIENCE_MS);
    child.on('message', (message: unknown) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) {
        clearTimeout(timer);
        resolve(message as Ready);
      } else options.onMessage?.(message);
    });
    child.once('exit', (status) => {
      clearTimeout(timer);
      reject(new StartError(`${options.name} ended with status ${status}`));
    });
  });
  const port = ready.port ?? 0;
  return { name: options.name, child, port, url: `http://127.0.0.1:${port}` };
}

/** Runs a command of a party to its end. Throws {@link StartError} unless it exits with 0. */
export async function runParty(name: string, file: string, args: readonly string[]): Promise<void> {
  const child = forkChild(file, args);
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new StartError(`${name} ended with status ${status}`);
}

/** Asks a party to end, and makes it end after five seconds. */
export async function stopParty(party: Party): Promise<void> {
  if (party.child.exitCode !== null || party.child.signalCode !== null) return;
  const ended = once(party.child, 'exit');
  party.child.kill('SIGTERM');
  const timer = setTimeout(() => party.child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
