/**
 * Builds the isolated app: a folder that is an origin of its own, with its manifest in
 * `/.well-known/`. `node kiosk-shell/isolated/build.ts [FOLDER]`, or `dist/isolated`.
 */
import { decorators } from '@kabina/elements/build/decorators';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const here = new URL('.', import.meta.url).pathname;

export async function buildIsolatedApp(folder: string): Promise<void> {
  await build({
    root: here,
    configFile: false,
    base: './',
    logLevel: 'warn',
    plugins: [decorators()],
    build: {
      target: 'es2022',
      outDir: folder,
      emptyOutDir: true,
      // The policy allows no inline script: Vite's polyfill would be one.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildIsolatedApp(
    process.argv[2] ?? new URL('../../dist/isolated', import.meta.url).pathname,
  );
}
