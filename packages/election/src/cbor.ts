/**
 * Deterministic CBOR (RFC 8949 §4.2.1) as everything signed, hashed or logged is encoded:
 * unsigned and negative integers, byte strings, text strings, arrays, maps with text keys, `true`,
 * `false` and `null`; definite lengths and the shortest heads only; keys in bytewise order of their
 * encodings; nothing else.
 *
 * Decoding is strict. Size and depth come first, in a walk over the heads that allocates nothing;
 * then the value is decoded, encoded again, and the bytes are compared: a lenient library can let
 * nothing through that way (unordered maps, broken UTF-8, repeated keys).
 */
import { decode as cborgDecode, encode as cborgEncode, rfc8949EncodeOptions } from 'cborg';
import { equalBytes } from '@kabina/crypto/bytes';
import { ElectionError } from './errors.ts';

/** The most that an entry of the log may take (C2SP tlog-tiles: a 16-bit length). */
export const MAX_BYTES = 65_535;
const MAX_DEPTH = 12;

const MAJOR_BYTES = 2;
const MAJOR_TEXT = 3;
const MAJOR_ARRAY = 4;
const MAJOR_MAP = 5;
const MAJOR_TAG = 6;
const MAJOR_SIMPLE = 7;
/** `false`, `true`, `null`. */
const SIMPLE_VALUES: readonly number[] = [0xf4, 0xf5, 0xf6];

function fail(message: string, cause?: unknown): never {
  throw new ElectionError('cbor.malformed', message, cause === undefined ? {} : { cause });
}

/** Encodes a value made of the types above. Throws `ElectionError('cbor.unsupported')` for others. */
export function encode(value: unknown): Uint8Array {
  try {
    return Uint8Array.from(cborgEncode(value, rfc8949EncodeOptions));
  } catch (cause) {
    throw new ElectionError('cbor.unsupported', 'the value has no CBOR form here', { cause });
  }
}

/** Walks over the heads: lengths that fit, depth, and no type that this profile leaves out. */
function checkHeads(bytes: Uint8Array, maxDepth: number): void {
  let at = 0;
  // Items still to come at each level; a map counts its keys and its values.
  const pending: number[] = [1];
  while (pending.length > 0) {
    const level = pending.length - 1;
    if (pending[level] === 0) {
      pending.pop();
      continue;
    }
    pending[level] = (pending[level] as number) - 1;
    if (at >= bytes.length) fail('the bytes end in the middle of an item');
    const head = bytes[at] as number;
    at++;
    const major = head >> 5;
    if (major === MAJOR_SIMPLE) {
      if (!SIMPLE_VALUES.includes(head)) fail('a float or simple value is not allowed');
      continue;
    }
    if (major === MAJOR_TAG) fail('a tag is not allowed');
    const info = head & 31;
    if (info > 27) fail('an indefinite or reserved length is not allowed');
    let value = info;
    if (info >= 24) {
      const length = 1 << (info - 24);
      if (at + length > bytes.length) fail('the bytes end in the middle of a head');
      value = 0;
      for (let i = 0; i < length; i++) value = value * 256 + (bytes[at + i] as number);
      at += length;
    }
    if (major === MAJOR_BYTES || major === MAJOR_TEXT) {
      if (value > bytes.length - at) fail('a string is longer than the bytes that are left');
      at += value;
    } else if (major === MAJOR_ARRAY || major === MAJOR_MAP) {
      const items = major === MAJOR_MAP ? value * 2 : value;
      if (items > bytes.length - at) fail('a list is longer than the bytes that are left');
      if (pending.length > maxDepth) {
        throw new ElectionError('cbor.depth', `nested deeper than ${maxDepth} levels`);
      }
      pending.push(items);
    }
  }
  if (at !== bytes.length) fail(`${bytes.length - at} bytes follow the item`);
}

/**
 * Decodes exactly one item. Byte strings of the result are copies.
 *
 * Throws `ElectionError`: `cbor.size`, `cbor.depth`, `cbor.malformed`, `cbor.not-canonical`.
 */
export function decode(
  bytes: Uint8Array,
  options: { maxBytes?: number; maxDepth?: number } = {},
): unknown {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  if (bytes.length > maxBytes) {
    throw new ElectionError('cbor.size', `${bytes.length} bytes, at most ${maxBytes} are allowed`);
  }
  checkHeads(bytes, options.maxDepth ?? MAX_DEPTH);
  let value: unknown;
  try {
    value = cborgDecode(bytes, { rejectDuplicateMapKeys: true });
  } catch (cause) {
    fail('not well-formed', cause);
  }
  if (!equalBytes(encode(value), bytes)) {
    throw new ElectionError('cbor.not-canonical', 'not the deterministic encoding of its value');
  }
  return value;
}
