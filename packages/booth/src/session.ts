// The voter's road from the first screen to the receipt, without a face and without a DOM.

import type { Keeper } from './keeper.ts';

export type * from './state.ts';

export interface IssuerAddress {
  readonly id: string;
  readonly url: string;
}

/** What the embedder knows and trusts. Everything else is read from the board and checked. */
export interface SessionConfig {
  /** Hash of the manifest, 64 hexadecimal digits, from a source the embedder trusts. */
  readonly electionId: string;
  /** Address of the ballot box, which serves the board too. */
  readonly box: string;
  /** In the order in which the voter meets them; the parts of an access code follow it. */
  readonly issuers: readonly IssuerAddress[];
  readonly mode: 'own-device' | 'kiosk';
  /** Makes the dedicated worker; under Trusted Types the embedder's policy creates its address. */
  readonly createWorker: () => Worker;
  /** Default: IndexedDB. */
  readonly keeper?: Keeper;
}
