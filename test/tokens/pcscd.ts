/**
 * A real pcscd with vpcd's virtual slots for a test: the one that runs on this machine, or one of
 * its own. A machine has one pcscd and two slots, so whoever holds it keeps all other test files and
 * commands waiting, by a lock that the kernel frees when its holder dies.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VPCD_PORT } from '@kabina/tokens/testing/vpcd';
import { missingDebianPackages } from '../runner/debian.ts';

const DAEMON = '/usr/sbin/pcscd';
/** The socket on which pcscd, or systemd for it, listens for programs. */
const PROGRAMS = '/run/pcscd/pcscd.comm';
const LOCK = join(tmpdir(), 'kabina-pcscd.lock');
const START_MS = 15_000;

/**
 * Holds the lock and, when a line comes, a pcscd, both until its input ends: that happens also when
 * the test's process is killed, so nothing is left behind.
 */
const KEEPER = `echo held
if read -r line; then
  ${DAEMON} --foreground 2>&1 & pid=$!
  cat >/dev/null
  kill $pid
  wait $pid
fi`;

/** Why no pcscd can be had on this machine, with what to do about it; undefined where it can. */
export function pcscdMissing(): string | undefined {
  if (process.platform !== 'linux') return 'vpcd and its pcscd are for Linux';
  const packages = missingDebianPackages(['pcscd', 'vsmartcard-vpcd']);
  if (packages.length > 0) return `install the Debian packages ${packages.join(', ')}`;
  if (process.getuid?.() !== 0 && !existsSync(PROGRAMS)) {
    return 'pcscd does not run: start it (systemctl start pcscd), or run this as root';
  }
  return undefined;
}

/** pcscd, running, and this machine's slots for this process alone. */
export class Pcscd {
  readonly #keeper: ChildProcess;
  readonly #program: Socket | undefined;

  private constructor(keeper: ChildProcess, program: Socket | undefined) {
    this.#keeper = keeper;
    this.#program = program;
  }

  /**
   * Waits until nobody else has the slots, then until pcscd has them open.
   *
   * @throws where `pcscdMissing` names a reason, or pcscd does not come up within 15 seconds
   */
  static async open(): Promise<Pcscd> {
    const missing = pcscdMissing();
    if (missing !== undefined) throw new Error(missing);
    const keeper = spawn('flock', [LOCK, 'sh', '-c', KEEPER], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    keeper.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => (said = (said + text).slice(-2000)));
    await once(keeper.stdout, 'data');
    // A program that is connected keeps a pcscd that systemd has started from ending when idle.
    const program = await connected();
    const pcscd = new Pcscd(keeper, program);
    if (program === undefined) keeper.stdin.write('start\n');
    for (const end = performance.now() + START_MS; !(await vpcdListens()); await sleep(50)) {
      if (performance.now() < end) continue;
      await pcscd.close();
      throw new Error(`pcscd does not open vpcd's slots; it says: ${said}`);
    }
    return pcscd;
  }

  /** Ends the pcscd that was started and frees the slots. */
  async close(): Promise<void> {
    this.#program?.destroy();
    if (this.#keeper.exitCode !== null || this.#keeper.signalCode !== null) return;
    const ended = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await ended;
  }
}

/** A connection to the pcscd that runs, if one does. */
async function connected(): Promise<Socket | undefined> {
  const socket = connect(PROGRAMS);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** Asked of the kernel: a connection would be a card. */
async function vpcdListens(): Promise<boolean> {
  const sockets = await readFile('/proc/net/tcp', 'utf8');
  const port = VPCD_PORT.toString(16).toUpperCase();
  return new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} \\S+ 0A `, 'm').test(sockets);
}
