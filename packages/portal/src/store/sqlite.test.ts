/** The SQLite drivers pass the conformance suite; and what is particular to SQLite files. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { anonymousStoreConformance, identifiedStoreConformance } from './conformance.ts';
import { stationStoreConformance } from './conformance-stations.ts';
import { SqliteAnonymousStore } from './sqlite-anonymous.ts';
import { SqliteIdentifiedStore } from './sqlite-identified.ts';

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-store-'));
  folders.push(folder);
  return folder;
}
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

identifiedStoreConformance(
  'sqlite identified',
  async (place) => new SqliteIdentifiedStore(join(place, 'issuer.sqlite')),
  newFolder,
);
stationStoreConformance(
  'sqlite stations',
  async (place) => new SqliteIdentifiedStore(join(place, 'issuer.sqlite')),
  newFolder,
);
anonymousStoreConformance(
  'sqlite anonymous',
  async (place) => new SqliteAnonymousStore(join(place, 'box.sqlite')),
  newFolder,
);

test('sqlite: files are private, freed bytes are overwritten, no write-ahead log stays', async () => {
  const folder = await newFolder();
  const path = join(folder, 'box.sqlite');
  const store = new SqliteAnonymousStore(path);
  const entry = Buffer.from('a canary that must not stay in the file'.repeat(200));
  const leaf = new Uint8Array(32).fill(7);
  const permit = new Uint8Array(32).fill(8);
  await store.acceptBallots([
    { permit, revision: 0, contest: 'mayor', core: permit, leaf, promise: leaf, entry },
  ]);
  await store.leavePool([leaf]);
  await store.close();
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await readFile(path)).includes('canary'), false);
  await assert.rejects(stat(`${path}-wal`), { code: 'ENOENT' });
});
