/** What a page pays for tokens: every road and every card, without the signatures on documents. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const PARTS = ['usb-readers', 'hid-readers', 'smart-card-readers', 'agent-readers', 'find-card'];
/** Bytes, minified and compressed. */
const MOST = 40_000;

test('all roads to a card and all cards fit into 40 kB', async () => {
  const contents = PARTS.map((part, i) => `export * as part${i} from '@kabina/tokens/${part}';`);
  const { outputFiles, metafile } = await build({
    stdin: { contents: contents.join('\n'), resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, write: false, metafile: true },
    ...{ format: 'esm', target: 'es2022', platform: 'browser' },
  });
  const size = gzipSync(outputFiles[0]!.contents).length;
  assert.ok(size < MOST, `${size} bytes`);
  const inputs = Object.keys(metafile.inputs);
  const foreign = inputs.filter((path) => /asn1|packages\/(?!tokens)|pcsc-mini/.test(path));
  assert.deepEqual(foreign, []);
});
