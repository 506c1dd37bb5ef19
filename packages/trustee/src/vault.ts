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

const DATA_KEY = 'data-key';
const TOKEN_DATA_KEY = 'token-data-key';
const LABEL = 'kabina/v1/trustee-data-key';
const IV = 12;
/** Of an uncompressed P-256 point. */
const POINT = 65;

/** A key in a token that agrees on secrets: what the vault asks of it. */
export interface TokenKey {
  /** Uncompressed P-256 point, 65 bytes. */
  readonly publicKey: Uint8Array;
  /** The x coordinate of the private key times a point, 32 bytes. What it throws passes through. */
  agree(point: Uint8Array): Promise<Uint8Array>;
}

/** What keeps a store's vault shut; undefined where there is none yet. */
export async function vaultGuard(store: TrusteeStore): Promise<'passphrase' | 'token' | undefined> {
  if ((await store.get(TOKEN_DATA_KEY)) !== undefined) return 'token';
  return (await store.get(DATA_KEY)) === undefined ? undefined : 'passphrase';
}

export class Vault {
  readonly store: TrusteeStore;
  #key: CryptoKey;

  private constructor(store: TrusteeStore, key: CryptoKey) {
    this.store = store;
    this.#key = key;
  }

  /**
   * Opens the store's vault, or makes one where there is none.
   *
   * @param cost log2 of scrypt's N for a new vault
   * @throws {PassphraseError} `passphrase.wrong`, `passphrase.malformed`
   */
  static async open(store: TrusteeStore, passphrase: string, cost?: number): Promise<Vault> {
    let sealed = await store.get(DATA_KEY);
    if (sealed === undefined) {
      const fresh = randomBytes(32);
      sealed = await sealUnderPassphrase(passphrase, LABEL, fresh, cost);
      fresh.fill(0);
      await store.put(DATA_KEY, sealed);
    }
    return Vault.#with(store, await openUnderPassphrase(passphrase, LABEL, sealed));
  }

  /**
   * Opens the store's vault with a token, or makes one where there is none. The token has agreed on
   * a secret before a new vault is written: one that can't would lock the share in for ever.
   *
   * @throws {TrusteeError} `trustee.other-token` if the vault was sealed to another key,
   *   `trustee.record-broken` if the record was changed
   */
  static async openWithToken(store: TrusteeStore, token: TokenKey): Promise<Vault> {
    const info = utf8ToBytes(LABEL);
    let record = await store.get(TOKEN_DATA_KEY);
    const fresh = record === undefined;
    if (record === undefined) {
      const data = randomBytes(32);
      const sealed = await p256Seal(token.publicKey, info, token.publicKey, data);
      data.fill(0);
      record = concatBytes(token.publicKey, sealed);
    }
    if (!equalBytes(record.subarray(0, POINT), token.publicKey)) {
      throw new TrusteeError('trustee.other-token', 'the vault was sealed to another token');
    }
    try {
      const agree = (point: Uint8Array) => token.agree(point);
      const sealed = record.subarray(POINT);
      const raw = await p256Open(token.publicKey, agree, info, token.publicKey, sealed);
      if (fresh) await store.put(TOKEN_DATA_KEY, record);
      return await Vault.#with(store, raw);
    } catch (cause) {
      if (!(cause instanceof HpkeError)) throw cause;
      throw new TrusteeError('trustee.record-broken', 'the data key was changed', { cause });
    }
  }

  static async #with(store: TrusteeStore, raw: Uint8Array): Promise<Vault> {
    const key = await crypto.subtle.importKey('raw', raw.slice(), 'AES-GCM', false, [
      'encrypt',
      'decrypt',
    ]);
    raw.fill(0);
    return new Vault(store, key);
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
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: iv.slice(), additionalData: utf8ToBytes(name).slice() },
      this.#key,
      secret.slice(),
    );
    await this.store.put(name, concatBytes(iv, new Uint8Array(sealed)));
  }

  delete(name: string): Promise<void> {
    return this.store.delete(name);
  }
}
