/**
 * The transmission protocol T=1 (ISO/IEC 7816-3:2006, section 11) from the interface device's side,
 * for readers that leave it to us. One command APDU goes out in a chain of I-blocks, the response
 * comes back in another; a block that is damaged on the way is asked for again.
 *
 * A command is never carried out twice. A block that is repeated has the same number, by which the
 * card knows it. After a resynchronisation the numbers begin anew, so the command is begun anew only
 * where its last block has not been sent: otherwise a wrong PIN might cost two tries.
 */
import { concatBytes } from './bytes.ts';
import { fail, ok, type Result } from './result.ts';
import {
  decodeT1Block,
  encodeT1Block,
  MOST_INFORMATION,
  REPORT,
  SUPERVISORY,
  type Edc,
  type T1Block,
} from './t1-block.ts';

/**
 * Sends one block and answers the one that comes back, or `'damaged'` where the reader has seen a
 * parity error.
 *
 * @param extension how many block waiting times the card has asked for (S(WTX request)), or 0
 */
export type ExchangeBlock = (
  block: Uint8Array,
  extension: number,
) => Promise<Result<Uint8Array | 'damaged'>>;

/** Attempts at one block, and at one resynchronisation (11.6.3.2, rules 6.4 and 7.4). */
const ATTEMPTS = 3;
/** A card that asks for more time more often is taken to be stuck. */
const MOST_EXTENSIONS = 300;
/** An extended response. */
const MOST_RESPONSE = 65_538;

/** One card's end of the line. After a failure it is of no use: the card has to be reset. */
export class T1Link {
  readonly #exchange: ExchangeBlock;
  readonly #edc: Edc;
  readonly #most: number;
  #ifsc: number;
  /** N(S) of our next I-block, and of the card's. */
  #ours = 0;
  #theirs = 0;

  /**
   * @param ifsc the longest information field that the card takes
   * @param most the longest that the reader takes
   */
  constructor(exchange: ExchangeBlock, edc: Edc, ifsc: number, most = MOST_INFORMATION) {
    this.#exchange = exchange;
    this.#edc = edc;
    this.#most = most;
    this.#ifsc = Math.min(ifsc, most);
  }

  /** Tells the card how long its blocks may be (11.4.2). Only as the first exchange. */
  async offerIfsd(ifsd: number): Promise<Result<void>> {
    const data = Uint8Array.of(Math.min(ifsd, MOST_INFORMATION));
    return await this.#supervise(SUPERVISORY.ifs, data);
  }

  /**
   * Sends a command APDU and answers the response. Every copy of the command is overwritten before
   * that. Never rejects.
   */
  async transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    const received: Uint8Array[] = [];
    const state = { at: 0, sent: this.#chunk(command, 0) };
    let block = this.#encode(state.sent);
    /** The block to repeat where the card's answer to it was damaged: an R-block or an I-block. */
    let last: T1Block = state.sent;
    let extension = 0;
    let attempts = 0;
    let extensions = 0;
    let resyncs = 0;
    let size = 0;
    const next = (following: T1Block) => {
      block.fill(0);
      last = following;
      block = this.#encode(following);
    };

    try {
      for (;;) {
        const answer = await this.#exchange(block, extension);
        extension = 0;
        if (!answer.ok) return answer;
        const came = answer.value === 'damaged' ? 'edc' : decodeT1Block(answer.value, this.#edc);
        const step = typeof came === 'string' ? came : this.#judge(came, state.sent, size > 0);

        switch (step) {
          case 'answered': {
            const { data, more } = came as T1Block & { kind: 'I' };
            if (size === 0) this.#ours ^= 1;
            this.#theirs ^= 1;
            size += data.length;
            // A chain may not be endless, and an empty block in it brings it no further.
            if (size > MOST_RESPONSE || (more && data.length === 0)) {
              return broken('sends more than a response can hold');
            }
            received.push(data);
            if (!more) {
              if (size < 2) return broken('sends a response without a status');
              return ok(concatBytes(...received));
            }
            next({ kind: 'R', number: this.#theirs, report: REPORT.none });
            break;
          }
          case 'acknowledged':
            this.#ours ^= 1;
            state.at += state.sent.data.length;
            state.sent = this.#chunk(command, state.at);
            next(state.sent);
            break;
          case 'repeat':
            if (++attempts >= ATTEMPTS) return broken('keeps asking for the same block');
            next(size > 0 ? last : state.sent);
            continue;
          case 'requested': {
            const { type, data } = came as T1Block & { kind: 'S' };
            if (++extensions > MOST_EXTENSIONS) return broken('asks for time without end');
            if (type === SUPERVISORY.abort) return broken('has aborted the exchange');
            if (type === SUPERVISORY.ifs) {
              if (data[0] === 0 || data[0] === 255) return broken('asks for blocks of no length');
              this.#ifsc = Math.min(data[0]!, this.#most);
            } else {
              extension = data[0]!;
            }
            const copy = data.slice();
            block.fill(0);
            block = this.#encode({ kind: 'S', type, response: true, data: copy });
            break;
          }
          default:
            // Damaged, or not what may come now.
            if (++attempts < ATTEMPTS) {
              // An R-block that was answered so is sent again as it was (rule 7.2).
              const report = step === 'edc' ? REPORT.edc : REPORT.other;
              next(last.kind === 'R' ? last : { kind: 'R', number: this.#theirs, report });
              continue;
            }
            if (!state.sent.more || ++resyncs > 1) return broken('answers nothing that is whole');
            {
              const done = await this.#supervise(SUPERVISORY.resync, new Uint8Array());
              if (!done.ok) return done;
            }
            this.#ours = 0;
            this.#theirs = 0;
            state.at = 0;
            state.sent = this.#chunk(command, 0);
            next(state.sent);
        }
        attempts = 0;
      }
    } finally {
      block.fill(0);
      for (const part of received) part.fill(0);
    }
  }

  /**
   * What a whole block means now: `answered` is the response or its next part, `acknowledged` the
   * wish for the next block of our chain, `repeat` for the last one again, `requested` an S-block;
   * `other` may not come now.
   */
  #judge(
    came: T1Block,
    sent: T1Block & { kind: 'I' },
    receiving: boolean,
  ): 'answered' | 'acknowledged' | 'repeat' | 'requested' | 'other' {
    switch (came.kind) {
      case 'I':
        return came.number === this.#theirs && (receiving || !sent.more) ? 'answered' : 'other';
      case 'R':
        if (receiving) return came.number === this.#ours ? 'repeat' : 'other';
        if (came.number === this.#ours) return 'repeat';
        return sent.more ? 'acknowledged' : 'other';
      case 'S':
        return came.response || came.type === SUPERVISORY.resync ? 'other' : 'requested';
    }
  }

  /** An S-block of ours until the card answers it with the same. */
  async #supervise(type: number, data: Uint8Array): Promise<Result<void>> {
    const request = this.#encode({ kind: 'S', type, response: false, data });
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const answer = await this.#exchange(request, 0);
      if (!answer.ok) return answer;
      if (answer.value === 'damaged') continue;
      const came = decodeT1Block(answer.value, this.#edc);
      if (typeof came === 'string' || came.kind !== 'S') continue;
      if (came.response && came.type === type && came.data[0] === data[0]) return ok(undefined);
    }
    return broken('does not answer a supervisory block');
  }

  /** The I-block that begins at a place of the command. `data` is a view of it. */
  #chunk(command: Uint8Array, at: number): T1Block & { kind: 'I' } {
    const data = command.subarray(at, at + this.#ifsc);
    const more = at + data.length < command.length;
    return { kind: 'I', number: this.#ours, more, data };
  }

  #encode(block: T1Block): Uint8Array {
    return encodeT1Block(block, this.#edc);
  }
}

function broken(what: string): ReturnType<typeof fail> {
  return fail('transport.protocol', `The card ${what} (T=1).`);
}
