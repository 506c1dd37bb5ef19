/** The import allowlist is itself tested: a planted import must be found, and the house must be clean. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { forbiddenImports } from './check.ts';

describe('the import allowlist', () => {
  let planted: string;
  before(async () => {
    planted = await mkdtemp('packages/crypto/src/planted-');
  });
  after(async () => {
    await rm(planted, { recursive: true });
  });

  it('finds an import of another room, a type-only one, and one that climbs over the wall', async () => {
    await writeFile(`${planted}/value.ts`, `import '@kabina/log/merkle';\n`);
    await writeFile(
      `${planted}/type.test.ts`,
      `import type { Manifest } from '@kabina/election/manifest';\nexport type M = Manifest;\n`,
    );
    await writeFile(`${planted}/wall.ts`, `import '../../../log/src/merkle.ts';\n`);
    const found = (await forbiddenImports([planted])).join('\n');
    assert.match(found, /value\.ts → packages\/log\/src\/merkle\.ts \(room:packages\/crypto\)/);
    assert.match(found, /type\.test\.ts → packages\/election\/.* \(room:packages\/crypto\)/);
    assert.match(found, /wall\.ts → packages\/log\/.* \(door\)/);
  });
});
