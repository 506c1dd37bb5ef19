// Troubles of a kiosk: errors of the queue, of the machine and of the election's rules, in the booth's
// own form.

import { ElectionError } from '@kabina/election/errors';
import { BoothError, troubleOf } from '../errors.ts';
import type { Trouble } from '../state.ts';

/** The same code where the error has one; what doesn't say that it is final may be tried again. */
export function asBoothError(error: unknown): BoothError {
  if (error instanceof BoothError) return error;
  const { code, retryable } = (error ?? {}) as { code?: unknown; retryable?: unknown };
  if (error instanceof Error && typeof code === 'string' && /^[a-z]+\.[a-z-]+$/.test(code)) {
    const again = typeof retryable === 'boolean' ? retryable : !(error instanceof ElectionError);
    return new BoothError(code, error.message, { retryable: again, cause: error });
  }
  const unknown = troubleOf(error);
  return new BoothError(unknown.code, 'the kiosk failed', {
    retryable: unknown.retryable,
    cause: error,
  });
}

export function stationTrouble(error: unknown): Trouble {
  return troubleOf(asBoothError(error));
}
