/**
 * GnuPG's smartcard daemon on the other end of a pipe, asked in the Assuan protocol: a line each
 * way, `OK`, `ERR`, `D` with percent-escaped data, `S` with a status, `INQUIRE` for what it needs.
 * Source: https://www.gnupg.org/documentation/manuals/gnupg/Scdaemon-Commands.html
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export const SCDAEMON = '/usr/lib/gnupg/scdaemon';

export interface ScdaemonAnswer {
  readonly ok: boolean;
  readonly data: Uint8Array;
  /** The lines that began with `S`, without it. */
  readonly status: readonly string[];
  /** The closing line. */
  readonly line: string;
}

export class Scdaemon {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    // Bytes as they are: data between the escapes is not text.
    const input = child.stdout.setEncoding('latin1');
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** @param home an empty folder for GnuPG's files */
  static async start(home: string, reader: string): Promise<Scdaemon> {
    const args = ['--server', '--homedir', home, '--disable-ccid', '--reader-port', reader];
    const child = spawn(SCDAEMON, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const daemon = new Scdaemon(child);
    await daemon.#answer();
    return daemon;
  }

  /** @param pin what is answered when it asks for one */
  ask(command: string, pin?: string): Promise<ScdaemonAnswer> {
    this.#child.stdin.write(`${command}\n`);
    return this.#answer(pin);
  }

  async #answer(pin?: string): Promise<ScdaemonAnswer> {
    const data: Uint8Array[] = [];
    const status: string[] = [];
    for (;;) {
      const next = await this.#lines.next();
      const line = next.done === true ? 'ERR scdaemon has ended' : next.value;
      const [word] = line.split(' ', 1);
      if (word === 'D') data.push(unescaped(line.slice(2)));
      else if (word === 'S') status.push(line.slice(2));
      else if (word === 'INQUIRE') {
        this.#child.stdin.write(pin === undefined ? 'CAN\n' : `D ${pin}%00\nEND\n`);
      } else if (word === 'OK' || word === 'ERR') {
        return { ok: word === 'OK', data: Buffer.concat(data), status, line };
      }
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}

function unescaped(line: string): Uint8Array {
  const text = line.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(text, 'latin1');
}
