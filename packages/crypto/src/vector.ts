/**
 * A vector of bits, encrypted cell by cell, with a proof that each is 0 or 1 and one that their
 * weighted sum is allowed (Cramer, Damgård, Schoenmakers, "Proofs of partial knowledge", CRYPTO
 * 1994). The sum's ciphertext is not sent: the verifier computes it from the cells.
 *
 * Everything that costs time is done before the choice is known. With marks m and m' both possible,
 * a branch that isn't true is simulated as `a = uG`, `b = uK − c(m − j)G`, `s = u + cr`, where c is
 * its chosen challenge, so both branches answer by one formula and only b depends on the mark. Of a
 * prepared set one variant is ever published; a nonce used twice would give the vote away.
 */
import { equalBytes, randomBytes } from './bytes.ts';
import type { Ciphertext, EncryptionKey } from './elgamal.ts';
import type { Group, Point } from './group.ts';
import type { Suite } from './suites.ts';
import {
  checkShape,
  VectorChallenges,
  VectorError,
  vectorLengths,
  type SealedVector,
  type VectorShape,
} from './vector-statement.ts';

export { checkShape, VectorError, vectorLengths } from './vector-statement.ts';
export type { SealedVector, VectorShape } from './vector-statement.ts';

/** The halves of secret scalars and the scalars themselves. */
interface Secret {
  readonly half: bigint;
  readonly whole: bigint;
}

/** What a set needs for one branch of a proof: its nonce and its challenge if it isn't the true one. */
interface Branch {
  readonly nonce: bigint;
  readonly simulated: bigint;
}

interface PreparedCell {
  readonly r: bigint;
  readonly nonces: readonly [bigint, bigint];
  /** The challenge of the branch that isn't true, whichever it will be. */
  readonly simulated: bigint;
}

/** Secrets of a set before use. */
interface Secrets {
  readonly cells: readonly PreparedCell[];
  readonly sum: readonly Branch[];
  /** `A ‖ B` of each cell, for mark 0 and then for mark 1. */
  readonly ciphertexts: Uint8Array;
  /** `a0 ‖ b0 ‖ a1 ‖ b1` of each cell, for mark 0 and then for mark 1. */
  readonly commitments: Uint8Array;
  /** `a ‖ b` per allowed sum, for each allowed sum being the true one. */
  readonly sumCommitments: Uint8Array;
}

/** Draws secret scalars as doubles of uniform halves, from one read of the platform's generator. */
function drawSecrets(group: Group, count: number): Secret[] {
  const bytes = randomBytes(64 * count);
  const secrets = Array.from({ length: count }, (_, i): Secret => {
    const half = group.scalarFromUniform(bytes.subarray(64 * i, 64 * i + 64));
    return { half, whole: (2n * half) % group.order };
  });
  bytes.fill(0);
  return secrets;
}

/** `d·P` for each `d` of an ascending list of positive integers, by additions. */
function smallMultiples(group: Group, point: Point, list: readonly number[]): Map<number, Point> {
  const out = new Map<number, Point>([[0, group.identity]]);
  let last = 0;
  let sum = group.identity;
  for (const d of list) {
    let power = point;
    for (let step = d - last; step > 0; step >>>= 1) {
      if (step & 1) sum = group.add(sum, power);
      if (step > 1) power = group.add(power, power);
    }
    out.set(d, sum);
    last = d;
  }
  return out;
}

function writeAll(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(parts.length * length);
  parts.forEach((part, i) => out.set(part, i * length));
  return out;
}

/** Suites whose sealing the engine has compiled. */
const warm = new WeakSet<Suite>();

/**
 * Seals a few small vectors and throws them away, so that the engine has compiled the way when the
 * voter confirms: the first sealing of a process takes many times as long as a later one.
 */
function warmUp(suite: Suite, key: EncryptionKey): void {
  if (warm.has(suite)) return;
  warm.add(suite);
  for (let i = 0; i < 6; i++) {
    const shape = { cells: 2, weights: [1, 1], allowed: [1, 2] };
    PreparedVector.prepare(suite, key, shape).seal([1, i & 1], new Uint8Array(0));
  }
}

/** Everything for one sealing that doesn't depend on the choice. Serves once and is erased. */
export class PreparedVector {
  #suite: Suite;
  #key: EncryptionKey;
  #shape: VectorShape;
  #secrets: Secrets | undefined;

  private constructor(suite: Suite, key: EncryptionKey, shape: VectorShape, secrets: Secrets) {
    this.#suite = suite;
    this.#key = key;
    this.#shape = shape;
    this.#secrets = secrets;
  }

  /** All multiplications and encodings, for every choice. Throws {@link VectorError} `vector.shape`. */
  static prepare(suite: Suite, key: EncryptionKey, shape: VectorShape): PreparedVector {
    checkShape(shape);
    warmUp(suite, key);
    const { group } = suite;
    const { cells: n, allowed } = shape;
    const k = allowed.length;
    const G = group.generatorTable;
    const K = key.table;
    const drawn = drawSecrets(group, 4 * n + 2 * k);
    let next = 0;
    const draw = () => drawn[next++] as Secret;

    // Halves of points all along; `encodeDoubles` makes them whole.
    const halfOfG = G.multiply(group.half(1n));
    const halves: Point[] = [];
    const cells: PreparedCell[] = [];
    for (let i = 0; i < n; i++) {
      const [r, v0, v1, c] = [draw(), draw(), draw(), draw()];
      const rK = K.multiply(r.half);
      const v0K = K.multiply(v0.half);
      const v1K = K.multiply(v1.half);
      const cG = G.multiply(c.half);
      halves.push(G.multiply(r.half), rK, group.add(rK, halfOfG));
      halves.push(G.multiply(v0.half), v0K, group.subtract(v0K, cG));
      halves.push(G.multiply(v1.half), group.add(v1K, cG), v1K);
      cells.push({ r: r.whole, nonces: [v0.whole, v1.whole], simulated: c.whole });
    }
    const sum: Branch[] = [];
    for (let j = 0; j < k; j++) {
      const [v, c] = [draw(), draw()];
      sum.push({ nonce: v.whole, simulated: c.whole });
      const vK = K.multiply(v.half);
      halves.push(G.multiply(v.half));
      const away = allowed.map((t) => t - (allowed[j] as number));
      const distances = [...new Set(away.map(Math.abs))].sort((x, y) => x - y);
      // With one allowed sum no branch is ever simulated.
      const cG = k > 1 ? G.multiply(c.half) : group.identity;
      const multiples = smallMultiples(group, cG, distances);
      for (const d of away) {
        const multiple = multiples.get(Math.abs(d)) as Point;
        halves.push(d < 0 ? group.add(vK, multiple) : group.subtract(vK, multiple));
      }
    }

    const encoded = group.encodeDoubles(halves);
    const ciphertexts: Uint8Array[] = [];
    const commitments: Uint8Array[] = [];
    for (let i = 0; i < n; i++) {
      const [A, B0, B1, a0, b00, b01, a1, b10, b11] = encoded.slice(9 * i, 9 * i + 9) as Nine;
      ciphertexts.push(A, B0, A, B1);
      commitments.push(a0, b00, a1, b10, a0, b01, a1, b11);
    }
    const sumCommitments: Uint8Array[] = [];
    for (let x = 0; x < k; x++) {
      for (let j = 0; j < k; j++) {
        const at = 9 * n + j * (k + 1);
        sumCommitments.push(encoded[at] as Uint8Array, encoded[at + 1 + x] as Uint8Array);
      }
    }
    const pl = group.pointLength;
    const secrets: Secrets = {
      cells,
      sum,
      ciphertexts: writeAll(ciphertexts, pl),
      commitments: writeAll(commitments, pl),
      sumCommitments: writeAll(sumCommitments, pl),
    };
    for (const bytes of encoded) bytes.fill(0);
    return new PreparedVector(suite, key, shape, secrets);
  }

  /** Whether the set was used or erased. */
  get used(): boolean {
    return this.#secrets === undefined;
  }

  /** Forgets the secrets; nothing can be sealed afterwards. */
  erase(): void {
    this.#secrets?.ciphertexts.fill(0);
    this.#secrets?.commitments.fill(0);
    this.#secrets?.sumCommitments.fill(0);
    this.#secrets = undefined;
  }

  /**
   * Seals the marks: hashing and scalar arithmetic only. The marks choose what is read, never what
   * is done.
   *
   * @param marks 0 or 1 per cell
   * @param context what the proofs are bound to
   * @returns the vector, and its opening: the randomness `r` of each cell, `n·sl` bytes, secret
   * @throws {VectorError} `vector.used` on a set that was used or erased; `vector.marks` if a mark is
   *   neither 0 nor 1 or the sum isn't allowed (the set stays good then)
   */
  seal(
    marks: readonly number[],
    context: Uint8Array,
  ): { sealed: SealedVector; opening: Uint8Array } {
    const secrets = this.#secrets;
    if (secrets === undefined) throw new VectorError('vector.used', 'a prepared set serves once');
    const x = allowedIndex(this.#shape, marks);
    // From here on the set counts as used, even if something below should throw.
    this.#secrets = undefined;

    const { group } = this.#suite;
    const { pointLength: pl, scalarLength: sl, order } = group;
    const { cells: n, weights } = this.#shape;
    const k = secrets.sum.length;

    const cells = new Uint8Array(2 * pl * n);
    for (let i = 0; i < n; i++) {
      const at = 2 * pl * (2 * i + (marks[i] as number));
      cells.set(secrets.ciphertexts.subarray(at, at + 2 * pl), 2 * pl * i);
    }
    const challenges = new VectorChallenges(this.#suite, this.#key, this.#shape, context, cells);

    const length = 4 * pl + 3 * sl;
    const proofs = new Uint8Array(length * n);
    const opening = new Uint8Array(sl * n);
    let R = 0n;
    for (let i = 0; i < n; i++) {
      const { r, nonces, simulated } = secrets.cells[i] as PreparedCell;
      const mark = marks[i] as number;
      const at = 4 * pl * (2 * i + mark);
      const commitments = secrets.commitments.subarray(at, at + 4 * pl);
      const c = challenges.cell(i, commitments);
      const both = [(c + order - simulated) % order, simulated] as const;
      const c0 = both[mark as 0 | 1];
      const c1 = both[(1 - mark) as 0 | 1];
      proofs.set(commitments, length * i);
      const scalars = [c0, (nonces[0] + c0 * r) % order, (nonces[1] + c1 * r) % order];
      scalars.forEach((s, j) => proofs.set(group.encodeScalar(s), length * i + 4 * pl + sl * j));
      opening.set(group.encodeScalar(r), sl * i);
      R = (R + BigInt(weights[i] as number) * r) % order;
    }

    const sum = new Uint8Array(2 * k * pl + (2 * k - 1) * sl);
    const commitments = secrets.sumCommitments.subarray(2 * k * pl * x, 2 * k * pl * (x + 1));
    sum.set(commitments);
    const c = challenges.sum(commitments);
    const parts = secrets.sum.map(({ simulated }) => simulated);
    const others = parts.reduce((total, part) => total + part, 0n) - (parts[x] as bigint);
    parts[x] = (((c - others) % order) + order) % order;
    for (let j = 0; j < k; j++) {
      const part = parts[j] as bigint;
      const answer = ((secrets.sum[j] as Branch).nonce + part * R) % order;
      if (j < k - 1) sum.set(group.encodeScalar(part), 2 * k * pl + sl * j);
      sum.set(group.encodeScalar(answer), 2 * k * pl + sl * (k - 1 + j));
    }

    secrets.ciphertexts.fill(0);
    secrets.commitments.fill(0);
    secrets.sumCommitments.fill(0);
    return { sealed: { cells, proofs, sum }, opening };
  }
}

type Bytes = Uint8Array;
type Nine = [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];

/** Index of the marks' sum in the allowed set, without a branch on a mark until all are judged. */
function allowedIndex(shape: VectorShape, marks: readonly number[]): number {
  let bad = Number(marks.length !== shape.cells);
  let sum = 0;
  for (let i = 0; i < shape.cells; i++) {
    const mark = marks[i] as number;
    bad |= Number((mark & 1) !== mark);
    sum += (mark & 1) * (shape.weights[i] as number);
  }
  let found = 0;
  let index = 0;
  shape.allowed.forEach((allowed, j) => {
    const same = Number(allowed === sum);
    found += same;
    index += same * j;
  });
  if (bad !== 0 || found !== 1)
    throw new VectorError('vector.marks', 'these marks are not allowed');
  return index;
}

/** The ciphertexts of a sealed vector's cells. Throws `EncodingError`, or {@link VectorError} `vector.length`. */
export function decodeCells(suite: Suite, shape: VectorShape, cells: Uint8Array): Ciphertext[] {
  if (cells.length !== vectorLengths(suite, shape).cells) {
    throw new VectorError('vector.length', 'the cells have the wrong length for the shape');
  }
  const { group } = suite;
  const pl = group.pointLength;
  const points = group.decodeAll(
    Array.from({ length: 2 * shape.cells }, (_, i) => cells.subarray(pl * i, pl * (i + 1))),
  );
  return Array.from({ length: shape.cells }, (_, i) => ({
    A: points[2 * i] as Point,
    B: points[2 * i + 1] as Point,
  }));
}

/** `Σ weight · cell`: the ciphertext that the proof over the sum speaks of. */
export function sumCiphertexts(
  group: Group,
  cells: readonly Ciphertext[],
  weights: readonly number[],
): Ciphertext {
  const scaled = (pick: (cell: Ciphertext) => Point) =>
    group.msm(cells.map((cell, i) => ({ point: pick(cell), scalar: BigInt(weights[i] ?? 0) })));
  return { A: scaled((cell) => cell.A), B: scaled((cell) => cell.B) };
}

/**
 * Whether the randomness and the marks make the cells (Benaloh's challenge). The proofs are not
 * looked at. Answers `false` for marks that the shape doesn't allow and for bytes that decode to
 * nothing.
 */
export function checkOpening(
  suite: Suite,
  key: EncryptionKey,
  shape: VectorShape,
  sealed: SealedVector,
  marks: readonly number[],
  opening: Uint8Array,
): boolean {
  const { group } = suite;
  const { scalarLength: sl, pointLength: pl } = group;
  if (sealed.cells.length !== vectorLengths(suite, shape).cells) return false;
  if (opening.length !== sl * shape.cells) return false;
  const points: Point[] = [];
  try {
    allowedIndex(shape, marks);
    for (let i = 0; i < shape.cells; i++) {
      const r = group.decodeScalar(opening.subarray(sl * i, sl * (i + 1)));
      // No mark is hidden by it, and no sealed vector that holds has it.
      if (r === 0n) return false;
      const rK = key.table.multiply(r);
      points.push(group.generatorTable.multiply(r));
      points.push(marks[i] === 1 ? group.add(rK, group.generator) : rK);
    }
  } catch {
    return false;
  }
  return equalBytes(writeAll(group.encodeAll(points), pl), sealed.cells);
}
