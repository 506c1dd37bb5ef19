// How many items lie in a queue, counted in its database as it is: for whoever looks at a machine whose
// queue has stopped, or is another page's. It takes no lock, opens no item and changes nothing.

import { openDatabase } from './database.ts';

export interface ItemCounts {
  readonly waiting: number;
  readonly quarantined: number;
}

/** Undefined where there is no such queue, or it can't be read. `database` as in `OutboxOptions`. */
export async function countItems(database: string): Promise<ItemCounts | undefined> {
  const missing = (): never => {
    throw new Error('no such queue');
  };
  try {
    const db = await openDatabase(database, { missing, closed: () => undefined });
    try {
      const transaction = db.transaction(['items', 'quarantine']);
      const [waiting, quarantined] = await Promise.all([
        transaction.objectStore('items').count(),
        transaction.objectStore('quarantine').count(),
      ]);
      return { waiting, quarantined };
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}
