import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('the README’s example runs', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(code);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--eval', code],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    },
  );
  assert.deepEqual(
    stdout.split('\n').sort(),
    [
      '',
      '-----BEGIN CMS-----',
      'cms.digest',
      'Иванова Анна Петровна gost3410-2012-256 good',
      'Ким Олег Андреевич ecdsa-p384 good',
    ],
    stderr,
  );
});
