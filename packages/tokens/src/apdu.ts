/**
 * Command and response APDUs (ISO/IEC 7816-4:2020, 5.1-5.3): what a card is told and what it
 * answers. The four cases, each in short form (one-byte Lc and Le) and extended form.
 */
import { TokenError } from './errors.ts';

/** A command, before it is bytes. */
export interface Command {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Up to 255 bytes in short form, 65,535 in extended form; absent and empty are the same. */
  readonly data?: Uint8Array;
  /**
   * The most bytes of answer that are expected: absent or 0 for none, up to 256 in short form,
   * 65,536 in extended form.
   */
  readonly le?: number;
}

/** A response, read from bytes. */
export interface Response {
  readonly data: Uint8Array;
  /** SW1 SW2: 0x9000 is success. */
  readonly status: number;
}

export const SHORT_DATA = 255;
export const SHORT_LE = 256;
const EXTENDED_DATA = 65_535;
export const EXTENDED_LE = 65_536;

/**
 * The command's bytes.
 *
 * @param extended whether the extended form may be used. It is used only where the short one can't
 *   hold the command, because not every card takes it.
 * @throws TokenError `apdu.malformed` where a number is out of its range or the form can't hold it
 */
export function encodeCommand(command: Command, extended = false): Uint8Array {
  const { cla, ins, p1, p2, data = new Uint8Array(), le = 0 } = command;
  for (const byte of [cla, ins, p1, p2]) {
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) throw malformed('a byte out of range');
  }
  if (!Number.isInteger(le) || le < 0) throw malformed('Le out of range');
  const long = data.length > SHORT_DATA || le > SHORT_LE;
  if (data.length > EXTENDED_DATA || le > EXTENDED_LE) throw malformed('it is too long');
  if (long && !extended) throw malformed('it is too long for the short form');

  const bytes = [cla, ins, p1, p2];
  if (long) bytes.push(0);
  if (data.length > 0) {
    if (long) bytes.push(data.length >> 8);
    bytes.push(data.length & 0xff);
  }
  const tail: number[] = [];
  if (le > 0) {
    // A maximum is written as zeros: 256 is 00, 65,536 is 00 00.
    if (long) tail.push((le >> 8) & 0xff);
    tail.push(le & 0xff);
  }
  const encoded = new Uint8Array(bytes.length + data.length + tail.length);
  encoded.set(bytes);
  encoded.set(data, bytes.length);
  encoded.set(tail, bytes.length + data.length);
  return encoded;
}

/**
 * The command that the bytes are. `data` is a view of them, so wiping them wipes it.
 *
 * @throws TokenError `apdu.malformed` where they are none of the seven forms
 */
export function decodeCommand(command: Uint8Array): Command {
  const bytes = plain(command);
  const [cla, ins, p1, p2, b5, b6, b7] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) {
    throw malformed('it has no whole header');
  }
  const header = { cla, ins, p1, p2 };
  if (b5 === undefined) return header;
  if (bytes.length === 5) return { ...header, le: b5 || SHORT_LE };
  if (b5 > 0) {
    const data = bytes.subarray(5, 5 + b5);
    if (bytes.length === 5 + b5) return { ...header, data };
    if (bytes.length === 6 + b5) return { ...header, data, le: bytes[5 + b5]! || SHORT_LE };
    throw malformed('its length is not what Lc says');
  }
  if (b6 === undefined || b7 === undefined) throw malformed('its extended length is cut off');
  const length = (b6 << 8) | b7;
  if (bytes.length === 7) return { ...header, le: length || EXTENDED_LE };
  if (length === 0) throw malformed('its extended Lc is zero');
  const data = bytes.subarray(7, 7 + length);
  if (bytes.length === 7 + length) return { ...header, data };
  if (bytes.length === 9 + length) {
    const le = (bytes[7 + length]! << 8) | bytes[8 + length]!;
    return { ...header, data, le: le || EXTENDED_LE };
  }
  throw malformed('its length is not what the extended Lc says');
}

/**
 * The response that the bytes are, or undefined where they are none: shorter than two bytes, longer
 * than an extended answer, or with a SW1 outside 61-6F and 90-9F (ISO/IEC 7816-3, 10.3.3). `data` is
 * a view of them.
 */
export function decodeResponse(response: Uint8Array): Response | undefined {
  const bytes = plain(response);
  const end = bytes.length - 2;
  if (end < 0 || end > EXTENDED_LE) return undefined;
  const sw1 = bytes[end]!;
  if (sw1 === 0x60 || ((sw1 & 0xf0) !== 0x60 && (sw1 & 0xf0) !== 0x90)) return undefined;
  return { data: bytes.subarray(0, end), status: (sw1 << 8) | bytes[end + 1]! };
}

/**
 * The same bytes without a subclass. Node's Buffer has a `slice` that does not copy, so that a copy
 * kept from it would change when the original is overwritten.
 */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Never names the command's bytes: there may be a PIN in them. */
function malformed(why: string): TokenError {
  return new TokenError('apdu.malformed', `This is not a command APDU: ${why}.`);
}
