/** The pages that are opened in the guest: the kiosk's isolated app, and the lab's own below it. */
import { join } from 'node:path';
import { buildIsolatedApp } from '@kabina/kiosk-shell/isolated/build';
import { build } from 'vite';
import { CACHE } from './guest/kernel.ts';

export const PAGES = join(CACHE, 'pages');

export async function buildPages(): Promise<void> {
  await buildIsolatedApp(PAGES);
  await build({
    root: new URL('pages', import.meta.url).pathname,
    configFile: false,
    base: './',
    logLevel: 'warn',
    build: {
      target: 'es2022',
      outDir: join(PAGES, 'lab'),
      emptyOutDir: true,
      modulePreload: { polyfill: false },
    },
  });
}
