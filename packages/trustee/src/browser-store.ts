/** Records in IndexedDB, for a trustee's seat in a page; strict durability. */
import { openDB } from 'idb';
import type { TrusteeStore } from './store.ts';

const STORE = 'records';

export async function browserStore(database: string): Promise<TrusteeStore> {
  const db = await openDB(database, 1, {
    upgrade(upgrading) {
      upgrading.createObjectStore(STORE);
    },
  });
  return {
    async get(name) {
      return (await db.get(STORE, name)) as Uint8Array | undefined;
    },
    async put(name, record) {
      const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      await transaction.store.put(record, name);
      await transaction.done;
    },
    async add(name, record) {
      // Transactions that write to one object store run one after another, over all tabs.
      const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      const free = (await transaction.store.getKey(name)) === undefined;
      if (free) await transaction.store.add(record, name);
      await transaction.done;
      return free;
    },
    async delete(name) {
      const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      await transaction.store.delete(name);
      await transaction.done;
    },
  };
}
