/** A card that stops in the middle of a signature, so that it can be pulled there. */
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';

/** GENERAL AUTHENTICATE of PIV (SP 800-73-4 part 2, 3.2.4): the command that signs. */
const GENERAL_AUTHENTICATE = 0x87;

export class HeldCard implements SimulatedCard {
  readonly #card: SimulatedCard;
  #reached: (() => void) | undefined;

  constructor(card: SimulatedCard) {
    this.#card = card;
  }

  get atr(): Uint8Array {
    return this.#card.atr;
  }

  reset(): void {
    this.#card.reset();
  }

  /** The next signature is begun and never ends; resolves when it has begun. */
  holdNextSignature(): Promise<void> {
    return new Promise((resolve) => (this.#reached = resolve));
  }

  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#reached === undefined || command[1] !== GENERAL_AUTHENTICATE) {
      return this.#card.transmit(command);
    }
    this.#reached();
    this.#reached = undefined;
    return new Promise(() => undefined);
  }
}
