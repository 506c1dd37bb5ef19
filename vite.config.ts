/**
 * The pages of the commission's hardware and of the observer. The root is the project's own folder,
 * so that pages in different rooms are built together and share what they have in common.
 */
import { defineConfig } from 'vite';

const page = (path: string): string => new URL(`./${path}/index.html`, import.meta.url).pathname;

export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  base: './',
  appType: 'mpa',
  build: {
    target: 'es2022',
    outDir: 'dist/pages',
    emptyOutDir: true,
    // The policy allows no inline script: Vite's polyfill would be one.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        terminal: page('kiosk-shell/terminal'),
        office: page('kiosk-shell/office'),
        trustee: page('kiosk-shell/trustee'),
        portal: page('kiosk-shell/portal-page'),
        observer: page('packages/observer/page'),
      },
    },
  },
  worker: { format: 'es' },
});
