/**
 * Checks many sealed vectors in one multi-scalar multiplication (Bellare, Garay, Rabin, "Fast batch
 * verification", EUROCRYPT 1998; small exponents test).
 *
 * Every proof says that some `a + cA − sG` is the identity. Each of these equations gets a fresh
 * random weight of its own of 128 bits, drawn after the vectors are fixed, and the weighted sum of
 * all is compared with the identity: a false equation gets through with probability 2⁻¹²⁸. The
 * commitments carry the bare weights, half as long as other scalars; A and B of a cell appear once,
 * with the coefficients of the cell's two branches and of the proof over the sum folded together; G
 * and K appear once in the whole batch.
 *
 * A batch that fails is halved until the bad vectors are alone. The sum over a right half is the
 * whole less the left half, so that a level costs one multiplication; nothing is decoded twice.
 */
import { randomBytes } from './bytes.ts';
import type { EncryptionKey } from './elgamal.ts';
import { EncodingError, type Point, type Term } from './group.ts';
import type { Suite } from './suites.ts';
import {
  VectorChallenges,
  vectorLengths,
  type SealedVector,
  type VectorShape,
} from './vector-statement.ts';

/** Vectors whose points are decoded together; where one is bad, all of them are decoded again one by one. */
const DECODE_TOGETHER = 64;
/** Vectors in one sum. More gain little and their points take memory: a batch may be of any size. */
const SUM_TOGETHER = 1024;

interface Item {
  readonly index: number;
  readonly shape: VectorShape;
  readonly sealed: SealedVector;
  readonly context: Uint8Array;
}

/** A vector's equations, weighted and added up. */
interface Weighted {
  readonly index: number;
  readonly terms: readonly Term[];
  /** Coefficients of G and of K. */
  readonly g: bigint;
  readonly k: bigint;
}

/** Uniform 128-bit weights, drawn in blocks. */
class Weights {
  #block: BigUint64Array = new BigUint64Array(0);
  #next = 0;

  draw(): bigint {
    if (this.#next === this.#block.length) {
      this.#block = new BigUint64Array(randomBytes(16 * 512).buffer);
      this.#next = 0;
    }
    const high = this.#block[this.#next++] as bigint;
    const low = this.#block[this.#next++] as bigint;
    return (high << 64n) | low;
  }
}

/** Collects vectors sealed under one key, of any shapes, and checks them together. */
export class VectorBatch {
  #suite: Suite;
  #key: EncryptionKey;
  #items: Item[] = [];
  #bad: number[] = [];
  #count = 0;

  constructor(suite: Suite, key: EncryptionKey) {
    this.#suite = suite;
    this.#key = key;
  }

  /**
   * Adds a vector; its index is the order of adding. One of wrong lengths is remembered as bad.
   * The bytes are read when {@link VectorBatch.verify} is called: don't change them before.
   *
   * @throws {VectorError} `vector.shape`
   */
  add(shape: VectorShape, sealed: SealedVector, context: Uint8Array): void {
    const lengths = vectorLengths(this.#suite, shape);
    const index = this.#count++;
    const fits =
      sealed.cells.length === lengths.cells &&
      sealed.proofs.length === lengths.proofs &&
      sealed.sum.length === lengths.sum;
    if (fits) this.#items.push({ index, shape, sealed, context });
    else this.#bad.push(index);
  }

  /** Indices of the vectors that are not what they claim, ascending. */
  verify(): { bad: number[] } {
    const bad = [...this.#bad];
    const weights = new Weights();
    for (let at = 0; at < this.#items.length; at += SUM_TOGETHER) {
      const items = this.#items.slice(at, at + SUM_TOGETHER);
      const weighted = this.#weighAll(items, weights, bad);
      this.#search(weighted, this.#total(weighted), bad);
    }
    return { bad: bad.sort((a, b) => a - b) };
  }

  /** Whether one vector is what it claims. */
  static verifyOne(
    suite: Suite,
    key: EncryptionKey,
    shape: VectorShape,
    sealed: SealedVector,
    context: Uint8Array,
  ): boolean {
    const batch = new VectorBatch(suite, key);
    batch.add(shape, sealed, context);
    return batch.verify().bad.length === 0;
  }

  /** Decodes and weighs; what can't be is bad. */
  #weighAll(items: readonly Item[], weights: Weights, bad: number[]): Weighted[] {
    const weighted: Weighted[] = [];
    for (let at = 0; at < items.length; at += DECODE_TOGETHER) {
      const together = items.slice(at, at + DECODE_TOGETHER);
      const points = decodePoints(this.#suite, together);
      together.forEach((item, i) => {
        const one = points[i] && this.#weigh(item, points[i], weights);
        if (one) weighted.push(one);
        else bad.push(item.index);
      });
    }
    return weighted;
  }

  #search(items: readonly Weighted[], total: Point, bad: number[]): void {
    const { group } = this.#suite;
    if (group.isIdentity(total)) return;
    if (items.length === 1) {
      bad.push((items[0] as Weighted).index);
      return;
    }
    const half = items.length >> 1;
    const left = items.slice(0, half);
    const leftTotal = this.#total(left);
    this.#search(left, leftTotal, bad);
    this.#search(items.slice(half), group.subtract(total, leftTotal), bad);
  }

  #total(items: readonly Weighted[]): Point {
    const { group } = this.#suite;
    const terms: Term[] = [];
    let g = 0n;
    let k = 0n;
    for (const item of items) {
      for (const term of item.terms) terms.push(term);
      g += item.g;
      k += item.k;
    }
    terms.push({ point: group.generator, scalar: g % group.order });
    terms.push({ point: this.#key.point, scalar: k % group.order });
    return group.msm(terms);
  }

  /** The weighted sum of the equations, or nothing if a scalar is out of range. */
  #weigh(item: Item, points: readonly Point[], weights: Weights): Weighted | undefined {
    const { group } = this.#suite;
    const { pointLength: pl, scalarLength: sl, order } = group;
    const { shape, sealed, context } = item;
    const { cells: n, weights: cellWeights, allowed } = shape;
    const count = allowed.length;
    const challenges = new VectorChallenges(this.#suite, this.#key, shape, context, sealed.cells);
    const terms: Term[] = [];
    let g = 0n;
    let k = 0n;

    /**
     * Takes in `a + cA − sG` and `b + cB − c·m·G − sK`, and answers the coefficients of A and B.
     */
    const branch = (at: number, c: bigint, s: bigint, m: bigint): [bigint, bigint] => {
      const u = weights.draw();
      const v = weights.draw();
      terms.push({ point: points[at] as Point, scalar: u });
      terms.push({ point: points[at + 1] as Point, scalar: v });
      const vc = v * c;
      g -= u * s + vc * m;
      k -= v * s;
      return [u * c, vc];
    };
    const scalarAt = (bytes: Uint8Array, at: number) =>
      group.decodeScalar(bytes.subarray(at, at + sl));

    try {
      const at = 2 * count * pl;
      const c = challenges.sum(sealed.sum.subarray(0, at));
      const firsts = Array.from({ length: count - 1 }, (_, j) => scalarAt(sealed.sum, at + sl * j));
      const parts = [...firsts, modulo(c - firsts.reduce((x, y) => x + y, 0n), order)];
      let ofA = 0n;
      let ofB = 0n;
      parts.forEach((part, j) => {
        const s = scalarAt(sealed.sum, at + sl * (count - 1 + j));
        const [x, y] = branch(6 * n + 2 * j, part, s, BigInt(allowed[j] as number));
        ofA += x;
        ofB += y;
      });
      ofA %= order;
      ofB %= order;

      const length = 4 * pl + 3 * sl;
      for (let i = 0; i < n; i++) {
        const proof = sealed.proofs.subarray(length * i, length * (i + 1));
        const cell = challenges.cell(i, proof.subarray(0, 4 * pl));
        const c0 = scalarAt(proof, 4 * pl);
        const s0 = scalarAt(proof, 4 * pl + sl);
        const s1 = scalarAt(proof, 4 * pl + 2 * sl);
        const [x0, y0] = branch(2 * n + 4 * i, c0, s0, 0n);
        const [x1, y1] = branch(2 * n + 4 * i + 2, modulo(cell - c0, order), s1, 1n);
        const weight = BigInt(cellWeights[i] as number);
        terms.push({ point: points[2 * i] as Point, scalar: (x0 + x1 + weight * ofA) % order });
        terms.push({ point: points[2 * i + 1] as Point, scalar: (y0 + y1 + weight * ofB) % order });
      }
    } catch (error) {
      if (error instanceof EncodingError) return undefined;
      throw error;
    }
    return { index: item.index, terms, g: modulo(g, order), k: modulo(k, order) };
  }
}

function modulo(n: bigint, order: bigint): bigint {
  const rest = n % order;
  return rest < 0n ? rest + order : rest;
}

/** A vector's encoded points: cells (A, B), then commitments of the cells, then those of the sum. */
function encodedPoints(suite: Suite, { shape, sealed }: Item): Uint8Array[] {
  const { pointLength: pl, scalarLength: sl } = suite.group;
  const out: Uint8Array[] = [];
  const take = (bytes: Uint8Array, from: number, count: number) => {
    for (let i = 0; i < count; i++) out.push(bytes.subarray(from + pl * i, from + pl * (i + 1)));
  };
  take(sealed.cells, 0, 2 * shape.cells);
  for (let i = 0; i < shape.cells; i++) take(sealed.proofs, (4 * pl + 3 * sl) * i, 4);
  take(sealed.sum, 0, 2 * shape.allowed.length);
  return out;
}

/** Each item's points, or nothing where one doesn't decode. */
function decodePoints(suite: Suite, items: readonly Item[]): (Point[] | undefined)[] {
  const encoded = items.map((item) => encodedPoints(suite, item));
  try {
    const points = suite.group.decodeAll(encoded.flat());
    let at = 0;
    return encoded.map(({ length }) => points.slice(at, (at += length)));
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    if (items.length === 1) return [undefined];
    return items.flatMap((item) => decodePoints(suite, [item]));
  }
}
