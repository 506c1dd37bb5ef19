// What the voter's screen may know: the states of a voting session, its papers and its troubles.
// Types only. Nothing secret is in them: no key, no randomness, no mark but those of a challenged
// ballot, which the voter has chosen to make public. Privacy: states carry no times of casting.

import type { Manifest } from '@kabina/election/manifest';

/** A failure as the screen needs it; the text for the code is chosen (and localised) by the face. */
export interface Trouble {
  /** Stable code, see `BoothCode` in `errors.ts`; the portal's own codes pass through. */
  readonly code: string;
  /** The same action may succeed later, `retry()` repeats it with the same bytes. */
  readonly retryable: boolean;
  /** Earliest useful moment to retry, milliseconds since the epoch (from `Retry-After`). */
  readonly retryAt?: number;
}

/** Whether the ballot box takes ballots now. */
export type VotingPhase = 'not-yet' | 'open' | 'paused' | 'suspended' | 'closed' | 'counted';

/** `queued`: durable in this kiosk, which has signed a promise; the ballot box has not answered yet. */
export type ReceiptState = 'queued' | 'accepted' | 'recorded' | 'counted' | 'replaced';

/** One accepted ballot as its receipt shows it. It says nothing about the choice. */
export interface ReceiptView {
  readonly contest: string;
  readonly revision: number;
  readonly state: ReceiptState;
  /** Crockford base32, 16 symbols in groups of four. */
  readonly trackingCode: string;
  /** The receipt as text, `kabina-receipt:…`: for a QR code. */
  readonly text: string;
  /** The same with the inclusion proof, once recorded: to be saved, it is checked without a network. */
  readonly file?: string;
  /** Place in the public log, once recorded. */
  readonly index?: number;
}

/**
 * - `open`: not begun; `preparing`: permit and ballot are being prepared in the background;
 *   `ready`: the next sealing will be instant; `sealed`: cast or challenge is being decided;
 * - `casting`: sent, no answer yet: it will be sent again, the same bytes;
 * - `queued`, `accepted`, `recorded`, `counted`: see the receipt. An `accepted` paper with `error`
 *   `ballots.revision-taken` and no receipt was cast before a crash of the kiosk;
 * - `failed`: this paper can't go on (`error` says why); the others can.
 */
export type PaperState =
  | 'open'
  | 'preparing'
  | 'ready'
  | 'sealed'
  | 'casting'
  | 'queued'
  | 'accepted'
  | 'recorded'
  | 'counted'
  | 'failed';

/** One ballot paper («бюллетень») of this voter. */
export interface Paper {
  readonly contest: string;
  readonly state: PaperState;
  /** Of the ballot last sent, or of the one being made; 0 is the first. */
  readonly revision: number;
  /** It was accepted and the manifest still allows another, which would replace it. */
  readonly mayRevise: boolean;
  readonly receipt?: ReceiptView;
  readonly error?: Trouble;
}

export type LoginMethod = 'training' | 'access-code' | 'card';

/**
 * What the voter presents to the issuers; a card is presented to the kiosk itself. An access code is
 * typed or scanned: `XXXXX-XXXXX`; a card is scanned (`kabina-card:…`) or typed in groups of four.
 */
export type Credentials =
  | { readonly method: 'training'; readonly login: string }
  | { readonly method: 'access-code' | 'card'; readonly code: string };

export type SessionState =
  /** Reading and checking the board, or taking up what survived a reload. */
  | { readonly at: 'starting' }
  | {
      readonly at: 'login';
      readonly methods: readonly LoginMethod[];
      /** Id of the issuer that still wants a login; empty where a kiosk waits for a card. */
      readonly issuer: string;
      readonly busy: boolean;
      /** `sessions.expired` when an earlier login ran out: nothing else is lost. */
      readonly error?: Trouble;
    }
  | {
      readonly at: 'code';
      readonly issuer: string;
      /** Masked address, as the issuer gives it: `+7 *** ***-12-34`. */
      readonly sentTo?: string;
      /** When another code may be asked for, milliseconds since the epoch. */
      readonly resendAt: number;
      readonly triesLeft?: number;
      readonly busy: boolean;
      readonly error?: Trouble;
    }
  | {
      readonly at: 'ballots';
      readonly papers: readonly Paper[];
      readonly voting: VotingPhase;
      /** Another device of this voter holds the permits: offer `restore(recoveryCode)`. */
      readonly mayRestore: boolean;
      /** `recoveryCode()` will answer: offered on the voter's own device where revoting is allowed. */
      readonly mayKeepCode: boolean;
      readonly error?: Trouble;
    }
  | {
      readonly at: 'marking';
      readonly contest: string;
      readonly revision: number;
      /** Why the voter is back here: `ballots.withdrawn`, `ballots.revision-taken`, … */
      readonly error?: Trouble;
    }
  | {
      readonly at: 'review';
      readonly contest: string;
      readonly revision: number;
      /** The encryption is under way: it lasts milliseconds when the set was ready. */
      readonly busy: boolean;
      readonly error?: Trouble;
    }
  | {
      readonly at: 'sealed';
      readonly contest: string;
      readonly revision: number;
      /** Hex. */
      readonly coreHash: string;
      readonly trackingCode: string;
      /** `kabina-core:…`, election and full hash of the core, for a checking device. */
      readonly qr: string;
      /** A challenge is being sent. */
      readonly busy: boolean;
      /** The opening may have left the device: only `challenge()` and `back()` are left, no cast. */
      readonly opened: boolean;
      readonly error?: Trouble;
    }
  | {
      readonly at: 'challenged';
      readonly contest: string;
      readonly coreHash: string;
      readonly trackingCode: string;
      /** Public by the voter's choice; this ballot can't be cast any more. */
      readonly opening: { readonly marks: readonly number[] };
      /** `kabina-opening:…`, hash of the core, marks and randomness, for a checking device. */
      readonly qr: string;
    }
  | {
      readonly at: 'casting';
      readonly contest: string;
      readonly revision: number;
      /** No answer: retried by itself when `retryable`; `retry()` hurries, `list()` leaves it running. */
      readonly error?: Trouble;
    }
  | { readonly at: 'receipt'; readonly contest: string; readonly receipt: ReceiptView }
  | { readonly at: 'finished'; readonly papers: readonly Paper[] }
  /** Nothing of the session is left in memory; on a kiosk nothing on the disk either. */
  | { readonly at: 'ended' }
  /** The session as a whole can't go on: `retry` tells whether `retry()` may help. */
  | {
      readonly at: 'failed';
      readonly code: string;
      readonly retry: boolean;
      readonly retryAt?: number;
    };

export type At = SessionState['at'];

/**
 * What a face may see and do. `VotingSession` is the real one; `testing.ts` has a scripted one.
 * Every change of `state` fires `change` (a plain `Event`, no payload). An action that the state
 * doesn't allow throws `BoothError` `session.illegal`; failures of the road land in `state.error`
 * and never reject the promise. Promises resolve when the action has reached its next resting state.
 */
export interface BoothSession extends EventTarget {
  readonly state: SessionState;
  /** Verified against the trusted `electionId`; undefined until the first `login` or `ballots`. */
  readonly manifest: Manifest | undefined;
  /** Options struck out by a `withdrawn` entry, by contest id. */
  readonly withdrawn: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every paper of this voter, also while another state is shown; empty before login. */
  readonly papers: readonly Paper[];

  /** Begins: reads the board, takes up what survived. `starting` → `login`, `code`, `ballots`, `casting`. */
  start(): Promise<void>;
  login(credentials: Credentials): Promise<void>;
  submitCode(code: string): Promise<void>;
  resendCode(): Promise<void>;
  /** `ballots` → `marking` (a new ballot or a revision) or `casting` (one without an answer). */
  openPaper(contest: string): Promise<void>;
  /** `ballots` → `receipt`, again. */
  openReceipt(contest: string): Promise<void>;
  /** `marking` → `review`. The face holds the marks. */
  review(): void;
  /** One step back; from `sealed` it erases the sealed ballot. */
  back(): void;
  /**
   * `review` → `sealed`. `marks`: one 0 or 1 per option in the manifest's order; all 0 is a blank
   * paper. The caller forgets them afterwards. `digits`: six digits chosen by the voter.
   */
  seal(marks: readonly number[], digits?: string): Promise<void>;
  /** `sealed` → `casting` → `receipt`. */
  cast(): Promise<void>;
  /** `sealed` → `challenged`. */
  challenge(): Promise<void>;
  /** To `ballots`; erases a sealed ballot that was neither cast nor challenged. */
  list(): void;
  /** `ballots` or `receipt` → `finished`. Refused (`session.pending`) while a cast has no answer. */
  finish(): void;
  retry(): Promise<void>;
  /**
   * Logs out, erases memory, and on a kiosk the disk. Always allowed. → `ended`. Resolves when all is
   * erased, a call from the state `ended` too.
   */
  end(): Promise<void>;

  /** The voter's seed as a code with a checksum, to vote again from another device. */
  recoveryCode(): Promise<string>;
  /** `ballots` with `mayRestore`: goes on with the seed of another device. */
  restore(recoveryCode: string): Promise<void>;
  /** Own device: erases all records of this voter here. Refused while a cast has no answer. → `ended`. */
  forget(): Promise<void>;
}
