/**
 * What an issuer keeps (identified zone): who may vote, who was served and with which answer, the
 * sessions and codes of the moment. The interface is asynchronous so that a driver may live behind
 * a network; each method is one transaction, durable when its promise resolves.
 *
 * No method takes or keeps a time finer than a minute, and nothing is kept in order of arrival: a
 * driver's files are compared with the other zone's after an election (see `two-zones.test.ts`).
 */

import type { DeliveryStore } from './deliveries.ts';
import type { ListStore } from './lists.ts';

/** Where a voter is served: lines 2 and 3 of the results protocol count them apart. */
export type Place = 'remote' | 'premises';

export interface Voter {
  /** Place in the voter list, from 0, in order of `number`: a leaf of the list's tree. */
  readonly position: number;
  readonly number: string;
  readonly name: string;
  readonly document: string;
  readonly style: string;
  readonly phone: string;
  readonly login: string;
  /** 16 bytes that keep the leaf from being guessed. */
  readonly salt: Uint8Array;
  /** Where the voter votes: `online`, or `station/ID`. */
  readonly list: string;
}

/**
 * A voter served for a contest: a blind signature given, or a desk's mark, in which `blinded` and
 * `answer` are empty. `mark` = HMAC of the voter's number under the issuer's own secret.
 */
export interface Served {
  readonly mark: Uint8Array;
  readonly contest: string;
  readonly list: string;
  readonly style: string;
  readonly place: Place;
  readonly blinded: Uint8Array;
  readonly answer: Uint8Array;
}

export interface Session {
  /** Hash of the bearer token. */
  readonly token: Uint8Array;
  readonly number: string;
  readonly place: Place;
  /** Whether the voter has shown what the login asks for. */
  readonly ready: boolean;
  /** Minutes since 1970. */
  readonly expires: number;
}

export interface OneTimeCode {
  /** Mark of the voter it was sent to; a voter has one at a time. */
  readonly owner: Uint8Array;
  readonly hash: Uint8Array;
  /** Seconds since 1970, like `now`: codes are erased at closing. */
  readonly expires: number;
  readonly tries: number;
}

export type CodeTry =
  | { readonly outcome: 'right' }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  | { readonly outcome: 'expired' };

export interface AccessCode {
  /** HMAC of this issuer's half under its own secret. */
  readonly hash: Uint8Array;
  readonly number: string;
  readonly expires: number;
  /** How many more sessions it may open (a kiosk that restarts opens another). */
  readonly openings: number;
}

export interface IssuedCount {
  readonly list: string;
  readonly contest: string;
  readonly remote: number;
  readonly premises: number;
}

export interface IdentifiedStore {
  readonly deliveries: DeliveryStore;
  readonly lists: ListStore;

  /**
   * Puts the whole voter list in place of what was there, or nothing. Voters who were moved to
   * another list stay on it.
   */
  importVoters(voters: readonly Voter[]): Promise<void>;
  voterCount(): Promise<number>;
  voterByNumber(number: string): Promise<Voter | undefined>;
  voterByLogin(login: string): Promise<Voter | undefined>;
  /** Up to `limit` voters whose number, name or document contains the text, in list order. */
  findVoters(text: string, limit: number): Promise<Voter[]>;
  /** A slice of the list by position. */
  votersFrom(position: number, limit: number): Promise<Voter[]>;
  voterCountByStyle(): Promise<ReadonlyMap<string, number>>;

  /**
   * Stores the answer unless this voter has one for the contest; gives what is stored now.
   * `undefined`, and nothing stored, if the voter is not on the answer's list.
   */
  serve(number: string, served: Served): Promise<Served | undefined>;
  servedOf(mark: Uint8Array): Promise<Served[]>;
  issuedCounts(): Promise<IssuedCount[]>;
  /** Voters served at least once, by style. */
  turnoutByStyle(): Promise<ReadonlyMap<string, number>>;

  /** A ready session ends every other session of its voter. */
  openSession(session: Session): Promise<void>;
  session(token: Uint8Array, minute: number): Promise<Session | undefined>;
  /** Marks ready and ends the voter's other sessions. */
  readySession(token: Uint8Array): Promise<void>;
  endSession(token: Uint8Array): Promise<void>;

  /**
   * Puts a new code in place of the owner's former one, unless that was sent too lately: then
   * nothing changes and the seconds to wait are given. `wait` is the pause before the next one.
   */
  startCode(code: OneTimeCode, now: number, wait: (sent: number) => number): Promise<number>;
  /** One try, spent whatever the outcome; a right code is gone, and with it the wait for another. */
  tryCode(owner: Uint8Array, hash: Uint8Array, now: number): Promise<CodeTry>;
  /** Seconds until the owner may ask for another code, and tries of the present one. */
  codeState(owner: Uint8Array, now: number): Promise<{ wait: number; triesLeft: number }>;

  /** False if another voter has the same half: make another. A voter's former code is gone. */
  putAccessCode(code: AccessCode): Promise<boolean>;
  /** The voter whose code it is, one opening spent; `undefined` if none, expired or used up. */
  redeemAccessCode(hash: Uint8Array, minute: number): Promise<string | undefined>;

  /** Erases sessions and access codes that have expired by this minute. */
  sweep(minute: number): Promise<void>;
  /** Closing: sessions and codes are erased. */
  forgetVisitors(): Promise<void>;
  /** Rewrites the files in key order, so that free space and page order tell nothing. */
  compact(): Promise<void>;
  close(): Promise<void>;
}
