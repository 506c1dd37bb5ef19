/**
 * Strict DER (X.690, sections 8, 10 and 11), so that one structure has one encoding. Structures are
 * declared and decoded by @peculiar/asn1-schema, which reads any BER and leaves out in silence what
 * it doesn't understand; here the bytes are walked first, and what was decoded is encoded again and
 * compared. The walk sees also what the schemas take as ANY and copy as it is.
 */
import { compareBytes, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { AsnConvert } from '@peculiar/asn1-schema';
import { CmsError } from './errors.ts';

/** Levels of nesting; a SignedData has 12. */
const MAX_DEPTH = 24;
/** Sixty-four signers with long certificates have fewer; the schemas take a second for so many. */
const MAX_ELEMENTS = 20_000;

const CLASS = 0xc0;
const UNIVERSAL = 0x00;
const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;
const TAG = 0x1f;

function refuse(message: string): never {
  throw new CmsError('cms.der', `not DER: ${message}`);
}

/** Where an element's content begins and ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** The tag and the length at `at`; the element ends at `limit` or before. */
function readHeader(der: Uint8Array, at: number, limit: number): Element {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit) refuse('cut off');
  if ((tag & TAG) === TAG) refuse('a tag of more than one byte');
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3) refuse('an indefinite or an enormous length');
    if (start + count > limit) refuse('cut off');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (der[start + i] as number);
    if (length < 0x80 || length < 256 ** (count - 1)) refuse('a length longer than it need be');
    start += count;
  }
  if (start + length > limit) refuse('cut off');
  return { tag, start, end: start + length };
}

const UTC_TIME = /^\d{12}Z$/;
const GENERALIZED_TIME = /^\d{14}Z$/;

/** Holds the content of a primitive of a universal type against the type's rules. */
function checkPrimitive(type: number, content: Uint8Array): void {
  const first = content[0];
  const second = content[1];
  const last = content[content.length - 1];
  switch (type) {
    case 1: // BOOLEAN
      if (content.length !== 1 || (first !== 0 && first !== 0xff)) refuse('a boolean');
      return;
    case 2: // INTEGER
    case 10: // ENUMERATED
      if (first === undefined) refuse('an empty integer');
      if (second !== undefined && (first === 0 || first === 0xff) && (first ^ second) < 0x80)
        refuse('an integer longer than it need be');
      return;
    case 3: // BIT STRING
      if (first === undefined || first > 7 || (content.length === 1 && first > 0))
        refuse('a bit string');
      if ((last as number) & ((1 << first) - 1) && content.length > 1)
        refuse('a bit string with bits beyond its end');
      return;
    case 5: // NULL
      if (content.length > 0) refuse('a null with content');
      return;
    case 6: // OBJECT IDENTIFIER
      if (last === undefined || last >= 0x80) refuse('an object identifier');
      for (let i = 0; i < content.length; i++)
        if (content[i] === 0x80 && (i === 0 || (content[i - 1] as number) < 0x80))
          refuse('an object identifier longer than it need be');
      return;
    case 12: // UTF8String
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(content);
      } catch {
        refuse('a string that is not UTF-8');
      }
      return;
    case 23: // UTCTime
      if (!UTC_TIME.test(String.fromCharCode(...content.subarray(0, 20)))) refuse('a UTC time');
      return;
    case 24: // GeneralizedTime
      // RFC 5280, section 4.1.2.5.2, and RFC 5652, section 11.3: seconds, and no fraction.
      if (!GENERALIZED_TIME.test(String.fromCharCode(...content.subarray(0, 20))))
        refuse('a generalized time');
      return;
    case 4: // OCTET STRING
    case 18: // NumericString
    case 19: // PrintableString
    case 20: // TeletexString
    case 22: // IA5String
    case 26: // VisibleString
    case 28: // UniversalString
    case 30: // BMPString
      return;
    default:
      refuse(`universal type ${type}`);
  }
}

const SEQUENCE = 16;
const SET = 17;

/** Walks the element at `at`; where it ends. `left` counts down the elements that may be there. */
function walk(
  der: Uint8Array,
  at: number,
  limit: number,
  depth: number,
  left: { elements: number },
): number {
  if (depth > MAX_DEPTH) refuse('nested too deep');
  if (--left.elements < 0)
    throw new CmsError('cms.too-large', 'more elements than such a structure has');
  const { tag, start, end } = readHeader(der, at, limit);
  const constructed = (tag & CONSTRUCTED) !== 0;
  const type = tag & TAG;
  if ((tag & CLASS) === UNIVERSAL) {
    if (constructed !== (type === SEQUENCE || type === SET)) refuse(`the form of type ${type}`);
    if (!constructed) checkPrimitive(type, der.subarray(start, end));
  } else if ((tag & CLASS) !== CONTEXT) {
    refuse('a tag of an application');
  }
  if (!constructed) return end;
  let previous: Uint8Array | undefined;
  for (let next = start; next < end;) {
    const from = next;
    next = walk(der, from, end, depth + 1, left);
    if (tag !== (SET | CONSTRUCTED)) continue;
    const member = der.subarray(from, next);
    if (previous !== undefined && compareBytes(previous, member) > 0) refuse('an unordered set');
    previous = member;
  }
  return end;
}

/**
 * Refuses bytes that are not exactly one element in DER. A tag in a structure's own context may
 * hide a type: whoever knows the structure checks what it hides (an IMPLICIT SET OF by
 * {@link checkSetOrder}). Throws {@link CmsError} `cms.der`, `cms.too-large`.
 */
export function checkDer(
  der: Uint8Array,
  maxLength: number,
  maxElements: number = MAX_ELEMENTS,
): void {
  if (der.length > maxLength)
    throw new CmsError('cms.too-large', `${der.length} bytes, and at most ${maxLength} are read`);
  if (walk(der, 0, der.length, 0, { elements: maxElements }) !== der.length)
    refuse('bytes after the end');
}

/** Sorts members of a SET OF as DER wants them (X.690, section 11.6); a fresh array. */
export function sortSet(members: readonly Uint8Array[]): Uint8Array[] {
  return [...members].sort(compareBytes);
}

/** Refuses members that are not in DER's order. */
export function checkSetOrder(members: readonly Uint8Array[]): void {
  const sorted = sortSet(members);
  if (members.some((member, i) => !equalBytes(member, sorted[i] as Uint8Array)))
    refuse('an unordered set');
}

/**
 * Decodes a structure that must be in DER and of at most `maxLength` bytes. Throws
 * {@link CmsError} `cms.der`, `cms.too-large`.
 */
export function decode<T>(
  der: Uint8Array,
  schema: new () => T,
  maxLength: number,
  maxElements?: number,
): T {
  checkDer(der, maxLength, maxElements);
  let value: T;
  let again: Uint8Array;
  try {
    // The library's own limit counts also what it believes to see inside of strings.
    value = AsnConvert.parse(der, schema, { berOptions: { maxNodes: der.length } });
    again = encode(value);
  } catch (cause) {
    throw new CmsError('cms.der', `not a ${schema.name}`, { cause });
  }
  if (!equalBytes(der, again)) throw new CmsError('cms.der', `not a ${schema.name} in DER`);
  return value;
}

/** The DER of a structure whose sets are sorted already. */
export function encode(value: unknown): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(value));
}

/** One element from its tag and its content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const head = [tag];
  if (length < 0x80) head.push(length);
  else {
    const bytes: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 255);
    head.push(0x80 + bytes.length, ...bytes);
  }
  const out = new Uint8Array(head.length + length);
  out.set(head);
  let at = head.length;
  for (const part of content) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** What stands in an element with this tag that is all of `der`. Throws {@link CmsError} `cms.der`. */
export function contentOf(der: Uint8Array, tag: number): Uint8Array {
  const { tag: found, start, end } = readHeader(der, 0, der.length);
  if (found !== tag || end !== der.length) refuse(`not an element with tag ${tag}`);
  return der.subarray(start, end);
}

/** The content of an INTEGER that is positive, from its bytes in hexadecimal. */
export function integerOf(hex: string): Uint8Array {
  const bytes = hexToBytes(hex);
  return (bytes[0] as number) < 0x80 ? bytes : new Uint8Array([0, ...bytes]);
}
