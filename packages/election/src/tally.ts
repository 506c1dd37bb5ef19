/**
 * The tally: sums of the counted ballots' ciphertexts, the trustees' shares of their decryption,
 * and the counts (PROTOCOL.md, "Tally"). Trustees, portal and audit all use this file.
 */
import { concatBytes, frame, uint32 } from '@kabina/crypto/bytes';
import { SmallLog } from '@kabina/crypto/discrete-log';
import { addCiphertexts, zeroCiphertext, type Ciphertext } from '@kabina/crypto/elgamal';
import type { Point } from '@kabina/crypto/group';
import { proveEqualLogs, verifyEqualLogs } from '@kabina/crypto/proofs';
import type { Suite } from '@kabina/crypto/suites';
import { combine, partialDecrypt } from '@kabina/crypto/threshold';
import { decodeCells, vectorLengths, type VectorShape } from '@kabina/crypto/vector';
import type { Bodies } from './entries.ts';
import { ElectionError } from './errors.ts';
import type { Contest } from './manifest.ts';

/** The sum of many ballots of one contest, cell by cell. */
export class Aggregate {
  readonly suite: Suite;
  readonly shape: VectorShape;
  #cells: Ciphertext[];
  #ballots = 0;

  constructor(suite: Suite, shape: VectorShape) {
    this.suite = suite;
    this.shape = shape;
    this.#cells = Array.from({ length: shape.cells }, () => zeroCiphertext(suite.group));
  }

  /** How many ballots were added up. */
  get ballots(): number {
    return this.#ballots;
  }

  /** The sums; those of no ballots are identities. */
  get cells(): readonly Ciphertext[] {
    return this.#cells;
  }

  /** Adds the cells of one core. Throws `EncodingError` or `VectorError` for bytes that aren't. */
  add(cells: Uint8Array): void {
    const { group } = this.suite;
    const decoded = decodeCells(this.suite, this.shape, cells);
    this.#cells = this.#cells.map((sum, i) => addCiphertexts(group, sum, decoded[i] as Ciphertext));
    this.#ballots++;
  }

  /** Takes the cells of one core out again: a later revision has taken its place. */
  subtract(cells: Uint8Array): void {
    const { group } = this.suite;
    const decoded = decodeCells(this.suite, this.shape, cells);
    this.#cells = this.#cells.map((sum, i) => ({
      A: group.subtract(sum.A, (decoded[i] as Ciphertext).A),
      B: group.subtract(sum.B, (decoded[i] as Ciphertext).B),
    }));
    this.#ballots--;
  }

  /** Adds a sum of `ballots` ballots, as {@link Aggregate.encode} gave it. */
  merge(encoded: Uint8Array, ballots: number): void {
    const { group } = this.suite;
    if (encoded.length !== vectorLengths(this.suite, this.shape).cells) {
      throw new ElectionError('tally.length', 'the sum does not have the length of its contest');
    }
    const pl = group.pointLength;
    const point = (i: number) => group.decodeAggregate(encoded.subarray(pl * i, pl * (i + 1)));
    this.#cells = this.#cells.map((sum, i) =>
      addCiphertexts(group, sum, { A: point(2 * i), B: point(2 * i + 1) }),
    );
    this.#ballots += ballots;
  }

  /** `A ‖ B` of each cell. */
  encode(): Uint8Array {
    return concatBytes(
      ...this.suite.group.encodeAll(this.#cells.flatMap((cell) => [cell.A, cell.B])),
    );
  }
}

/**
 * Whether a contest with that many counted ballots is decrypted: not if it has none (its counts are
 * zeros), nor with fewer than its least number.
 */
export function isDecrypted(contest: Pick<Contest, 'least'>, ballots: number): boolean {
  return ballots > 0 && ballots >= contest.least;
}

/** What the proof of one cell of a share is bound to. */
function shareContext(
  election: Uint8Array,
  contest: string,
  index: number,
  cell: number,
): Uint8Array {
  return frame('kabina/v1/share', election, contest, uint32(index), uint32(cell));
}

/**
 * A trustee's share of the decryption of a contest. The trustee itself has to have verified the
 * board, and must never call this for a second aggregate of the contest.
 *
 * @param secretShare the trustee's share of the election key; secret
 */
export function decryptShare(
  aggregate: Aggregate,
  {
    election,
    contest,
    index,
    secretShare,
  }: { election: Uint8Array; contest: string; index: number; secretShare: bigint },
): Bodies['share'] {
  const { suite, cells } = aggregate;
  const { group } = suite;
  const public1 = group.generatorTable.multiply(secretShare);
  const D = cells.map((cell) => partialDecrypt(group, secretShare, cell.A));
  const proofs = cells.map((cell, i) =>
    proveEqualLogs(
      suite,
      { secret: secretShare, base2: cell.A, public1, public2: D[i] as Point },
      shareContext(election, contest, index, i),
    ),
  );
  return { index, contest, D: group.encodeAll(D), proofs };
}

/** Whether a share's proofs hold for the aggregate and the trustee's public share. */
export function checkShare(
  aggregate: Aggregate,
  election: Uint8Array,
  publicShare: Uint8Array,
  share: Bodies['share'],
): boolean {
  const { suite, cells } = aggregate;
  const { group } = suite;
  if (share.D.length !== cells.length || share.proofs.length !== cells.length) return false;
  try {
    const public1 = group.decode(publicShare);
    return cells.every((cell, i) =>
      verifyEqualLogs(
        suite,
        { base2: cell.A, public1, public2: group.decodeAggregate(share.D[i] as Uint8Array) },
        share.proofs[i] as Uint8Array,
        shareContext(election, share.contest, share.index, i),
      ),
    );
  } catch {
    return false;
  }
}

/** The outcome of a contest; `counts` and `blank` are `null` where it is not decrypted. */
export interface ContestResult {
  readonly contest: string;
  /** Counted ballots. */
  readonly ballots: number;
  readonly counts: readonly number[] | null;
  readonly blank: number | null;
}

/**
 * Combines shares that {@link checkShare} has found good.
 *
 * @param shares at least `threshold`, of different trustees; the first `threshold` are used
 * @param log a table for logarithms up to the number of ballots at least
 * @throws ElectionError `tally.shares` if there are too few; `tally.no-logarithm` if a sum is no
 *   number that the ballots could make
 */
export function countVotes(
  contest: Contest,
  aggregate: Aggregate,
  threshold: number,
  shares: readonly Bodies['share'][],
  log: SmallLog,
): ContestResult {
  const { ballots, suite } = aggregate;
  const n = contest.options.length;
  const withBlank = contest.min === 0;
  if (ballots === 0) return zeroResult(contest);
  if (!isDecrypted(contest, ballots)) return undecryptedResult(contest, ballots);
  if (shares.length < threshold) {
    throw new ElectionError(
      'tally.shares',
      `${shares.length} good shares, ${threshold} are needed`,
    );
  }
  const used = shares.slice(0, threshold);
  const { group } = suite;
  const numbers = aggregate.cells.map((cell, i) => {
    const parts = used.map(({ index, D }) => ({
      index,
      D: group.decodeAggregate(D[i] as Uint8Array),
    }));
    const found = log.find(group.subtract(cell.B, combine(group, threshold, parts)));
    if (found === undefined || found > ballots) {
      throw new ElectionError('tally.no-logarithm', `cell ${i} does not decrypt to a count`);
    }
    return found;
  });
  return {
    contest: contest.id,
    ballots,
    counts: numbers.slice(0, n),
    blank: withBlank ? (numbers[n] as number) : 0,
  };
}

/** A contest that nobody voted in closes with zeros and no shares. */
export function zeroResult(contest: Contest): ContestResult {
  return { contest: contest.id, ballots: 0, counts: contest.options.map(() => 0), blank: 0 };
}

/** A contest with fewer ballots than its least number: «не расшифровывается». */
function undecryptedResult(contest: Contest, ballots: number): ContestResult {
  return { contest: contest.id, ballots, counts: null, blank: null };
}

/** A table of logarithms that serves contests of up to `ballots` ballots. */
export function logarithms(suite: Suite, ballots: number): SmallLog {
  return new SmallLog(suite.group, ballots);
}
