/**
 * Threshold decryption: each holder gives `D = sA`, and any `t` good ones make `kA`, so that
 * `mG = B − kA` (Desmedt, Frankel, "Threshold cryptosystems", CRYPTO 1989). Whether a `D` is good is
 * shown by `proveEqualLogs` against the holder's public share; bad ones are set aside before.
 */
import type { Group, Point } from './group.ts';
import { checkIndex, checkThreshold, SharingError } from './sharing.ts';

/** A holder's part of a decryption, already verified. */
export interface PartialDecryption {
  /** The holder's index, 1 … */
  readonly index: number;
  /** `sA` */
  readonly D: Point;
}

/** `share · A`; A may be the identity. */
export function partialDecrypt(group: Group, share: bigint, A: Point): Point {
  return group.multiply(A, share);
}

function inverse(group: Group, a: bigint): bigint {
  let [r0, r1] = [group.order, a];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return t0 < 0n ? t0 + group.order : t0;
}

/**
 * `kA` from exactly `threshold` parts: `Σ λᵢDᵢ`, with Lagrange's coefficients at 0.
 *
 * @throws {SharingError} `sharing.count` unless there are exactly `threshold`; `sharing.index` if an
 *   index is out of range or there twice; `sharing.threshold`
 */
export function combine(
  group: Group,
  threshold: number,
  shares: readonly PartialDecryption[],
): Point {
  checkThreshold(threshold);
  if (shares.length !== threshold) {
    throw new SharingError('sharing.count', `exactly ${threshold} shares are combined`);
  }
  for (const { index } of shares) checkIndex(index);
  if (new Set(shares.map(({ index }) => index)).size !== shares.length) {
    throw new SharingError('sharing.index', 'two shares of one holder');
  }
  const q = group.order;
  return group.msm(
    shares.map(({ index, D }) => {
      let numerator = 1n;
      let denominator = 1n;
      for (const { index: other } of shares) {
        if (other === index) continue;
        numerator = (numerator * BigInt(other)) % q;
        denominator = (denominator * (q + BigInt(other - index))) % q;
      }
      return { point: D, scalar: (numerator * inverse(group, denominator)) % q };
    }),
  );
}
