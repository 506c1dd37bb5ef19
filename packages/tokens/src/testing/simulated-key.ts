/** Private keys for simulated cards. They are made in memory and are as public as a test is. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384 } from '@noble/curves/nist.js';
import type { KeyAlgorithm } from '../card.ts';

/** What a simulated card does its signatures with. */
export interface SimulatedKey {
  readonly algorithm: KeyAlgorithm;
  /** SEC 1 uncompressed point, the 32 bytes of Ed25519, or x ‖ y little-endian for GOST. */
  readonly publicKey: Uint8Array;
  /**
   * @param input as `Card.sign` takes it: a digest, or the message itself for Ed25519
   * @returns r ‖ s, 64 bytes of EdDSA, or s ‖ r big-endian for GOST
   */
  sign(input: Uint8Array): Uint8Array;
  /** The x coordinate of the product with the other side's uncompressed point. */
  agree?(point: Uint8Array): Uint8Array;
}

/**
 * A key of a curve that simulated cards know by themselves; GOST keys are injected by the caller.
 *
 * @param secret the private scalar, or Ed25519's seed; made at random where absent
 */
export function simulatedKey(
  algorithm: Exclude<KeyAlgorithm, 'gost3410-2012-256'>,
  secret?: Uint8Array,
): SimulatedKey {
  if (algorithm === 'ed25519') {
    const seed = secret ?? ed25519.utils.randomSecretKey();
    const publicKey = ed25519.getPublicKey(seed);
    return { algorithm, publicKey, sign: (message) => ed25519.sign(message, seed) };
  }
  const curve = algorithm === 'ecdsa-p256' ? p256 : p384;
  const scalar = secret ?? curve.utils.randomSecretKey();
  return {
    algorithm,
    publicKey: curve.getPublicKey(scalar, false),
    sign: (digest) => curve.sign(digest, scalar, { prehash: false, lowS: false }),
    agree: (point) => curve.getSharedSecret(scalar, point, true).slice(1),
  };
}
