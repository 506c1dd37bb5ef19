/**
 * Ed25519 (RFC 8032 §5.1) as ballots and officers use it: hedged signing, and one strict rule of
 * verification, the same for one signature and for many.
 *
 * A signature is good if and only if
 * - A and R are canonical encodings of points (y < p, no negative zero) and S < L;
 * - A is none of the eight points of small order;
 * - 8·S·B = 8·R + 8·k·A, the cofactored equation: the one for which a batch gives the same answer
 *   as each signature alone (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs",
 *   https://eprint.iacr.org/2020/1244).
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, randomBytes } from './bytes.ts';
import {
  addPoints,
  BASE,
  D,
  edwardsSums,
  fromAffine,
  isSmallOrder,
  multiplyBase,
  ORDER,
} from './edwards25519.ts';
import type { EdwardsPoint } from './edwards25519.ts';
import {
  add,
  equal,
  fieldElement,
  fromBytes,
  invert,
  isCanonical,
  isNegative,
  mul,
  negateIf,
  ONE,
  sqrtRatio,
  square,
  sub,
  toBytes,
  ZERO,
} from './field25519.ts';
import { multiScalar } from './multi-scalar.ts';
import { fromLittleEndian, toLittleEndian } from './scalar-digits.ts';
import type { SignatureScheme, SignedItem } from './suites.ts';

const POINT_LENGTH = 32;
const SEED_LENGTH = 32;
const SIGNATURE_LENGTH = 64;
/** Bytes of a weight in a batch: a bad signature passes with probability 2⁻¹²⁸. */
const WEIGHT_LENGTH = 16;

/** §5.1.2 */
function encodePoint(p: EdwardsPoint): Uint8Array {
  const inverse = fieldElement();
  const x = fieldElement();
  const y = fieldElement();
  invert(inverse, p.Z);
  mul(x, p.X, inverse);
  mul(y, p.Y, inverse);
  const bytes = toBytes(y);
  bytes[31] = (bytes[31] as number) | (isNegative(x) << 7);
  return bytes;
}

/** §5.1.3, canonical encodings alone. */
function decodePoint(encoded: Uint8Array): EdwardsPoint | undefined {
  const bytes = Uint8Array.from(encoded); // a Buffer's slice() would share memory
  const sign = (bytes[31] as number) >> 7;
  bytes[31] = (bytes[31] as number) & 0x7f;
  if (!isCanonical(bytes)) return undefined;
  const x = fieldElement();
  const y = fieldElement();
  const u = fieldElement();
  const v = fieldElement();
  fromBytes(y, bytes);
  square(u, y);
  mul(v, u, D);
  sub(u, u, ONE);
  add(v, v, ONE);
  if (sqrtRatio(x, u, v) === 0) return undefined;
  if (sign === 1 && equal(x, ZERO) === 1) return undefined;
  negateIf(x, x, sign);
  mul(y, y, ONE); // for the carries
  return fromAffine(x, y);
}

function hashToScalar(...parts: Uint8Array[]): bigint {
  return fromLittleEndian(sha512(concatBytes(...parts))) % ORDER;
}

/** §5.1.5: the secret scalar, the prefix for nonces and the public key. Throws `RangeError` for a seed that is not 32 bytes. */
function expand(seed: Uint8Array) {
  if (seed.length !== SEED_LENGTH) throw new RangeError(`a seed takes ${SEED_LENGTH} bytes`);
  const hash = sha512(seed);
  const bytes = hash.slice(0, 32);
  bytes[0] = (bytes[0] as number) & 0xf8;
  bytes[31] = ((bytes[31] as number) & 0x7f) | 0x40;
  const scalar = fromLittleEndian(bytes) % ORDER;
  return { scalar, prefix: hash.subarray(32), publicKey: encodePoint(multiplyBase(scalar)) };
}

/**
 * §5.1.6, but for the nonce: fresh noise, the prefix and zeros fill a block of the hash of their
 * own before the message (draft-irtf-cfrg-det-sigs-with-noise), so that neither a weak generator
 * nor a fault during a repeated signature gives the key away.
 */
function sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  const { scalar, prefix, publicKey } = expand(seed);
  const nonce = hashToScalar(randomBytes(32), prefix, new Uint8Array(64), message);
  const R = encodePoint(multiplyBase(nonce));
  const k = hashToScalar(R, publicKey, message);
  return concatBytes(R, toLittleEndian((nonce + k * scalar) % ORDER, 32));
}

/** A signature whose parts are well formed; whether the equation holds is still open. */
interface Candidate {
  readonly A: EdwardsPoint;
  readonly R: EdwardsPoint;
  readonly S: bigint;
  readonly k: bigint;
}

function parse({ signature, message, publicKey }: SignedItem): Candidate | undefined {
  if (signature.length !== SIGNATURE_LENGTH || publicKey.length !== POINT_LENGTH) return undefined;
  const encodedR = signature.subarray(0, POINT_LENGTH);
  const S = fromLittleEndian(signature.subarray(POINT_LENGTH));
  if (S >= ORDER) return undefined;
  const A = decodePoint(publicKey);
  if (A === undefined || isSmallOrder(A)) return undefined;
  const R = decodePoint(encodedR);
  if (R === undefined) return undefined;
  return { A, R, S, k: hashToScalar(encodedR, publicKey, message) };
}

/** 8·(R + k·A − S·B) = 0. That k is reduced modulo L changes nothing after the factor of eight. */
function holds({ A, R, S, k }: Candidate): boolean {
  const sum = multiScalar(edwardsSums, [A, BASE], [k, (ORDER - S) % ORDER]);
  return isSmallOrder(addPoints(sum, R));
}

/** The same for all at once: 8·(Σ z·R + Σ z·k·A − Σ z·S·B) = 0 with random weights z. */
function allHold(candidates: readonly Candidate[]): boolean {
  const points: EdwardsPoint[] = [];
  const scalars: bigint[] = [];
  let ofBase = 0n;
  for (const { A, R, S, k } of candidates) {
    const z = fromLittleEndian(randomBytes(WEIGHT_LENGTH));
    points.push(R, A);
    scalars.push(z, (z * k) % ORDER);
    ofBase += z * (ORDER - S);
  }
  points.push(BASE);
  scalars.push(ofBase % ORDER);
  return isSmallOrder(multiScalar(edwardsSums, points, scalars));
}

/** Those that do not hold: the list is halved until the culprits stand alone. */
function failing(candidates: readonly Candidate[]): Candidate[] {
  const [first] = candidates;
  if (first === undefined) return [];
  if (candidates.length === 1) return holds(first) ? [] : [first];
  if (allHold(candidates)) return [];
  const middle = candidates.length >> 1;
  return [...failing(candidates.slice(0, middle)), ...failing(candidates.slice(middle))];
}

/** Ed25519. */
export const ed25519Signature: SignatureScheme = {
  id: 'ed25519',
  publicKeyLength: POINT_LENGTH,
  signatureLength: SIGNATURE_LENGTH,
  publicKey: (seed) => expand(seed).publicKey,
  sign,
  verify(signature, message, publicKey) {
    const candidate = parse({ signature, message, publicKey });
    return candidate !== undefined && holds(candidate);
  },
  verifyBatch(items) {
    const candidates = items.map(parse);
    const bad = new Set(failing(candidates.filter((candidate) => candidate !== undefined)));
    return candidates.map((candidate) => candidate !== undefined && !bad.has(candidate));
  },
};
