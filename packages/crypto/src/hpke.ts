/**
 * Hybrid public key encryption (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM, one message per encapsulation, through `@hpke/core` and the platform's WebCrypto.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { concatBytes } from './bytes.ts';

const ENC_LENGTH = 32;
const KEY_LENGTH = 32;
const TAG_LENGTH = 16;

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** A key that is none, or bytes that don't open. Never says more about why. */
export class HpkeError extends Error {
  override readonly name = 'HpkeError';
  readonly code: 'hpke.key' | 'hpke.open';
  constructor(code: HpkeError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** `bytes` in a buffer of their own, as the library reads whole buffers. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** A fresh key pair, 32 bytes each (RFC 9180, section 7.1.1). */
export async function generateHpkeKey(): Promise<{
  publicKey: Uint8Array;
  privateKey: Uint8Array;
}> {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  };
}

/**
 * The key pair of a secret of at least 32 random bytes, or of 16 that were stretched to 32
 * (`DeriveKeyPair`, RFC 9180, section 7.1.3).
 */
export async function deriveHpkeKey(secret: Uint8Array): Promise<{
  publicKey: Uint8Array;
  privateKey: Uint8Array;
}> {
  const pair = await suite.kem.deriveKeyPair(buffer(secret));
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  };
}

/**
 * Encrypts to `publicKey`: `enc ‖ ciphertext`, 48 bytes longer than the plaintext.
 *
 * @param info and `aad` are bound and have to be given again to open
 * @throws {HpkeError} `hpke.key` for a key that isn't one, small-order points included
 */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  let sender;
  try {
    if (publicKey.length !== KEY_LENGTH) throw new RangeError('32 bytes are needed');
    sender = await suite.createSenderContext({
      recipientPublicKey: await suite.kem.deserializePublicKey(buffer(publicKey)),
      info: buffer(info),
    });
  } catch (cause) {
    throw new HpkeError('hpke.key', 'this is no key to encrypt to', cause);
  }
  const ciphertext = await sender.seal(buffer(plaintext), buffer(aad));
  return concatBytes(new Uint8Array(sender.enc), new Uint8Array(ciphertext));
}

/** Decrypts what {@link hpkeSeal} made. Throws {@link HpkeError} `hpke.open` for anything else. */
export async function hpkeOpen(
  privateKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  try {
    if (sealed.length < ENC_LENGTH + TAG_LENGTH) throw new RangeError('too short');
    const recipient = await suite.createRecipientContext({
      recipientKey: await suite.kem.deserializePrivateKey(buffer(privateKey)),
      enc: buffer(sealed.subarray(0, ENC_LENGTH)),
      info: buffer(info),
    });
    const plaintext = await recipient.open(buffer(sealed.subarray(ENC_LENGTH)), buffer(aad));
    return new Uint8Array(plaintext);
  } catch (cause) {
    throw new HpkeError('hpke.open', 'this does not open with this key', cause);
  }
}
