/**
 * Where a trustee keeps records between steps. A driver stores bytes under names and nothing else;
 * what is secret reaches it only sealed (`vault.ts`).
 *
 * `put`, `add` and `delete` answer only when the change survives a crash of the process and a loss
 * of power: what the trustee does next may be irreversible (a published commitment, a decryption).
 */

/** Names of records: `a/b` with letters, digits, dots and dashes. */
export interface TrusteeStore {
  get(name: string): Promise<Uint8Array | undefined>;
  put(name: string, record: Uint8Array): Promise<void>;
  /**
   * Puts the record if there is none of the name, atomically: of several that add at once, in
   * whatever processes or tabs, one is told true. Who is told false finds the other's record there,
   * as durable as if it had put it itself.
   */
  add(name: string, record: Uint8Array): Promise<boolean>;
  delete(name: string): Promise<void>;
}

/** A trustee's own failures; the board's and the election's pass through. */
export class TrusteeError extends Error {
  override readonly name = 'TrusteeError';
  readonly code:
    | 'trustee.locked'
    | 'trustee.record-broken'
    | 'trustee.other-token'
    | 'trustee.other-guard'
    | 'trustee.second-aggregate'
    | 'trustee.board-unsound'
    | 'trustee.share-lost'
    | 'trustee.not-a-holder';
  constructor(code: TrusteeError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
