/**
 * Scalars as bytes, little-endian, and as digits for multiplication by windows.
 */

/** Little-endian bytes of `0 ≤ n < 2^(8·length)`; `length` is a multiple of 8. */
export function toLittleEndian(n: bigint, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  let rest = n;
  for (let at = 0; at < length; at += 8, rest >>= 64n) {
    view.setBigUint64(at, BigInt.asUintN(64, rest), true);
  }
  return out;
}

/** The number of little-endian bytes, of a length that is a multiple of 8. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let n = 0n;
  for (let at = bytes.length - 8; at >= 0; at -= 8) n = (n << 64n) | view.getBigUint64(at, true);
  return n;
}

/** `width ≤ 16` bits of little-endian bytes from bit `position` up; zeros past the end. */
function bitsAt(bytes: Uint8Array, position: number, width: number): number {
  const at = position >> 3;
  const three = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (three >> (position & 7)) & ((1 << width) - 1);
}

/** Number of bits of little-endian bytes up to the highest that is set. */
export function bitLength(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at >= 0 && bytes[at] === 0) at--;
  return at < 0 ? 0 : 8 * at + 32 - Math.clz32(bytes[at] as number);
}

/**
 * `count` digits in `[−2^(width−1), 2^(width−1)]`, least significant first, with
 * `scalar = Σ digit[i]·2^(width·i)`. For public scalars below 2^(width·count − 1).
 */
export function signedDigits(bytes: Uint8Array, width: number, count: number): Int16Array {
  const digits = new Int16Array(count);
  let carry = 0;
  for (let i = 0; i < count; i++) {
    const digit = bitsAt(bytes, i * width, width) + carry;
    carry = digit > 2 ** (width - 1) ? 1 : 0;
    digits[i] = digit - carry * 2 ** width;
  }
  return digits;
}

/**
 * The non-adjacent form of the width: a digit for every bit, zero or odd and below 2^(width−1) in
 * absolute value, with at least `width − 1` zeros behind each that is not. For public scalars.
 */
export function nonAdjacentForm(bytes: Uint8Array, width: number): Int8Array {
  const bits = bitLength(bytes);
  const digits = new Int8Array(bits + 1);
  let carry = 0;
  for (let at = 0; at <= bits;) {
    if (bitsAt(bytes, at, 1) === carry) {
      at++;
      continue;
    }
    const digit = bitsAt(bytes, at, width) + carry;
    carry = digit >> (width - 1);
    digits[at] = digit - carry * 2 ** width;
    at += width;
  }
  return digits;
}

/** Bits in a window of {@link oddDigits}. */
export const ODD_WIDTH = 4;

/**
 * Exactly `count` digits, every one odd and between −15 and 15, least significant first, with
 * `Σ digit[i]·16^i ≡ scalar` modulo the odd `order`: no digit is zero, so no addition is ever left
 * out. For secret scalars in `[0, order)`, with 16^count ≥ 2·order.
 *
 * An odd number is a sum of *signed* bits ±2^j whose signs are the bits of (scalar + 2^n − 1)/2
 * (M. Hamburg, "Fast and compact elliptic-curve cryptography", https://eprint.iacr.org/2012/309,
 * §3.3); an even scalar is made odd by adding the order.
 */
export function oddDigits(scalar: bigint, order: bigint, count: number): Int8Array {
  const odd = scalar + order * (1n - (scalar & 1n));
  const signs = (odd + (1n << BigInt(ODD_WIDTH * count)) - 1n) >> 1n;
  const bytes = toLittleEndian(signs, Math.ceil(count / 16) * 8);
  const digits = new Int8Array(count);
  for (let i = 0; i < count; i++) digits[i] = 2 * bitsAt(bytes, ODD_WIDTH * i, ODD_WIDTH) - 15;
  return digits;
}
