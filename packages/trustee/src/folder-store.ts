/**
 * Records as files in a folder of the trustee's own (mode 0700), written with fsync and rename; `add`
 * needs a file system with hard links (not FAT).
 */
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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

/** Makes or overwrites a file; its bytes are on the disk when this answers, its name need not be. */
async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a file a second name unless that name is taken: `link`, unlike `rename`, replaces nothing. */
async function linkIfFree(file: string, target: string): Promise<boolean> {
  try {
    await link(file, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
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
      await writeSynced(fresh, record);
      await rename(fresh, target);
      await syncFolder(parent);
    },
    async add(name, record) {
      const target = path(name);
      const parent = dirname(target);
      await mkdir(parent, { recursive: true, mode: 0o700 });
      // A name of its own: another process that adds must not write into the file that is linked.
      const fresh = `${target}.${crypto.randomUUID()}.new`;
      let added: boolean;
      try {
        await writeSynced(fresh, record);
        added = await linkIfFree(fresh, target);
      } finally {
        await rm(fresh, { force: true });
      }
      // Also when beaten: the other may not have come to it yet.
      await syncFolder(parent);
      return added;
    },
    async delete(name) {
      await rm(path(name), { force: true });
      await mkdir(dirname(path(name)), { recursive: true, mode: 0o700 });
      await syncFolder(dirname(path(name)));
    },
  };
}
