// The queue's database and its records. A record is one buffer of constant size, random nonce and
// AES-256-GCM ciphertext under a key that the browser never hands out; it lies under the item's random
// key. There is no time, no counter and no index in it.

import {
  openDB,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type StoreNames,
} from 'idb';
import { OutboxError } from './errors.ts';

const IV_LENGTH = 12;
const LENGTH_BYTES = 4;

/**
 * Chromium keeps a value over 64 KiB outside of the database, in a numbered file with a time of its
 * own. With the record's overhead this stays below.
 */
export const MAX_ITEM_SIZE = 65_000;

export interface Schema extends DBSchema {
  readonly keys: { key: 'items'; value: CryptoKey };
  /** Drawn anew by each page that opens the queue: who doesn't hold the last one must not write. */
  readonly fence: { key: 'fence'; value: string };
  readonly items: { key: string; value: ArrayBuffer };
  readonly quarantine: {
    key: string;
    value: { readonly code: string; readonly record: ArrayBuffer };
  };
}

export type Database = IDBPDatabase<Schema>;
export type Change = IDBPTransaction<Schema, ArrayLike<StoreNames<Schema>>, 'readwrite'>;

export interface DatabaseEvents {
  /** The database isn't there yet: throws if there must be one, and none is made. */
  readonly missing: () => void;
  /** The browser has closed it, because its site data was cleared or it broke. */
  readonly closed: () => void;
}

/**
 * Opens the database, making it if there is none. Another page that wants to delete it waits until
 * this one is closed.
 */
export async function openDatabase(
  name: string,
  { missing, closed }: DatabaseEvents,
): Promise<Database> {
  let refusal: unknown;
  try {
    return await openDB<Schema>(name, 1, {
      upgrade(db, _old, _new, transaction) {
        try {
          missing();
        } catch (error) {
          refusal = error;
          // Told below; the transaction's own rejection says no more.
          transaction.done.catch(() => undefined);
          transaction.abort();
          return;
        }
        for (const store of ['keys', 'fence', 'items', 'quarantine'] as const) {
          db.createObjectStore(store);
        }
      },
      terminated: closed,
    });
  } catch (error) {
    throw refusal ?? error;
  }
}

/** The key that seals the items; made when the queue is empty, never when there is something to read. */
export async function sealingKey(db: Database, empty: boolean): Promise<CryptoKey> {
  const existing = await db.get('keys', 'items');
  if (existing !== undefined) return existing;
  if (!empty) throw new OutboxError('outbox.damaged', 'the key of the items is gone');
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const transaction = db.transaction('keys', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(made, 'items'), transaction.done]);
  // The stored one from the beginning: what it seals is then readable after a restart too.
  const stored = await db.get('keys', 'items');
  if (stored === undefined) throw new Error('the key was not stored');
  return stored;
}

/** `size` is that of every item of the queue; `bytes` are not longer. */
export async function seal(
  sealing: CryptoKey,
  key: string,
  bytes: Uint8Array,
  size: number,
): Promise<ArrayBuffer> {
  const padded = new Uint8Array(LENGTH_BYTES + size);
  new DataView(padded.buffer).setUint32(0, bytes.length);
  padded.set(bytes, LENGTH_BYTES);
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const sealed = await crypto.subtle.encrypt(parameters(iv, key), sealing, padded);
  padded.fill(0);
  const record = new Uint8Array(IV_LENGTH + sealed.byteLength);
  record.set(iv);
  record.set(new Uint8Array(sealed), IV_LENGTH);
  return record.buffer;
}

/** Throws `outbox.damaged` for a record that was not sealed under this key for this place. */
export async function unseal(
  sealing: CryptoKey,
  key: string,
  record: ArrayBuffer,
): Promise<Uint8Array> {
  try {
    const iv = new Uint8Array(record, 0, IV_LENGTH);
    const sealed = new Uint8Array(record, IV_LENGTH);
    const padded = await crypto.subtle.decrypt(parameters(iv, key), sealing, sealed);
    const length = new DataView(padded).getUint32(0);
    return new Uint8Array(padded, LENGTH_BYTES, length).slice();
  } catch (cause) {
    throw new OutboxError('outbox.damaged', 'a record can’t be opened', { cause });
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, key: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(key) };
}
