/**
 * ElGamal encryption of small numbers in the exponent: `A = rG`, `B = rK + mG`. Ciphertexts add up
 * to the ciphertext of the sum (Cramer, Gennaro, Schoenmakers, "A secure and optimally efficient
 * multi-authority election scheme", EUROCRYPT 1997).
 */
import { EncodingError, type FixedBase, type Group, type Point } from './group.ts';

export interface Ciphertext {
  /** `rG` */
  readonly A: Point;
  /** `rK + mG` */
  readonly B: Point;
}

/** A public key K with its encoding and, once somebody encrypts, its table. */
export class EncryptionKey {
  readonly group: Group;
  readonly point: Point;
  /** Canonical encoding of the point. */
  readonly bytes: Uint8Array;
  #table: FixedBase | undefined;

  /**
   * Throws {@link EncodingError} for the identity: under it every ciphertext is in the clear. A
   * point from outside has to come through `group.decode` first.
   */
  constructor(group: Group, point: Point) {
    if (group.isIdentity(point)) {
      throw new EncodingError('encoding.identity', 'the identity is no encryption key');
    }
    this.group = group;
    this.point = point;
    this.bytes = group.encode(point);
  }

  /** Strict: throws {@link EncodingError}. */
  static decode(group: Group, bytes: Uint8Array): EncryptionKey {
    return new EncryptionKey(group, group.decode(bytes));
  }

  /** Multiples of K; made on first use and kept, since a verifier never needs it. */
  get table(): FixedBase {
    return (this.#table ??= this.group.table(this.point));
  }
}

/** The encryption of nothing with randomness 0: where a sum of ciphertexts starts. */
export function zeroCiphertext(group: Group): Ciphertext {
  return { A: group.identity, B: group.identity };
}

/** The ciphertext of the sum of both. */
export function addCiphertexts(group: Group, a: Ciphertext, b: Ciphertext): Ciphertext {
  return { A: group.add(a.A, b.A), B: group.add(a.B, b.B) };
}
