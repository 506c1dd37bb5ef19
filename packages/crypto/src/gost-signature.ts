/**
 * Signatures of GOST R 34.10-2012 with a 256-bit key (RFC 7091, section 6) and Streebog-256.
 *
 * Formats, as OpenSSL's gost engine has them:
 * - signature: `s ‖ r`, each 32 bytes big-endian (RFC 9215; RFC 4491, section 2.2.2);
 * - public key: 33 bytes, the compressed point of `gost256b.ts`; {@link gostKeyToXY} gives the
 *   form of certificates, `x ‖ y` little-endian (RFC 9215);
 * - the hash as a number: first octet least significant, as the standard reads it.
 *
 * A 32-byte seed is not itself the standard's secret key d: both d and the key of the nonces are
 * derived from it with HMAC-Streebog-512 under labels of their own, so that any 32 bytes are a
 * good seed and d is uniform in `[1, q)`.
 *
 * Nobody without the key can turn a good signature into another of the same message: there is no
 * counterpart of ECDSA's `(r, −s)`. But a signature does not bind its key: for a good signature
 * anybody can find another public key, with a secret that nobody knows, under which it is good too.
 * What is signed must name its key.
 */
import { invert } from '@noble/curves/abstract/modular.js';
import { bytesToNumberBE, bytesToNumberLE, numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes, equalBytes, frame, randomBytes, uint32, utf8ToBytes } from './bytes.ts';
import { affineCoordinates, gost256bGroup, nonzeroScalarFromUniform } from './gost256b.ts';
import { EncodingError, type Point } from './group.ts';
import { hmacStreebog512, streebog256 } from './streebog.ts';
import type { SignatureScheme } from './suites.ts';

/** What the algorithm asks of a curve; `P` is the curve's base point of prime order. */
export interface SigningCurve<Q> {
  readonly order: bigint;
  /** x of `k·P` for a secret `1 ≤ k < order`. */
  baseX(k: bigint): bigint;
  /** x of `a·P + b·Q` for public `0 ≤ a, b < order`; `undefined` if that is the identity. */
  sumX(a: bigint, b: bigint, key: Q): bigint | undefined;
}

/** Steps 2 of sections 6.1 and 6.2: the hash as a number modulo the order, and 1 for 0. */
function hashNumber(hash: Uint8Array, order: bigint): bigint {
  const e = bytesToNumberLE(hash) % order;
  return e === 0n ? 1n : e;
}

/**
 * Section 6.1, from the hash of the message, the secret key and a nonce that is used only once.
 * `undefined` if the standard asks for another nonce (r or s would be 0).
 */
export function signHash<Q>(
  curve: SigningCurve<Q>,
  hash: Uint8Array,
  secret: bigint,
  nonce: bigint,
): { r: bigint; s: bigint } | undefined {
  const q = curve.order;
  const r = curve.baseX(nonce) % q;
  const s = (r * secret + nonce * hashNumber(hash, q)) % q;
  return r === 0n || s === 0n ? undefined : { r, s };
}

/** Section 6.2, for a public key that is known to be a point of the curve other than the identity. */
export function verifyHash<Q>(
  curve: SigningCurve<Q>,
  hash: Uint8Array,
  key: Q,
  { r, s }: { r: bigint; s: bigint },
): boolean {
  const q = curve.order;
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false;
  const v = invert(hashNumber(hash, q), q);
  const x = curve.sumX((s * v) % q, ((q - r) * v) % q, key);
  return x !== undefined && x % q === r;
}

const paramSetB: SigningCurve<Point> = {
  order: gost256bGroup.order,
  baseX: (k) => xOf(gost256bGroup.generatorTable.multiply(k)),
  sumX(a, b, key) {
    const sum = gost256bGroup.msm([
      { point: gost256bGroup.generator, scalar: a },
      { point: key, scalar: b },
    ]);
    return gost256bGroup.isIdentity(sum) ? undefined : xOf(sum);
  },
};

function xOf(point: Point): bigint {
  return bytesToNumberBE(affineCoordinates(point).subarray(0, 32));
}

const SEED_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

function derive(seed: Uint8Array, label: 'secret' | 'nonce'): Uint8Array {
  if (seed.length !== SEED_LENGTH) throw new RangeError(`a seed is ${SEED_LENGTH} bytes`);
  return hmacStreebog512(seed, utf8ToBytes(`kabina/v1/gost3410-2012-256/${label}`));
}

function secretScalar(seed: Uint8Array): bigint {
  return nonzeroScalarFromUniform(derive(seed, 'secret'));
}

/** Of Streebog-256. */
const DIGEST_LENGTH = 32;

/**
 * Signs a digest, as a card does: whoever asks for the signature has hashed the message. Nonces are
 * hedged: derived from the key, the digest and 32 fresh bytes, so that neither a broken generator
 * nor two messages signed in one state ever repeat one. Throws `RangeError` if digest or seed is
 * not 32 bytes.
 */
export function gostSignDigest(digest: Uint8Array, seed: Uint8Array): Uint8Array {
  if (digest.length !== DIGEST_LENGTH) throw new RangeError(`a digest is ${DIGEST_LENGTH} bytes`);
  const secret = secretScalar(seed);
  const nonceKey = derive(seed, 'nonce');
  const fresh = randomBytes(32);
  for (let attempt = 0; ; attempt++) {
    const uniform = hmacStreebog512(nonceKey, frame(fresh, digest, uint32(attempt)));
    const signature = signHash(paramSetB, digest, secret, nonzeroScalarFromUniform(uniform));
    if (signature === undefined) continue;
    return concatBytes(numberToBytesBE(signature.s, 32), numberToBytesBE(signature.r, 32));
  }
}

/** Verifies a signature of a digest under a 33-byte key; `false` for bad bytes of any length. */
export function gostVerifyDigest(
  signature: Uint8Array,
  digest: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_LENGTH || digest.length !== DIGEST_LENGTH) return false;
  let key: Point;
  try {
    key = gost256bGroup.decode(publicKey);
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
  return verifyHash(paramSetB, digest, key, {
    s: bytesToNumberBE(signature.subarray(0, 32)),
    r: bytesToNumberBE(signature.subarray(32)),
  });
}

/** The signature scheme of ballots in the suite `gost256b-streebog`. */
export const gost3410Signature: SignatureScheme = {
  id: 'gost3410-2012-256',
  publicKeyLength: gost256bGroup.pointLength,
  signatureLength: SIGNATURE_LENGTH,

  publicKey: (seed) =>
    gost256bGroup.encode(gost256bGroup.generatorTable.multiply(secretScalar(seed))),

  sign: (message, seed) => gostSignDigest(streebog256(message), seed),

  verify: (signature, message, publicKey) =>
    gostVerifyDigest(signature, streebog256(message), publicKey),

  verifyBatch(items) {
    // The signature holds only r, the x of a point modulo q: the equations can't be added up.
    return items.map((item) =>
      gost3410Signature.verify(item.signature, item.message, item.publicKey),
    );
  },
};

/**
 * A public key as certificates carry it: `x ‖ y`, each 32 bytes little-endian (RFC 9215). Throws
 * {@link EncodingError} if the 33 bytes are no public key.
 */
export function gostKeyToXY(publicKey: Uint8Array): Uint8Array {
  const xy = affineCoordinates(gost256bGroup.decode(publicKey));
  return concatBytes(xy.slice(0, 32).reverse(), xy.slice(32).reverse());
}

/** The 33 bytes of a public key from {@link gostKeyToXY}'s 64. Throws {@link EncodingError} if they are none. */
export function gostKeyFromXY(xy: Uint8Array): Uint8Array {
  if (xy.length !== 64) throw new EncodingError('encoding.length', 'x ‖ y is 64 bytes');
  const publicKey = new Uint8Array(33);
  publicKey[0] = 2 + ((xy[32] as number) & 1);
  publicKey.set(xy.slice(0, 32).reverse(), 1);
  if (!equalBytes(gostKeyToXY(publicKey), xy)) {
    throw new EncodingError('encoding.off-curve', 'the point (x, y) is not on the curve');
  }
  return publicKey;
}
