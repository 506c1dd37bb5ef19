/**
 * Byte helpers shared by every file of this package: concatenation, comparison, hexadecimal, and
 * the length-prefixed framing that every hash input uses, so that no two different lists of fields
 * can ever hash alike.
 */
import { concatBytes, hexToBytes, bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export { concatBytes, hexToBytes, bytesToHex, utf8ToBytes };

/** Whether two byte strings are equal. Not constant time: use on public values. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of two byte strings, a prefix first: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** 32-bit big-endian encoding of `0 ≤ n < 2³²`. Throws `RangeError` outside. */
export function uint32(n: number): Uint8Array {
  if (!Number.isInteger(n) || n < 0 || n > 0xffffffff) throw new RangeError(`not a uint32: ${n}`);
  return new Uint8Array([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
}

/** Each field behind its 32-bit big-endian length, so that the list can be read back one way only. */
export function frame(...fields: (Uint8Array | string)[]): Uint8Array {
  const out: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? utf8ToBytes(field) : field;
    out.push(uint32(bytes.length), bytes);
  }
  return concatBytes(...out);
}

/** Fresh bytes from the platform's cryptographic generator (WebCrypto, in pages and in Node). */
export function randomBytes(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) {
    crypto.getRandomValues(out.subarray(at, Math.min(length, at + 65536)));
  }
  return out;
}
