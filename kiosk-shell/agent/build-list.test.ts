import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBuild } from './build-list.ts';

test('pages that were never built are no build, and no failure of the report', async () => {
  const nowhere = join(tmpdir(), `kabina-no-build-${process.pid}`);
  assert.deepEqual(await checkBuild(nowhere), { id: null, files: 0, changed: 0 });
});
