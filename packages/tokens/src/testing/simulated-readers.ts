/**
 * Readers with simulated cards in them, in this process: for training elections, where everyone
 * learns the road without hardware, and for tests of what stands above the transports.
 */
import { fail, ok, type Result } from '../result.ts';
import type { ApduTransport, CardReader, ReaderSource } from '../transport.ts';
import { directTransport } from './direct-transport.ts';
import type { SimulatedCard } from './simulated-card.ts';

class SimulatedReader implements CardReader {
  readonly name: string;
  #card: SimulatedCard | undefined;
  #session: ApduTransport | undefined;
  #pulled: (() => void) | undefined;

  constructor(name: string, card: SimulatedCard | undefined) {
    this.name = name;
    this.#card = card;
  }

  get present(): boolean {
    return this.#card !== undefined;
  }

  connect(): Promise<Result<ApduTransport>> {
    if (this.#card === undefined) {
      return Promise.resolve(fail('transport.no-card', 'There is no card in the reader.'));
    }
    if (this.#session !== undefined) {
      return Promise.resolve(fail('transport.busy', 'Another session holds the reader.'));
    }
    const direct = directTransport(this.#card);
    const { promise: pulled, resolve } = Promise.withResolvers<'removed'>();
    let gone = false;
    const session: ApduTransport = {
      ...direct,
      reader: this.name,
      ended: Promise.race([direct.ended, pulled]),
      transmit: async (command) =>
        gone ? fail('transport.removed', 'The card was taken away.') : direct.transmit(command),
    };
    this.#pulled = () => {
      gone = true;
      resolve('removed');
      void direct.close();
    };
    this.#session = session;
    void session.ended.then(() => (this.#session = undefined));
    return Promise.resolve(ok(session));
  }

  /** Takes the card out, or puts one in. */
  exchange(card: SimulatedCard | undefined): void {
    this.#card = card;
    this.#pulled?.();
    this.#pulled = undefined;
  }

  close(): Promise<void> {
    return this.#session?.close() ?? Promise.resolve();
  }
}

export type { SimulatedReaders };

class SimulatedReaders extends EventTarget implements ReaderSource {
  readonly kind = 'pcsc';
  readonly readers: readonly SimulatedReader[];

  constructor(readers: readonly SimulatedReader[]) {
    super();
    this.readers = readers;
  }

  open(): Promise<Result<readonly CardReader[]>> {
    return Promise.resolve(ok(this.readers));
  }

  /** Takes the card out of a reader, or puts one in. */
  exchange(reader: string, card?: SimulatedCard): void {
    this.readers.find(({ name }) => name === reader)?.exchange(card);
    this.dispatchEvent(new Event('change'));
  }

  async close(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.close()));
  }
}

/** A source with one reader for each card. Names have to differ. */
export function simulatedReaders(
  cards: readonly { readonly name: string; readonly card: SimulatedCard | undefined }[],
): SimulatedReaders {
  return new SimulatedReaders(cards.map(({ name, card }) => new SimulatedReader(name, card)));
}
