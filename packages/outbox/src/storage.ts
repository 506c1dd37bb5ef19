// Whether the browser will keep what is put into it. Without persistence Chromium deletes an origin's
// data when the disk runs low (Storage Standard, section 6); a queue of ballots must not begin there.
// Plain Chromium refuses `persist()`; on a kiosk a managed policy grants it.

import { deleteDB, openDB } from 'idb';
import { OutboxError, storageError } from './errors.ts';

const TRIAL = 'kabina-outbox-trial';
/** Pieces that stay inside of the database's own files. */
const PIECE = 60_000;
const PIECES_AT_MOST = 64;

/**
 * Resolves when this origin's storage is persistent and `need` more bytes fit into it now: they, or
 * the first 3.8 million of them, are written and deleted again, because Chromium's `estimate()`
 * promises every page ten gibibytes, whatever its quota and the disk are. Throws `storage.not-kept`
 * when the browser doesn't grant persistence, `outbox.full` when the room isn't there,
 * `storage.failed` when the browser can't say or can't write, as on a disk without a free block.
 */
export async function assureStorage({ need }: { readonly need: number }): Promise<void> {
  // Missing outside of a secure context.
  const storage = (navigator as { readonly storage?: StorageManager }).storage;
  if (storage === undefined) {
    throw new OutboxError('storage.not-kept', 'not a secure context: nothing is kept');
  }
  try {
    if (!((await storage.persisted()) || (await storage.persist()))) {
      throw new OutboxError('storage.not-kept', 'persistent storage is not granted');
    }
    const { quota = 0, usage = 0 } = await storage.estimate();
    if (quota - usage < need) {
      throw new OutboxError('outbox.full', `${need} bytes needed, ${quota - usage} left`);
    }
    await tryWriting(need);
  } catch (cause) {
    throw storageError('keep as much as is needed', cause);
  }
}

async function tryWriting(need: number): Promise<void> {
  const db = await openDB(TRIAL, 1, { upgrade: (fresh) => fresh.createObjectStore('pieces') });
  try {
    const trial = db.transaction('pieces', 'readwrite', { durability: 'strict' });
    const pieces = Math.min(Math.ceil(need / PIECE), PIECES_AT_MOST);
    const puts = Array.from({ length: pieces }, (_, n) => {
      // Random, or the browser would compress it.
      const bytes = new Uint8Array(Math.min(PIECE, need - n * PIECE));
      return trial.store.put(crypto.getRandomValues(bytes), n);
    });
    await Promise.all([...puts, trial.done]).catch((cause: unknown) => {
      throw trial.error ?? cause;
    });
  } finally {
    db.close();
    await deleteDB(TRIAL);
  }
}
