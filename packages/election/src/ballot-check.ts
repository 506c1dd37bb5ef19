/**
 * Checking ballots and challenges: what needs nothing but the manifest and the election key, so
 * that it can be spread over workers. What depends on other entries is in `board.ts`.
 */
import { verify as verifyBlind } from '@kabina/crypto/blind-rsa';
import { VectorBatch } from '@kabina/crypto/batch';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { equalBytes } from '@kabina/crypto/bytes';
import { suiteById, type Suite } from '@kabina/crypto/suites';
import { checkOpening, type VectorShape } from '@kabina/crypto/vector';
import {
  ballotSignatureInput,
  ballotTag,
  coreHash,
  permitMessage,
  proofContext,
} from './ballot-statement.ts';
import { checkCore } from './board-ballots.ts';
import { contestShape } from './contest-shape.ts';
import { castBallot, decodeEntry, type EntryOf, type Permit } from './entries.ts';
import { ElectionError } from './errors.ts';
import { decodeManifest, electionId, type Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';
import { Aggregate } from './tally.ts';

/** A bad one among those that were checked; `index` is its place in the list. */
export interface BadItem extends Problem {
  readonly index: number;
}

/** What is wrong with a permit, or undefined. */
export function checkPermit(
  manifest: Manifest,
  election: Uint8Array,
  contest: string,
  permit: Permit,
): Problem | undefined {
  if (permit.signatures.length !== manifest.issuers.length) {
    return problem('permits', 'permits.issuers', 'not every issuer has signed the permit');
  }
  const message = permitMessage(election, contest, permit.key);
  for (const [i, issuer] of manifest.issuers.entries()) {
    const key = issuer.keys.find((k) => k.contest === contest && k.list === permit.list);
    if (!key) return problem('permits', 'permits.list', `no list ${permit.list} for ${contest}`);
    const signature = permit.signatures[i] as Uint8Array;
    if (signature.length !== key.modulus.length || !verifyBlind(key, message, signature)) {
      return problem('permits', 'permits.signature', `the signature of ${issuer.id} is wrong`);
    }
  }
  return undefined;
}

/** Checks ballots of one election under one key. */
export class BallotChecker {
  readonly manifest: Manifest;
  readonly suite: Suite;
  readonly key: EncryptionKey;
  readonly #election: Uint8Array;
  readonly #shapes: ReadonlyMap<string, VectorShape>;

  /** `key` is the election key K as `opened` has it. Throws if it isn't a point. */
  constructor(manifest: Manifest, key: Uint8Array) {
    this.manifest = manifest;
    this.suite = suiteById(manifest.suite);
    this.key = EncryptionKey.decode(this.suite.group, key);
    this.#election = electionId(manifest);
    this.#shapes = new Map(manifest.contests.map((c) => [c.id, contestShape(c)]));
  }

  /** The shape of a contest; undefined if there is no such contest. */
  shape(contest: string): VectorShape | undefined {
    return this.#shapes.get(contest);
  }

  get #statement() {
    return { manifest: this.manifest, election: this.#election, suite: this.suite };
  }

  #checkOne({ election, body }: EntryOf<'ballot'>): Problem | undefined {
    const { core, opening, permit } = body;
    if (!equalBytes(election, this.#election)) {
      return problem('ballots', 'ballots.election', 'the ballot belongs to another election');
    }
    const wrong = checkCore(this.#statement, core, 'ballots');
    if (wrong) return wrong;
    if (!equalBytes(ballotTag(permit.key, opening), core.tag)) {
      return problem('ballots', 'ballots.tag', 'the ballot key does not open the tag of the core');
    }
    return checkPermit(this.manifest, this.#election, core.contest, permit);
  }

  /** Checks shape, tag, permit, signature and proofs of each; the bad ones come back. */
  check(ballots: readonly EntryOf<'ballot'>[]): { bad: BadItem[] } {
    const bad: BadItem[] = [];
    const rest: number[] = [];
    ballots.forEach((ballot, index) => {
      const wrong = this.#checkOne(ballot);
      if (wrong) bad.push({ ...wrong, index });
      else rest.push(index);
    });
    const signed = this.suite.signature.verifyBatch(
      rest.map((index) => {
        const { core, opening, permit, signature } = (ballots[index] as EntryOf<'ballot'>).body;
        const message = ballotSignatureInput(coreHash(core), opening, permit.list);
        return { signature, message, publicKey: permit.key };
      }),
    );
    const batch = new VectorBatch(this.suite, this.key);
    const proved: number[] = [];
    rest.forEach((index, i) => {
      if (!signed[i]) {
        const what = 'the signature of the ballot key is wrong';
        bad.push({ ...problem('ballots', 'ballots.signature', what), index });
        return;
      }
      const { core } = (ballots[index] as EntryOf<'ballot'>).body;
      batch.add(this.shape(core.contest) as VectorShape, core, proofContext(this.suite, core));
      proved.push(index);
    });
    for (const at of batch.verify().bad) {
      const index = proved[at] as number;
      const what = 'a ciphertext or a proof of the ballot is wrong';
      bad.push({ ...problem('ballots', 'ballots.proof', what), index });
    }
    return { bad: bad.sort((a, b) => a.index - b.index) };
  }

  /** What is wrong with a challenge, or undefined: marks and randomness must make the cells. */
  checkChallenge({ election, body }: EntryOf<'challenge'>): Problem | undefined {
    if (!equalBytes(election, this.#election)) {
      return problem('challenges', 'challenges.election', 'the core belongs to another election');
    }
    const wrong = checkCore(this.#statement, body.core, 'challenges');
    if (wrong) return wrong;
    const shape = this.shape(body.core.contest) as VectorShape;
    if (checkOpening(this.suite, this.key, shape, body.core, body.marks, body.opening)) {
      return undefined;
    }
    const what = 'marks and randomness do not make the ciphertexts';
    return problem('challenges', 'challenges.opening', what);
  }
}

/** As {@link BallotChecker.checkChallenge}, for one challenge. */
export function checkChallenge(
  manifest: Manifest,
  key: Uint8Array,
  challenge: EntryOf<'challenge'>,
): Problem | undefined {
  return new BallotChecker(manifest, key).checkChallenge(challenge);
}

/** What a worker needs to check ballots: plain bytes. */
export interface BallotContext {
  /** As `encodeManifest` gives it. */
  readonly manifest: Uint8Array;
  /** The election key of `opened`. */
  readonly key: Uint8Array;
}

/** An entry of type `ballot`, `late` or `challenge` to check. */
export interface BallotItem {
  /** Its index in the log. */
  readonly index: number;
  readonly bytes: Uint8Array;
  /** Whether to add it up if it is good. */
  readonly counted: boolean;
}

export interface BallotBatchResult {
  /** `index` is the one in the log. */
  readonly bad: readonly BadItem[];
  /** Sums of the good ones that were to be added up, by contest. */
  readonly sums: readonly { contest: string; ballots: number; sum: Uint8Array }[];
}

let cached: { context: BallotContext; checker: BallotChecker } | undefined;

function checkerFor(context: BallotContext): BallotChecker {
  const same =
    cached !== undefined &&
    equalBytes(cached.context.manifest, context.manifest) &&
    equalBytes(cached.context.key, context.key);
  if (!same) {
    const checker = new BallotChecker(decodeManifest(context.manifest), context.key);
    cached = { context, checker };
  }
  return (cached as { checker: BallotChecker }).checker;
}

/**
 * Checks a batch and adds it up; plain bytes in and out, so that it can run in a worker thread.
 * Some hundreds of ballots make a good batch.
 */
export function checkBallotBatch(
  context: BallotContext,
  items: readonly BallotItem[],
): BallotBatchResult {
  const checker = checkerFor(context);
  const bad: BadItem[] = [];
  const ballots: EntryOf<'ballot'>[] = [];
  const places: BallotItem[] = [];
  for (const item of items) {
    const entry = decodeEntry(item.bytes);
    const ballot = castBallot(entry);
    if (ballot) {
      ballots.push(ballot);
      places.push(item);
    } else if (entry.type === 'challenge') {
      const wrong = checker.checkChallenge(entry);
      if (wrong) bad.push({ ...wrong, index: item.index });
    } else {
      throw new ElectionError('ballots.type', `entry ${item.index} is a ${entry.type}`);
    }
  }
  const failed = new Set<number>();
  for (const one of checker.check(ballots).bad) {
    failed.add(one.index);
    bad.push({ ...one, index: (places[one.index] as BallotItem).index });
  }
  const sums = new Map<string, Aggregate>();
  ballots.forEach(({ body: { core } }, i) => {
    if (failed.has(i) || !(places[i] as BallotItem).counted) return;
    let sum = sums.get(core.contest);
    if (!sum) {
      sum = new Aggregate(checker.suite, checker.shape(core.contest) as VectorShape);
      sums.set(core.contest, sum);
    }
    sum.add(core.cells);
  });
  return {
    bad,
    sums: [...sums].map(([contest, sum]) => ({
      contest,
      ballots: sum.ballots,
      sum: sum.encode(),
    })),
  };
}
