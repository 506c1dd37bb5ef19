/**
 * The pages of the commission's hardware and of the observer. The root is the project's own folder,
 * so that pages in different rooms are built together and share what they have in common.
 */
import { existsSync } from 'node:fs';
import { decorators } from '@kabina/elements/build/decorators';
import { defineConfig } from 'vite';
import { offline } from './kiosk-shell/offline/build.ts';
import { OFFLINE_PAGES, PAGES } from './kiosk-shell/start/pages.ts';

const at = (path: string): string => new URL(`./${path}`, import.meta.url).pathname;

/** Those that are there: the file's own name in the build comes from its key. */
const pages: Record<string, string> = {};
for (const [name, folder] of [
  ['terminal', 'kiosk-shell/terminal'],
  ['desk', 'kiosk-shell/desk'],
  ['technician', 'kiosk-shell/technician'],
  ['office', 'kiosk-shell/office'],
  ['trustee', 'kiosk-shell/trustee'],
  ['portal', 'kiosk-shell/portal-page'],
  ['observer', 'packages/observer/page'],
] as const) {
  const page = at(`${folder}/index.html`);
  if (existsSync(page)) pages[name] = page;
}

export default defineConfig({
  root: at(''),
  base: './',
  appType: 'mpa',
  plugins: [
    decorators(),
    offline(
      Object.fromEntries(OFFLINE_PAGES.map((address) => [address, PAGES[address] as string])),
    ),
  ],
  optimizeDeps: {
    // Workers too: a dependency found only when a page runs would make Vite load the page again.
    entries: [
      ...Object.values(pages),
      at('kiosk-shell/common/booth-worker.ts'),
      at('kiosk-shell/technician/trial-worker.ts'),
      at('packages/observer/page/audit-worker.ts'),
      at('packages/observer/page/check-worker.ts'),
    ],
  },
  build: {
    target: 'es2022',
    outDir: 'dist/pages',
    emptyOutDir: true,
    // The policy allows no inline script: Vite's polyfill would be one.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: { input: pages },
  },
  worker: { format: 'es', plugins: () => [decorators()] },
});
