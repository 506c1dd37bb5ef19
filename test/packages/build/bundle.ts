/**
 * The bundle for those who embed `<kabina-booth>` with a `<script type="module">` tag and build
 * nothing: `kabina.js`, and `kabina-worker.js` beside it. Both are to be served from the embedder's
 * own origin. Its third-party licences lie beside it too.
 */
import { join } from 'node:path';
import { decorators } from '@kabina/elements/build/decorators';
import { build } from 'vite';

const root = join(import.meta.dirname, '../../..');

/** Builds the bundle into the folder `out`, which is emptied first. */
export async function buildBundle(out: string): Promise<void> {
  await build({
    configFile: false,
    root,
    // Without it the worker's address would begin at the root of the embedder's site.
    base: './',
    logLevel: 'warn',
    plugins: [decorators()],
    build: {
      target: 'es2022',
      outDir: out,
      emptyOutDir: true,
      license: { fileName: 'LICENSES.md' },
      modulePreload: false,
      rolldownOptions: {
        input: join(root, 'packages/elements/src/bundle/kabina.ts'),
        output: { entryFileNames: 'kabina.js', codeSplitting: false },
      },
    },
    worker: {
      format: 'es',
      rolldownOptions: { output: { entryFileNames: 'kabina-worker.js', codeSplitting: false } },
    },
  });
}
