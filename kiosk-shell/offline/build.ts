/**
 * Vite's part of working without a network: once the pages are built, makes `service-worker.js`, which
 * takes them along, and `build.json`, against which the agent holds the files on its disk.
 *
 * Workbox's own build tools would bring Babel and Rollup along for a list of files that is needed here
 * anyway; its runtime modules alone are used.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { BUILD_LIST, encodeBuildList, listBuild } from '../agent/build-list.ts';
import { precacheEntries, type PrecacheEntry } from './precache.ts';

const WORKER = 'service-worker.js';

/**
 * In development there are no built files, and a worker that a build has left at this address would
 * show its old pages for ever: it is replaced by one that takes itself away.
 */
const FAREWELL = `
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) await caches.delete(name);
  await registration.unregister();
  for (const page of await clients.matchAll()) await page.navigate(page.url);
})()));
`;

/** @param pages folder in the build of each page, by its address */
export function offline(pages: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'kabina-offline',
    enforce: 'post',
    configureServer(server) {
      server.middlewares.use(`/${WORKER}`, (_request, response) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(FAREWELL);
      });
    },
    async writeBundle({ dir }) {
      if (dir === undefined) return;
      const entries = await precacheEntries(dir, await listBuild(dir), pages);
      await writeFile(join(dir, WORKER), await bundleWorker(entries));
      await writeFile(join(dir, BUILD_LIST), encodeBuildList(await listBuild(dir)));
    },
  };
}

/** One classic script: the worker's source, Workbox's modules and the list. */
async function bundleWorker(entries: readonly PrecacheEntry[]): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    define: {
      KABINA_PRECACHE: JSON.stringify(entries),
      // Without its development messages.
      'process.env.NODE_ENV': JSON.stringify('production'),
    },
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: fileURLToPath(new URL('./service-worker.ts', import.meta.url)),
        output: { format: 'iife', entryFileNames: WORKER },
      },
    },
  });
  const [chunk] = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  if (chunk?.type !== 'chunk') throw new Error('the service worker was not built');
  return chunk.code;
}
