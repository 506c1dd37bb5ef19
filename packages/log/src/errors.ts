/**
 * The one error that this package throws for bad input and broken logs. Codes are stable: a caller
 * may branch on them and translate them; the sentence is for a developer or an operator.
 */

export type LogErrorCode =
  /** A number, index or length outside what the operation allows. */
  | 'out-of-range'
  /** A hash that is not 32 bytes. */
  | 'malformed-hash'
  /** A signed note, verifier key or signer key that breaks its format. */
  | 'malformed-note'
  | 'malformed-key'
  /** A note text that is not a checkpoint. */
  | 'malformed-checkpoint'
  /** A tlog-proof file that breaks its format. */
  | 'malformed-proof'
  /** A tile path, a hash tile or an entry bundle that breaks its format. */
  | 'malformed-path'
  | 'malformed-tile'
  | 'malformed-bundle'
  /** An add-checkpoint request, or a witness's answer, that breaks its format. */
  | 'malformed-request'
  /** A staging bundle that breaks its format: the staging folder was damaged. */
  | 'malformed-staging'
  /** A log entry over 65,535 bytes, which no entry bundle can hold. */
  | 'entry-too-large'
  /** A Merkle proof that does not lead to the root. */
  | 'bad-inclusion-proof'
  | 'bad-consistency-proof'
  /** A signature by a known key that does not verify. */
  | 'bad-signature'
  /** A note that no known key has signed. */
  | 'unsigned'
  /** Two known keys with one name and one key id, or one witness key under two names. */
  | 'ambiguous-key'
  /** A key of a signature type that does not fit its use. */
  | 'wrong-key-type'
  /** A checkpoint of another log. */
  | 'wrong-origin'
  /** Fewer distinct witnesses have cosigned than the policy asks for. */
  | 'quorum'
  /** A tile, bundle or checkpoint that the log must serve is not there. */
  | 'missing-tile'
  /** A tile or bundle whose hashes do not lead to the checkpoint's root. */
  | 'tile-mismatch'
  /** A published path would get other bytes than it has: the tree would fork. */
  | 'immutable'
  /** Another process holds the log, or has moved its checkpoint. */
  | 'log-busy'
  /** The log's own state contradicts itself; it must not be written to. */
  | 'log-inconsistent'
  /** An earlier write failed half-way; open the log anew to recover. */
  | 'log-broken';

/** An error with a stable `code`, a sentence for a person and, where there is one, a cause. */
export class LogError extends Error {
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogError';
    this.code = code;
  }
}
