/**
 * Puts a simulated card into a real pcscd, through vpcd, the virtual reader of the vsmartcard
 * project (Debian's `vsmartcard-vpcd`). Whatever drives cards over PC/SC, OpenSC, GnuPG and Yubico's
 * tools among them, then meets the card as it would meet one of plastic. For Node.
 *
 * vpcd listens on one TCP port of the loopback interface for each of its slots; a connection is a
 * card in the slot. Both sides send messages of a two-byte big-endian length and that many bytes. A
 * message of one byte from vpcd is a control code (0 power off, 1 power on, 2 reset, 4 asks for the
 * ATR), a longer one is a command APDU. Only the ATR and APDUs are answered. vpcd writes length and
 * data apart, so that TCP holds the data back until the length is acknowledged: a command takes some
 * 40 ms, however fast the card is.
 * Source: https://frankmorgner.github.io/vsmartcard/virtualsmartcard/api.html
 */
import { connect, type Socket } from 'node:net';
import type { SimulatedCard } from './simulated-card.ts';

/** Of the first slot (0x8C7B, as Debian's package configures it); the others follow. */
export const VPCD_PORT = 35963;
const POWER_OFF = 0;
const POWER_ON = 1;
const RESET = 2;
const ATR = 4;
/** How often pcscd looks at a card (it asks for the ATR then) before it must have powered it. */
const LOOKS = 3;
/** Longer than pcscd's pause between two looks at a slot. */
const EMPTY_MS = 1000;

/** A card that is in a slot. */
export interface InsertedCard {
  /** As pcscd calls the slot's reader with Debian's configuration. */
  readonly reader: string;
  /** Pulls the card, in the middle of a command too. pcscd notices within half a second. */
  remove(): void;
  /**
   * Resolves when the card is out: with nothing if it was pulled by `remove`, with the error if
   * pcscd ended or the simulated card threw (the card is pulled then, as one that died).
   */
  readonly removed: Promise<Error | undefined>;
}

/**
 * Puts a card into a slot and resolves when pcscd has powered it, which other programs see then. That
 * takes up to half a second, or until the card that is in the slot now has left it.
 *
 * @param slot 0 or 1
 * @throws the socket's error (`ECONNREFUSED`) where no pcscd with vpcd runs
 */
export async function insertCard(card: SimulatedCard, slot = 0): Promise<InsertedCard> {
  for (;;) {
    const inserted = new Connection(card, slot);
    if (await inserted.powered) return inserted;
    // pcscd takes it for the card that was in the slot before: it shall see the slot empty.
    inserted.remove();
    await new Promise((resolve) => setTimeout(resolve, EMPTY_MS));
  }
}

class Connection implements InsertedCard {
  readonly reader: string;
  readonly removed: Promise<Error | undefined>;
  /** Whether pcscd has seen a card come; false where it has looked and sees no change. */
  readonly powered: Promise<boolean>;
  readonly #card: SimulatedCard;
  readonly #socket: Socket;
  #pulled = false;

  constructor(card: SimulatedCard, slot: number) {
    this.#card = card;
    this.#socket = connect({ host: '127.0.0.1', port: VPCD_PORT + slot, noDelay: true });
    this.reader = `Virtual PCD 00 0${slot}`;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.powered = promise;
    this.removed = this.#serve(resolve).then(
      () => (this.#pulled ? undefined : new Error('pcscd has closed the slot')),
      (error: unknown) => (this.#pulled ? undefined : (error as Error)),
    );
    void this.removed.then((error) => reject(error ?? new Error('pulled before it was seen')));
  }

  remove(): void {
    this.#pulled = true;
    this.#socket.destroy();
  }

  /** Answers vpcd until the connection ends. One message at a time, as a card does. */
  async #serve(powered: (seen: boolean) => void): Promise<void> {
    let looks = 0;
    try {
      for await (const message of messages(this.#socket)) {
        const answer = await answerTo(message, this.#card);
        if (answer !== undefined && this.#socket.writable) this.#socket.write(framed(answer));
        if (message.length > 1) continue;
        if (message[0] === POWER_ON) powered(true);
        if (message[0] === ATR && ++looks > LOOKS) powered(false);
      }
    } finally {
      this.#socket.destroy();
    }
  }
}

async function answerTo(message: Uint8Array, card: SimulatedCard): Promise<Uint8Array | undefined> {
  if (message.length > 1) return card.transmit(message);
  const [code] = message;
  if (code === ATR) return card.atr;
  if (code === POWER_OFF || code === POWER_ON || code === RESET) {
    card.reset();
    return undefined;
  }
  throw new RangeError(`vpcd has no control code ${code}`);
}

async function* messages(socket: Socket): AsyncGenerator<Uint8Array> {
  let buffer = new Uint8Array(0);
  for await (const chunk of socket as AsyncIterable<Uint8Array>) {
    const joined = new Uint8Array(buffer.length + chunk.length);
    joined.set(buffer);
    joined.set(chunk, buffer.length);
    let at = 0;
    while (joined.length >= at + 2) {
      const end = at + 2 + ((joined[at]! << 8) | joined[at + 1]!);
      if (joined.length < end) break;
      if (end > at + 2) yield joined.slice(at + 2, end);
      at = end;
    }
    buffer = joined.slice(at);
  }
}

function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + body.length);
  frame.set([body.length >> 8, body.length & 0xff]);
  frame.set(body, 2);
  return frame;
}
