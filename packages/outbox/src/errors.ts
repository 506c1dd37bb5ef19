// The one error of this package. Codes are stable: a caller branches on them and translates them; the
// sentence is for developers.

export type OutboxCode =
  /** No room for another item: the limit, the quota or the disk. Retryable: sending makes room. */
  | 'outbox.full'
  /** Another page has the queue open, or has taken it over. Nothing was changed. */
  | 'outbox.elsewhere'
  /** The key is taken by other bytes. */
  | 'outbox.taken'
  /** An item, or the key that seals all of them, can't be read. It is left where it is. */
  | 'outbox.damaged'
  /** The queue was closed, by its owner or by the browser. Open it anew. */
  | 'outbox.closed'
  /** The browser may delete what it keeps for this origin whenever it likes. */
  | 'storage.not-kept'
  /** The browser couldn't read or write; its own error is the cause. Retryable. */
  | 'storage.failed'
  /** The items are not those that the witness knows: a wiped, rolled back or foreign database. */
  | 'journal.disagrees'
  /** The witness doesn't answer. Retryable. */
  | 'journal.unreachable';

const RETRYABLE: ReadonlySet<OutboxCode> = new Set([
  'outbox.full',
  'outbox.elsewhere',
  'storage.failed',
  'journal.unreachable',
]);

export class OutboxError extends Error {
  override readonly name = 'OutboxError';
  readonly code: OutboxCode;
  /** The same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: OutboxCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

/** What the browser's own error means; an OutboxError stays what it is. */
export function storageError(what: string, cause: unknown): OutboxError {
  if (cause instanceof OutboxError) return cause;
  // A DOMException of old browsers, a class of its own in new ones; the name is the same.
  if (cause instanceof Error && cause.name === 'QuotaExceededError') {
    return new OutboxError('outbox.full', `no room to ${what}`, { cause });
  }
  return new OutboxError('storage.failed', `the browser can't ${what}`, { cause });
}
