/**
 * Signs with simulated cards over a real pcscd and the whole stack of ours: vpcd → pcscd → the
 * readers of PC/SC → the card's application → CMS. All that a member's token does at a polling
 * station, but for the plastic.
 */
import { once } from 'node:events';
import { prepareSignature, type SignedAttribute } from '@kabina/cms/signed-data';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import type { Application } from '@kabina/tokens/card';
import { findCard } from '@kabina/tokens/find-card';
import { pcscReaders } from '@kabina/tokens/pcsc-readers';
import type { Result, TokenProblem } from '@kabina/tokens/result';
import { insertCard } from '@kabina/tokens/testing/vpcd';
import type { ApduTransport, CardReader, ReaderSource } from '@kabina/tokens/transport';
import { Pcscd } from '../tokens/pcscd.ts';
import type { SimulatedToken } from './cards.ts';

/** Milliseconds of each stage of one signature. */
export interface SignTimes {
  /** Power on the card and open a session. */
  readonly connect: number;
  /** Find the application and read its certificate. */
  readonly find: number;
  /** Verify the PIN and sign, on the card. */
  readonly sign: number;
  /** Hash and encode, verify what came from the card. */
  readonly cms: number;
  /** From the session's opening to the finished CMS. */
  readonly total: number;
}

export interface CardSignature {
  /** Detached SignedData of one signer, DER. */
  readonly cms: Uint8Array;
  readonly application: Application;
  /** Serial number of the card. */
  readonly serial: string;
  readonly times: SignTimes;
}

export interface SignWith {
  readonly attributes?: readonly SignedAttribute[];
  /** Another PIN than the token's. */
  readonly pin?: string;
}

/** A card that does not sign. The code is the problem's. */
export class CardError extends Error {
  override readonly name = 'CardError';
  readonly code: TokenProblem['code'];
  readonly problem: TokenProblem;
  constructor(problem: TokenProblem) {
    super(problem.message);
    this.code = problem.code;
    this.problem = problem;
  }
}

/** How long our readers may take to tell of a card that pcscd has powered. */
const SEEN_MS = 10_000;

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new CardError(result.problem);
  return result.value;
}

/** Holds this machine's pcscd; cards are put in one after another. */
export class CardSigner {
  readonly #pcscd: Pcscd;
  readonly #readers: ReaderSource;

  private constructor(pcscd: Pcscd, readers: ReaderSource) {
    this.#pcscd = pcscd;
    this.#readers = readers;
  }

  /**
   * Waits until nobody else uses the virtual slots.
   *
   * @throws where `pcscdMissing` names a reason; {@link CardError} where our readers can't reach pcscd
   */
  static async open(): Promise<CardSigner> {
    const signer = new CardSigner(await Pcscd.open(), pcscReaders());
    try {
      valueOf(await signer.#readers.open());
    } catch (error) {
      await signer.close();
      throw error;
    }
    return signer;
  }

  /**
   * Puts a token into a reader, signs with it, takes it out.
   *
   * @throws {CardError} with the codes of `TokenProblem`; {@link CmsError} where the card's
   *   signature or certificate is bad
   */
  async sign(
    { card, pin }: SimulatedToken,
    content: Uint8Array,
    options: SignWith = {},
  ): Promise<CardSignature> {
    const inserted = await insertCard(card);
    try {
      const reader = await this.#reader(inserted.reader);
      return await signIn(reader, content, { pin, ...options });
    } finally {
      inserted.remove();
      await inserted.removed;
    }
  }

  async close(): Promise<void> {
    await this.#readers.close();
    await this.#pcscd.close();
  }

  async #reader(name: string): Promise<CardReader> {
    const signal = AbortSignal.timeout(SEEN_MS);
    for (;;) {
      const found = this.#readers.readers.find((one) => one.name === name);
      if (found?.present) return found;
      await once(this.#readers, 'change', { signal });
    }
  }
}

async function signIn(
  reader: CardReader,
  content: Uint8Array,
  options: SignWith & { pin: string },
): Promise<CardSignature> {
  const clock = new Clock();
  let transport: ApduTransport | undefined;
  try {
    transport = valueOf(await reader.connect());
    const connect = clock.lap();
    const card = valueOf(await findCard(transport));
    const { der } = valueOf(await card.certificate());
    const find = clock.lap();
    const { attributes = [] } = options;
    const prepared = prepareSignature({
      ...{ certificate: der, content, attributes, signingTime: new Date() },
    });
    const prepare = clock.lap();
    const pin = utf8ToBytes(options.pin);
    const signed = await card.sign(prepared.input, pin);
    pin.fill(0);
    const signature = valueOf(signed);
    const sign = clock.lap();
    const cms = prepared.finish(signature);
    const times = { connect, find, sign, cms: prepare + clock.lap(), total: clock.total() };
    return { cms, application: card.application, serial: card.serial, times };
  } finally {
    await transport?.close();
  }
}

class Clock {
  readonly #start = performance.now();
  #last = this.#start;

  /** Milliseconds since the last lap. */
  lap(): number {
    const now = performance.now();
    const since = now - this.#last;
    this.#last = now;
    return since;
  }

  total(): number {
    return performance.now() - this.#start;
  }
}
