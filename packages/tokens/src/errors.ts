/**
 * What this package throws for bytes and arguments that are wrong, where no device is involved.
 * Whatever talks to a device answers a `Result` instead (`result.ts`).
 */

export type TokenErrorCode =
  /** No command APDU of ISO/IEC 7816-4, or one that can't be written in the form asked for. */
  | 'apdu.malformed'
  /** No BER-TLV of ISO/IEC 7816-4, or no DER where DER is asked for. */
  | 'tlv.malformed'
  /** A simulated card was given a key, a certificate or a PIN that it can't hold. */
  | 'simulated.options';

/** An error with a stable dotted `code` and a sentence for a developer. */
export class TokenError extends Error {
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenError';
    this.code = code;
  }
}
