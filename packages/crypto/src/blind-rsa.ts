/**
 * Blind RSA signatures, RSABSSA-SHA384-PSSZERO-Deterministic (RFC 9474): the voter's side.
 *
 * The message is signed as it is, without a random prefix, and the PSS encoding (RFC 8017, section
 * 9.1) has no salt: the caller's messages must have entropy enough of their own. The blinding factor
 * derives from a seed, so a lost answer can be asked for again with the same bytes. It binds key
 * and message: one seed may serve several requests without linking them.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, equalBytes, frame, uint32 } from './bytes.ts';

/** An issuer's public key. */
export interface RsaPublicKey {
  /** Big-endian without leading zeros, {@link MIN_MODULUS_BITS} bits or more. */
  readonly modulus: Uint8Array;
  /** Odd, 3 … 2³² − 1. */
  readonly exponent: number;
}

export const MIN_MODULUS_BITS = 3072;
const MAX_MODULUS_BITS = 8192;
const HASH_LENGTH = 48;

/** A key, request or answer that isn't what it should be. */
export class BlindRsaError extends Error {
  override readonly name = 'BlindRsaError';
  readonly code:
    | 'blind.key'
    | 'blind.seed'
    | 'blind.length'
    | 'blind.range'
    | 'blind.message'
    | 'blind.signature';
  constructor(code: BlindRsaError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

interface Key {
  readonly n: bigint;
  readonly e: bigint;
  readonly bits: number;
  readonly length: number;
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`);
}

function toBytes(integer: bigint, length: number): Uint8Array {
  const hex = integer.toString(16).padStart(2 * length, '0');
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function parseKey(key: RsaPublicKey): Key {
  const { modulus, exponent } = key;
  const bits = 8 * modulus.length - Math.clz32(modulus[0] ?? 0) + 24;
  if (modulus.length === 0 || modulus[0] === 0 || bits < MIN_MODULUS_BITS) {
    throw new BlindRsaError('blind.key', `the modulus needs ${MIN_MODULUS_BITS} bits or more`);
  }
  if (bits > MAX_MODULUS_BITS || ((modulus.at(-1) as number) & 1) === 0) {
    throw new BlindRsaError('blind.key', 'no modulus of an RSA key');
  }
  if (!Number.isInteger(exponent) || exponent < 3 || exponent > 0xffffffff || exponent % 2 === 0) {
    throw new BlindRsaError('blind.key', 'no public exponent of an RSA key');
  }
  return { n: toInteger(modulus), e: BigInt(exponent), bits, length: modulus.length };
}

function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % n;
    if (bit === '1') result = (result * base) % n;
  }
  return result;
}

/** `1/a mod n`, or nothing if they aren't coprime (extended Euclid). */
function inverse(a: bigint, n: bigint): bigint | undefined {
  let [r0, r1] = [n, a];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  if (r0 !== 1n) return undefined;
  return t0 < 0n ? t0 + n : t0;
}

/** MGF1 with SHA-384 (RFC 8017, appendix B.2.1). */
function mask(seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i * HASH_LENGTH < length; i++) blocks.push(sha384(concatBytes(seed, uint32(i))));
  return concatBytes(...blocks).subarray(0, length);
}

/** EMSA-PSS-ENCODE with an empty salt (RFC 8017, section 9.1.1), as an integer. */
function encodeMessage(message: Uint8Array, bits: number): bigint {
  const encodedBits = bits - 1;
  const length = Math.ceil(encodedBits / 8);
  const hash = sha384(concatBytes(new Uint8Array(8), sha384(message)));
  const block = new Uint8Array(length - HASH_LENGTH - 1);
  block[block.length - 1] = 1;
  mask(hash, block.length).forEach((byte, i) => (block[i] = (block[i] as number) ^ byte));
  block[0] = (block[0] as number) & (0xff >> (8 * length - encodedBits));
  return toInteger(concatBytes(block, hash, Uint8Array.of(0xbc)));
}

/** A uniform element of `[1, n)` from the seed, by rejection. */
function blindingFactor(
  { n, bits, length }: Key,
  key: RsaPublicKey,
  message: Uint8Array,
  seed: Uint8Array,
): bigint {
  for (let attempt = 0; ; attempt++) {
    const info = frame('kabina/v1/blinding', key.modulus, message, uint32(attempt));
    const bytes = hkdf(sha512, seed, undefined, info, length);
    bytes[0] = (bytes[0] as number) & (0xff >> (8 * length - bits));
    const r = toInteger(bytes);
    bytes.fill(0);
    if (r !== 0n && r < n) return r;
  }
}

function blinding(
  parsed: Key,
  key: RsaPublicKey,
  message: Uint8Array,
  seed: Uint8Array,
): { encoded: bigint; r: bigint; blinded: Uint8Array } {
  if (seed.length < 32) throw new BlindRsaError('blind.seed', 'a seed takes 32 bytes or more');
  const { n, e, bits, length } = parsed;
  const encoded = encodeMessage(message, bits);
  const r = blindingFactor(parsed, key, message, seed);
  return { encoded, r, blinded: toBytes((encoded * power(r, e, n)) % n, length) };
}

/**
 * Blinds a message (RFC 9474, section 4.2).
 *
 * @param seed 32 bytes or more, secret and uniform; the same seed, key and message give the same bytes
 * @returns `blinded` for the issuer and the secret `unblinder` for {@link finalize}, both of the
 *   modulus' length
 * @throws {BlindRsaError} `blind.key`, `blind.seed`; `blind.message` if the encoded message or the
 *   blinding factor shares a factor with the modulus (then the key is broken)
 */
export function blind(
  key: RsaPublicKey,
  message: Uint8Array,
  seed: Uint8Array,
): { blinded: Uint8Array; unblinder: Uint8Array } {
  const parsed = parseKey(key);
  const { n, length } = parsed;
  const { encoded, r, blinded } = blinding(parsed, key, message, seed);
  // One inversion serves both checks: 1/r = m · 1/(m·r).
  const inverted = inverse((encoded * r) % n, n);
  if (inverted === undefined) {
    throw new BlindRsaError('blind.message', 'the message shares a factor with the modulus');
  }
  return { blinded, unblinder: toBytes((encoded * inverted) % n, length) };
}

/**
 * The blinded message alone: what {@link blind} gives for the issuer. For whoever was told the seed
 * and looks what the issuer was asked.
 *
 * @throws {BlindRsaError} `blind.key`, `blind.seed`
 */
export function blindMessage(key: RsaPublicKey, message: Uint8Array, seed: Uint8Array): Uint8Array {
  const parsed = parseKey(key);
  return blinding(parsed, key, message, seed).blinded;
}

/**
 * The signature, from the issuer's answer (RFC 9474, section 4.4).
 *
 * @throws {BlindRsaError} `blind.signature` if the result doesn't verify; `blind.length`,
 *   `blind.range` if an input isn't a number below the modulus of its length; `blind.key`
 */
export function finalize(
  key: RsaPublicKey,
  message: Uint8Array,
  unblinder: Uint8Array,
  blindSignature: Uint8Array,
): Uint8Array {
  const { n, length } = parseKey(key);
  checkBlinded(key, unblinder);
  checkBlinded(key, blindSignature);
  const signature = toBytes((toInteger(blindSignature) * toInteger(unblinder)) % n, length);
  if (!verify(key, message, signature)) {
    throw new BlindRsaError(
      'blind.signature',
      'the issuer’s answer is no signature of the message',
    );
  }
  return signature;
}

/**
 * Whether a signature is good: RSASSA-PSS-VERIFY with SHA-384 and an empty salt (RFC 8017, section
 * 8.1.2). Without a salt a message has one encoding, which is compared whole.
 *
 * @throws {BlindRsaError} `blind.key`
 */
export function verify(key: RsaPublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const { n, e, bits, length } = parseKey(key);
  if (signature.length !== length) return false;
  const s = toInteger(signature);
  if (s >= n) return false;
  const encodedLength = Math.ceil((bits - 1) / 8);
  return equalBytes(
    toBytes(power(s, e, n), length),
    toBytes(encodeMessage(message, bits), encodedLength),
  );
}

/**
 * What an issuer requires of a blinded message before it touches its key: exactly the modulus'
 * length, and a value in `[1, n)`.
 *
 * @throws {BlindRsaError} `blind.length`, `blind.range`, `blind.key`
 */
export function checkBlinded(key: RsaPublicKey, blinded: Uint8Array): void {
  const { n, length } = parseKey(key);
  if (blinded.length !== length) {
    throw new BlindRsaError('blind.length', `${length} bytes are needed, got ${blinded.length}`);
  }
  const value = toInteger(blinded);
  if (value === 0n || value >= n) {
    throw new BlindRsaError('blind.range', 'the value is not in [1, modulus)');
  }
}
