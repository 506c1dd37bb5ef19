/** What stops a command before its work: a stable code, a sentence, and the status to exit with. */

/** Exit statuses of sysexits.h. */
export const EX_USAGE = 64;
export const EX_DATAERR = 65;
export const EX_NOINPUT = 66;
export const EX_UNAVAILABLE = 69;
export const EX_CANTCREAT = 73;

/** Arguments, a file or a machine that can't be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}
