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
): Uint8Array {
  const head = Uint8Array.of(length >> 8, length & 0xff);
  const labeled = concatBytes(head, utf8ToBytes('HPKE-v1'), id, utf8ToBytes(label), info);
  return expand(sha256, key, labeled, length);
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
    if (publicKey.length !== POINT_LENGTH) throw new RangeError('65 bytes are needed');
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

/**
 * Decrypts what {@link p256Seal} made.
 *
 * @param agree computes the x coordinate (32 bytes) of the private key times a point (65 bytes); what
 *   it throws passes through. Its answer is overwritten.
 * @throws {HpkeError} `hpke.open` for anything that does not open
 */
export async function p256Open(
  publicKey: Uint8Array,
  agree: (point: Uint8Array) => Promise<Uint8Array>,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed.length < POINT_LENGTH + TAG_LENGTH) {
    throw new HpkeError('hpke.open', 'this does not open with this key');
  }
  const enc = sealed.slice(0, POINT_LENGTH);
  const product = await agree(enc);
  const prk = labeledExtract(KEM_ID, none, 'eae_prk', product);
  product.fill(0);
  const shared = labeledExpand(KEM_ID, prk, 'shared_secret', concatBytes(enc, publicKey), 32);
  const context = concatBytes(
    Uint8Array.of(0),
    labeledExtract(SUITE_ID, none, 'psk_id_hash', none),
    labeledExtract(SUITE_ID, none, 'info_hash', info),
  );
  const secret = labeledExtract(SUITE_ID, shared, 'secret', none);
  const key = labeledExpand(SUITE_ID, secret, 'key', context, KEY_LENGTH);
  const nonce = labeledExpand(SUITE_ID, secret, 'base_nonce', context, NONCE_LENGTH);
  try {
    const aes = await crypto.subtle.importKey('raw', key.slice(), 'AES-GCM', false, ['decrypt']);
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: nonce.slice(), additionalData: aad.slice() },
      aes,
      sealed.slice(POINT_LENGTH),
    );
    return new Uint8Array(opened);
  } catch (cause) {
    throw new HpkeError('hpke.open', 'this does not open with this key', cause);
  } finally {
    for (const bytes of [prk, shared, secret, key]) bytes.fill(0);
  }
}
