/**
 * What stands around the page of the outbox's faults: its server, which keeps the journal on the disk
 * and notes what the page was told; the receiver, a process of its own; and Chromium with a profile
 * on the disk, to be killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { FLAGS, launchPersistent } from '../browser/chromium.ts';
import type { Rig } from './outbox-page.ts';
import type { Mode } from './outbox-receiver.ts';

const CHROMIUM = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
export const NO_CHROMIUM = existsSync(CHROMIUM) ? false : 'no Chromium';

const PATIENCE_MS = 60_000;

interface JournalRecord {
  readonly committed: string | null;
  readonly prepared: string | null;
}

/** What the page has said since the last start of a browser. */
export interface Opened {
  readonly code: string;
  readonly held: readonly { readonly key: string; readonly sha: string }[];
}

let bundled: Promise<string> | undefined;

function bundle(): Promise<string> {
  bundled ??= build({
    entryPoints: [join(import.meta.dirname, 'outbox-page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundled;
}

/** The receiving process; it may be killed and started anew on the same port and database. */
export class Receiver {
  readonly port: number;
  readonly publicKey: string;
  readonly #file: string;
  #child: ChildProcess;

  private constructor(child: ChildProcess, file: string, port: number, publicKey: string) {
    this.#child = child;
    this.#file = file;
    this.port = port;
    this.publicKey = publicKey;
  }

  static async #spawn(port: number, file: string): Promise<[ChildProcess, string]> {
    const main = join(import.meta.dirname, 'outbox-receiver.ts');
    const child = spawn(process.execPath, ['--no-warnings', main, String(port), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return [child, line];
  }

  static async start(file: string): Promise<Receiver> {
    const [child, line] = await Receiver.#spawn(0, file);
    const { port, publicKey } = JSON.parse(line) as { port: number; publicKey: string };
    return new Receiver(child, file, port, publicKey);
  }

  async misbehave(mode: Mode): Promise<void> {
    await fetch(`http://127.0.0.1:${this.port}/mode`, { method: 'POST', body: mode });
  }

  /** SHA-256 of each item, with the number of times that it came. */
  async received(): Promise<Map<string, number>> {
    const response = await fetch(`http://127.0.0.1:${this.port}/received`);
    const rows = (await response.json()) as { sha: string; times: number }[];
    return new Map(rows.map(({ sha, times }) => [sha, times]));
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async restart(): Promise<void> {
    [this.#child] = await Receiver.#spawn(this.port, this.#file);
  }
}

export class Lab {
  readonly folder: string;
  readonly receiver: Receiver;
  /** Key of each item that the page meant to put, to the SHA-256 of its bytes. */
  readonly planned = new Map<string, string>();
  /** Keys whose `put` has resolved. */
  readonly acked = new Set<string>();
  readonly failures: string[] = [];
  /** Called when the page has opened its outbox, or couldn't. */
  onOpened: (opened: Opened) => void = () => undefined;
  /** Called when the page holds still at the point that it was told. */
  onPoint: () => void = () => undefined;
  /** Called with the marks that the page sets around its writes. */
  onTimed: (mark: string) => void = () => undefined;
  readonly #server = createServer((request, response) => {
    this.#answer(request).then(
      (answer) => answer !== undefined && response.end(answer),
      () => response.writeHead(404).end(),
    );
  });

  private constructor(folder: string, receiver: Receiver) {
    this.folder = folder;
    this.receiver = receiver;
  }

  static async make(): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), 'kabina-outbox-'));
    const receiver = await Receiver.start(join(folder, 'received.sqlite'));
    const lab = new Lab(folder, receiver);
    await new Promise<void>((resolve) => lab.#server.listen(0, '127.0.0.1', resolve));
    return lab;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.receiver.kill();
    await rm(this.folder, { recursive: true });
  }

  get profile(): string {
    return join(this.folder, 'profile');
  }

  /** IndexedDB belongs to host and port: every start of this lab has the same. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  url(parameters: Readonly<Record<string, string>> = {}, boxPort = this.receiver.port): string {
    const query = new URLSearchParams({
      box: `http://127.0.0.1:${boxPort}`,
      key: Buffer.from(this.receiver.publicKey, 'base64url').toString('hex'),
      ...parameters,
    });
    return `${this.origin}/?${query.toString()}`;
  }

  async journal(): Promise<JournalRecord> {
    try {
      return JSON.parse(await readFile(join(this.folder, 'journal'), 'utf8')) as JournalRecord;
    } catch {
      return { committed: null, prepared: null };
    }
  }

  /** Durable and whole, as the agent's: a file beside it, fsync, rename, fsync of the folder. */
  async writeJournal(record: JournalRecord): Promise<void> {
    const path = join(this.folder, 'journal');
    const file = await open(`${path}.new`, 'w');
    await file.writeFile(JSON.stringify(record));
    await file.sync();
    await file.close();
    await rename(`${path}.new`, path);
    const folder = await open(this.folder);
    await folder.sync();
    await folder.close();
  }

  async #answer(request: IncomingMessage): Promise<string | undefined> {
    const path = (request.url ?? '/').split('?')[0]!;
    if (path === '/') {
      return `<!doctype html><meta charset="utf-8"><script type="module">${await bundle()}</script>`;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const told = (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
    const { committed, prepared } = await this.journal();
    if (path === '/journal/read') return JSON.stringify({ committed, prepared });
    if (path === '/journal/prepare') {
      await this.writeJournal({ committed, prepared: told['digest']! });
    } else if (path === '/journal/commit') {
      await this.writeJournal({ committed: prepared, prepared });
    } else if (path === '/planned') this.planned.set(told['key']!, told['sha']!);
    else if (path === '/acked') this.acked.add(told['key']!);
    else if (path === '/failed') this.failures.push(told['code']!);
    else if (path === '/opened') this.onOpened(told as unknown as Opened);
    else if (path === '/timed') this.onTimed(told['mark']!);
    else if (path.startsWith('/point/')) {
      this.onPoint();
      return undefined;
    } else throw new Error(path);
    return '{}';
  }
}

/** Chromium as a process of its own group, so that one signal ends all of it. */
export class Victim {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(profile: string, url: string, wrapper: readonly string[] = []) {
    const [command = CHROMIUM, ...args] = [
      ...wrapper,
      CHROMIUM,
      ...FLAGS,
      '--headless=new',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      url,
    ];
    this.#child = spawn(command, args, { detached: true, stdio: 'ignore' });
    this.#ended = once(this.#child, 'exit');
  }

  /** Waits for what the page is to say; the browser is killed then, or when nothing comes. */
  async until(said: Promise<unknown>, what: string): Promise<void> {
    const late = new AbortController();
    const patience = sleep(PATIENCE_MS, undefined, { signal: late.signal });
    try {
      await Promise.race([
        said,
        patience.then(() => {
          throw new Error(what);
        }),
      ]);
    } finally {
      late.abort();
      await this.kill();
    }
  }

  async kill(): Promise<void> {
    process.kill(-this.#child.pid!, 'SIGKILL');
    await this.#ended;
  }
}

/** A browser that a test drives, over a profile on the disk. */
export async function drive(
  profile: string,
  url: string,
): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  await mkdir(profile, { recursive: true });
  const context = await launchPersistent(profile);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(url);
  return { context, page };
}

/** What a page offers to its test in `globalThis.rig`. */
type Methods<R> = Readonly<Record<keyof R, (...args: never[]) => unknown>>;

/** A way to call the methods of a page's rig. */
export function rigCall<R extends Methods<R>>(): <K extends keyof R>(
  page: Page,
  name: K,
  ...args: Parameters<R[K]>
) => Promise<Awaited<ReturnType<R[K]>>> {
  return (page, name, ...args) =>
    page.evaluate(
      ([method, given]) =>
        (globalThis as unknown as { rig: Record<string, (...all: unknown[]) => unknown> }).rig[
          method as string
        ]!(...(given as unknown[])),
      [name, args] as const,
    ) as Promise<Awaited<ReturnType<R[typeof name]>>>;
}

export const call = rigCall<Rig>();
