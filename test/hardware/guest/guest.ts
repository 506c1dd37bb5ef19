/**
 * A small QEMU guest that runs one program of this repository on the host's own files: same Node,
 * same Chromium, same `node_modules`, but with USB devices that the host does not have. Emulated
 * without KVM, so that it runs on any machine.
 *
 * The program and the test talk in lines over a virtio port: the program's reports are JSON objects
 * with a `kind` (`inside/line.ts`), the test's words to it are plain lines.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile, copyFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { initramfs } from './archive.ts';
import { CACHE, stockKernel, type Kernel } from './kernel.ts';

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** The stock kernel hangs in its own self-tests of cryptography on some emulated processors. */
const KERNEL_LINE =
  'console=ttyS0 loglevel=4 panic=-1 mitigations=off cryptomgr.notests tsc=reliable no_timer_check audit=0 selinux=0 apparmor=0';

export interface GuestOptions {
  /** Of the console's log. */
  readonly name: string;
  /** The TypeScript file that the guest runs, an absolute path. */
  readonly program: string;
  readonly args?: readonly string[];
  /** QEMU's arguments for the devices to be tested. The USB controller is `xhci`. */
  readonly devices?: readonly string[];
  /** MiB. A browser wants 3,072. */
  readonly memory?: number;
  /** For the whole life of the guest, ms. */
  readonly patience: number;
}

/** What the program in the guest says. */
export interface Report {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The guest did not boot, ended too early, or did not say in time what was waited for. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
  readonly code = 'guest.failed';
}

export class Guest {
  readonly #qemu: ChildProcess;
  readonly #line: Socket;
  readonly #folder: string;
  readonly #log: string;
  readonly #deadline: number;
  readonly #reports: Report[] = [];
  readonly #waiting = new Set<() => void>();
  #over: string | undefined;

  private constructor(
    qemu: ChildProcess,
    line: Socket,
    { folder, log, deadline }: { folder: string; log: string; deadline: number },
  ) {
    this.#qemu = qemu;
    this.#line = line;
    this.#folder = folder;
    this.#log = log;
    this.#deadline = deadline;
    createInterface({ input: line }).on('line', (text) => this.#hear(text));
    qemu.once('exit', (status, signal) => this.#end(`QEMU has ended (${status ?? signal})`));
  }

  /**
   * Boots, and answers once the program is about to start.
   *
   * @throws {GuestError}
   * @throws {KernelError} if there is no kernel
   */
  static async boot(options: GuestOptions): Promise<Guest> {
    const kernel = await stockKernel();
    const deadline = Date.now() + options.patience;
    const logs = join(CACHE, 'logs');
    await mkdir(logs, { recursive: true });
    const log = join(logs, `${options.name}.log`);
    const folder = await mkdtemp(join(tmpdir(), 'kabina-guest-'));
    const server = createServer();
    try {
      await prepareJob(folder, kernel, options);
      await new Promise<void>((resolve) => server.listen(join(folder, 'line'), resolve));
      // QEMU must not outlive a test that is killed.
      const command = ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64'];
      const qemu = spawn('setpriv', [...command, ...qemuArguments(folder, log, kernel, options)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const line = await connection(server, qemu);
      const guest = new Guest(qemu, line, { folder, log, deadline });
      try {
        await guest.report('booted');
      } catch (error) {
        await guest.stop();
        throw error;
      }
      return guest;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    } finally {
      server.close();
    }
  }

  /** Says a line to the program. */
  say(words: string): void {
    this.#line.write(`${words}\n`);
  }

  /**
   * The next report of a kind, whether it has come or will. Its fields are what the program writes:
   * both ends are this lab's own.
   *
   * @throws {GuestError}
   */
  async report<T extends object = object>(kind: string): Promise<Report & T> {
    for (;;) {
      const left = this.#deadline - Date.now();
      if (left <= 0) throw await this.#error(`the guest's time was over before "${kind}"`);
      const index = this.#reports.findIndex((report) => report.kind === kind);
      if (index >= 0) return this.#reports.splice(index, 1)[0] as Report & T;
      if (this.#over !== undefined) throw await this.#error(`${this.#over} before "${kind}"`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#waiting.add(wake);
      });
    }
  }

  /** Ends it at once: nothing in it is worth keeping. */
  async stop(): Promise<void> {
    this.#line.destroy();
    if (this.#qemu.exitCode === null && this.#qemu.signalCode === null) {
      const ended = new Promise((resolve) => this.#qemu.once('exit', resolve));
      this.#qemu.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #hear(text: string): void {
    let report: Report;
    try {
      report = JSON.parse(text) as Report;
    } catch {
      report = { kind: 'words', text };
    }
    this.#reports.push(report);
    if (report.kind === 'failed') this.#end(`the program in the guest failed: ${report['why']}`);
    if (report.kind === 'exit') this.#end(`the program has ended (status ${report['status']})`);
    this.#wake();
  }

  #end(why: string): void {
    this.#over ??= why;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #error(what: string): Promise<GuestError> {
    const console = await readFile(this.#log, 'utf8').catch(() => '');
    const last = console
      .trimEnd()
      .split('\n')
      .slice(-12)
      .map((line) => `\n  ${line.slice(0, 160)}`)
      .join('');
    return new GuestError(`${what}. Its console (${this.#log}) ended so:${last}`);
  }
}

/** Does the work, a second time if the guest itself failed: a busy machine may starve one. */
export async function twiceIfStarved(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GuestError)) throw error;
    console.error(`once more, because ${error.message}`);
    await work();
  }
}

/** `folder/job` is the guest's `/run/job`, `folder/initramfs` what it boots from. */
async function prepareJob(folder: string, kernel: Kernel, options: GuestOptions): Promise<void> {
  await mkdir(join(folder, 'job'));
  await copyFile(here('start'), join(folder, 'job/start'));
  const command = [process.execPath, options.program, ...(options.args ?? [])];
  await writeFile(join(folder, 'job/command'), `${command.map(quoted).join(' ')}\n`);
  const mountPoints = ['bin', 'dev', 'proc', 'sys', 'host', 'memory', 'root', 'modules'];
  const files = await Promise.all(
    kernel.modules.map(async (path) => ({
      path: `modules/${basename(path)}`,
      content: await readFile(path),
    })),
  );
  await writeFile(
    join(folder, 'initramfs'),
    initramfs([
      ...mountPoints.map((path) => ({ path })),
      { path: 'bin/busybox', content: await readFile('/bin/busybox'), executable: true },
      { path: 'init', content: await readFile(here('init')), executable: true },
      ...files,
    ]),
  );
}

function qemuArguments(
  folder: string,
  log: string,
  kernel: Kernel,
  options: GuestOptions,
): string[] {
  return [
    ['-nodefaults', '-no-reboot', '-display', 'none', '-monitor', 'none', '-nic', 'none'],
    ['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'Nehalem,+rdtscp', '-smp', '2'],
    ['-m', String(options.memory ?? 1024)],
    ['-kernel', kernel.image, '-initrd', join(folder, 'initramfs'), '-append', KERNEL_LINE],
    ['-serial', `file:${log}`],
    ['-device', 'virtio-rng-pci'],
    ['-device', 'virtio-serial-pci', '-chardev', `socket,id=line,path=${join(folder, 'line')}`],
    ['-device', 'virtserialport,chardev=line,name=kabina.line'],
    ['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ['-fsdev', `local,id=job,path=${join(folder, 'job')},security_model=none,multidevs=remap`],
    ['-device', 'virtio-9p-pci,fsdev=job,mount_tag=job'],
    ['-device', 'qemu-xhci,id=xhci'],
    options.devices ?? [],
  ].flat();
}

/** QEMU connects as it starts; if it does not start, says why. */
function connection(server: Server, qemu: ChildProcess): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let said = '';
    qemu.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    qemu.once('error', (error) => reject(new GuestError(`QEMU does not start: ${error.message}`)));
    qemu.once('exit', () => reject(new GuestError(`QEMU does not start: ${said.trim()}`)));
    server.once('connection', resolve);
  });
}

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
