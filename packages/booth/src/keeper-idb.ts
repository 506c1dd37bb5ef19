// The keeper of a browser: IndexedDB, strict durability, every record encrypted under an AES-256-GCM
// key that the browser never hands out. It protects against scripts and exports that read records;
// whoever owns the whole disk owns the key as well, as the README says.

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { BoothError } from './errors.ts';
import { held, type Keeper } from './keeper.ts';
import { damaged } from './reading.ts';

const DATABASE = 'kabina-booth';
const IV_LENGTH = 12;
/** How long to wait for the page before a reload to let go. */
const HOLD_PATIENCE = 3000;
/** As many records of many are open at a time: the others wait as they were stored, encrypted. */
const OPENED_TOGETHER = 100;

interface Stored {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

interface Schema extends DBSchema {
  readonly keys: { key: 'records'; value: CryptoKey };
  readonly records: { key: string; value: Stored };
}

/** A keeper in the origin's IndexedDB. The database is opened on first use. */
export class IdbKeeper implements Keeper {
  readonly #name: string;
  #open: Promise<{ db: IDBPDatabase<Schema>; key: CryptoKey }> | undefined;

  constructor(database = DATABASE) {
    this.#name = database;
  }

  async hold(name: string): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const signal = AbortSignal.timeout(HOLD_PATIENCE);
    return new Promise((granted, refused) => {
      navigator.locks
        .request(`${this.#name}/${name}`, { signal }, () => {
          granted(() => {
            resolve(undefined);
          });
          return promise;
        })
        .catch(() => {
          refused(held(name));
        });
    });
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#do('read', async (db, key) => {
      const stored = await db.get('records', name);
      return stored === undefined ? undefined : unseal(key, name, stored);
    });
  }

  write(name: string, value: Uint8Array): Promise<void> {
    return this.change(new Map([[name, value]]));
  }

  change(records: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    return this.#do('write', async (db, key) => {
      // Sealing comes first: a transaction ends when nothing of it is under way.
      const all = await Promise.all(
        [...records].map(async ([name, value]) => ({
          name,
          stored: value === undefined ? undefined : await seal(key, name, value),
        })),
      );
      const transaction = db.transaction('records', 'readwrite', { durability: 'strict' });
      const { store } = transaction;
      await Promise.all([
        ...all.map(({ name, stored }) =>
          stored === undefined ? store.delete(name) : store.put(stored, name),
        ),
        transaction.done,
      ]);
    });
  }

  delete(name: string): Promise<void> {
    return this.#do('delete', async (db) => {
      const transaction = db.transaction('records', 'readwrite', { durability: 'strict' });
      await Promise.all([transaction.store.delete(name), transaction.done]);
      if ((await db.getKey('records', name)) !== undefined) throw new Error('still there');
    });
  }

  names(prefix: string): Promise<string[]> {
    return this.#do('names', (db) => db.getAllKeys('records', beginningWith(prefix)));
  }

  async *readAll(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const all = await this.#do('read', async (db) => {
      const { store } = db.transaction('records');
      const range = beginningWith(prefix);
      const [names, stored] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
      return names.map((name, i) => ({ name, stored: stored[i]! }));
    });
    for (let done = 0; done < all.length; done += OPENED_TOGETHER) {
      const some = all.slice(done, done + OPENED_TOGETHER);
      yield* await this.#do('read', (_db, key) =>
        Promise.all(
          some.map(async ({ name, stored }) => [name, await unseal(key, name, stored)] as const),
        ),
      );
    }
  }

  async #do<T>(
    what: string,
    work: (db: IDBPDatabase<Schema>, key: CryptoKey) => Promise<T>,
  ): Promise<T> {
    try {
      this.#open ??= open(this.#name);
      const { db, key } = await this.#open;
      return await work(db, key);
    } catch (cause) {
      if (cause instanceof BoothError) throw cause;
      this.#open = undefined;
      throw new BoothError('keeper.failed', `the device can't ${what} a record`, {
        retryable: true,
        cause,
      });
    }
  }
}

async function open(name: string): Promise<{ db: IDBPDatabase<Schema>; key: CryptoKey }> {
  const db = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore('keys');
      fresh.createObjectStore('records');
    },
    // Another page wants to delete or upgrade: let it.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
    },
  });
  const existing = await db.get('keys', 'records');
  if (existing !== undefined) return { db, key: existing };
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  // Two pages may come here together: the first one's key stays.
  const transaction = db.transaction('keys', 'readwrite', { durability: 'strict' });
  const won = await transaction.store.get('records');
  if (won === undefined) await transaction.store.put(made, 'records');
  await transaction.done;
  return { db, key: won ?? made };
}

async function seal(key: CryptoKey, name: string, value: Uint8Array): Promise<Stored> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const parameters = { name: 'AES-GCM', iv, additionalData: utf8(name) };
  return { iv, sealed: await crypto.subtle.encrypt(parameters, key, value.slice()) };
}

async function unseal(key: CryptoKey, name: string, { iv, sealed }: Stored): Promise<Uint8Array> {
  try {
    const parameters = { name: 'AES-GCM', iv, additionalData: utf8(name) };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed));
  } catch (cause) {
    // Trying again gives the same: another record's, another key's, or cut.
    throw damaged(cause);
  }
}

/** Names are plain text: none has U+FFFF, which sorts behind all characters. */
function beginningWith(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
