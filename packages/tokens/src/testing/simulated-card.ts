/**
 * A card in software, as a reader sees it. Simulated cards are put behind a direct transport, a
 * simulated USB reader, or pcscd's virtual reader, so that the same card is judged by our code and
 * by other people's programs.
 */
export interface SimulatedCard {
  /** Answer to reset (ISO/IEC 7816-3). */
  readonly atr: Uint8Array;
  /** Power on or reset: forgets every session state (selected application, verified PIN). */
  reset(): void;
  /** One command APDU in, a whole response APDU with its status out. */
  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
