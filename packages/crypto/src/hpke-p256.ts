/**
 * Hybrid public key encryption (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM, one message per encapsulation, for a recipient whose private key never leaves a
 * smartcard: the card only computes the Diffie–Hellman product.
 *
 * Sealing is `@hpke/core`'s. Opening follows sections 4.1 and 5.1 here, since no library lets the
 * product come from outside.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from './bytes.ts';
import { HpkeError } from './hpke.ts';

/** Uncompressed point: 4, x, y. */
const POINT_LENGTH = 65;
const UNCOMPRESSED = 4;
/** Of the Diffie–Hellman product: its x. */
const PRODUCT_LENGTH = 32;
const TAG_LENGTH = 16;
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

const none = new Uint8Array(0);
/** `suite_id` of the KEM and of the whole suite (sections 4.1 and 5.1): numbers from section 7. */
const KEM_ID = concatBytes(utf8ToBytes('KEM'), Uint8Array.of(0x00, 0x10));
const SUITE_ID = concatBytes(
  utf8ToBytes('HPKE'),
  Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x02),
);

/** `bytes` in a buffer of their own, as the library reads whole buffers. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function labeledExtract(id: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array) {
  const labeled = concatBytes(utf8ToBytes('HPKE-v1'), id, utf8ToBytes(label), ikm);
  const extracted = extract(sha256, labeled, salt);
  labeled.fill(0);
  return extracted;
}

function labeledExpand(
  id: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  const head = Uint8Array.of(length >> 8, length & 0xff);
  const labeled = concatBytes(head, utf8ToBytes('HPKE-v1'), id, utf8ToBytes(label), info);
  return expand(sha256, key, labeled, length);
}

/**
 * Checks a public key (sections 7.1.1 and 7.1.4): the uncompressed form alone, and of the curve.
 * WebCrypto looks for the curve; OpenSSL's also takes the hybrid form (6 or 7 in front).
 */
async function pointKey(point: Uint8Array): Promise<CryptoKey> {
  if (point.length !== POINT_LENGTH || point[0] !== UNCOMPRESSED) {
    throw new RangeError('an uncompressed point of 65 bytes is needed');
  }
  return suite.kem.deserializePublicKey(buffer(point));
}

/** Key and nonce of the only message; sections 4.1 (ExtractAndExpand) and 5.1 (KeySchedule). */
function schedule(
  product: Uint8Array,
  enc: Uint8Array,
  publicKey: Uint8Array,
  info: Uint8Array,
): { key: Uint8Array<ArrayBuffer>; nonce: Uint8Array<ArrayBuffer> } {
  const prk = labeledExtract(KEM_ID, none, 'eae_prk', product);
  const shared = labeledExpand(KEM_ID, prk, 'shared_secret', concatBytes(enc, publicKey), 32);
  const context = concatBytes(
    Uint8Array.of(0),
    labeledExtract(SUITE_ID, none, 'psk_id_hash', none),
    labeledExtract(SUITE_ID, none, 'info_hash', info),
  );
  const secret = labeledExtract(SUITE_ID, shared, 'secret', none);
  const key = labeledExpand(SUITE_ID, secret, 'key', context, KEY_LENGTH);
  const nonce = labeledExpand(SUITE_ID, secret, 'base_nonce', context, NONCE_LENGTH);
  for (const bytes of [prk, shared, secret]) bytes.fill(0);
  return { key, nonce };
}

/**
 * Encrypts to a P-256 key: `enc ‖ ciphertext`, 81 bytes longer than the plaintext.
 *
 * @param publicKey uncompressed point, 65 bytes
 * @param info and `aad` are bound and have to be given again to open
 * @throws {HpkeError} `hpke.key` for bytes that are no point of the curve
 */
export async function p256Seal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  let sender;
  try {
    sender = await suite.createSenderContext({
      recipientPublicKey: await pointKey(publicKey),
      info: buffer(info),
    });
  } catch (cause) {
    throw new HpkeError('hpke.key', 'this is no key to encrypt to', cause);
  }
  const copy = buffer(plaintext);
  try {
    const ciphertext = await sender.seal(copy, buffer(aad));
    return concatBytes(new Uint8Array(sender.enc), new Uint8Array(ciphertext));
  } finally {
    new Uint8Array(copy).fill(0);
  }
}

/**
 * Decrypts what {@link p256Seal} made.
 *
 * @param agree computes the x coordinate (32 bytes) of the private key times a point (65 bytes), and
 *   is only asked for points of the curve (section 7.1.4): a product with another point could tell
 *   of the private key. What it throws passes through. Its answer is overwritten.
 * @throws {HpkeError} `hpke.open` for anything that does not open
 */
export async function p256Open(
  publicKey: Uint8Array,
  agree: (point: Uint8Array) => Promise<Uint8Array>,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const refuse = (cause?: unknown): HpkeError =>
    new HpkeError('hpke.open', 'this does not open with this key', cause);
  if (sealed.length < POINT_LENGTH + TAG_LENGTH) throw refuse();
  const enc = sealed.slice(0, POINT_LENGTH);
  try {
    await pointKey(enc);
  } catch (cause) {
    throw refuse(cause);
  }
  const product = await agree(enc);
  let made;
  try {
    if (product.length !== PRODUCT_LENGTH || product.every((byte) => byte === 0)) throw refuse();
    made = schedule(product, enc, publicKey, info);
  } finally {
    product.fill(0);
  }
  const { key, nonce } = made;
  try {
    const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: aad.slice() },
      aes,
      sealed.slice(POINT_LENGTH),
    );
    return new Uint8Array(opened);
  } catch (cause) {
    throw refuse(cause);
  } finally {
    key.fill(0);
    nonce.fill(0);
  }
}
