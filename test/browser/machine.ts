/**
 * The training machine as a person starts it: `kiosk-shell/start/main.ts` as a child, read through
 * what it prints. One-time codes come over its console, as they would come to a telephone.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const MAIN = new URL('../../kiosk-shell/start/main.ts', import.meta.url).pathname;
/** A loaded machine of two cores makes the keys of ten processes. */
const PATIENCE_MS = 240_000;

/** Six ports in a row that nobody listens on: pages, box, registrar, observers, a kiosk, a desk. */
async function freePorts(): Promise<number> {
  for (let port = 9_300 + (process.pid % 100) * 6; port < 10_000; port += 6) {
    const free = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => isFree(port + n)));
    if (free.every(Boolean)) return port;
  }
  throw new Error('no six free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export class Machine {
  readonly url: string;
  readonly services: readonly string[];
  #child: ChildProcess;
  #printed = '';
  #waiting = new Set<() => void>();

  private constructor(port: number, args: readonly string[]) {
    this.url = `http://127.0.0.1:${port}`;
    this.services = [1, 2, 3].map((n) => `http://127.0.0.1:${port + n}`);
    this.#child = spawn(process.execPath, [MAIN, '--port', String(port), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    }
    this.#child.once('exit', (status) => this.#hear(`\nexit ${status}\n`));
  }

  static async start(...args: string[]): Promise<Machine> {
    const machine = new Machine(await freePorts(), args);
    await machine.printed(/Остановить: Ctrl\+C/);
    return machine;
  }

  #hear(text: string): void {
    this.#printed += text;
    for (const look of this.#waiting) look();
  }

  /** Everything printed so far. */
  get output(): string {
    return this.#printed;
  }

  /** Waits until something is printed after `from` (a length of {@link output}). */
  printed(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = (): void => {
        const text = this.#printed.slice(from);
        const found = pattern.exec(text);
        if (found !== null) {
          stop();
          resolve(found);
        } else if (/\nexit /.test(text)) {
          stop();
          reject(new Error(`the machine has stopped:\n${this.#printed}`));
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`never printed ${pattern}:\n${this.#printed}`));
      }, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }

  /** Origins of a station's machines, after `--station`. */
  get station(): { readonly kiosk: string; readonly desk: string } {
    const port = Number(new URL(this.url).port);
    return { kiosk: `http://127.0.0.1:${port + 4}`, desk: `http://127.0.0.1:${port + 5}` };
  }

  /** What the member at the station's desk types. */
  get deskCode(): string {
    return /код стола: (\S+)/.exec(this.#printed)![1]!;
  }

  /** The folder of the running election, with every party's secrets. */
  get folder(): string {
    return /npm run verify -- (\S+)\/board/.exec(this.#printed)![1]!;
  }

  /** Where the board is served. */
  get board(): string {
    return `${this.services[0]}/board/`;
  }

  get passphrase(): string {
    return /пароль комиссии: (\S+)/.exec(this.#printed)![1]!;
  }

  /** PIN of a member's training token. */
  pin(member: string): string {
    return new RegExp(`${member}: PIN-код (\\d{6})`).exec(this.#printed)![1]!;
  }

  /** What pairs a page with the machine's tokens, where a person types it. */
  get pairing(): string {
    return /Код сопряжения[^:]*: (\S+)/.exec(this.#printed)![1]!;
  }

  /** The one-time code that an issuer sends to a voter after `from`. */
  async code(login: string, issuer: 'registrar' | 'observers', from: number): Promise<string> {
    return (await this.printed(new RegExp(`${login} от ${issuer}: код (\\d{6})`), from))[1]!;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
