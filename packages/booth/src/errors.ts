// Errors of the booth: a stable code, whether trying again may help, and a sentence for developers.
// What a voter reads is chosen by the face from the code, in the voter's language.

import type { Trouble } from './state.ts';

/** Codes that the booth itself gives. The portal's codes (`ballots.…`, `codes.…`) pass through. */
export const BOOTH_CODES = [
  // the road to a service
  'network.offline', // the device says it has no network
  'network.unreachable', // no answer, or it broke off, or it took too long
  'network.garbage', // an answer that is not what the protocol says
  'network.busy', // 429, or 503: come back later
  'network.server', // the service reports a fault of its own (5xx)
  // the board against the trusted electionId
  'board.manifest', // the manifest's hash is not the electionId
  'board.checkpoint', // checkpoint not signed by the manifest's board key, or tiles don't match it
  'board.witnesses', // fewer cosignatures than the manifest's quorum
  'board.opened', // `opened` is invalid or not included
  'board.not-open', // no `opened` entry yet
  // issuers
  'sessions.expired', // log in again; nothing else is lost
  'permits.served', // another request was served: the seed is on another device or lost
  'permits.bad', // an issuer's blind signature doesn't verify
  'voter.other', // somebody else logs in while a session is under way
  'voter.disagree', // the issuers don't agree on who this voter is or which ballots are theirs
  // the ballot box
  'box.promise', // the promise is for something else or not signed by the box
  'box.proof', // the inclusion proof doesn't verify
  'receipts.foreign-revision', // the box shows a later ballot that this device didn't send
  // a station's kiosk
  'card.text', // no access card, or it was misread
  'card.foreign', // a card of another election
  'card.kiosk', // a card for another kiosk
  'card.unknown', // forged, or of a batch that is not here
  'card.used', // all of it was cast, or its session has ended
  'card.busy', // another card's session was cut off: that card goes on, or a member ends it
  'card.early', // before the hours, in a pause, or while voting is suspended
  'card.expired', // after the hours
  'challenges.offline', // a challenge needs the line; the sealed ballot may still be cast
  'kiosk.unknown', // the manifest has no kiosk of a station with this machine's key
  'kiosk.setup', // the election has not been fetched
  'kiosk.closed', // the kiosk has made its closing statement
  'deliveries.style', // a style that this station does not serve
  'deliveries.answer', // an issuer's answer that is not for what was asked
  'outbox.full', // no room for a voter's ballots: no vote begins
  'queue.malformed', // no queue file
  'queue.truncated', // a queue file that breaks off
  'queue.foreign', // a queue of another election or of an unknown kiosk
  // local
  'config.issuers', // the embedder's issuers are not those of the manifest
  'access-code.form', // not XXXXX-XXXXX
  'recovery.form', // not a recovery code, or a symbol is wrong
  'recovery.other', // a seed of another voter: the issuers served another request
  'marks.shape', // not one 0 or 1 per option, or outside the contest's limits
  'keeper.failed', // the device can't store what must survive; voting would not be safe
  'keeper.held', // another page of this device has the election open
  'keeper.damaged', // a stored record can't be read
  'worker.failed', // the worker died or can't start
  'session.illegal', // the action isn't possible in this state
  'session.pending', // a cast has no answer yet
] as const;

export type BoothCode = (typeof BOOTH_CODES)[number];

export interface BoothErrorOptions {
  readonly retryable?: boolean;
  /** Milliseconds since the epoch. */
  readonly retryAt?: number;
  readonly status?: number;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class BoothError extends Error implements Trouble {
  override readonly name = 'BoothError';
  readonly code: string;
  readonly retryable: boolean;
  declare readonly retryAt?: number;
  /** HTTP status, when a service answered. */
  declare readonly status?: number;
  /** The other members of the service's JSON error, such as `triesLeft`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: BoothErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    if (options.retryAt !== undefined) this.retryAt = options.retryAt;
    if (options.status !== undefined) this.status = options.status;
    this.details = options.details ?? {};
  }
}

/** The part of any error that a state may carry. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof BoothError) {
    return {
      code: error.code,
      retryable: error.retryable,
      ...(error.retryAt === undefined ? {} : { retryAt: error.retryAt }),
    };
  }
  return { code: 'worker.failed', retryable: true };
}
