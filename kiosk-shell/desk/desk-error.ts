/** The desk's one error: a stable code that the screen has words for, and a sentence for developers. */

import type { Trouble } from '@kabina/booth/session';

export interface DeskErrorOptions extends ErrorOptions {
  /** The same may succeed later. */
  readonly retryable?: boolean;
  /** HTTP status, where a service has answered. */
  readonly status?: number;
}

export class DeskError extends Error {
  override readonly name = 'DeskError';
  /** One of those that `Desk` names, or a service's own. */
  readonly code: string;
  readonly retryable: boolean;
  readonly status: number | undefined;

  constructor(code: string, message: string, options: DeskErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.status = options.status;
  }
}

/** The part of any error that the screen shows. */
export function troubleOf(error: unknown): Trouble {
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  return {
    code: typeof code === 'string' ? code : 'storage.failed',
    retryable: retryable === true,
  };
}
