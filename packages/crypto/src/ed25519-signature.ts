/**
 * Ed25519 (RFC 8032) as ballots carry it: hedged signing and one strict rule of verification.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, randomBytes } from './bytes.ts';
import type { SignatureScheme } from './suites.ts';

const { Point, utils } = ed25519;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(bytes: Uint8Array): bigint {
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i] as number);
  return n;
}

function scalarBytes(scalar: bigint): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 0, rest = scalar; i < 32; i++, rest >>= 8n) out[i] = Number(rest & 255n);
  return out;
}

function hashScalar(...parts: Uint8Array[]): bigint {
  return littleEndian(sha512(concatBytes(...parts))) % ORDER;
}

function sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  const { scalar, prefix, pointBytes } = utils.getExtendedPublicKey(seed);
  // draft-irtf-cfrg-det-sigs-with-noise: noise and key fill a block of their own before the message.
  const r = hashScalar(randomBytes(32), prefix, new Uint8Array(64), message);
  const R = Point.BASE.multiply(r).toBytes();
  const k = hashScalar(R, pointBytes, message);
  return concatBytes(R, scalarBytes((r + k * scalar) % ORDER));
}

function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const S = littleEndian(signature.subarray(32));
  if (S >= ORDER) return false;
  let A, R;
  try {
    A = Point.fromBytes(publicKey);
    R = Point.fromBytes(signature.subarray(0, 32));
  } catch {
    return false;
  }
  if (A.isSmallOrder()) return false;
  const k = hashScalar(signature.subarray(0, 32), publicKey, message);
  const expected = Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k));
  return expected.subtract(R).isSmallOrder();
}

/** Ed25519. */
export const ed25519Signature: SignatureScheme = {
  id: 'ed25519',
  publicKeyLength: 32,
  signatureLength: 64,
  publicKey: (seed) => ed25519.getPublicKey(seed),
  sign,
  verify,
  verifyBatch: (items) => items.map((i) => verify(i.signature, i.message, i.publicKey)),
};
