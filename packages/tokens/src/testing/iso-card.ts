/**
 * What simulated cards have in common (ISO/IEC 7816-4): commands decoded and chained, long answers
 * kept for GET RESPONSE, a PIN with its tries.
 */
import { decodeCommand, SHORT_LE, type Command } from '../apdu.ts';
import { concatBytes, equalBytes } from '../bytes.ts';
import { TokenError } from '../errors.ts';
import type { SimulatedCard } from './simulated-card.ts';

/** A response before it is cut to what the command expects. */
export interface Answer {
  readonly status: number;
  readonly data?: Uint8Array;
}

export const DONE: Answer = { status: 0x9000 };
export const WRONG_LENGTH: Answer = { status: 0x6700 };
export const NOT_VERIFIED: Answer = { status: 0x6982 };
export const WRONG_DATA: Answer = { status: 0x6a80 };
export const NO_FILE: Answer = { status: 0x6a82 };
export const WRONG_PARAMETERS: Answer = { status: 0x6a86 };
export const NO_REFERENCE: Answer = { status: 0x6a88 };
export const NO_INSTRUCTION: Answer = { status: 0x6d00 };

/** The most that a chain of commands may carry. */
const MOST = 4096;

/** Turns a function from command to answer into a card. */
export abstract class IsoCard implements SimulatedCard {
  readonly atr: Uint8Array;
  #chain: Command | undefined;
  #waiting = new Uint8Array();

  constructor(atr: Uint8Array) {
    this.atr = atr;
  }

  /** Forgets the selected application, verified PINs and whatever else a session has. */
  protected abstract forget(): void;
  /** One whole command; CLA without the chaining bit. */
  protected abstract execute(command: Command): Answer;

  reset(): void {
    this.#chain = undefined;
    this.#waiting = new Uint8Array();
    this.forget();
  }

  transmit(bytes: Uint8Array): Uint8Array {
    let command: Command;
    try {
      command = decodeCommand(bytes);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return response(WRONG_LENGTH);
    }
    if (command.ins === 0xc0) return this.#getResponse(command);
    this.#waiting = new Uint8Array();
    const chained = (command.cla & 0x10) !== 0;
    const whole = this.#join(command);
    if (!whole) return response(WRONG_LENGTH);
    if (chained) {
      this.#chain = whole;
      return response(DONE);
    }
    this.#chain = undefined;
    const answer = this.execute(whole);
    // Yubico's own tool selects without Le and wants the answer: cards on T=1 give it all the same.
    return this.#cut(answer.data ?? new Uint8Array(), answer.status, command.le ?? SHORT_LE);
  }

  /** The command with the data of the chain before it; another command ends the chain. */
  #join(command: Command): Command | undefined {
    const { ins, p1, p2 } = command;
    const cla = command.cla & ~0x10;
    const before = this.#chain;
    const goesOn =
      before?.cla === cla && before.ins === ins && before.p1 === p1 && before.p2 === p2;
    const own = command.data ?? new Uint8Array();
    const data = goesOn ? concatBytes(before.data ?? new Uint8Array(), own) : own.slice();
    return data.length > MOST ? undefined : { ...command, cla, data };
  }

  #getResponse(command: Command): Uint8Array {
    if (this.#waiting.length === 0) return response({ status: 0x6985 });
    const data = this.#waiting;
    this.#waiting = new Uint8Array();
    return this.#cut(data, 0x9000, command.le ?? 0);
  }

  #cut(data: Uint8Array, status: number, le: number): Uint8Array {
    if (data.length <= le) return response({ data, status });
    this.#waiting = data.slice(le);
    const left = Math.min(this.#waiting.length, SHORT_LE) & 0xff;
    return response({ data: data.slice(0, le), status: 0x6100 | left });
  }
}

/** Success with data. */
export function answer(data: Uint8Array): Answer {
  return { data, status: 0x9000 };
}

/** The value, or undefined where it can't be had: not decoded, or a point that is not on the curve. */
export function attempt<T>(value: () => T): T | undefined {
  try {
    return value();
  } catch {
    return undefined;
  }
}

/** A PIN, PUK or the like, with its counter. */
export class SimulatedPin {
  readonly #most: number;
  #value: Uint8Array;
  left: number;
  verified = false;

  constructor(value: Uint8Array, tries: number) {
    this.#value = value.slice();
    this.#most = tries;
    this.left = tries;
  }

  /** Compares and counts: 9000, 63Cx or 6983. */
  verify(candidate: Uint8Array): Answer {
    this.verified = false;
    if (this.left === 0) return { status: 0x6983 };
    if (!equalBytes(candidate, this.#value)) {
      this.left -= 1;
      return { status: 0x63c0 | this.left };
    }
    this.left = this.#most;
    this.verified = true;
    return DONE;
  }

  /** What VERIFY without data answers; costs no try. */
  state(): Answer {
    if (this.verified) return DONE;
    return { status: this.left === 0 ? 0x6983 : 0x63c0 | this.left };
  }

  /** A new value, and all tries again. */
  set(value: Uint8Array): void {
    this.#value = value.slice();
    this.left = this.#most;
  }
}

function response({ data = new Uint8Array(), status }: Answer): Uint8Array {
  return concatBytes(data, Uint8Array.of(status >> 8, status & 0xff));
}
