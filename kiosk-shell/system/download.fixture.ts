/**
 * A page under the policies that saves a file, as the pages save the sealed queue: prints, as JSON,
 * where such files are afterwards. `in` with a stick, `out` with an empty mount point that nobody can
 * write to. A program of its own, since it runs in a namespace of its own.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STICK } from './policies.ts';

const PORT = 8877;
const FILE = 'queue.kabina';
/** For a file that must not come, no event tells that it did not. */
const WAIT_MS = 5_000;
const PAGE = `<!doctype html><a download="${FILE}">save</a><script>
  const link = document.querySelector('a');
  link.href = URL.createObjectURL(new Blob(['queue']));
  link.click();
  fetch('/saved');
</script>`;

const home = await mkdtemp(join(tmpdir(), 'kabina-download-'));
await mkdir(STICK, { recursive: true });
if (process.argv[2] === 'out') {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', STICK]);
}
const saved = Promise.withResolvers<void>();
const server = createServer((request, response) => {
  if (request.url === '/saved') saved.resolve();
  response.setHeader('content-type', 'text/html').end(PAGE);
}).listen(PORT, '127.0.0.1');
const browser = spawn(
  'chromium',
  ['--headless', '--no-sandbox', `--user-data-dir=${home}/profile`, `http://127.0.0.1:${PORT}/`],
  { stdio: 'ignore', detached: true, env: { ...process.env, HOME: home } },
);

/** Wherever it may have gone: the stick, or the browser's home. */
async function files(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [STICK, home]) {
    for (const name of await readdir(folder, { recursive: true })) {
      if (name.endsWith(FILE)) found.push(join(folder, name));
    }
  }
  return found;
}

await saved.promise;
const end = Date.now() + WAIT_MS;
while ((await files()).length === 0 && Date.now() < end) await sleep(100);
process.stdout.write(JSON.stringify(await files()));
process.kill(-browser.pid!, 'SIGKILL');
server.closeAllConnections();
server.close();
await rm(home, { recursive: true, force: true, maxRetries: 5 });
