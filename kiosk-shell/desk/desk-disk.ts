/**
 * The desk's records as they lie in this browser: IndexedDB with strict durability, a name and sealed
 * bytes each, all changes of one act in one transaction. Names say what a record is, never of whom.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** What one act changes: new bytes by name; undefined takes a record away. */
export type DiskChange = ReadonlyMap<string, Uint8Array | undefined>;

/** Where records lie. A write happens wholly or not at all, and is durable when it resolves. */
export interface DeskDisk {
  /** Takes the desk for this page alone; answers what lets it go, or undefined where another has it. */
  hold(): Promise<(() => void) | undefined>;
  readAll(): Promise<Map<string, Uint8Array>>;
  /** Those of these records that are there. */
  read(names: readonly string[]): Promise<Map<string, Uint8Array>>;
  write(change: DiskChange): Promise<void>;
  close(): void;
}

interface Schema extends DBSchema {
  readonly records: { key: string; value: Uint8Array };
}

const STORE = 'records';

export class IdbDisk implements DeskDisk {
  readonly #name: string;
  #opening: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(database: string) {
    this.#name = database;
  }

  hold(): Promise<(() => void) | undefined> {
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(this.#name, { ifAvailable: true }, (lock) => {
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

  #open(): Promise<IDBPDatabase<Schema>> {
    this.#opening ??= openDB<Schema>(this.#name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore(STORE);
      },
      // The browser has closed it: what is asked next opens it anew.
      terminated: () => (this.#opening = undefined),
    }).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async readAll(): Promise<Map<string, Uint8Array>> {
    const db = await this.#open();
    const transaction = db.transaction(STORE, 'readonly');
    const [names, values] = await Promise.all([
      transaction.store.getAllKeys(),
      transaction.store.getAll(),
    ]);
    return new Map(names.map((name, i) => [name, values[i] as Uint8Array]));
  }

  async read(names: readonly string[]): Promise<Map<string, Uint8Array>> {
    const { store } = (await this.#open()).transaction(STORE, 'readonly');
    const found = await Promise.all(names.map((name) => store.get(name)));
    return new Map(
      names.flatMap((name, i) => (found[i] === undefined ? [] : [[name, found[i]] as const])),
    );
  }

  async write(change: DiskChange): Promise<void> {
    const db = await this.#open();
    const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
    const { store } = transaction;
    await Promise.all([
      ...[...change].map(([name, bytes]) =>
        bytes === undefined ? store.delete(name) : store.put(bytes, name),
      ),
      transaction.done,
    ]);
  }

  close(): void {
    void this.#opening?.then((db) => db.close()).catch(() => undefined);
    this.#opening = undefined;
  }
}
