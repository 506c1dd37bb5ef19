/**
 * The ballot box of the kiosk's faults: a process that dies where it is told or at any moment, and comes
 * back by itself on the same port and the same files.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PortalElection } from '@kabina/portal/test-election';

/** Requests per minute: the rigs of a test ask more than people do. */
export const NO_LIMIT = 1_000_000;
const BOX = new URL('../../packages/portal/src/cli/box.ts', import.meta.url).pathname;

/** Where it dies while it accepts ballots and publishes them, if it comes so far. */
export const BOX_POINTS = [
  'ballots.before-commit',
  'ballots.after-commit',
  'ballots.before-answer',
  'sequencer.before-append',
  'sequencer.after-append',
  'sequencer.before-publish',
  'sequencer.after-publish',
  'log.checkpoint/written',
];

export class BoxProcess {
  readonly #portal: PortalElection;
  #child: ChildProcess | undefined;
  #port = 0;
  /** The last of its starts: who asks while it comes back waits. */
  #starting: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Where the next starts will die, in turn. */
  #doom: string[] = [];
  kills = 0;

  private constructor(portal: PortalElection) {
    this.#portal = portal;
  }

  static async start(portal: PortalElection): Promise<BoxProcess> {
    const box = new BoxProcess(portal);
    box.#starting = box.#start();
    await box.#starting;
    return box;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async #start(): Promise<void> {
    const crashAt = this.#doom.shift();
    const { folder, board, witnessUrls } = this.#portal;
    const args = [
      ...['serve', '--state', join(folder, 'box'), '--board', board],
      ...['--port', String(this.#port), '--requests-per-minute', String(NO_LIMIT)],
      ...['--manifest-entry', join(folder, 'manifest-entry.cbor')],
      ...witnessUrls.flatMap((url) => ['--witness', url]),
    ];
    const env = { ...process.env, ...(crashAt === undefined ? {} : { KABINA_CRASH_AT: crashAt }) };
    const child = fork(BOX, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    const ended = once(child, 'exit');
    const ready = (once(child, 'message') as Promise<[{ port: number }]>).then(
      ([{ port }]) => (this.#port = port),
    );
    ready.catch(() => undefined);
    await Promise.race([ready, ended]);
    child.once('exit', () => {
      if (this.#stopped || this.#child !== child) return;
      this.kills += 1;
      this.#starting = this.#start();
    });
    // It may have died before it was ready, and not because it was told to end.
    const dead = child.exitCode !== null || child.signalCode !== null;
    if (dead && this.#child === child) {
      this.kills += 1;
      await this.#start();
    }
  }

  /**
   * Starts it anew, to die at this point of accepting or publishing; it comes back by itself, and then
   * dies at the next point, if there are more.
   * @param points `POINT#N`: the Nth time that it comes there
   */
  async dieAt(...points: readonly string[]): Promise<void> {
    await this.#starting;
    await this.#end('SIGTERM');
    this.#doom = [...points];
    this.#starting = this.#start();
    await this.#starting;
  }

  /** Resolves when it answers, for now. */
  async up(): Promise<void> {
    await this.#starting;
  }

  /** Kills it at this moment; it comes back by itself. */
  async kill(): Promise<void> {
    await this.#starting;
    this.#child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#starting;
    this.#stopped = true;
    await this.#end('SIGTERM');
  }

  /** Signed entries, in this order, whatever the box is going through. */
  async post(entries: readonly Uint8Array[]): Promise<void> {
    for (const entry of entries) {
      await this.#starting;
      const answer = await fetch(`${this.url}/entries`, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: Uint8Array.from(entry),
      });
      if (!answer.ok) throw new Error(await answer.text());
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
