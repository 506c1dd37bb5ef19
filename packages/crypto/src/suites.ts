/**
 * A suite: a prime-order group with its hash and the signature that ballots carry.
 *
 * - `ristretto255-sha512`: RFC 9496, SHA-512, Ed25519 (RFC 8032). The default.
 * - `gost256b-streebog`: id-tc26-gost-3410-2012-256-paramSetB (RFC 9215; CryptoPro-A of RFC 4357),
 *   Streebog-512 (RFC 6986), GOST R 34.10-2012 (RFC 7091), for elections that must use national
 *   cryptography.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { ed25519Signature } from './ed25519-signature.ts';
import { gost256bGroup } from './gost256b.ts';
import { gost3410Signature } from './gost-signature.ts';
import type { Group } from './group.ts';
import { ristretto255Group } from './ristretto255.ts';
import { streebog512 } from './streebog.ts';

/** A signature scheme with 32-byte secret seeds. */
export interface SignatureScheme {
  readonly id: 'ed25519' | 'gost3410-2012-256';
  readonly publicKeyLength: number;
  readonly signatureLength: number;
  /** Public key of a 32-byte secret seed. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** Signs; the nonce is derived from key and message with fresh randomness mixed in where the scheme allows (hedged). */
  sign(message: Uint8Array, seed: Uint8Array): Uint8Array;
  /** Strict: canonical encodings, no small-order keys, the cofactored equation. Never throws on bad bytes: answers `false`. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  /** For many: which of them are good. The same answers as {@link SignatureScheme.verify}, one by one. */
  verifyBatch(items: readonly SignedItem[]): boolean[];
}

export interface SignedItem {
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
  readonly publicKey: Uint8Array;
}

export type SuiteId = 'ristretto255-sha512' | 'gost256b-streebog';

export interface Suite {
  readonly id: SuiteId;
  readonly group: Group;
  /** 64 bytes, in the byte order in which the standard's hash value is written as octets. */
  hash512(message: Uint8Array): Uint8Array;
  readonly signature: SignatureScheme;
}

/** The default suite. */
export const ristretto255Sha512: Suite = {
  id: 'ristretto255-sha512',
  group: ristretto255Group,
  hash512: (message) => sha512(message),
  signature: ed25519Signature,
};

/** The suite of national cryptography. */
export const gost256bStreebog: Suite = {
  id: 'gost256b-streebog',
  group: gost256bGroup,
  hash512: streebog512,
  signature: gost3410Signature,
};

const SUITES: readonly Suite[] = [ristretto255Sha512, gost256bStreebog];

/** A name that is no suite's. */
export class UnknownSuiteError extends Error {
  override readonly name = 'UnknownSuiteError';
  readonly code = 'suite.unknown';
}

/** The suite of a {@link SuiteId}. Throws {@link UnknownSuiteError} for any other string. */
export function suiteById(id: string): Suite {
  const suite = SUITES.find((candidate) => candidate.id === id);
  if (suite === undefined) throw new UnknownSuiteError(`no such suite: ${JSON.stringify(id)}`);
  return suite;
}
