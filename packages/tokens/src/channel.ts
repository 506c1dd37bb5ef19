/**
 * Commands to a card, one level above bytes: long commands are chained (ISO/IEC 7816-4, 5.3.3),
 * long answers are fetched (61xx and GET RESPONSE, 6Cxx; 5.3.4 and ISO/IEC 7816-3, 12.2.1).
 */
import {
  decodeResponse,
  encodeCommand,
  EXTENDED_LE,
  SHORT_DATA,
  SHORT_LE,
  type Command,
  type Response,
} from './apdu.ts';
import { concatBytes } from './bytes.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport } from './transport.ts';

/** CLA bit 5: this is not the last command of the chain. */
const CHAINED = 0x10;
const GET_RESPONSE = 0xc0;
/** CLA bits that name the logical channel, of a first interindustry class byte. */
const LOGICAL_CHANNEL = 0x03;

/** Sends commands to one card over its transport. */
export class Channel {
  readonly #transport: ApduTransport;
  readonly #extended: boolean;
  #before: Promise<unknown> = Promise.resolve();

  /**
   * @param extended whether the application takes commands of extended length; they are sent only
   *   where the transport passes them too
   */
  constructor(transport: ApduTransport, extended = true) {
    this.#transport = transport;
    this.#extended = extended && transport.extended;
  }

  /** Whether a command may ask for more than 256 bytes at once. */
  get extended(): boolean {
    return this.#extended;
  }

  /**
   * Runs an operation of several commands when those before it have ended, so that no other comes
   * between its VERIFY and its signature. Never throws or rejects: an answer that can't be decoded
   * is `card.malformed`.
   */
  run<T>(operation: () => Promise<Result<T>>): Promise<Result<T>> {
    const result = this.#before.then(operation).catch(() => {
      // What was thrown is not passed on: nobody has looked whether it quotes what was decoded.
      return fail('card.malformed', 'The card’s answer is not of the form that it should have.');
    });
    // Only the end is kept, not the value: that may be a secret.
    this.#before = result.then(() => undefined);
    return result;
  }

  /**
   * Sends the command and answers the whole response, whatever its status. Never throws or rejects:
   * `transport.*` passes through, `card.malformed` where the card doesn't answer as ISO/IEC 7816-4
   * says, `card.unsupported` where the command can't be written.
   *
   * The bytes that went out are overwritten before this answers; `command.data` is the caller's.
   */
  async send(command: Command): Promise<Result<Response>> {
    const { data = new Uint8Array() } = command;
    let last = command;
    if (data.length > SHORT_DATA && !this.#extended) {
      let at = 0;
      for (; data.length - at > SHORT_DATA; at += SHORT_DATA) {
        const { cla, ins, p1, p2 } = command;
        const part = data.subarray(at, at + SHORT_DATA);
        const answer = await this.#exchange({ cla: cla | CHAINED, ins, p1, p2, data: part });
        if (!answer.ok || answer.value.status !== 0x9000) return answer;
      }
      last = { ...command, data: data.subarray(at) };
    }
    let first = await this.#exchange(last);
    // A command that asked for nothing is never repeated: it may be a VERIFY.
    if (first.ok && sw1(first.value) === 0x6c && (last.le ?? 0) > 0) {
      first = await this.#exchange({ ...last, le: sw2OrMost(first.value) });
    }
    return first.ok ? this.#rest(command.cla, first.value) : first;
  }

  /** Fetches what the card still has to say after 61xx. */
  async #rest(cla: number, first: Response): Promise<Result<Response>> {
    if (sw1(first) !== 0x61) return ok(first);
    const parts = [first.data];
    let length = first.data.length;
    let answer = first;
    const wipe = () => {
      for (const part of parts) part.fill(0);
    };
    while (sw1(answer) === 0x61) {
      const next = await this.#getResponse(cla, sw2OrMost(answer));
      if (!next.ok) {
        wipe();
        return next;
      }
      answer = next.value;
      parts.push(answer.data);
      length += answer.data.length;
      // An answer that never ends, or brings nothing, must not hold us for ever.
      if ((sw1(answer) === 0x61 && answer.data.length === 0) || length > EXTENDED_LE) {
        wipe();
        return fail('card.malformed', 'The card announces an answer that does not end.');
      }
    }
    const data = concatBytes(...parts);
    wipe();
    return ok({ data, status: answer.status });
  }

  async #getResponse(cla: number, le: number): Promise<Result<Response>> {
    const command = { cla: cla & LOGICAL_CHANNEL, ins: GET_RESPONSE, p1: 0, p2: 0 };
    const answer = await this.#exchange({ ...command, le });
    if (!answer.ok || sw1(answer.value) !== 0x6c) return answer;
    return this.#exchange({ ...command, le: sw2OrMost(answer.value) });
  }

  /** One command, one response. */
  async #exchange(command: Command): Promise<Result<Response>> {
    let bytes: Uint8Array;
    try {
      bytes = encodeCommand(command, this.#extended);
    } catch {
      return fail('card.unsupported', 'The command is too long for this card or reader.');
    }
    try {
      const answer = await this.#transport.transmit(bytes);
      if (!answer.ok) return answer;
      const response = decodeResponse(answer.value);
      return response
        ? ok(response)
        : fail('card.malformed', 'The card has answered without a status.');
    } catch {
      // A transport does not reject; one that does has broken its contract, and we keep ours.
      return fail('transport.protocol', 'The transport has failed.');
    } finally {
      bytes.fill(0);
    }
  }
}

function sw1(response: Response): number {
  return response.status >> 8;
}

/** SW2 as a length: 00 is 256. */
function sw2OrMost(response: Response): number {
  return response.status & 0xff || SHORT_LE;
}
