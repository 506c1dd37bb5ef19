/**
 * A binary frame of the bridge: one APDU behind a header that says whose it is. An APDU may hold a
 * PIN, and a string can't be overwritten; bytes can, so APDUs travel in no other form.
 *
 *      0     1            5            9
 *     | type | request id | session id | APDU, to the end of the frame …
 *
 * Both ids are 32 bits, the high byte first. A frame has one meaning: what `decodeApdu` takes is
 * what `encodeApdu` writes.
 */

/** Header, extended Lc, data and extended Le (ISO/IEC 7816-4, 5.1). */
export const MAX_COMMAND = 4 + 3 + 65_535 + 2;
/** Data of an extended response, and its status. */
export const MAX_RESPONSE = 65_536 + 2;
/** Largest request id or session id. */
export const MAX_ID = 0xffff_ffff;

const REQUEST_AT = 1;
const SESSION_AT = 5;
const APDU_AT = 9;
/** Longest frame with an APDU, in bytes. */
export const MAX_APDU_FRAME = APDU_AT + MAX_COMMAND;

/** A header alone is the shortest command, a status alone the shortest response. */
const KINDS = {
  command: { type: 1, least: 4, most: MAX_COMMAND },
  response: { type: 2, least: 2, most: MAX_RESPONSE },
} as const;

export interface FramedApdu {
  /** Of the request. */
  readonly id: number;
  readonly session: number;
  readonly apdu: Uint8Array;
}

/** A frame of its own, with a copy of the APDU. Who has it overwrites it. */
export function encodeApdu(
  kind: keyof typeof KINDS,
  { id, session, apdu }: FramedApdu,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(APDU_AT + apdu.length);
  const header = new DataView(frame.buffer);
  header.setUint8(0, KINDS[kind].type);
  header.setUint32(REQUEST_AT, id);
  header.setUint32(SESSION_AT, session);
  frame.set(apdu, APDU_AT);
  return frame;
}

/**
 * Undefined for what is no frame of this kind.
 *
 * @returns an `apdu` that is a view of the frame, so wiping it wipes the frame's
 */
export function decodeApdu(kind: keyof typeof KINDS, frame: Uint8Array): FramedApdu | undefined {
  const { type, least, most } = KINDS[kind];
  const length = frame.length - APDU_AT;
  if (length < least || length > most || frame[0] !== type) return undefined;
  const header = new DataView(frame.buffer, frame.byteOffset, APDU_AT);
  return {
    id: header.getUint32(REQUEST_AT),
    session: header.getUint32(SESSION_AT),
    apdu: new Uint8Array(frame.buffer, frame.byteOffset + APDU_AT, length),
  };
}
