/**
 * BER-TLV data objects as cards use them (ISO/IEC 7816-4:2020, 6.3): tags of up to three bytes,
 * definite lengths of up to four. DER (X.690) is the same with the shortest length alone.
 *
 * Nothing is decoded recursively: whoever knows a template decodes its value again, so the depth of
 * a hostile object costs nothing.
 */
import { concatBytes } from './bytes.ts';
import { TokenError } from './errors.ts';

/** One data object. */
export interface Tlv {
  /** The tag's bytes as one number, big-endian: 0x53, 0x7f49, 0x5fc10a. */
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Whether a length may be written longer than it needs (`ber`, as some cards do) or not (`der`). */
export type LengthForm = 'ber' | 'der';

/**
 * The data object's bytes, with the shortest length.
 *
 * @param value its bytes, or the encoded objects within it in their order
 * @throws TokenError `tlv.malformed` for a tag that can't be written
 */
export function encodeTlv(tag: number, value: Uint8Array | readonly Uint8Array[]): Uint8Array {
  const parts = value instanceof Uint8Array ? [value] : value;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(Uint8Array.of(...tagBytes(tag), ...lengthBytes(length)), ...parts);
}

/**
 * The data objects that the bytes are a row of; values are views of them. No bytes, no objects.
 *
 * @throws TokenError `tlv.malformed` where a tag, a length or a value is cut off or not allowed, or
 *   anything is left over
 */
export function decodeTlv(bytes: Uint8Array, form: LengthForm = 'ber'): Tlv[] {
  return decode(bytes, form, false);
}

/**
 * The data objects at the beginning of a file of fixed size, up to its padding with 00 or FF
 * (ISO/IEC 7816-15 leaves it so).
 *
 * @throws TokenError `tlv.malformed` as `decodeTlv`
 */
export function decodePadded(bytes: Uint8Array): Tlv[] {
  return decode(bytes, 'ber', true);
}

function decode(bytes: Uint8Array, form: LengthForm, padded: boolean): Tlv[] {
  const objects: Tlv[] = [];
  let at = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw malformed('it is cut off');
    return byte;
  };
  while (at < bytes.length) {
    if (padded && (bytes[at] === 0 || bytes[at] === 0xff)) break;
    const tag = readTag(next);
    const length = readLength(next, form);
    if (length > bytes.length - at) throw malformed('a value is cut off');
    objects.push({ tag, value: bytes.subarray(at, at + length) });
    at += length;
  }
  return objects;
}

/**
 * The value of the one object that the bytes are.
 *
 * @throws TokenError `tlv.malformed` where they are another, none or several
 */
export function decodeOne(tag: number, bytes: Uint8Array, form: LengthForm = 'ber'): Uint8Array {
  const [only, more] = decodeTlv(bytes, form);
  if (only?.tag !== tag || more) throw malformed(`it is not the one object ${tag.toString(16)}`);
  return only.value;
}

/** The value of the first object with the tag. */
export function valueOf(objects: readonly Tlv[], tag: number): Uint8Array | undefined {
  return objects.find((object) => object.tag === tag)?.value;
}

function readTag(next: () => number): number {
  let tag = next();
  // 00 is no tag in ISO/IEC 7816-4, nor is FF; in DER both mean things that no certificate has.
  if (tag === 0 || tag === 0xff) throw malformed('it has no tag');
  if ((tag & 0x1f) !== 0x1f) return tag;
  for (let count = 2; ; count++) {
    const byte = next();
    if (count > 3) throw malformed('a tag has more than three bytes');
    if (count === 2 && (byte & 0x7f) < (byte & 0x80 ? 1 : 0x1f)) {
      throw malformed('a tag is longer than it needs');
    }
    tag = tag * 256 + byte;
    if ((byte & 0x80) === 0) return tag;
  }
}

function readLength(next: () => number, form: LengthForm): number {
  const first = next();
  if (first < 0x80) return first;
  const count = first - 0x80;
  if (count === 0 || count > 4) throw malformed('a length has no definite form');
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + next();
  if (form === 'der' && (length < 0x80 || length < 256 ** (count - 1))) {
    throw malformed('a length is longer than it needs');
  }
  return length;
}

function tagBytes(tag: number): number[] {
  if (!Number.isInteger(tag) || tag <= 0 || tag > 0xffffff) throw malformed('it has no tag');
  const bytes = [tag >> 16, (tag >> 8) & 0xff, tag & 0xff];
  const written = bytes.slice(tag > 0xffff ? 0 : tag > 0xff ? 1 : 2);
  let at = 0;
  const read = readTag(() => written[at++] ?? 0);
  if (read !== tag || at !== written.length) throw malformed('it has no tag');
  return written;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 + bytes.length, ...bytes];
}

function malformed(why: string): TokenError {
  return new TokenError('tlv.malformed', `This is not a data object: ${why}.`);
}
