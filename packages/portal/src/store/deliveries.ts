/**
 * What an issuer keeps of cards for stations: every batch that it has signed, with its answer, and
 * from the card issuer's hands the secrets until they are printed. Nothing here knows a voter.
 *
 * Each method is one transaction, durable when its promise resolves.
 */

/** One batch of cards of one kiosk, answered. */
export interface Delivery {
  readonly kiosk: string;
  /** Of this kiosk, from 1. */
  readonly batch: number;
  readonly station: string;
  readonly style: string;
  /** How many. */
  readonly cards: number;
  /** SHA-256 of the request: another one under the same number is refused. */
  readonly request: Uint8Array;
  /** The encoded answer, as it was given. */
  readonly answer: Uint8Array;
}

/** A batch of the card issuer that stands on the board. */
export interface CardBatchState {
  readonly kiosk: string;
  readonly style: string;
  readonly batch: number;
  readonly cards: number;
  /** The office has them on paper and has counted them: their secrets are gone. */
  readonly printed: boolean;
}

export interface DeliveryStore {
  delivery(kiosk: string, batch: number): Promise<Delivery | undefined>;
  /**
   * Stores the batch unless there is one of this number; gives what is stored now. `undefined`, and
   * nothing stored, if the station would then have more than `limit` cards of the style.
   *
   * @param secrets of the card issuer: 16 bytes a card, one after the other
   */
  deliver(delivery: Delivery, limit: number, secrets?: Uint8Array): Promise<Delivery | undefined>;
  /** Cards of a style that a station has so far. */
  delivered(station: string, style: string): Promise<number>;
  /** Keeps the countersigned `delivered` entry, before it is sent: the first one stays. */
  confirm(kiosk: string, batch: number, entry: Uint8Array): Promise<Uint8Array>;
  /** The countersigned entry, if the batch has one. */
  confirmation(kiosk: string, batch: number): Promise<Uint8Array | undefined>;
  /** The entry stands on the board: the cards may be printed. */
  onBoard(kiosk: string, batch: number): Promise<void>;
  /** Batches with cards that stand on the board, by kiosk and number. */
  batchesOf(station: string): Promise<CardBatchState[]>;
  /** Secret. `undefined` once erased. */
  secrets(kiosk: string, batch: number): Promise<Uint8Array | undefined>;
  /** Overwrites the secrets, in the write-ahead log too. */
  erase(kiosk: string, batch: number): Promise<void>;
}
