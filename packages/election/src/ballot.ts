/**
 * Making a ballot: keys from the voter's seed, the sealed core, its hash and tracking code, and the
 * entries that cast or open it (PROTOCOL.md, "Ballot"). What is hashed and signed is in
 * `ballot-statement.ts`, checking in `ballot-check.ts`.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { frame, randomBytes } from '@kabina/crypto/bytes';
import type { Suite } from '@kabina/crypto/suites';
import type { PreparedVector } from '@kabina/crypto/vector';
import { ballotSignatureInput, ballotTag, coreHash, proofContext } from './ballot-statement.ts';
import type { Core, EntryOf, Permit } from './entries.ts';

export {
  BallotChecker,
  checkBallotBatch,
  checkChallenge,
  checkPermit,
  type BadItem,
  type BallotBatchResult,
  type BallotContext,
  type BallotItem,
} from './ballot-check.ts';
export {
  ballotSignatureInput,
  ballotTag,
  coreHash,
  permitMessage,
  proofContext,
} from './ballot-statement.ts';

const OPENING_LENGTH = 16;
/** Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_SYMBOLS = 16;

/** A ballot's signing key. `seed` is secret. */
export interface BallotKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The voter's signing key for a contest, from the voter's 32-byte secret seed. */
export function ballotKeyFromSeed(
  suite: Suite,
  voterSeed: Uint8Array,
  election: Uint8Array,
  contest: string,
): BallotKey {
  const seed = hmac(sha256, voterSeed, frame('kabina/v1/ballot-key', suite.id, election, contest));
  return { seed, publicKey: suite.signature.publicKey(seed) };
}

/** The 32-byte secret from which the blinding of one request to one issuer derives. */
export function blindingSeed(
  voterSeed: Uint8Array,
  election: Uint8Array,
  contest: string,
  issuer: string,
  list: string,
): Uint8Array {
  return hmac(sha256, voterSeed, frame('kabina/v1/blinding', election, contest, issuer, list));
}

/** A core with the two secrets that go with it. */
export interface SealedCore {
  readonly core: Core;
  /** Opens the tag; shown when the ballot is cast. 16 bytes. */
  readonly opening: Uint8Array;
  /** Randomness of the cells; shown when the core is challenged, and never otherwise. */
  readonly randomness: Uint8Array;
}

/**
 * Seals marks into a core. Only hashing and scalar arithmetic: the rest is in `prepared`, which
 * serves once.
 *
 * @param marks 0 or 1 per cell of the contest's shape; where blank papers are allowed the last says "blank"
 * @throws `VectorError` for marks that the contest does not allow, and for a set that was used
 */
export function sealCore(
  suite: Suite,
  prepared: PreparedVector,
  marks: readonly number[],
  ballot: {
    readonly election: Uint8Array;
    readonly contest: string;
    readonly ballotKey: Uint8Array;
    readonly revision: number;
    readonly digits?: string;
  },
): SealedCore {
  const opening = randomBytes(OPENING_LENGTH);
  const head = {
    election: ballot.election,
    contest: ballot.contest,
    tag: ballotTag(ballot.ballotKey, opening),
    revision: ballot.revision,
    ...(ballot.digits === undefined ? {} : { digits: ballot.digits }),
  };
  const { sealed, opening: randomness } = prepared.seal(marks, proofContext(suite, head));
  return { core: { ...head, ...sealed }, opening, randomness };
}

/** The first 80 bits of a core's hash, in four groups of four symbols: `7K3M-…`. */
export function trackingCode(hash: Uint8Array): string {
  let bits = 0n;
  for (const byte of hash.subarray(0, (CODE_SYMBOLS * 5) / 8)) bits = (bits << 8n) | BigInt(byte);
  let out = '';
  for (let i = CODE_SYMBOLS - 1; i >= 0; i--) {
    out += CROCKFORD[Number((bits >> BigInt(5 * i)) & 31n)];
    if (i % 4 === 0 && i > 0) out += '-';
  }
  return out;
}

/**
 * The ten bytes of a tracking code as a person may type it: any case, with or without hyphens and
 * spaces, O for 0, I and L for 1. Undefined if it isn't one.
 */
export function parseTrackingCode(code: string): Uint8Array | undefined {
  const symbols = code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (symbols.length !== CODE_SYMBOLS) return undefined;
  let bits = 0n;
  for (const symbol of symbols) {
    const value = CROCKFORD.indexOf(symbol);
    if (value < 0) return undefined;
    bits = (bits << 5n) | BigInt(value);
  }
  const out = new Uint8Array((CODE_SYMBOLS * 5) / 8);
  for (let i = out.length - 1; i >= 0; i--, bits >>= 8n) out[i] = Number(bits & 255n);
  return out;
}

/** The entry that casts a core. `seed` is the ballot key's. */
export function ballotEntry(
  suite: Suite,
  core: Core,
  opening: Uint8Array,
  permit: Permit,
  seed: Uint8Array,
): EntryOf<'ballot'> {
  const input = ballotSignatureInput(coreHash(core), opening, permit.list);
  const signature = suite.signature.sign(input, seed);
  const body = { core, opening, permit, signature };
  return { type: 'ballot', election: core.election, body, signatures: [] };
}

/** The entry that opens a core (Benaloh's challenge): it can't be cast any more. */
export function challengeEntry(
  core: Core,
  marks: readonly number[],
  randomness: Uint8Array,
): EntryOf<'challenge'> {
  const body = { core, marks: [...marks], opening: randomness };
  return { type: 'challenge', election: core.election, body, signatures: [] };
}
