import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('the README’s example runs', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(code);
  const args = ['--input-type=module-typescript', '--eval', code];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  });
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines,
    [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, said]) => said),
    stderr,
  );
});
