/**
 * What an operation on a device answers. A card can be pulled at any moment, so nothing that talks
 * to a device throws or rejects: it answers a value, or a problem with a stable code.
 */

/** Problems of the road to a card. */
export type TransportCode =
  /** The reader or the card was taken away, now or since the transport was opened. */
  | 'transport.removed'
  /** The transport was closed by its user. */
  | 'transport.closed'
  /** There is no card in the reader. */
  | 'transport.no-card'
  /** The card or the reader did not answer in time. */
  | 'transport.mute'
  /** The reader or the card answered what its protocol does not allow. */
  | 'transport.protocol'
  /** Another program or another session holds the reader. */
  | 'transport.busy'
  /** The browser or the system forbids it (a protected USB class, no permission). */
  | 'transport.denied'
  /** This browser or machine has no such interface, or the device is no reader. */
  | 'transport.unsupported'
  /** The kiosk's agent refused the pairing secret or the page's origin. */
  | 'transport.unpaired'
  /** The kiosk's agent or pcscd does not answer. */
  | 'transport.unreachable';

/** Problems of the card itself. */
export type CardCode =
  /** No application that we know answers. */
  | 'card.unknown'
  /** The application has no certificate in the signing slot. */
  | 'card.no-certificate'
  /** What stands in the certificate's place is none, or its key is of a kind we don't use. */
  | 'card.certificate'
  /** The slot holds no private key, or another than the certificate's. */
  | 'card.no-key'
  /** The key can't do what is asked (agree on a secret, sign so long an input). */
  | 'card.unsupported'
  /** Length or characters of the PIN: refused before it went to the card, no try was lost. */
  | 'card.pin-malformed'
  /** The card has refused the PIN; `triesLeft` says what is left. */
  | 'card.pin-wrong'
  /** One try is left; nothing was sent. Ask the person, then allow the last try. */
  | 'card.pin-last-try'
  /** No try is left. */
  | 'card.pin-blocked'
  /** The card answered with another status; `status` has it. */
  | 'card.refused'
  /** The card's answer is not of the form that its application prescribes. */
  | 'card.malformed';

export type TokenCode = TransportCode | CardCode;

/** What went wrong. Holds no PIN, no APDU and no key, so it may be shown and logged. */
export interface TokenProblem {
  readonly code: TokenCode;
  /** A sentence for a technician, in English. What a person reads is made from the code. */
  readonly message: string;
  /** Tries of the PIN that are left, where the card says. */
  readonly triesLeft?: number;
  /** Status word SW1 SW2 (ISO/IEC 7816-4). */
  readonly status?: number;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: TokenProblem };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A failed result. `more` adds `triesLeft` or `status`. */
export function fail(
  code: TokenCode,
  message: string,
  more: Pick<TokenProblem, 'triesLeft' | 'status'> = {},
): { readonly ok: false; readonly problem: TokenProblem } {
  return { ok: false, problem: { code, message, ...more } };
}
