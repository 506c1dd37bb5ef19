/**
 * What a trustee must not lose and nobody else may read: signing key, HPKE key, the dealing while
 * the ceremony lasts, and the share. Each record is sealed with AES-256-GCM under one data key,
 * bound to its name; the data key is sealed under the holder's passphrase (`passphrase.ts` of
 * `@kabina/crypto`), so that scrypt runs once when the seat is taken and not at every record.
 */
import { concatBytes, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { openUnderPassphrase, sealUnderPassphrase } from '@kabina/crypto/passphrase';
import { TrusteeError, type TrusteeStore } from './store.ts';

const DATA_KEY = 'data-key';
const LABEL = 'kabina/v1/trustee-data-key';
const IV = 12;

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
    const raw = await openUnderPassphrase(passphrase, LABEL, sealed);
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
