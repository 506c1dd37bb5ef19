/**
 * What a trustee must not lose and nobody else may read: signing key, HPKE key, the dealing while
 * the ceremony lasts, and the share. Each record is sealed with AES-256-GCM under one data key,
 * bound to its name; the data key is sealed under the holder's passphrase (`passphrase.ts` of
 * `@kabina/crypto`), so that scrypt runs once when the seat is taken and not at every record, or to
 * a key in the holder's token (`hpke-p256.ts`), which has to be there whenever the vault is opened.
 */
import { concatBytes, equalBytes, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { HpkeError } from '@kabina/crypto/hpke';
import { p256Open, p256Seal } from '@kabina/crypto/hpke-p256';
import { openUnderPassphrase, sealUnderPassphrase } from '@kabina/crypto/passphrase';
import { TrusteeError, type TrusteeStore } from './store.ts';

/**
 * One record for both guards, so that the store's `add` decides which of them was first: under a
 * passphrase it begins as `passphrase.ts` has it ("KBP1"), under a token with the token's key.
 */
const DATA_KEY = 'data-key';
const LABEL = 'kabina/v1/trustee-data-key';
const IV = 12;
/** Length of an uncompressed P-256 point, and its first byte. */
const POINT = 65;
const UNCOMPRESSED = 4;

type Guard = 'passphrase' | 'token';

/** A key in a token that agrees on secrets: what the vault asks of it. */
export interface TokenKey {
  /** Uncompressed P-256 point, 65 bytes. */
  readonly publicKey: Uint8Array;
  /** The x coordinate of the private key times a point, 32 bytes. What it throws passes through. */
  agree(point: Uint8Array): Promise<Uint8Array>;
}

function guardOf(record: Uint8Array): Guard {
  return record[0] === UNCOMPRESSED ? 'token' : 'passphrase';
}

/** What keeps a store's vault shut; undefined where there is none yet. */
export async function vaultGuard(store: TrusteeStore): Promise<Guard | undefined> {
  const record = await store.get(DATA_KEY);
  return record && guardOf(record);
}

/** A second data key beside the first would lock away what lies under it. */
function refuseOther(record: Uint8Array, guard: Guard): void {
  if (guardOf(record) === guard) return;
  const other = guard === 'token' ? 'a passphrase' : 'a token';
  throw new TrusteeError('trustee.other-guard', `the vault lies under ${other}`);
}

async function sealToToken(token: TokenKey, raw: Uint8Array): Promise<Uint8Array> {
  const sealed = await p256Seal(token.publicKey, utf8ToBytes(LABEL), token.publicKey, raw);
  return concatBytes(token.publicKey, sealed);
}

async function openWithKey(token: TokenKey, record: Uint8Array): Promise<Uint8Array> {
  const { publicKey } = token;
  if (!equalBytes(record.subarray(0, POINT), publicKey)) {
    throw new TrusteeError('trustee.other-token', 'the vault was sealed to another token');
  }
  try {
    const agree = (point: Uint8Array) => token.agree(point);
    const sealed = record.subarray(POINT);
    return await p256Open(publicKey, agree, utf8ToBytes(LABEL), publicKey, sealed);
  } catch (cause) {
    if (!(cause instanceof HpkeError)) throw cause;
    throw new TrusteeError('trustee.record-broken', 'the data key was changed', { cause });
  }
}

export class Vault {
  readonly store: TrusteeStore;
  #key: CryptoKey;

  private constructor(store: TrusteeStore, key: CryptoKey) {
    this.store = store;
    this.#key = key;
  }

  /**
   * Opens the store's vault, or makes one where there is none. Of several that make one at once, one
   * does, and the others open that.
   *
   * @param cost log2 of scrypt's N for a new vault
   * @throws {PassphraseError} `passphrase.wrong`, `passphrase.malformed`
   * @throws {TrusteeError} `trustee.other-guard` if the vault lies under a token
   */
  static async open(store: TrusteeStore, passphrase: string, cost?: number): Promise<Vault> {
    let record = await store.get(DATA_KEY);
    if (record === undefined) {
      const fresh = randomBytes(32);
      try {
        record = await sealUnderPassphrase(passphrase, LABEL, fresh, cost);
      } finally {
        fresh.fill(0);
      }
      if (!(await store.add(DATA_KEY, record))) return Vault.open(store, passphrase, cost);
    }
    refuseOther(record, 'passphrase');
    return Vault.#with(store, await openUnderPassphrase(passphrase, LABEL, record));
  }

  /**
   * Opens the store's vault with a token, or makes one where there is none. The token has agreed on
   * a secret before a new vault is written: one that can't would lock the share in for ever. Of
   * several that make one at once, one does, and the others open that: they ask the token again.
   *
   * @throws {TrusteeError} `trustee.other-token` if the vault was sealed to another key,
   *   `trustee.other-guard` if it lies under a passphrase, `trustee.record-broken` if the record was
   *   changed
   */
  static async openWithToken(store: TrusteeStore, token: TokenKey): Promise<Vault> {
    const record = await store.get(DATA_KEY);
    if (record !== undefined) {
      refuseOther(record, 'token');
      return Vault.#with(store, await openWithKey(token, record));
    }
    const fresh = randomBytes(32);
    let made: Uint8Array;
    try {
      made = await sealToToken(token, fresh);
    } finally {
      fresh.fill(0);
    }
    const raw = await openWithKey(token, made);
    try {
      if (await store.add(DATA_KEY, made)) return await Vault.#with(store, raw);
    } finally {
      raw.fill(0);
    }
    return Vault.openWithToken(store, token);
  }

  /** @param raw the data key, 32 bytes; overwritten */
  static async #with(store: TrusteeStore, raw: Uint8Array): Promise<Vault> {
    const copy = raw.slice();
    try {
      const uses: KeyUsage[] = ['encrypt', 'decrypt'];
      return new Vault(store, await crypto.subtle.importKey('raw', copy, 'AES-GCM', false, uses));
    } finally {
      copy.fill(0);
      raw.fill(0);
    }
  }

  /** @throws {TrusteeError} `trustee.record-broken` if the record was changed or is another's */
  async get(name: string): Promise<Uint8Array | undefined> {
    const record = await this.store.get(name);
    if (record === undefined) return undefined;
    try {
      const opened = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: record.slice(0, IV), additionalData: utf8ToBytes(name).slice() },
        this.#key,
        record.slice(IV),
      );
      return new Uint8Array(opened);
    } catch (cause) {
      throw new TrusteeError('trustee.record-broken', `the record ${name} was changed`, { cause });
    }
  }

  async put(name: string, secret: Uint8Array): Promise<void> {
    const iv = randomBytes(IV);
    // WebCrypto's types ask for a buffer that is not shared.
    const copy = secret.slice();
    try {
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv: iv.slice(), additionalData: utf8ToBytes(name).slice() },
        this.#key,
        copy,
      );
      await this.store.put(name, concatBytes(iv, new Uint8Array(sealed)));
    } finally {
      copy.fill(0);
    }
  }

  delete(name: string): Promise<void> {
    return this.store.delete(name);
  }
}
