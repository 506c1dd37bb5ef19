/**
 * A simulated card's end of the line, for readers that exchange TPDUs: the transmission protocols
 * T=0 and T=1 of ISO/IEC 7816-3 in front of a card that knows only APDUs.
 */
import { concatBytes } from '../bytes.ts';
import {
  decodeT1Block,
  encodeT1Block,
  REPORT,
  SUPERVISORY,
  type Edc,
  type T1Block,
} from '../t1-block.ts';
import type { SimulatedCard } from './simulated-card.ts';

/** What comes to the card in one block, and what it answers. */
export interface TpduCard {
  /** `wtx`: the card asks for so many block waiting times first (T=1). */
  receive(block: Uint8Array, wtx?: number): Promise<Uint8Array>;
}

const GET_RESPONSE = 0xc0;
const IFSD = 32;

export function t1Card(card: SimulatedCard, edc: Edc, ifsc: number): TpduCard {
  let ifsd = IFSD;
  let command: Uint8Array[] = [];
  /** N(S) that is expected, and of the next block to send. */
  let expected = 0;
  let number = 0;
  let rest = new Uint8Array();
  let last: T1Block | undefined;
  /** What waits for the reader to grant more time. */
  let held: T1Block | undefined;

  const reject = (report: number): T1Block => ({ kind: 'R', number: expected, report });
  const part = (): T1Block => {
    const data = rest.slice(0, ifsd);
    rest = rest.slice(ifsd);
    const block: T1Block = { kind: 'I', number, more: rest.length > 0, data };
    number ^= 1;
    return block;
  };

  const answer = async (came: T1Block | 'edc' | 'other'): Promise<T1Block> => {
    if (typeof came === 'string') return reject(came === 'edc' ? REPORT.edc : REPORT.other);
    if (came.kind === 'S') {
      const { type, response, data } = came;
      if (response && type === SUPERVISORY.wtx && held) {
        const block = held;
        held = undefined;
        return block;
      }
      if (response) return reject(REPORT.other);
      if (type === SUPERVISORY.ifs) ifsd = data[0]!;
      if (type === SUPERVISORY.resync) {
        command = [];
        rest = new Uint8Array();
        expected = number = 0;
      }
      return { kind: 'S', type, response: true, data: data.slice() };
    }
    if (came.kind === 'R') {
      if (last?.kind !== 'I') return last ?? reject(REPORT.other);
      if (came.number === last.number) return last;
      return last.more ? part() : reject(REPORT.other);
    }
    if (came.number !== expected || came.data.length > ifsc) return reject(REPORT.other);
    expected ^= 1;
    command.push(came.data.slice());
    if (came.more) return reject(REPORT.none);
    const whole = concatBytes(...command);
    command = [];
    rest = new Uint8Array(await card.transmit(whole));
    return part();
  };

  return {
    async receive(block, wtx = 0) {
      let reply = await answer(decodeT1Block(block, edc));
      if (wtx > 0 && reply.kind === 'I') {
        held = reply;
        reply = {
          kind: 'S',
          type: SUPERVISORY.wtx,
          response: false,
          data: Uint8Array.of(wtx),
        };
      }
      last = reply;
      return encodeT1Block(reply, edc);
    },
  };
}

export function t0Card(card: SimulatedCard): TpduCard {
  let pending = new Uint8Array();
  let status = new Uint8Array();

  /** The next part of what is pending, with 61xx where more is left. */
  const fetch = (length: number): Uint8Array => {
    if (pending.length < length) return Uint8Array.of(0x6c, pending.length);
    const data = pending.slice(0, length);
    pending = pending.slice(length);
    const more = Uint8Array.of(0x61, Math.min(pending.length, 256) & 0xff);
    return concatBytes(data, pending.length > 0 ? more : status);
  };

  return {
    async receive(block) {
      const [, ins, , , p3 = 0] = block;
      if (block.length === 5 && ins === GET_RESPONSE && pending.length > 0) {
        return fetch(p3 || Math.min(pending.length, 256));
      }
      const sends = block.length > 5;
      // The card is asked for all it has: at T=0 it can't know how much is wanted.
      const apdu = sends ? concatBytes(block, Uint8Array.of(0)) : block;
      const response = new Uint8Array(await card.transmit(apdu));
      pending = response.slice(0, -2);
      status = response.slice(-2);
      if (pending.length === 0) return status;
      if (sends) return Uint8Array.of(0x61, Math.min(pending.length, 256) & 0xff);
      const wanted = p3 || 256;
      // Exactly what was asked for, or the right number, or the first part.
      if (pending.length < wanted) return Uint8Array.of(0x6c, pending.length);
      return fetch(wanted);
    },
  };
}
