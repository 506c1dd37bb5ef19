/**
 * Administrative signatures (commission, trustees, issuers, ballot box, kiosks): Ed25519, RFC 8032,
 * whatever the election's suite.
 */
import { ed25519Signature } from './ed25519-signature.ts';

/** Public key, 32 bytes, of a 32-byte secret seed. */
export function publicKey(seed: Uint8Array): Uint8Array {
  return ed25519Signature.publicKey(seed);
}

/** Signature, 64 bytes. Hedged: two signatures of one message differ. */
export function sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return ed25519Signature.sign(message, seed);
}

/** Strict (canonical encodings, no small-order keys, the cofactored equation); `false` for bad bytes of any length. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return ed25519Signature.verify(signature, message, publicKey);
}
