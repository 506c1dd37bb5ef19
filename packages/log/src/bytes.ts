/**
 * Bytes, text and numbers as the C2SP documents write them: strict UTF-8, RFC 4648 base64 with
 * padding and no spare bits, ASCII decimals without leading zeroes. Every decoder here accepts
 * exactly what its encoder produces and answers `undefined` otherwise; the caller knows the code.
 */

import { LogError } from './errors.ts';

/** Bytes of a SHA-256 hash. */
export const HASH_SIZE = 32;

const encoder = new TextEncoder();
// ignoreBOM: a byte order mark is text like any other; dropping it would change what was signed.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const CHUNK = 0x2000;

export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  // atob forgives white space, missing padding and spare bits; one text for one value does not.
  return base64(bytes) === text ? bytes : undefined;
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** An ASCII decimal between 0 and 2^53 − 1, with no leading zeroes. */
export function fromDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The hash that a line of base64 encodes. */
export function hashFromBase64(text: string): Uint8Array | undefined {
  const bytes = fromBase64(text);
  return bytes?.length === HASH_SIZE ? bytes : undefined;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Throws `out-of-range` unless value is an integer in [0, max]. */
export function checkIndex(what: string, value: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new LogError('out-of-range', `${what} must be an integer from 0 to ${max}, got ${value}`);
  }
}

/** Throws `malformed-hash` unless the bytes could be a SHA-256 hash. */
export function checkHash(what: string, hash: Uint8Array): void {
  if (!(hash instanceof Uint8Array) || hash.length !== HASH_SIZE) {
    throw new LogError('malformed-hash', `${what} must be ${HASH_SIZE} bytes`);
  }
}
