/**
 * How a voter shows who they are: training login with a one-time code, or this issuer's half of an
 * access code that a member gave after looking at the passport. A session is a random bearer token,
 * kept only as its hash.
 */
import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';
import { frame } from '@kabina/crypto/bytes';
import type { Manifest } from '@kabina/election/manifest';
import { minuteOf, type Clock } from '../clock.ts';
import { PortalError } from '../errors.ts';
import type { IdentifiedStore, Session, Voter } from '../store/identified.ts';
import type { Sender } from './sender.ts';

const SESSION_MINUTES = 60;
/** A one-time code works this long, and this many times wrongly. */
const CODE_SECONDS = 300;
const CODE_TRIES = 5;
/** Pause before another code; after some codes without success, a long one. */
const RESEND_SECONDS = 60;
const PATIENT_SENDS = 5;
const LONG_RESEND_SECONDS = 900;
/** An access code works this long and opens this many sessions: a kiosk may restart. */
const ACCESS_MINUTES = 120;
const ACCESS_OPENINGS = 10;
/** Wrong access codes that one address may try within a minute. */
const WRONG_ACCESS_CODES = 10;
/** Crockford's base 32. */
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const HALF_LENGTH = 5;

export type Credentials =
  | { readonly method: 'training'; readonly login: string }
  | { readonly method: 'access-code'; readonly code: string };

export interface LoginAnswer {
  readonly session: string;
  readonly next: 'code' | 'ready';
  readonly sentTo?: string;
  readonly resendAfter?: number;
  readonly triesLeft?: number;
}

/** A session with its voter. */
export interface Visit {
  readonly session: Session;
  readonly voter: Voter;
}

export interface VisitsOptions {
  readonly issuer: string;
  readonly manifest: Manifest;
  readonly store: IdentifiedStore;
  readonly secret: Uint8Array;
  readonly sender: Sender;
  readonly clock: Clock;
}

const hashOf = (token: string): Uint8Array => createHash('sha256').update(token).digest();

const maskedPhone = (phone: string): string => `${phone.slice(0, 2)} *** ***-**-${phone.slice(-2)}`;

export class Visits {
  readonly #options: VisitsOptions;
  readonly #wrong = new Map<string, { count: number; minute: number }>();

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  /** The mark under which a voter is served: it doesn't tell the number without the secret. */
  mark(number: string): Uint8Array {
    return this.#hmac('kabina/v1/mark', number);
  }

  async login(credentials: Credentials, address: string): Promise<LoginAnswer> {
    return credentials.method === 'training'
      ? this.#training(credentials.login)
      : this.#accessCode(credentials.code, address);
  }

  async #training(login: string): Promise<LoginAnswer> {
    const { manifest, store } = this.#options;
    // A login that anyone can type identifies nobody.
    if (manifest.kind !== 'training') throw new PortalError('login.method');
    const voter = await store.voterByLogin(login);
    if (voter === undefined) throw new PortalError('login.unknown');
    await this.#send(voter, { evenIfTooSoon: true });
    const session = await this.#open(voter.number, 'remote', false);
    const { wait, triesLeft } = await store.codeState(this.mark(voter.number), this.#seconds());
    return {
      session,
      next: 'code',
      sentTo: maskedPhone(voter.phone),
      resendAfter: wait,
      triesLeft,
    };
  }

  async #accessCode(code: string, address: string): Promise<LoginAnswer> {
    const minute = this.#minute();
    const wrong = this.#wrong.get(address);
    if (wrong?.minute === minute && wrong.count >= WRONG_ACCESS_CODES) {
      throw new PortalError('login.too-many', { retryAfter: 60 });
    }
    const hash = this.#hmac('kabina/v1/access-code', code);
    const number = await this.#options.store.redeemAccessCode(hash, minute);
    if (number === undefined) {
      if (this.#wrong.size > 10_000) this.#wrong.clear();
      this.#wrong.set(address, { minute, count: wrong?.minute === minute ? wrong.count + 1 : 1 });
      throw new PortalError('login.code-wrong');
    }
    return { session: await this.#open(number, 'premises', true), next: 'ready' };
  }

  /** Sends another code; gives the seconds until the next may be asked for. */
  async resend(bearer: string | undefined): Promise<number> {
    const { voter } = await this.visit(bearer, { ready: false });
    await this.#send(voter, { evenIfTooSoon: false });
    const { wait } = await this.#options.store.codeState(this.mark(voter.number), this.#seconds());
    return wait;
  }

  async verifyCode(bearer: string | undefined, code: string): Promise<void> {
    const { session, voter } = await this.visit(bearer, { ready: false });
    const owner = this.mark(voter.number);
    const result = await this.#options.store.tryCode(
      owner,
      this.#codeHash(owner, code),
      this.#seconds(),
    );
    if (result.outcome === 'wrong') {
      throw new PortalError('codes.wrong', { triesLeft: result.triesLeft });
    }
    if (result.outcome === 'expired') throw new PortalError('codes.expired');
    await this.#options.store.readySession(session.token);
  }

  /** The session of a bearer token with its voter. Throws `session.missing`, `session.not-ready`. */
  async visit(bearer: string | undefined, { ready }: { ready: boolean }): Promise<Visit> {
    const { store } = this.#options;
    const session = bearer && (await store.session(hashOf(bearer), this.#minute()));
    const voter = session && (await store.voterByNumber(session.number));
    if (!session || !voter) throw new PortalError('session.missing');
    if (ready && !session.ready) throw new PortalError('session.not-ready');
    return { session, voter };
  }

  async end(bearer: string | undefined): Promise<void> {
    const { session } = await this.visit(bearer, { ready: false });
    await this.#options.store.endSession(session.token);
  }

  /** Makes this issuer's half of an access code. `expires` in minutes since 1970. */
  async accessHalf(number: string): Promise<{ part: string; expires: number }> {
    const expires = this.#minute() + ACCESS_MINUTES;
    for (;;) {
      const part = Array.from({ length: HALF_LENGTH }, () => SYMBOLS[randomInt(32)]).join('');
      const hash = this.#hmac('kabina/v1/access-code', part);
      const code = { hash, number, expires, openings: ACCESS_OPENINGS };
      if (await this.#options.store.putAccessCode(code)) return { part, expires };
    }
  }

  /** Erases what has expired; called now and then. */
  async sweep(): Promise<void> {
    await this.#options.store.sweep(this.#minute());
  }

  async #open(number: string, place: Session['place'], ready: boolean): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const expires = this.#minute() + SESSION_MINUTES;
    await this.#options.store.openSession({ token: hashOf(token), number, place, ready, expires });
    return token;
  }

  async #send(voter: Voter, { evenIfTooSoon }: { evenIfTooSoon: boolean }): Promise<void> {
    const { store, sender, issuer } = this.#options;
    const owner = this.mark(voter.number);
    const digits = String(randomInt(1_000_000)).padStart(6, '0');
    const now = this.#seconds();
    const code = {
      owner,
      hash: this.#codeHash(owner, digits),
      expires: now + CODE_SECONDS,
      tries: CODE_TRIES,
    };
    const wait = await store.startCode(code, now, (sent) =>
      sent < PATIENT_SENDS ? RESEND_SECONDS : LONG_RESEND_SECONDS,
    );
    if (wait > 0) {
      // A second login within the minute goes on with the code that was sent.
      if (evenIfTooSoon) return;
      throw new PortalError('codes.too-soon', { retryAfter: wait });
    }
    const { login, phone } = voter;
    try {
      await sender({ issuer, login, phone, code: digits });
    } catch (error) {
      throw new PortalError('codes.not-sent', {}, error);
    }
  }

  #codeHash(owner: Uint8Array, digits: string): Uint8Array {
    return this.#hmac('kabina/v1/one-time-code', owner, digits);
  }

  #hmac(...fields: (string | Uint8Array)[]): Uint8Array {
    return createHmac('sha256', this.#options.secret)
      .update(frame(...fields))
      .digest();
  }

  #seconds(): number {
    return Math.floor(this.#options.clock() / 1000);
  }

  #minute(): number {
    return minuteOf(this.#options.clock());
  }
}
