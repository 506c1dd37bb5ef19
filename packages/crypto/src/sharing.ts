/**
 * Verifiable secret sharing (Feldman, "A practical scheme for non-interactive verifiable secret
 * sharing", FOCS 1987): a dealer's polynomial `f` of degree `t − 1`, commitments to its
 * coefficients, and the share `f(i)` of each holder `i ≥ 1`. Any `t` shares give `f(0)`; fewer say
 * nothing about it.
 *
 * Where n holders deal to each other, the joint secret is the sum of theirs and each holder's joint
 * share the sum of the shares it got; nobody ever has the secret. Dealers must commit to their
 * commitments before any is revealed (Gennaro, Jarecki, Krawczyk, Rabin, "Secure distributed key
 * generation for discrete-log based cryptosystems", J. Cryptology 2007); that is the caller's part.
 */
import type { Group, Point } from './group.ts';

/** A dealer's polynomial. */
export interface Dealing {
  /** `threshold` coefficients, constant first. Secret. */
  readonly coefficients: readonly bigint[];
  /** Their multiples of G, public. */
  readonly commitments: readonly Point[];
}

/** Highest index of a holder, and highest threshold. */
export const MAX_HOLDERS = 1023;

/** An index or threshold that cannot be. */
export class SharingError extends Error {
  override readonly name = 'SharingError';
  readonly code: 'sharing.index' | 'sharing.threshold' | 'sharing.count';
  constructor(code: SharingError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws {@link SharingError} `sharing.index` unless it is a holder's: 1 … {@link MAX_HOLDERS}. */
export function checkIndex(index: number): void {
  if (!Number.isInteger(index) || index < 1 || index > MAX_HOLDERS) {
    throw new SharingError('sharing.index', `not a holder’s index: ${index}`);
  }
}

/** Throws {@link SharingError} `sharing.threshold` unless it is in 1 … {@link MAX_HOLDERS}. */
export function checkThreshold(threshold: number): void {
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > MAX_HOLDERS) {
    throw new SharingError('sharing.threshold', `not a threshold: ${threshold}`);
  }
}

/** A fresh polynomial of `threshold` coefficients, none of them 0. */
export function deal(group: Group, threshold: number): Dealing {
  checkThreshold(threshold);
  const coefficients = Array.from({ length: threshold }, () => group.randomScalar());
  return {
    coefficients,
    commitments: coefficients.map((c) => group.generatorTable.multiply(c)),
  };
}

/** The secret share `f(index)` of a holder. */
export function shareFor(group: Group, dealing: Dealing, index: number): bigint {
  checkIndex(index);
  const x = BigInt(index);
  return dealing.coefficients.reduceRight((sum, c) => (sum * x + c) % group.order, 0n);
}

/** `f(x)·G` from commitments alone (Horner's rule would double points; one sum is faster). */
function evaluate(group: Group, commitments: readonly Point[], x: number): Point {
  let power = 1n;
  const terms = commitments.map((point) => {
    const scalar = power;
    power = (power * BigInt(x)) % group.order;
    return { point, scalar };
  });
  return group.msm(terms);
}

/**
 * Whether a share is the one that the commitments fix. The caller has checked that there are exactly
 * as many commitments as the threshold says: more would make a polynomial that `t` holders can't open.
 *
 * @throws {SharingError} `sharing.index`
 */
export function verifyShare(
  group: Group,
  commitments: readonly Point[],
  index: number,
  share: bigint,
): boolean {
  checkIndex(index);
  if (share < 0n || share >= group.order || commitments.length === 0) return false;
  return group.equals(group.generatorTable.multiply(share), evaluate(group, commitments, index));
}

/** A holder's joint share: the sum of the shares that all dealers gave it. */
export function jointShare(group: Group, shares: readonly bigint[]): bigint {
  return shares.reduce((sum, share) => (sum + share) % group.order, 0n);
}

function sumAt(group: Group, commitmentsOfAll: readonly (readonly Point[])[], x: number): Point {
  return commitmentsOfAll.reduce(
    (sum, commitments) => group.add(sum, evaluate(group, commitments, x)),
    group.identity,
  );
}

/** The public key of holder `index`: its joint share times G. */
export function publicShare(
  group: Group,
  commitmentsOfAll: readonly (readonly Point[])[],
  index: number,
): Point {
  checkIndex(index);
  return sumAt(group, commitmentsOfAll, index);
}

/** The joint public key K: the joint secret times G. */
export function jointKey(group: Group, commitmentsOfAll: readonly (readonly Point[])[]): Point {
  return sumAt(group, commitmentsOfAll, 0);
}
