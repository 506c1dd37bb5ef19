// Logging in at every issuer, one after the other, until all know the voter and agree on who it is.
// Credentials stay in memory while they are needed; tokens are kept so that a reload goes on.

import type {
  IssuerAddress,
  IssuerCredentials,
  LoginAnswer,
  PortalClient,
  VoterAnswer,
} from './client.ts';
import { BoothError, troubleOf } from './errors.ts';
import type { KeptLogin, PendingCode } from './kept.ts';
import { without } from './objects.ts';
import { normalizeCrockford } from './recovery.ts';
import type { Credentials } from './state.ts';

/** An issuer's part of an access code. */
const PART_LENGTH = 5;

/** Where the road stands: an issuer waits for a login or for a code, or all of them are done. */
export type LoginStep =
  | { readonly at: 'login'; readonly issuer: string }
  | { readonly at: 'code'; readonly pending: PendingCode }
  | { readonly at: 'done'; readonly voter: VoterAnswer };

export class LoginRoad {
  readonly #client: PortalClient;
  readonly #issuers: readonly IssuerAddress[];
  readonly #save: (login: KeptLogin) => Promise<void>;
  #sessions: Record<string, string> = {};
  #pending: PendingCode | undefined;
  #credentials: IssuerCredentials | undefined;

  constructor(
    client: PortalClient,
    issuers: readonly IssuerAddress[],
    save: (login: KeptLogin) => Promise<void>,
  ) {
    this.#client = client;
    this.#issuers = issuers;
    this.#save = save;
  }

  get pending(): PendingCode | undefined {
    return this.#pending;
  }

  /** The first issuer that still wants a login. */
  get issuer(): string {
    const waiting = this.#issuers.find(({ id }) => this.#sessions[id] === undefined);
    return (waiting ?? this.#issuers[0])?.id ?? '';
  }

  /** The access code that was presented, without its hyphen; secret. */
  get accessCode(): string | undefined {
    const credentials = this.#credentials;
    if (credentials?.method !== 'access-code') return undefined;
    return normalizeCrockford(credentials.code);
  }

  get #kept(): KeptLogin {
    const pending = this.#pending;
    return { sessions: this.#sessions, ...(pending === undefined ? {} : { pending }) };
  }

  /** Takes up what survived a reload. */
  resume({ sessions, pending }: KeptLogin): void {
    this.#sessions = { ...sessions };
    this.#pending = pending;
  }

  /** Token of an issuer's session. */
  session(issuer: string): string {
    const session = this.#sessions[issuer];
    if (session === undefined) throw new BoothError('sessions.expired', 'log in first');
    return session;
  }

  async expired(issuer: string): Promise<void> {
    this.#sessions = without(this.#sessions, issuer);
    if (this.#pending?.issuer === issuer) this.#pending = undefined;
    await this.#save(this.#kept);
  }

  /** Forgets every login; for another voter, or when the issuers disagree. */
  async dropAll(): Promise<void> {
    this.#sessions = {};
    this.#pending = undefined;
    this.#credentials = undefined;
    await this.#save(this.#kept);
  }

  async present(credentials: Credentials): Promise<LoginStep> {
    if (credentials.method === 'training') this.#credentials = credentials;
    else {
      const { method, code } = credentials;
      const symbols = normalizeCrockford(code);
      const length = PART_LENGTH * this.#issuers.length;
      // A card opens a place of the kiosk that it was printed for, and nothing at an issuer.
      const form = method === 'access-code' && symbols.length === length;
      if (!form || /[^0-9A-HJKMNP-TV-Z]/.test(symbols)) {
        throw new BoothError('access-code.form', 'not an access code');
      }
      // Its parts belong together: no half of an earlier code is combined with this one.
      this.#sessions = {};
      this.#credentials = { method, code };
    }
    return this.advance();
  }

  /** Goes on as far as it can with what is known. */
  async advance(): Promise<LoginStep> {
    for (const [place, { id }] of this.#issuers.entries()) {
      if (this.#sessions[id] !== undefined) continue;
      if (this.#pending?.issuer === id) return { at: 'code', pending: this.#pending };
      const credentials = this.#credentialsFor(place);
      if (credentials === undefined) return { at: 'login', issuer: id };
      await this.#taken(id, await this.#client.login(id, credentials));
      if (this.#pending !== undefined) return { at: 'code', pending: this.#pending };
    }
    return { at: 'done', voter: await this.#voter() };
  }

  async submit(code: string): Promise<LoginStep> {
    const { issuer, session } = this.#waiting();
    try {
      await this.#client.verifyCode(issuer, session, code.replace(/\s/g, ''));
    } catch (error) {
      await this.#codeFailed(error);
      throw error;
    }
    this.#sessions = { ...this.#sessions, [issuer]: session };
    this.#pending = undefined;
    await this.#save(this.#kept);
    return this.advance();
  }

  async resend(): Promise<void> {
    const pending = this.#waiting();
    try {
      const { resendAfter } = await this.#client.resendCode(pending.issuer, pending.session);
      const fresh = without(pending, 'triesLeft');
      this.#pending = { ...fresh, resendAt: Date.now() + resendAfter * 1000 };
    } catch (error) {
      await this.#codeFailed(error);
      throw error;
    }
    await this.#save(this.#kept);
  }

  /** Gives up waiting for a code; the login may be another one. */
  async leaveCode(): Promise<void> {
    this.#pending = undefined;
    this.#credentials = undefined;
    await this.#save(this.#kept);
  }

  /** The voter has entered: what was typed is not needed any more. */
  async finish(): Promise<void> {
    this.#credentials = undefined;
    await this.#save(this.#kept);
  }

  /** Best effort: the issuers' sessions end by themselves too. */
  async logout(): Promise<void> {
    const sessions = Object.entries(this.#sessions);
    if (this.#pending !== undefined) sessions.push([this.#pending.issuer, this.#pending.session]);
    this.#sessions = {};
    this.#pending = undefined;
    this.#credentials = undefined;
    await Promise.allSettled(sessions.map(([id, session]) => this.#client.logout(id, session)));
  }

  #waiting(): PendingCode {
    if (this.#pending === undefined) throw new BoothError('session.illegal', 'no code expected');
    return this.#pending;
  }

  #credentialsFor(place: number): IssuerCredentials | undefined {
    const credentials = this.#credentials;
    if (credentials?.method !== 'access-code') return credentials;
    const part = normalizeCrockford(credentials.code).slice(
      place * PART_LENGTH,
      (place + 1) * PART_LENGTH,
    );
    return { method: 'access-code', code: part };
  }

  async #taken(issuer: string, answer: LoginAnswer): Promise<void> {
    const { session, next, sentTo, resendAfter = 0, triesLeft } = answer;
    if (next === 'ready') {
      this.#sessions = { ...this.#sessions, [issuer]: session };
    } else {
      this.#pending = {
        issuer,
        session,
        resendAt: Date.now() + resendAfter * 1000,
        ...(sentTo === undefined ? {} : { sentTo }),
        ...(triesLeft === undefined ? {} : { triesLeft }),
      };
    }
    await this.#save(this.#kept);
  }

  async #codeFailed(error: unknown): Promise<void> {
    const { code, retryAt } = troubleOf(error);
    if (this.#pending === undefined) return;
    if (code === 'sessions.expired') this.#pending = undefined;
    else {
      const left = error instanceof BoothError ? error.details['triesLeft'] : undefined;
      this.#pending = {
        ...this.#pending,
        ...(typeof left === 'number' && Number.isSafeInteger(left) ? { triesLeft: left } : {}),
        ...(code === 'codes.too-soon' && retryAt !== undefined ? { resendAt: retryAt } : {}),
      };
    }
    await this.#save(this.#kept);
  }

  /** What all issuers say about the voter. */
  async #voter(): Promise<VoterAnswer> {
    const answers: VoterAnswer[] = [];
    for (const { id } of this.#issuers) {
      try {
        answers.push(await this.#client.voter(id, this.session(id)));
      } catch (error) {
        if (troubleOf(error).code === 'sessions.expired') await this.expired(id);
        throw error;
      }
    }
    const [first, ...others] = answers;
    if (first === undefined || !others.every((other) => sameVoter(first, other))) {
      await this.dropAll();
      throw new BoothError('voter.disagree', 'the issuers know different voters');
    }
    const served = first.contests.map(({ id }) => ({
      id,
      served: answers.some(({ contests }) =>
        contests.some((contest) => contest.id === id && contest.served),
      ),
    }));
    return { ...first, contests: served };
  }
}

function sameVoter(a: VoterAnswer, b: VoterAnswer): boolean {
  const ids = (answer: VoterAnswer): string => answer.contests.map(({ id }) => id).join();
  return a.position === b.position && a.salt === b.salt && a.style === b.style && ids(a) === ids(b);
}
