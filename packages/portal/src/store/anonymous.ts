/**
 * What the ballot box keeps (anonymous zone): which cores are cast or opened, which revision of
 * which permit is taken, and the pool of what waits for the log. No voter, no time, no order of
 * arrival: every key is a hash.
 *
 * Each method is one transaction, durable when its promise resolves. What is accepted stays in the
 * pool until the log has it: that is what makes a promise kept after a crash.
 */

export interface PooledBallot {
  /** Hash of contest and ballot key. */
  readonly permit: Uint8Array;
  readonly revision: number;
  readonly contest: string;
  readonly core: Uint8Array;
  /** Leaf hash (RFC 6962) of the `ballot` entry. */
  readonly leaf: Uint8Array;
  /** The box's signed answer, made before the commit: whoever asks again gets the same bytes. */
  readonly promise: Uint8Array;
  /** What goes into the log: the `ballot` entry, or the `late` one that brings it. */
  readonly entry: Uint8Array;
  /** Leaf hash of a `late` entry. */
  readonly late?: Uint8Array;
}

export interface PooledChallenge {
  readonly core: Uint8Array;
  readonly leaf: Uint8Array;
  readonly entry: Uint8Array;
}

/**
 * - `accepted`: stored now; `repeated`: this very entry was accepted before;
 * - `revision-taken`: the permit has another ballot of this revision;
 * - `other-contest`: the permit has a ballot in another contest;
 * - `core-opened`: the core was opened by a challenge.
 */
export type BallotOutcome =
  'accepted' | 'repeated' | 'revision-taken' | 'other-contest' | 'core-opened';

/** `core-cast`: the core was cast. A second opening of one core is a repetition. */
export type ChallengeOutcome = 'accepted' | 'repeated' | 'core-cast';

/** What stays of an accepted ballot after it has left the pool. */
export type Revision = Omit<PooledBallot, 'entry' | 'late'>;

export interface Waiting {
  readonly leaf: Uint8Array;
  readonly entry: Uint8Array;
}

export interface AnonymousStore {
  /** All in one transaction (group commit); outcomes in the order given. */
  acceptBallots(ballots: readonly PooledBallot[]): Promise<BallotOutcome[]>;
  /**
   * Pools a `late` entry whose ballot was accepted before as one of its own: that it has come is for
   * the board too. Once in the pool it is not put there again.
   */
  poolLate(late: Waiting): Promise<void>;
  acceptChallenge(challenge: PooledChallenge): Promise<ChallengeOutcome>;
  /** What was accepted under this permit and revision, if anything. */
  revision(permit: Uint8Array, revision: number): Promise<Revision | undefined>;
  /** Every accepted revision under a permit, ascending. */
  revisionsOf(permit: Uint8Array): Promise<Revision[]>;
  /** Accepted ballots whose core hash lies in [from, to]. */
  ballotsByCore(from: Uint8Array, to: Uint8Array): Promise<Revision[]>;
  poolSize(): Promise<number>;
  /** All that waits, in order of leaf hash. */
  pool(): Promise<Waiting[]>;
  /** What is in the log leaves the pool. */
  leavePool(leaves: readonly Uint8Array[]): Promise<void>;
  /** Takes over what a board already has (a fresh store beside an old board): no pool. */
  adopt(ballots: readonly Revision[], openedCores: readonly Uint8Array[]): Promise<void>;
  isOpened(core: Uint8Array): Promise<boolean>;
  compact(): Promise<void>;
  close(): Promise<void>;
}
