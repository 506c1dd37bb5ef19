/**
 * A second prover and a second verifier of sealed vectors, for tests: slow, and written from the
 * equations, one at a time, without tables, halves, batches or preparation. The prover can be told
 * to lie.
 */
import { concatBytes } from './bytes.ts';
import type { EncryptionKey } from './elgamal.ts';
import type { Point } from './group.ts';
import type { Suite } from './suites.ts';
import { VectorChallenges, type SealedVector, type VectorShape } from './vector-statement.ts';

interface Statement {
  readonly A: Point;
  readonly B: Point;
  /** Randomness that the prover claims. */
  readonly r: bigint;
  readonly candidates: readonly number[];
  /** Index of the candidate that the prover claims to be true. */
  readonly claimed: number;
  /** Is added to the first commitment and taken from the second: a lie. */
  readonly shift: Point;
}

/** Proves by simulating every branch but the claimed one (whether or not that one is true). */
function prove(
  suite: Suite,
  key: EncryptionKey,
  { A, B, r, candidates, claimed, shift }: Statement,
  challenge: (commitments: Uint8Array) => bigint,
): { commitments: Uint8Array; c: bigint[]; s: bigint[] } {
  const { group } = suite;
  const mod = (n: bigint) => ((n % group.order) + group.order) % group.order;
  const c = candidates.map(() => group.randomScalar());
  const s = candidates.map(() => group.randomScalar());
  const pairs = candidates.map((m, j) => {
    const [base, forKey] = [group.generator, key.point].map((P) =>
      group.multiply(P, s[j] as bigint),
    ) as [Point, Point];
    if (j === claimed) return [group.add(base, shift), group.subtract(forKey, shift)];
    const mG = group.multiply(group.generator, BigInt(m));
    return [
      group.subtract(base, group.multiply(A, c[j] as bigint)),
      group.subtract(forKey, group.multiply(group.subtract(B, mG), c[j] as bigint)),
    ];
  });
  const commitments = concatBytes(...pairs.flat().map((P) => group.encode(P)));
  const others = c.reduce((sum, x, j) => (j === claimed ? sum : sum + x), 0n);
  c[claimed] = mod(challenge(commitments) - others);
  s[claimed] = mod((s[claimed] as bigint) + (c[claimed] as bigint) * r);
  return { commitments, c, s };
}

/** What the prover does; `marks` may be anything, and so may the branches that it claims. */
export interface Claims {
  readonly marks: readonly number[];
  /** Branch (0 or 1) claimed for each cell; the mark itself unless told otherwise. */
  readonly branches?: readonly number[];
  /** Index of the allowed sum that is claimed. */
  readonly sum: number;
  /** Makes the first cell's two equations wrong by a point and by its negative. */
  readonly shift?: Point;
}

export function referenceSeal(
  suite: Suite,
  key: EncryptionKey,
  shape: VectorShape,
  { marks, branches = marks, sum, shift = suite.group.identity }: Claims,
  context: Uint8Array,
): SealedVector {
  const { group } = suite;
  const mod = (n: bigint) => ((n % group.order) + group.order) % group.order;
  const r = marks.map(() => group.randomScalar());
  const A = r.map((x) => group.multiply(group.generator, x));
  const B = r.map((x, i) =>
    group.add(
      group.multiply(key.point, x),
      group.multiply(group.generator, mod(BigInt(marks[i] as number))),
    ),
  );
  const cells = concatBytes(...A.flatMap((P, i) => [group.encode(P), group.encode(B[i] as Point)]));
  const challenges = new VectorChallenges(suite, key, shape, context, cells);
  const proofs = A.map((P, i) => {
    const statement = {
      A: P,
      B: B[i] as Point,
      r: r[i] as bigint,
      candidates: [0, 1],
      claimed: branches[i] as number,
      shift: i === 0 ? shift : group.identity,
    };
    const { commitments, c, s } = prove(suite, key, statement, (t) => challenges.cell(i, t));
    const scalars = [c[0], s[0], s[1]] as bigint[];
    return concatBytes(commitments, ...scalars.map((x) => group.encodeScalar(x)));
  });
  const weighted = (points: readonly Point[]) =>
    points.reduce(
      (total, P, i) => group.add(total, group.multiply(P, BigInt(shape.weights[i] as number))),
      group.identity,
    );
  const R = r.reduce((total, x, i) => mod(total + x * BigInt(shape.weights[i] as number)), 0n);
  const { commitments, c, s } = prove(
    suite,
    key,
    {
      A: weighted(A),
      B: weighted(B),
      r: R,
      candidates: shape.allowed,
      claimed: sum,
      shift: group.identity,
    },
    (t) => challenges.sum(t),
  );
  const scalars = [...c.slice(0, -1), ...s].map((x) => group.encodeScalar(x));
  return {
    cells,
    proofs: concatBytes(...proofs),
    sum: concatBytes(commitments, ...scalars),
  };
}

/** What is left of each equation, `sG − cA − a` and `sK − c(B − mG) − b`: identities, if all hold. */
export function referenceResiduals(
  suite: Suite,
  key: EncryptionKey,
  shape: VectorShape,
  sealed: SealedVector,
  context: Uint8Array,
): Point[] {
  const { group } = suite;
  const { pointLength: pl, scalarLength: sl } = group;
  const mod = (n: bigint) => ((n % group.order) + group.order) % group.order;
  const reader = (bytes: Uint8Array) => {
    let at = 0;
    return {
      point: () => group.decode(bytes.subarray(at, (at += pl))),
      scalar: () => group.decodeScalar(bytes.subarray(at, (at += sl))),
      skipped: (length: number) => bytes.subarray(at, (at += length)),
    };
  };
  const challenges = new VectorChallenges(suite, key, shape, context, sealed.cells);
  const residuals: Point[] = [];
  const check = (A: Point, B: Point, m: number, a: Point, b: Point, c: bigint, s: bigint) => {
    const mG = group.multiply(group.generator, BigInt(m));
    const sides = [
      [group.generator, A, a],
      [key.point, group.subtract(B, mG), b],
    ] as const;
    for (const [base, P, commitment] of sides) {
      const left = group.subtract(group.multiply(base, s), group.multiply(P, c));
      residuals.push(group.subtract(left, commitment));
    }
  };
  const cells = reader(sealed.cells);
  const proofs = reader(sealed.proofs);
  let [sumA, sumB] = [group.identity, group.identity];
  for (let i = 0; i < shape.cells; i++) {
    const [A, B] = [cells.point(), cells.point()];
    const commitments = proofs.skipped(4 * pl);
    const points = reader(commitments);
    const c = challenges.cell(i, commitments);
    const [c0, s0, s1] = [proofs.scalar(), proofs.scalar(), proofs.scalar()];
    check(A, B, 0, points.point(), points.point(), c0, s0);
    check(A, B, 1, points.point(), points.point(), mod(c - c0), s1);
    const weight = BigInt(shape.weights[i] as number);
    sumA = group.add(sumA, group.multiply(A, weight));
    sumB = group.add(sumB, group.multiply(B, weight));
  }
  const sum = reader(sealed.sum);
  const commitments = sum.skipped(2 * pl * shape.allowed.length);
  const points = reader(commitments);
  const c = shape.allowed.slice(1).map(() => sum.scalar());
  c.push(mod(challenges.sum(commitments) - c.reduce((x, y) => x + y, 0n)));
  shape.allowed.forEach((m, j) => {
    const [a, b] = [points.point(), points.point()];
    check(sumA, sumB, m, a, b, c[j] as bigint, sum.scalar());
  });
  return residuals;
}
