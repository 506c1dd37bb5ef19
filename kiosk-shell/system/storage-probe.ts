/**
 * Asks the browser itself whether it keeps what pages store: a new profile, the policies that are
 * installed, and a page of our own on the machine's fixed origin. No debugging protocol, which the
 * policies forbid and which could grant what is being asked.
 *
 *     unshare --net sh -c 'ip link set lo up && exec node storage-probe.ts PORT [USER]'
 *
 * In a network of its own the port is free although the agent has it outside. Prints one line of JSON,
 * {@link StorageFacts}; exits 1 where the browser told nothing. USER runs the browser; without one it
 * is whoever runs this, and root's has no sandbox.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StorageFacts {
  readonly origin: string;
  readonly secure: boolean;
  /** What `persist()` answered on its first call. */
  readonly persist: boolean;
  readonly persisted: boolean;
  /** Whether a strict write to IndexedDB completed and was read back. */
  readonly kept: boolean;
  /** Bytes. */
  readonly quota: number;
  readonly browser: string;
}

const LOOPBACK = '127.0.0.1';
/** An emulated machine's browser needs a minute to start. */
const GIVE_UP_MS = 240_000;

/** Runs in the browser: a script of its own, for what it is given is text. */
const PAGE_SCRIPT = `
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
async function keeps() {
  const opening = indexedDB.open('probe', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('items');
  const database = await done(opening);
  const writing = database.transaction('items', 'readwrite', { durability: 'strict' });
  writing.objectStore('items').put('kept', 'key');
  await new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
  return (await done(database.transaction('items').objectStore('items').get('key'))) === 'kept';
}
const persist = await navigator.storage.persist();
const facts = {
  origin: location.origin,
  secure: isSecureContext,
  persist,
  persisted: await navigator.storage.persisted(),
  kept: await keeps().catch(() => false),
  quota: (await navigator.storage.estimate()).quota,
  browser: navigator.userAgent,
};
await fetch('/facts', { method: 'POST', body: JSON.stringify(facts) });
`;

/** What the browser needs to be told where it has no screen; the policies are the installed ones. */
const FLAGS = ['--headless', '--disable-gpu', '--no-first-run', '--password-store=basic'];

function identity(user: string): { uid: number; gid: number } {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** @throws Error where the browser ended, or told nothing for minutes */
async function probeStorage(port: number, user?: string): Promise<StorageFacts> {
  const profile = await mkdtemp(join(tmpdir(), 'kabina-probe-'));
  const as = user === undefined ? undefined : identity(user);
  if (as !== undefined) await chown(profile, as.uid, as.gid);
  const told = Promise.withResolvers<StorageFacts>();
  const server = createServer((request, response) => {
    if (request.url === '/facts') {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        response.end();
        told.resolve(JSON.parse(body) as StorageFacts);
      });
    } else if (request.url === '/probe.js') {
      response.setHeader('content-type', 'text/javascript').end(PAGE_SCRIPT);
    } else {
      const page =
        '<!doctype html><title>Kabina</title><script type="module" src="/probe.js"></script>';
      response.setHeader('content-type', 'text/html').end(page);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, resolve);
  });
  const browser = spawn(
    'chromium',
    [
      ...FLAGS,
      ...(as === undefined ? ['--no-sandbox'] : []),
      `--user-data-dir=${profile}`,
      `http://${LOOPBACK}:${port}/`,
    ],
    { stdio: 'ignore', detached: true, env: { ...process.env, HOME: profile }, ...as },
  );
  browser.once('error', told.reject);
  browser.once('exit', () => told.reject(new Error('браузер закончился, ничего не ответив')));
  const timer = setTimeout(() => told.reject(new Error('браузер не ответил')), GIVE_UP_MS);
  try {
    return await told.promise;
  } finally {
    clearTimeout(timer);
    await end(browser);
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The browser and all its processes: it leads a group of its own. */
async function end(browser: ReturnType<typeof spawn>): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null) return;
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  process.kill(-browser.pid, 'SIGKILL');
  await gone;
}

if (import.meta.main) {
  try {
    const facts = await probeStorage(Number(process.argv[2]), process.argv[3]);
    process.stdout.write(`${JSON.stringify(facts)}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
