/**
 * A group of prime order, written additively, as the rest of the package sees it.
 *
 * Everything above this interface (ElGamal, proofs, sharing) is written once and runs over any
 * group: nothing assumes 32-byte points or a cofactor of one. Points are opaque; only the group
 * that made a point may read it. Scalars are `bigint` in `[0, order)`.
 *
 * Two kinds of multiplication are kept apart by name. `multiply` and `FixedBase.multiply` take
 * secret scalars: their sequence of group operations does not depend on the scalar. `msm` takes
 * public scalars only and is as fast as it can be.
 */

declare const pointBrand: unique symbol;

/** A point of a group; opaque outside the group that made it. Immutable. */
export interface Point {
  readonly [pointBrand]: true;
}

/** A table of multiples of one point. */
export interface FixedBase {
  /** `scalar · P`; the operations done do not depend on the scalar. Throws `RangeError` if it is out of `[0, order)`. */
  multiply(scalar: bigint): Point;
}

/** One term of a sum `Σ scalar · point`. */
export interface Term {
  readonly point: Point;
  /** Public, in `[0, order)`. Short scalars (128 bits) cost less than full ones. */
  readonly scalar: bigint;
}

export interface Group {
  readonly id: 'ristretto255' | 'gost256b';
  /** Prime. */
  readonly order: bigint;
  /** Length in bytes of an encoded point; the identity's encoding is as long. */
  readonly pointLength: number;
  /** Length in bytes of an encoded scalar. */
  readonly scalarLength: number;
  readonly generator: Point;
  readonly identity: Point;
  /** A table of the generator, made on first use and kept. */
  readonly generatorTable: FixedBase;

  add(a: Point, b: Point): Point;
  subtract(a: Point, b: Point): Point;
  negate(a: Point): Point;
  equals(a: Point, b: Point): boolean;
  isIdentity(a: Point): boolean;

  /** `scalar · point` for a secret scalar, 0 included. */
  multiply(point: Point, scalar: bigint): Point;
  /** A table for many multiplications of one point by secret scalars. Costs some ten multiplications. */
  table(point: Point): FixedBase;
  /** `Σ scalar · point`, in variable time: public scalars only. The empty sum is the identity. */
  msm(terms: readonly Term[]): Point;

  /** Canonical encoding of one point. */
  encode(point: Point): Uint8Array;
  /** Canonical encodings of many points, sharing what can be shared. */
  encodeAll(points: readonly Point[]): Uint8Array[];
  /**
   * Canonical encodings of the *doubles* of the points, with one inversion for all of them. A
   * caller that can choose its scalars works with their halves ({@link Group.half}) and saves an
   * inverse square root per point (ristretto255; "double and compress batch").
   */
  encodeDoubles(points: readonly Point[]): Uint8Array[];
  /** `scalar / 2` modulo the order. */
  half(scalar: bigint): bigint;
  /** Strict: throws {@link EncodingError} for a wrong length, a non-canonical or off-curve encoding, and for the identity. */
  decode(bytes: Uint8Array): Point;
  /** As {@link Group.decode} for many; the error's `index` names the first bad one. */
  decodeAll(list: readonly Uint8Array[]): Point[];
  /** As {@link Group.decode}, and the identity's one encoding is accepted: for aggregates and decryption shares. */
  decodeAggregate(bytes: Uint8Array): Point;

  /** Little-endian or big-endian as the group's standard has it, `scalarLength` bytes. */
  encodeScalar(scalar: bigint): Uint8Array;
  /** Strict: throws {@link EncodingError} unless the length is right and the value is below the order. */
  decodeScalar(bytes: Uint8Array): bigint;
  /** A scalar from 64 uniform bytes, reduced modulo the order (bias below 2⁻²⁵⁰). */
  scalarFromUniform(bytes64: Uint8Array): bigint;
  /** A uniform scalar in `[1, order)` from the platform's generator. */
  randomScalar(): bigint;
}

/** Bytes that are not what they should encode. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
  readonly code:
    | 'encoding.length'
    | 'encoding.not-canonical'
    | 'encoding.off-curve'
    | 'encoding.identity'
    | 'encoding.scalar-range';
  /** Position in the list, where several were decoded. */
  readonly index: number;
  constructor(code: EncodingError['code'], message: string, index = 0) {
    super(message);
    this.code = code;
    this.index = index;
  }
}
