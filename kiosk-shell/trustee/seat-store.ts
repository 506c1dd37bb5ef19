/**
 * Where a seat's records lie in this browser: one database for a seat. Records of an election that
 * has ended are thrown away before a seat is taken anew: its keys may never serve twice.
 */
import { browserStore } from '@kabina/trustee/browser-store';
import type { TrusteeStore } from '@kabina/trustee/store';
import { vaultGuard } from '@kabina/trustee/vault';

/** The object store of `browserStore`. */
const RECORDS = 'records';

const databaseOf = (index: number): string => `kabina-seat-${index}`;

async function exists(index: number): Promise<boolean> {
  return (await indexedDB.databases()).some(({ name }) => name === databaseOf(index));
}

export function openSeatStore(index: number): Promise<TrusteeStore> {
  return browserStore(databaseOf(index));
}

/**
 * Takes the seat for this tab alone: two of them would make two pairs of keys for one holder. Answers
 * what lets it go, or undefined where another tab has it. A tab that dies lets go by itself.
 */
export function holdSeat(index: number): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(databaseOf(index), { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
        resolve(() => letGo(undefined));
        return held;
      })
      .catch(reject);
  });
}

/** Whether this browser holds a vault for the seat; makes no database if there is none. */
export async function hasSeatStore(index: number): Promise<boolean> {
  return (await exists(index)) && (await vaultGuard(await openSeatStore(index))) !== undefined;
}

/** Throws away what the seat kept for an election that is over, or never took part in one. */
export async function forgetSeatStore(index: number): Promise<void> {
  if (!(await exists(index))) return;
  await new Promise<void>((resolve, reject) => {
    const opening = indexedDB.open(databaseOf(index));
    const failed = (): void => reject(opening.error ?? new Error('the seat’s records stay'));
    opening.onerror = failed;
    opening.onsuccess = () => {
      const db = opening.result;
      const clearing = db.transaction(RECORDS, 'readwrite', { durability: 'strict' });
      clearing.objectStore(RECORDS).clear();
      clearing.onabort = failed;
      clearing.oncomplete = () => {
        db.close();
        resolve();
      };
    };
  });
}
