/**
 * What a sealed vector states, before any proof: its shape, its lengths on the wire, and the
 * challenges that bind the whole of it.
 */
import { uint32 } from './bytes.ts';
import type { EncryptionKey } from './elgamal.ts';
import type { Suite } from './suites.ts';
import { Transcript } from './transcript.ts';

/** A vector of marks in {0, 1} whose weighted sum is in an allowed set. */
export interface VectorShape {
  /** Number of cells, 1 … {@link MAX_CELLS}. */
  readonly cells: number;
  /** A positive weight per cell. */
  readonly weights: readonly number[];
  /** Sums that are allowed, ascending, at most {@link MAX_ALLOWED}. */
  readonly allowed: readonly number[];
}

/** An encrypted vector with its proofs; each part has one length for a shape and a suite. */
export interface SealedVector {
  /** `A ‖ B` of each cell: `2·pl·n` bytes for points of `pl` bytes. */
  readonly cells: Uint8Array;
  /** Per cell `a0 ‖ b0 ‖ a1 ‖ b1 ‖ c0 ‖ s0 ‖ s1`: `n·(4pl + 3sl)` bytes for scalars of `sl` bytes. */
  readonly proofs: Uint8Array;
  /** `a ‖ b` per allowed sum, then `c` of each but the last, then `s` of each: `2k·pl + (2k−1)·sl`. */
  readonly sum: Uint8Array;
}

const MAX_CELLS = 1024;
const MAX_ALLOWED = 1024;

/** What is wrong with a shape, with marks, or with the use of a prepared set. Never says which mark. */
export class VectorError extends Error {
  override readonly name = 'VectorError';
  readonly code: 'vector.shape' | 'vector.marks' | 'vector.used' | 'vector.length';
  constructor(code: VectorError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws {@link VectorError} `vector.shape` unless the shape is one that can be sealed. */
export function checkShape(shape: VectorShape): void {
  const fail = (why: string) => new VectorError('vector.shape', why);
  const { cells, weights, allowed } = shape;
  if (!Number.isInteger(cells) || cells < 1 || cells > MAX_CELLS) throw fail('number of cells');
  if (weights.length !== cells) throw fail('a weight per cell is needed');
  // Sums below 2³¹ never wrap around the group's order and fit the statement's 32-bit numbers.
  let total = 0;
  for (const weight of weights) {
    if (!Number.isInteger(weight) || weight < 1) throw fail('a weight is a positive integer');
    total += weight;
  }
  if (total >= 2 ** 31) throw fail('the weights add up to too much');
  if (allowed.length < 1 || allowed.length > MAX_ALLOWED) throw fail('number of allowed sums');
  let last = -1;
  for (const sum of allowed) {
    if (!Number.isInteger(sum) || sum <= last) throw fail('allowed sums ascend from 0');
    last = sum;
  }
  if (last > total) throw fail('an allowed sum is above what the weights add up to');
}

/** Lengths in bytes of the parts of a {@link SealedVector}. Throws as {@link checkShape} does. */
export function vectorLengths(
  suite: Suite,
  shape: VectorShape,
): { cells: number; proofs: number; sum: number } {
  checkShape(shape);
  const { pointLength: pl, scalarLength: sl } = suite.group;
  const k = shape.allowed.length;
  return {
    cells: 2 * pl * shape.cells,
    proofs: shape.cells * (4 * pl + 3 * sl),
    sum: 2 * k * pl + (2 * k - 1) * sl,
  };
}

/** Challenges of one vector: each binds suite, context, shape, key and all ciphertexts. */
export class VectorChallenges {
  #statement: Transcript;

  constructor(
    suite: Suite,
    key: EncryptionKey,
    shape: VectorShape,
    context: Uint8Array,
    cells: Uint8Array,
  ) {
    this.#statement = new Transcript(suite, 'kabina/v1/vector')
      .append('context', context)
      .append('weights', ...shape.weights.map(uint32))
      .append('allowed', ...shape.allowed.map(uint32))
      .append('key', key.bytes)
      .append('cells', cells)
      .fold();
  }

  /** Challenge of a cell's proof; `commitments` is `a0 ‖ b0 ‖ a1 ‖ b1`. */
  cell(index: number, commitments: Uint8Array): bigint {
    return this.#statement
      .clone()
      .append('cell', uint32(index), commitments)
      .challenge('mark is 0 or 1');
  }

  /** Challenge of the proof over the sum; `commitments` is `a ‖ b` per allowed sum. */
  sum(commitments: Uint8Array): bigint {
    return this.#statement.clone().append('sum', commitments).challenge('sum is allowed');
  }
}
