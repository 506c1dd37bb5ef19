/**
 * A card that does nothing but show that every byte has come through: it answers what it was sent,
 * as often as is asked for. Knows command chaining, and counts what it has carried out.
 */
import { decodeCommand, EXTENDED_LE, SHORT_LE } from '../apdu.ts';
import { concatBytes } from '../bytes.ts';
import { answerToReset } from './answer-to-reset.ts';
import type { SimulatedCard } from './simulated-card.ts';

const CHAINED = 0x10;

/** What the card answers to data, before the status. */
export function echoOf(data: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (data[at % data.length] ?? 0) ^ (at >> 8));
}

export class EchoCard implements SimulatedCard {
  readonly atr: Uint8Array;
  /** Commands that were carried out since the card was made, chains counted once. */
  carriedOut = 0;
  resets = 0;
  #chain: Uint8Array[] = [];

  constructor(atr: Uint8Array = answerToReset(Uint8Array.of(0x45, 0x63, 0x68, 0x6f))) {
    this.atr = atr;
  }

  reset(): void {
    this.resets++;
    this.#chain = [];
  }

  /** P1 P2 is the length of the answer, where the command asks for one. */
  transmit(command: Uint8Array): Uint8Array {
    const { cla, p1, p2, data = new Uint8Array(), le = 0 } = decodeCommand(command);
    this.#chain.push(data.slice());
    if ((cla & CHAINED) !== 0) return Uint8Array.of(0x90, 0x00);
    this.carriedOut++;
    const whole = concatBytes(...this.#chain);
    this.#chain = [];
    const most = le > SHORT_LE ? EXTENDED_LE : SHORT_LE;
    const length = le === 0 ? 0 : Math.min((p1 << 8) | p2, most);
    return concatBytes(echoOf(whole, length), Uint8Array.of(0x90, 0x00));
  }
}
