/** One exclusive session with a card through PC/SC. */
import type * as PcscMini from 'pcsc-mini';
import { GET_FEATURE_REQUEST, propertiesCode, takesExtended } from './pcsc-features.ts';
import { transmitProblem } from './pcsc-problems.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport } from './transport.ts';

/**
 * pcscd gives a hung driver no limit of its own. Longer than a card computes: an RSA key of 4096
 * bits takes about two seconds to sign.
 */
const MUTE_MS = 60_000;

/** Longest response of extended length with its status; pcsc-mini's own buffer is for short ones. */
const MOST_RESPONSE = 65_536 + 2;

/** Within this pcscd sees that a card is out: it looks every 400 ms where the reader doesn't tell. */
const NOTICE_MS = 1_000;

export class PcscTransport implements ApduTransport {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly extended: boolean;
  readonly ended: Promise<'closed' | 'removed'>;
  /** pcscd has let go of the card: the reader may be connected to again. */
  readonly released: Promise<void>;
  readonly #pcsc: typeof PcscMini;
  readonly #card: PcscMini.Card;
  /** One command is under way at a time, so one will do. */
  readonly #responses: ArrayBuffer | undefined;
  #over: 'closed' | 'removed' | undefined;
  #settle: (why: 'closed' | 'removed') => void = () => undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    pcsc: typeof PcscMini,
    reader: string,
    card: PcscMini.Card,
    facts: { readonly atr: Uint8Array; readonly extended: boolean },
  ) {
    this.#pcsc = pcsc;
    this.#card = card;
    this.reader = reader;
    this.atr = facts.atr;
    this.extended = facts.extended;
    this.#responses = facts.extended ? new ArrayBuffer(MOST_RESPONSE) : undefined;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.released = this.ended.then(() => this.#release());
  }

  /** Over a card that has just been connected. Throws pcsc-mini's error, and lets go of the card. */
  static async open(
    pcsc: typeof PcscMini,
    reader: string,
    card: PcscMini.Card,
  ): Promise<PcscTransport> {
    try {
      const { atr } = await card.state();
      const extended = await hasExtended(pcsc, card);
      return new PcscTransport(pcsc, reader, card, { atr: atr.slice(), extended });
    } catch (error) {
      await card.disconnect(pcsc.CardDisposition.UNPOWER).catch(() => undefined);
      throw error;
    }
  }

  transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    const answered = this.#queue.then(() => this.#transmit(command));
    this.#queue = answered;
    return answered;
  }

  get over(): boolean {
    return this.#over !== undefined;
  }

  async close(): Promise<void> {
    this.end('closed');
    await this.released;
  }

  /** Once. */
  end(why: 'closed' | 'removed'): void {
    this.#over ??= why;
    this.#settle(why);
  }

  async #transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    if (this.#over !== undefined) return gone(this.#over);
    let failed = fail('transport.protocol', 'a response without a status');
    try {
      const response = await withinLimit(this.#card.transmit(command, this.#responses));
      if (response === undefined) {
        this.end('removed');
        return fail('transport.mute', `no answer within ${MUTE_MS / 1000} s`);
      }
      const answer = response.slice();
      response.fill(0);
      if (answer.length >= 2) return ok(answer);
    } catch (error) {
      failed = transmitProblem(error);
      if (failed.problem.code === 'transport.removed') this.end('removed');
    }
    // A card that is pulled in the middle of a command is a card that does not answer, first.
    await Promise.race([this.ended, sleep(NOTICE_MS)]);
    return this.#over === undefined ? failed : gone(this.#over);
  }

  async #release(): Promise<void> {
    // Powered off, so that a verified PIN ends here. A card that went can't be, nor need it.
    await this.#card.disconnect(this.#pcsc.CardDisposition.UNPOWER).catch(() => undefined);
  }
}

function withinLimit(sent: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    deadline = setTimeout(() => resolve(undefined), MUTE_MS);
  });
  return Promise.race([sent, late]).finally(() => clearTimeout(deadline));
}

/** A driver that does not say is one that passes on what it gets; T=0 has no extended length. */
async function hasExtended(pcsc: typeof PcscMini, card: PcscMini.Card): Promise<boolean> {
  if (card.protocol() !== pcsc.Protocol.T1) return false;
  try {
    const features = await card.control(pcsc.controlCode(GET_FEATURE_REQUEST));
    const code = propertiesCode(features);
    if (code === undefined) return true;
    return takesExtended(await card.control(code)) ?? true;
  } catch {
    return true;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function gone(why: 'closed' | 'removed'): Result<never> {
  return why === 'closed'
    ? fail('transport.closed', 'the session was closed')
    : fail('transport.removed', 'the card, its reader or pcscd went');
}
