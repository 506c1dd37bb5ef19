/** Records as files in a folder of the trustee's own (mode 0700), written with fsync and rename. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrusteeStore } from './store.ts';

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function folderStore(folder: string): TrusteeStore {
  const path = (name: string): string => join(folder, ...name.split('/'));
  return {
    async get(name) {
      try {
        return new Uint8Array(await readFile(path(name)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async put(name, record) {
      const target = path(name);
      const parent = dirname(target);
      await mkdir(parent, { recursive: true, mode: 0o700 });
      // A crash before the rename leaves the old record and a stray file, never half a record.
      const fresh = `${target}.new`;
      const handle = await open(fresh, 'w', 0o600);
      try {
        await handle.writeFile(record);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, target);
      await syncFolder(parent);
    },
    async delete(name) {
      await rm(path(name), { force: true });
      await mkdir(dirname(path(name)), { recursive: true, mode: 0o700 });
      await syncFolder(dirname(path(name)));
    },
  };
}
