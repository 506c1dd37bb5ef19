// A durable queue that tells nobody who came when. An item is opaque bytes under a random key of the
// caller's; all records have one size and no time, counter or order. `put` resolves when the browser
// has committed the item with strict durability, it was read back and opened, and the witness outside
// of the browser knows the new set. What was not acknowledged is there whole or not at all.
//
// One page owns the queue: it holds a Web Lock, and a fence stored in the database stops a former
// owner whose lock was taken away. Whoever gets the items must still take one twice without harm: a
// process can die between the other side's yes and the removal here.

import { shuffled } from './chance.ts';
import {
  MAX_ITEM_SIZE,
  openDatabase,
  seal,
  sealingKey,
  unseal,
  type Change,
  type Database,
} from './database.ts';
import { OutboxError, storageError } from './errors.ts';
import type { SetJournal } from './journal.ts';
import { SetWitness } from './witness.ts';

export { MAX_ITEM_SIZE };

/** How long to wait for the page before a reload to let go. Milliseconds. */
const HOLD_PATIENCE = 3000;
const KEY = /^[0-9a-f]{32}$/;

/** Where a process may die; every one is killed at in the tests. */
export type OutboxPoint =
  | `open.${'locked' | 'opened' | 'agreed' | 'keyed' | 'fenced'}`
  | `put.${'sealed' | 'prepared' | 'requested' | 'completed' | 'read' | 'committed'}`
  | `remove.${'prepared' | 'requested' | 'completed' | 'committed'}`
  | `quarantine.${'requested' | 'completed'}`
  | `release.${'requested' | 'completed'}`;

export interface OutboxOptions {
  /** Name of the IndexedDB database. */
  readonly database: string;
  /** Bytes of the largest item, at most 65,000; every record is as long as its record would be. */
  readonly itemSize: number;
  /** The witness outside of the browser. Without one a wiped database looks like a new one. */
  readonly journal?: SetJournal;
  /** At most so many items, quarantined ones included. */
  readonly limit?: number;
  /** Called at each named point, before the next step; `….requested` inside the transaction. */
  readonly onPoint?: (point: OutboxPoint) => void;
}

/** Fires `change` after the set has changed, and when the queue is lost to another page. */
export class Outbox extends EventTarget {
  readonly database: string;
  readonly #itemSize: number;
  readonly #limit: number;
  readonly #witness: SetWitness | undefined;
  readonly #point: (point: OutboxPoint) => void;
  readonly #fence = crypto.randomUUID();
  #db!: Database;
  #sealing!: CryptoKey;
  #unlock: () => void = () => undefined;
  /** Why nothing works any more. */
  #lost: OutboxError | undefined;
  /** The last of the operations, which wait for each other. */
  #last: Promise<unknown> = Promise.resolve();
  /** Memory, database and journal are known to agree; false while a change is under way. */
  #sure = false;
  #waiting = new Set<string>();
  #quarantined = new Map<string, string>();

  private constructor({ database, itemSize, journal, limit, onPoint }: OutboxOptions) {
    super();
    if (!Number.isSafeInteger(itemSize) || itemSize < 1 || itemSize > MAX_ITEM_SIZE) {
      throw new RangeError(`itemSize must be 1 to ${String(MAX_ITEM_SIZE)}`);
    }
    this.database = database;
    this.#itemSize = itemSize;
    this.#limit = limit ?? Infinity;
    this.#witness = journal === undefined ? undefined : new SetWitness(journal);
    this.#point = onPoint ?? (() => undefined);
  }

  /**
   * Opens the queue, making the database when there is none and none should be.
   * Throws `outbox.elsewhere` while another page has it; `journal.disagrees`, changing nothing, when
   * its items are not those that the journal knows; `journal.unreachable`, `outbox.damaged`,
   * `outbox.full`, `storage.failed`.
   */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options);
    try {
      await outbox.#hold();
      await outbox.#begin();
    } catch (error) {
      outbox.#lose(new OutboxError('outbox.closed', 'the queue could not be opened'));
      throw storageError('open the queue', error);
    }
    return outbox;
  }

  /**
   * Keeps an item. `key` is 128 random bits in hexadecimal. The same key with the same bytes again is
   * fine; with others it throws `outbox.taken`. After `journal.unreachable` or `storage.failed` the
   * item may be there: put it again.
   */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    if (!KEY.test(key)) throw new TypeError('"key" expected 32 lower-case hexadecimal digits');
    if (bytes.length > this.#itemSize) {
      throw new RangeError(`an item has at most ${String(this.#itemSize)} bytes`);
    }
    const own = bytes.slice();
    await this.#change(async () => {
      const present = await this.#read(key);
      if (present !== undefined) {
        if (same(present, own)) return;
        throw new OutboxError('outbox.taken', 'another item has this key');
      }
      if (this.#waiting.size + this.#quarantined.size >= this.#limit) {
        throw new OutboxError('outbox.full', 'the queue has as many items as it may');
      }
      const record = await seal(this.#sealing, key, own, this.#itemSize);
      this.#point('put.sealed');
      await this.#witness?.prepare([...this.#keys(), key]);
      this.#point('put.prepared');
      await this.#write('keep an item', async (change) => {
        await change.objectStore('items').add(record, key);
        this.#point('put.requested');
      });
      this.#point('put.completed');
      await this.#readBack(key, own);
      this.#point('put.read');
      await this.#witness?.commit();
      this.#point('put.committed');
      this.#waiting.add(key);
    });
  }

  /** How many items wait, quarantined ones not counted. */
  count(): Promise<number> {
    return this.#serially(() => Promise.resolve(this.#waiting.size));
  }

  /** What was refused for good, with the code of the refusal. In random order. */
  quarantined(): Promise<{ readonly key: string; readonly code: string }[]> {
    return this.#serially(() =>
      Promise.resolve(shuffled(this.#quarantined).map(([key, code]) => ({ key, code }))),
    );
  }

  /** Keys of the items that wait, in random order. */
  keys(): Promise<string[]> {
    return this.#serially(async () => {
      await this.#settle();
      return shuffled(this.#waiting);
    });
  }

  /** An item, waiting or quarantined. Throws `outbox.damaged`. */
  get(key: string): Promise<Uint8Array | undefined> {
    return this.#serially(() => this.#read(key));
  }

  /** Forgets items that somebody else has taken charge of, all at once. Ones that aren't here are fine. */
  remove(...keys: readonly string[]): Promise<void> {
    return this.#change(async () => {
      const here = keys.filter((key) => this.#waiting.has(key) || this.#quarantined.has(key));
      if (here.length === 0) return;
      const gone = new Set(here);
      await this.#witness?.prepare([...this.#keys()].filter((key) => !gone.has(key)));
      this.#point('remove.prepared');
      await this.#write('remove items', async (change) => {
        const stores = [change.objectStore('items'), change.objectStore('quarantine')];
        await Promise.all(here.flatMap((key) => stores.map((store) => store.delete(key))));
        this.#point('remove.requested');
      });
      this.#point('remove.completed');
      await this.#witness?.commit();
      this.#point('remove.committed');
      for (const key of gone) {
        this.#waiting.delete(key);
        this.#quarantined.delete(key);
      }
    });
  }

  /** Sets a waiting item aside, where nobody sends it; it is never lost. */
  quarantine(key: string, code: string): Promise<void> {
    return this.#change(async () => {
      if (!this.#waiting.has(key)) return;
      await this.#write('set an item aside', async (change) => {
        const record = await change.objectStore('items').get(key);
        if (record === undefined) throw new OutboxError('storage.failed', 'an item is gone');
        await change.objectStore('quarantine').put({ code, record }, key);
        await change.objectStore('items').delete(key);
        this.#point('quarantine.requested');
      });
      this.#point('quarantine.completed');
      this.#waiting.delete(key);
      this.#quarantined.set(key, code);
    });
  }

  /** Lets all that was set aside wait again. */
  release(): Promise<void> {
    return this.#change(async () => {
      const keys = shuffled(this.#quarantined.keys());
      if (keys.length === 0) return;
      await this.#write('release items', async (change) => {
        for (const key of keys) {
          const stored = await change.objectStore('quarantine').get(key);
          if (stored === undefined) throw new OutboxError('storage.failed', 'an item is gone');
          await change.objectStore('items').put(stored.record, key);
          await change.objectStore('quarantine').delete(key);
        }
        this.#point('release.requested');
      });
      this.#point('release.completed');
      this.#quarantined.clear();
      for (const key of keys) this.#waiting.add(key);
    });
  }

  /** Lets what is under way end, then lets go of the database. */
  async close(): Promise<void> {
    await this.#last;
    this.#lose(new OutboxError('outbox.closed', 'the queue was closed'));
  }

  async #hold(): Promise<void> {
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const held = Promise.withResolvers<undefined>();
    const signal = AbortSignal.timeout(HOLD_PATIENCE);
    navigator.locks
      .request(`kabina-outbox/${this.database}`, { signal }, () => {
        held.resolve(undefined);
        return released;
      })
      .catch((cause: unknown) => {
        // Never granted, or granted and then taken away by another page.
        const error = new OutboxError('outbox.elsewhere', 'another page has the queue', { cause });
        held.reject(error);
        this.#lose(error);
      });
    this.#unlock = () => release(undefined);
    await held.promise;
    this.#point('open.locked');
  }

  async #begin(): Promise<void> {
    const expected = await this.#witness?.expectsSome();
    this.#db = await openDatabase(this.database, {
      missing: () => {
        if (expected === true) throw new OutboxError('journal.disagrees', 'the database is gone');
      },
      closed: () => {
        this.#lose(new OutboxError('outbox.closed', 'the browser has closed the database'));
      },
    });
    this.#point('open.opened');
    await this.#settle();
    this.#point('open.agreed');
    this.#sealing = await sealingKey(this.#db, this.#keys().next().done === true);
    this.#point('open.keyed');
    const transaction = this.#db.transaction('fence', 'readwrite', { durability: 'strict' });
    await Promise.all([transaction.store.put(this.#fence, 'fence'), transaction.done]);
    this.#point('open.fenced');
  }

  /** After the first call nothing works any more, for the reason of that call. */
  #lose(reason: OutboxError): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    (this.#db as Database | undefined)?.close();
    this.#unlock();
    this.dispatchEvent(new Event('change'));
  }

  /** Memory follows the database, and the journal must know that set. The same after a crash as after a failure. */
  async #settle(): Promise<void> {
    if (this.#sure) return;
    const transaction = this.#db.transaction(['items', 'quarantine']);
    const [keys, asideKeys, aside] = await Promise.all([
      transaction.objectStore('items').getAllKeys(),
      transaction.objectStore('quarantine').getAllKeys(),
      transaction.objectStore('quarantine').getAll(),
      transaction.done,
    ]);
    this.#waiting = new Set(keys);
    this.#quarantined = new Map(asideKeys.map((key, n) => [key, aside[n]!.code]));
    await this.#witness?.agree(this.#keys());
    this.#sure = true;
  }

  *#keys(): Generator<string, undefined> {
    yield* this.#waiting;
    yield* this.#quarantined.keys();
  }

  async #read(key: string): Promise<Uint8Array | undefined> {
    const waiting = await this.#db.get('items', key);
    const record = waiting ?? (await this.#db.get('quarantine', key))?.record;
    return record === undefined ? undefined : unseal(this.#sealing, key, record);
  }

  /** What the browser gives back is what was put, or the item goes again and was never taken. */
  async #readBack(key: string, bytes: Uint8Array): Promise<void> {
    let back: Uint8Array | undefined;
    try {
      back = await this.#read(key);
    } catch (error) {
      if (!(error instanceof OutboxError)) throw error;
    }
    if (back !== undefined && same(back, bytes)) return;
    await this.#write('take back an item', (change) => change.objectStore('items').delete(key));
    throw new OutboxError('storage.failed', 'the browser gives back another item than was put');
  }

  /** One durable transaction, which does nothing once another page has opened the queue. */
  async #write(what: string, work: (change: Change) => Promise<void>): Promise<void> {
    const stores = ['fence', 'items', 'quarantine'] as const;
    const change = this.#db.transaction(stores, 'readwrite', { durability: 'strict' });
    // Its end is awaited below; a request that fails comes first.
    change.done.catch(() => undefined);
    try {
      if ((await change.objectStore('fence').get('fence')) !== this.#fence) {
        const error = new OutboxError('outbox.elsewhere', 'another page has taken the queue over');
        this.#lose(error);
        throw error;
      }
      await work(change as unknown as Change);
      await change.done;
    } catch (error) {
      try {
        change.abort();
      } catch {
        // It has ended by itself, with the error that says why.
      }
      throw storageError(what, error instanceof OutboxError ? error : (change.error ?? error));
    }
  }

  #change(work: () => Promise<void>): Promise<void> {
    return this.#serially(async () => {
      await this.#settle();
      this.#sure = false;
      await work();
      this.#sure = true;
      this.dispatchEvent(new Event('change'));
    });
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      if (this.#lost !== undefined) throw this.#lost;
      try {
        return await work();
      } catch (error) {
        throw (this.#lost as OutboxError | undefined) ?? storageError('use the queue', error);
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
