/**
 * `npm run build`: what leaves this folder, in `dist/`. The publishable packages, the pages of the
 * commission's hardware and of the observer, and the bundle for a `<script type="module">` tag.
 * `npm run build -- packages|pages|isolated|bundle…` builds only what is named.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { buildIsolatedApp } from '@kabina/kiosk-shell/isolated/build';
import { buildBundle } from './bundle.ts';
import { buildPackages } from './packages.ts';

const root = join(import.meta.dirname, '../../..');
const dist = join(root, 'dist');

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const PARTS: Readonly<Record<string, () => Promise<void> | void>> = {
  packages() {
    for (const { folder } of buildPackages(join(dist, 'packages'))) {
      console.log(relative(root, folder));
    }
  },
  async pages() {
    await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
    for (const page of readdirSync(join(dist, 'pages'), { recursive: true, encoding: 'utf8' })) {
      if (page.endsWith('.html')) console.log(join('dist/pages', page));
    }
  },
  async isolated() {
    await buildIsolatedApp(join(dist, 'isolated'));
    console.log('dist/isolated/index.html');
  },
  async bundle() {
    const out = join(dist, 'bundle');
    await buildBundle(out);
    for (const file of readdirSync(out).filter((name) => name.endsWith('.js'))) {
      const bytes = readFileSync(join(out, file));
      const small = kilobytes(gzipSync(bytes).length);
      console.log(`dist/bundle/${file}: ${kilobytes(bytes.length)}, gzip ${small}`);
    }
  },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`npm run build -- [${Object.keys(PARTS).join('|')}]…, not ${unknown.join(', ')}`);
  process.exit(2);
}
try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (names.length === 0 || names.includes(name)) await part();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
