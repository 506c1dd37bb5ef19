/**
 * Proofs about one discrete logarithm: that it is known (Schnorr, "Efficient identification and
 * signatures for smart cards", CRYPTO 1989) and that two are equal (Chaum, Pedersen, "Wallet
 * databases with observers", CRYPTO 1992). Challenges bind suite, context, statement and
 * commitments; nonces are hedged: drawn from the secret, the statement and fresh randomness
 * together, so that a broken generator doesn't give the secret away.
 */
import { concatBytes, frame, randomBytes } from './bytes.ts';
import type { Group, Point } from './group.ts';
import type { Suite } from './suites.ts';
import { Transcript } from './transcript.ts';

function hedgedNonce(suite: Suite, domain: string, secret: bigint, statement: Uint8Array): bigint {
  const seed = frame(domain, suite.group.encodeScalar(secret), randomBytes(64), statement);
  const nonce = suite.group.scalarFromUniform(suite.hash512(seed));
  seed.fill(0);
  return nonce;
}

function knowledgeChallenge(
  suite: Suite,
  context: Uint8Array,
  publicBytes: Uint8Array,
  R: Uint8Array,
) {
  return new Transcript(suite, 'kabina/v1/knowledge')
    .append('context', context)
    .append('public', publicBytes)
    .append('commitment', R)
    .challenge('knowledge');
}

/** Proof that the prover knows `secret` of `secret·G`: `R ‖ s`, `pl + sl` bytes. `secret` is in `[1, order)`. */
export function proveKnowledge(suite: Suite, secret: bigint, context: Uint8Array): Uint8Array {
  const { group } = suite;
  const publicBytes = group.encode(group.generatorTable.multiply(secret));
  const nonce = hedgedNonce(
    suite,
    'kabina/v1/knowledge/nonce',
    secret,
    frame(publicBytes, context),
  );
  const R = group.encode(group.generatorTable.multiply(nonce));
  const c = knowledgeChallenge(suite, context, publicBytes, R);
  return concatBytes(R, group.encodeScalar((nonce + c * secret) % group.order));
}

/** Whether the proof holds. `false` for bad bytes and for the identity as public point. */
export function verifyKnowledge(
  suite: Suite,
  publicPoint: Point,
  proof: Uint8Array,
  context: Uint8Array,
): boolean {
  const { group } = suite;
  const read = readProof(group, proof, 1);
  if (read === undefined || group.isIdentity(publicPoint)) return false;
  const [R] = read.encoded as [Uint8Array];
  const c = knowledgeChallenge(suite, context, group.encode(publicPoint), R);
  return vanishes(group, read.points[0] as Point, publicPoint, c, group.generator, read.s);
}

/** What {@link verifyEqualLogs} speaks of: `public1 = s·G` and `public2 = s·base2`. */
export interface EqualLogs {
  readonly base2: Point;
  readonly public1: Point;
  readonly public2: Point;
}

function equalLogsChallenge(
  suite: Suite,
  context: Uint8Array,
  statement: readonly Uint8Array[],
  commitments: readonly Uint8Array[],
) {
  return new Transcript(suite, 'kabina/v1/equal-logs')
    .append('context', context)
    .append('statement', ...statement)
    .append('commitments', ...commitments)
    .challenge('equal logs');
}

/**
 * Proof that `public1` to the base G and `public2` to `base2` have one discrete logarithm, which the
 * prover knows: `R1 ‖ R2 ‖ s`, `2pl + sl` bytes. `base2` and `public2` may be the identity, as an
 * aggregate may.
 */
export function proveEqualLogs(
  suite: Suite,
  { secret, base2, public1, public2 }: EqualLogs & { readonly secret: bigint },
  context: Uint8Array,
): Uint8Array {
  const { group } = suite;
  const statement = group.encodeAll([base2, public1, public2]);
  const nonce = hedgedNonce(
    suite,
    'kabina/v1/equal-logs/nonce',
    secret,
    frame(...statement, context),
  );
  const commitments = group.encodeAll([
    group.generatorTable.multiply(nonce),
    group.multiply(base2, nonce),
  ]);
  const c = equalLogsChallenge(suite, context, statement, commitments);
  return concatBytes(...commitments, group.encodeScalar((nonce + c * secret) % group.order));
}

/** Whether the proof holds. `false` for bad bytes and for the identity as `public1`. */
export function verifyEqualLogs(
  suite: Suite,
  { base2, public1, public2 }: EqualLogs,
  proof: Uint8Array,
  context: Uint8Array,
): boolean {
  const { group } = suite;
  const read = readProof(group, proof, 2);
  if (read === undefined || group.isIdentity(public1)) return false;
  const statement = group.encodeAll([base2, public1, public2]);
  const c = equalLogsChallenge(suite, context, statement, read.encoded);
  const [R1, R2] = read.points as [Point, Point];
  return (
    vanishes(group, R1, public1, c, group.generator, read.s) &&
    vanishes(group, R2, public2, c, base2, read.s)
  );
}

/** Whether `R + c·P − s·base` is the identity. */
function vanishes(group: Group, R: Point, P: Point, c: bigint, base: Point, s: bigint): boolean {
  const rest = group.msm([
    { point: P, scalar: c },
    { point: base, scalar: s === 0n ? 0n : group.order - s },
  ]);
  return group.isIdentity(group.add(R, rest));
}

/** Commitments and answer of a proof, or nothing if the bytes are none. */
function readProof(group: Group, proof: Uint8Array, count: number) {
  const { pointLength: pl, scalarLength: sl } = group;
  if (proof.length !== count * pl + sl) return undefined;
  const encoded = Array.from({ length: count }, (_, i) => proof.subarray(pl * i, pl * (i + 1)));
  try {
    // The second commitment of a proof over an empty aggregate is the identity; the equations decide.
    const points = encoded.map((bytes) => group.decodeAggregate(bytes));
    return { encoded, points, s: group.decodeScalar(proof.subarray(count * pl)) };
  } catch {
    return undefined;
  }
}
