/**
 * The desk's records under the desk's code, and held against the witness outside of the browser.
 *
 * One data key seals every record (AES-256-GCM, bound to its name); it lies under the code
 * (`passphrase.ts` of `@kabina/crypto`), so that scrypt runs once at each unlocking. In memory the
 * key is one that scripts can't read out. Locked, there is nothing but bytes.
 *
 * A change goes: the witness prepares the digest of all records as they will be, the database commits
 * them together, they are read back, the witness commits. Whatever dies in between, what lies on the
 * disk is either the whole change or nothing of it, and the witness knows both. The digest is over
 * the sealed bytes, so that it is held against the disk before anybody has typed the code.
 *
 * Nothing orders the records of voters: there is no time and no counter in them, and the name of a
 * mark is a keyed hash of the voter's number, so that a second mark of one voter can't exist.
 */
import { bytesToHex, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import {
  openUnderPassphrase,
  PassphraseError,
  sealUnderPassphrase,
} from '@kabina/crypto/passphrase';
import { decode, encode } from '@kabina/election/cbor';
import { leafHash } from '@kabina/log/merkle';
import type { SetJournal } from '@kabina/outbox/journal';
import { SetWitness } from '@kabina/outbox/witness';
import type { DeskDisk, DiskChange } from './desk-disk.ts';
import { DeskError } from './desk-error.ts';

const GUARD = 'guard';
/** The one record that is not sealed: it is public, and a locked desk says whose it is. */
const MANIFEST = 'manifest';
const LABEL = 'kabina/v1/desk-data-key';
const IV = 12;
/** Records are padded to a multiple of this, so that a mark's length says nothing of the number in it. */
const BLOCK = 256;
const LENGTH = 4;
/** The list of 10,000 voters takes some 3 MB. */
const MAX_RECORD = 64 << 20;

interface Keys {
  readonly sealing: CryptoKey;
  readonly naming: CryptoKey;
}

/** Values by name; undefined takes a record away. CBOR's types. */
export type Change = ReadonlyMap<string, unknown>;

export interface DeskStoreOptions {
  readonly disk: DeskDisk;
  readonly journal: SetJournal;
  /** log2 of scrypt's N for a new guard. */
  readonly cost?: number;
}

export class DeskStore {
  readonly #disk: DeskDisk;
  readonly #witness: SetWitness;
  readonly #cost: number | undefined;
  /** What lies on the disk: a member of the witnessed set by record name. */
  #members = new Map<string, string>();
  #guard: Uint8Array | undefined;
  #manifest: Uint8Array | undefined;
  #keys: Keys | undefined;
  /** The witness has prepared what is on the disk, and does not know yet that it is there. */
  #uncommitted = false;
  /** A write broke off and left neither the old nor the new: only opening anew tells what is there. */
  #broken = false;

  private constructor({ disk, journal, cost }: DeskStoreOptions) {
    this.#disk = disk;
    this.#witness = new SetWitness(journal);
    this.#cost = cost;
  }

  /**
   * Reads what is there and holds it against the witness.
   *
   * @throws `journal.disagrees` where the database is not the one that the witness knows,
   *   `journal.unreachable`, `storage.failed`
   */
  static async open(options: DeskStoreOptions): Promise<DeskStore> {
    const store = new DeskStore(options);
    const records = await store.#read();
    store.#members = membersOf(records);
    store.#guard = records.get(GUARD);
    store.#manifest = records.get(MANIFEST);
    await store.#witness.agree(store.#members.values());
    return store;
  }

  /** Whether a code has been set: without one there is nothing to unlock yet. */
  get guarded(): boolean {
    return this.#guard !== undefined;
  }

  /** The election's manifest as it was kept: whoever reads it compares its hash. */
  get manifest(): Uint8Array | undefined {
    return this.#manifest;
  }

  /** Sets the code of a new desk. Durable when it resolves, and unlocked. */
  async create(code: string): Promise<void> {
    if (this.guarded) throw new TypeError('the desk has a code');
    const raw = randomBytes(32);
    try {
      const guard = await sealUnderPassphrase(code, LABEL, raw, this.#cost);
      await this.#commit(new Map([[GUARD, guard]]));
      this.#guard = guard;
      this.#keys = await importKeys(raw);
    } finally {
      raw.fill(0);
    }
  }

  /**
   * Opens the data key and gives every record's value by name.
   *
   * @throws DeskError `desk.secret` for another code; `storage.failed` where a record is not what was
   *   sealed under its name
   */
  async unlock(code: string): Promise<Map<string, unknown>> {
    if (this.#guard === undefined) throw new TypeError('the desk has no code yet');
    let raw: Uint8Array;
    try {
      raw = await openUnderPassphrase(code, LABEL, this.#guard);
    } catch (cause) {
      if (!(cause instanceof PassphraseError)) throw cause;
      throw new DeskError('desk.secret', 'this is not the code of this desk', { cause });
    }
    let keys: Keys;
    try {
      keys = await importKeys(raw);
    } finally {
      raw.fill(0);
    }
    const values = new Map<string, unknown>();
    for (const [name, record] of await this.#read()) {
      if (name !== GUARD && name !== MANIFEST) values.set(name, await open(keys, name, record));
    }
    this.#keys = keys;
    return values;
  }

  lock(): void {
    this.#keys = undefined;
  }

  /** The name of the record about a voter: it says nothing without the key, and there is only one. */
  async nameOf(kind: string, number: string): Promise<string> {
    const { naming } = this.#unlocked();
    const mac = await crypto.subtle.sign('HMAC', naming, utf8ToBytes(`${kind}/${number}`).slice());
    return `${kind}/${bytesToHex(new Uint8Array(mac))}`;
  }

  /**
   * Changes records, all or none. Durable and read back when it resolves. One at a time: the caller's
   * acts follow one another.
   *
   * @param manifest to be kept beside them, encoded
   * @throws `journal.unreachable` and DeskError `storage.failed`: nothing has changed
   */
  async change(values: Change, manifest?: Uint8Array): Promise<void> {
    const keys = this.#unlocked();
    const records = new Map<string, Uint8Array | undefined>();
    if (manifest !== undefined) records.set(MANIFEST, manifest);
    for (const [name, value] of values) {
      records.set(name, value === undefined ? undefined : await seal(keys, name, value));
    }
    await this.#commit(records);
    this.#manifest = manifest ?? this.#manifest;
  }

  close(): void {
    this.lock();
    this.#disk.close();
  }

  #unlocked(): Keys {
    if (this.#keys === undefined) throw new DeskError('desk.secret', 'the desk is locked');
    return this.#keys;
  }

  async #commit(records: DiskChange): Promise<void> {
    if (this.#broken) throw new DeskError('storage.failed', 'a former write broke off');
    const next = new Map(this.#members);
    for (const [name, bytes] of records) {
      if (bytes === undefined) next.delete(name);
      else next.set(name, memberOf(name, bytes));
    }
    // What is prepared now takes the place of what was prepared before: that has to be settled first.
    if (this.#uncommitted) await this.#witness.commit();
    this.#uncommitted = false;
    await this.#witness.prepare(next.values());
    try {
      await this.#disk.write(records);
      await this.#readBack(records, next);
    } catch (failure) {
      await this.#settle(this.#members, next, failure);
    }
    this.#members = next;
    this.#uncommitted = true;
    // It is durable, and prepared: a witness that does not answer now is told before the next change.
    await this.#witness.commit().then(
      () => (this.#uncommitted = false),
      () => undefined,
    );
  }

  async #readBack(records: DiskChange, next: ReadonlyMap<string, string>): Promise<void> {
    const found = membersOf(await this.#disk.read([...records.keys()]));
    for (const name of records.keys()) {
      if (found.get(name) !== next.get(name)) throw new Error('not what was written');
    }
  }

  /** After a write that failed, or seemed to: returns if the disk has it after all. */
  async #settle(
    before: ReadonlyMap<string, string>,
    next: ReadonlyMap<string, string>,
    cause: unknown,
  ): Promise<void> {
    const found = await this.#read().then(membersOf, () => undefined);
    if (found !== undefined && same(found, next)) return;
    if (found === undefined || !same(found, before)) this.#broken = true;
    throw new DeskError('storage.failed', 'the records were not written', { cause });
  }

  async #read(): Promise<Map<string, Uint8Array>> {
    try {
      return await this.#disk.readAll();
    } catch (cause) {
      throw new DeskError('storage.failed', 'the records can’t be read', {
        retryable: true,
        cause,
      });
    }
  }
}

function memberOf(name: string, bytes: Uint8Array): string {
  return `${name}:${bytesToHex(leafHash(bytes))}`;
}

function membersOf(records: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  return new Map([...records].map(([name, bytes]) => [name, memberOf(name, bytes)]));
}

function same(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([name, member]) => other.get(name) === member);
}

/** @param raw the data key, 32 bytes: the keys of the two uses are derived from it (HKDF, RFC 5869) */
async function importKeys(raw: Uint8Array): Promise<Keys> {
  const base = await crypto.subtle.importKey('raw', raw.slice(), 'HKDF', false, ['deriveKey']);
  const derive = (use: string, algorithm: AesKeyGenParams | HmacKeyGenParams, uses: KeyUsage[]) =>
    crypto.subtle.deriveKey(
      {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: new Uint8Array(),
        info: utf8ToBytes(`kabina/v1/desk-${use}`).slice(),
      },
      base,
      algorithm,
      false,
      uses,
    );
  return {
    sealing: await derive('sealing', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
    naming: await derive('naming', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']),
  };
}

async function seal({ sealing }: Keys, name: string, value: unknown): Promise<Uint8Array> {
  const plain = encode(value);
  const padded = new Uint8Array(Math.ceil((LENGTH + plain.length) / BLOCK) * BLOCK);
  new DataView(padded.buffer).setUint32(0, plain.length);
  padded.set(plain, LENGTH);
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const sealed = await crypto.subtle.encrypt(parameters(iv, name), sealing, padded);
  padded.fill(0);
  plain.fill(0);
  const record = new Uint8Array(IV + sealed.byteLength);
  record.set(iv);
  record.set(new Uint8Array(sealed), IV);
  return record;
}

async function open({ sealing }: Keys, name: string, record: Uint8Array): Promise<unknown> {
  try {
    const iv = record.slice(0, IV);
    const sealed = record.slice(IV);
    const padded = await crypto.subtle.decrypt(parameters(iv, name), sealing, sealed);
    const length = new DataView(padded).getUint32(0);
    const plain = new Uint8Array(padded, LENGTH, length);
    return decode(plain, { maxBytes: MAX_RECORD });
  } catch (cause) {
    throw new DeskError('storage.failed', 'a record can’t be opened', { cause });
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: utf8ToBytes(name).slice() };
}
