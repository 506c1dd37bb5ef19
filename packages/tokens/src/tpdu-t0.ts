/**
 * T=0 at the level of TPDUs (ISO/IEC 7816-3:2006, 12.2): which of a command APDU's bytes go to the
 * card. The reader does the procedure bytes. What the card answers then, 61xx and 6Cxx too, goes up
 * as it is, because `Channel` handles them over every road.
 */
import { decodeCommand, SHORT_DATA, SHORT_LE, type Command } from './apdu.ts';

/** A command as T=0 carries it, and the longest answer that it may get. */
export interface T0Command {
  /** CLA INS P1 P2 P3, then the data. A copy: the caller overwrites it. */
  readonly tpdu: Uint8Array;
  /** Bytes of answer, the two of the status included. */
  readonly most: number;
}

/**
 * The TPDU of a command APDU, or undefined where T=0 can't carry it: the command is of extended
 * length. Case 4 goes out without its Le, and the card says with 61xx that there is an answer to
 * fetch.
 *
 * @throws TokenError `apdu.malformed` where the bytes are no command
 */
export function encodeT0(apdu: Uint8Array): T0Command | undefined {
  const command: Command = decodeCommand(apdu);
  const { cla, ins, p1, p2, data = new Uint8Array(), le = 0 } = command;
  if (data.length > SHORT_DATA || le > SHORT_LE) return undefined;
  const sends = data.length > 0;
  const tpdu = new Uint8Array(5 + data.length);
  // A P3 of 0 asks for 256 bytes where INS is one that answers, and is nothing where it isn't one.
  tpdu.set([cla, ins, p1, p2, sends ? data.length : le & 0xff]);
  tpdu.set(data, 5);
  return { tpdu, most: sends ? 2 : le + 2 };
}
