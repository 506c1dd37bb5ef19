// The portal as the booth speaks with it: the issuers (identified zone) and the ballot box (anonymous
// zone), over `fetch`. Every answer is checked for its form here; what it proves is checked by whoever
// asked. Nothing is retried here: that is the session's decision.

import { ElectionError } from '@kabina/election/errors';
import { readLookup, type LookupAnswer } from '@kabina/election/receipt';
import { MAX_DELIVERY_BYTES } from '@kabina/election/station-delivery';
import { exchange, exchangeJson, garbage, patienceFor, type Patience } from './http.ts';

export interface IssuerAddress {
  readonly id: string;
  readonly url: string;
}

export interface PortalAddresses {
  /** Address of the ballot box, which serves the board too. */
  readonly box: string;
  readonly issuers: readonly IssuerAddress[];
}

/** What an issuer lets a voter in by. */
export type IssuerCredentials =
  | { readonly method: 'training'; readonly login: string }
  | { readonly method: 'access-code'; readonly code: string };

/** An issuer's session after a login. */
export interface LoginAnswer {
  readonly session: string;
  readonly next: 'code' | 'ready';
  readonly sentTo?: string;
  /** Seconds. */
  readonly resendAfter?: number;
  readonly triesLeft?: number;
}

/** What an issuer knows of the voter, as far as the voter's own booth needs it. */
export interface VoterAnswer {
  /** Place on the voter list. */
  readonly position: number;
  /** That place's salt, hex. */
  readonly salt: string;
  readonly style: string;
  readonly contests: readonly { readonly id: string; readonly served: boolean }[];
}

export interface StatusAnswer {
  /** Hex. */
  readonly electionId: string;
  readonly phase: string;
  /** Indices of entries that the booth should read from the board, such as `withdrawn`. */
  readonly notices: readonly number[];
}

const MAX_PROMISE = 4096;
const MAX_PROOF = 1 << 20;
/** Every candidate may leave, and voting be suspended now and then. */
const MAX_NOTICES = 1000;
/** Their indices, and the contests. */
const MAX_STATUS = 1 << 17;
/** A reason of 1,000 letters, and a checkpoint that many witnesses have cosigned. */
export const MAX_NOTICE = 1 << 16;
/** An issuer signs some hundreds of messages for a batch, over a line of a few kilobytes a second. */
const DELIVERY_TIMEOUT = 900_000;

export class PortalClient {
  readonly #box: string;
  readonly #issuers: ReadonlyMap<string, string>;

  constructor({ box, issuers }: PortalAddresses) {
    this.#box = withoutSlash(box);
    this.#issuers = new Map(issuers.map(({ id, url }) => [id, withoutSlash(url)]));
  }

  async login(issuer: string, credentials: IssuerCredentials): Promise<LoginAnswer> {
    const url = `${this.#issuer(issuer)}/login`;
    const answer = record(await exchangeJson(url, { method: 'POST', json: credentials }));
    const next = answer['next'];
    if (next !== 'code' && next !== 'ready') throw garbage('login: next');
    return { session: text(answer, 'session'), next, ...codeFields(answer) };
  }

  /** A new one-time code. `resendAfter` in seconds. */
  async resendCode(issuer: string, session: string): Promise<{ readonly resendAfter: number }> {
    const url = `${this.#issuer(issuer)}/codes`;
    const answer = record(await exchangeJson(url, { method: 'POST', session, json: {} }));
    return { resendAfter: integer(answer, 'resendAfter') };
  }

  async verifyCode(issuer: string, session: string, code: string): Promise<void> {
    const url = `${this.#issuer(issuer)}/codes/verify`;
    const answer = record(await exchangeJson(url, { method: 'POST', session, json: { code } }));
    if (answer['next'] !== 'ready') throw garbage('codes: next');
  }

  async voter(issuer: string, session: string): Promise<VoterAnswer> {
    const answer = record(await exchangeJson(`${this.#issuer(issuer)}/voter`, { session }));
    const contests = answer['contests'];
    if (!Array.isArray(contests)) throw garbage('voter: contests');
    return {
      position: integer(answer, 'position'),
      salt: text(answer, 'salt'),
      style: text(answer, 'style'),
      contests: contests.map((item: unknown) => {
        const contest = record(item);
        const served = contest['served'];
        if (typeof served !== 'boolean') throw garbage('voter: served');
        return { id: text(contest, 'id'), served };
      }),
    };
  }

  /** An issuer's blind signature. The same request gets the same answer, however often it is made. */
  async permit(
    issuer: string,
    session: string,
    request: { readonly contest: string; readonly list: string; readonly blinded: Uint8Array },
  ): Promise<Uint8Array> {
    const url = `${this.#issuer(issuer)}/permits`;
    const { contest, list, blinded } = request;
    const json = { contest, list, blinded: base64url(blinded) };
    const answer = record(await exchangeJson(url, { method: 'POST', session, json }));
    return fromBase64url(text(answer, 'blindSignature'));
  }

  async logout(issuer: string, session: string): Promise<void> {
    await exchange(`${this.#issuer(issuer)}/session`, { method: 'DELETE', session });
  }

  /** A file of the board, or undefined: what `@kabina/log` calls a `TileReader`. */
  async read(path: string): Promise<Uint8Array | undefined> {
    return orMissing(exchange(`${this.#box}/board/${path}`));
  }

  /** Casts: the promise's bytes. The same bytes get the same answer, however often they are sent. */
  async cast(ballot: Uint8Array, patience: Patience = {}): Promise<Uint8Array> {
    const url = `${this.#box}/ballots`;
    return exchange(url, { ...patience, method: 'POST', cbor: ballot, limit: MAX_PROMISE });
  }

  async challenge(opened: Uint8Array): Promise<void> {
    record(await exchangeJson(`${this.#box}/challenges`, { method: 'POST', cbor: opened }));
  }

  /**
   * A kiosk's request for a batch of cards: `SignedBatch` or, from the last issuer, `CardBatch`. The
   * same request gets the same answer.
   */
  async deliver(issuer: string, request: Uint8Array): Promise<Uint8Array> {
    const url = `${this.#issuer(issuer)}/deliveries`;
    const limit = MAX_DELIVERY_BYTES;
    return exchange(url, { method: 'POST', cbor: request, limit, timeout: DELIVERY_TIMEOUT });
  }

  /** A `delivered` entry for the last issuer to countersign; resolves once it is on the board. */
  async confirmDelivery(issuer: string, entry: Uint8Array): Promise<void> {
    const url = `${this.#issuer(issuer)}/deliveries/confirm`;
    const timeout = DELIVERY_TIMEOUT;
    record(await exchangeJson(url, { method: 'POST', cbor: entry, timeout }));
  }

  /** Casts a ballot that was held at a kiosk's closing: a `late` entry; answers the promise. */
  async castLate(late: Uint8Array, patience: Patience = {}): Promise<Uint8Array> {
    const url = `${this.#box}/late-ballots`;
    return exchange(url, { ...patience, method: 'POST', cbor: late, limit: MAX_PROMISE });
  }

  /** A signed entry for the board. */
  async post(entry: Uint8Array): Promise<void> {
    const timeout = patienceFor(entry.length);
    record(await exchangeJson(`${this.#box}/entries`, { method: 'POST', cbor: entry, timeout }));
  }

  /** The inclusion proof of an entry under a cosigned checkpoint, or undefined while there is none. */
  async proof(leafHash: string): Promise<Uint8Array | undefined> {
    return orMissing(exchange(`${this.#box}/proofs/${leafHash}`, { limit: MAX_PROOF }));
  }

  /** An entry that a booth should know, with its proof; see `readNotices`. Undefined if not yet there. */
  async notice(index: number): Promise<Uint8Array | undefined> {
    return orMissing(exchange(`${this.#box}/notices/${index}`, { limit: MAX_NOTICE }));
  }

  /** Every ballot under the permit of the one with this tracking code, or undefined. */
  async receipt(trackingCode: string): Promise<LookupAnswer | undefined> {
    try {
      return readLookup(await exchangeJson(`${this.#box}/receipts/${trackingCode}`));
    } catch (error) {
      if (error instanceof ElectionError) throw garbage('receipt', error);
      if ((error as { status?: unknown }).status === 404) return undefined;
      throw error;
    }
  }

  async status(): Promise<StatusAnswer> {
    const answer = record(await exchangeJson(`${this.#box}/status`, { limit: MAX_STATUS }));
    const { notices } = answer;
    const indices = Array.isArray(notices) && notices.length <= MAX_NOTICES ? notices : [-1];
    if (!indices.every((n) => Number.isSafeInteger(n) && n >= 0)) {
      throw garbage('status: notices');
    }
    return {
      electionId: text(answer, 'electionId'),
      phase: text(answer, 'phase'),
      notices: indices as number[],
    };
  }

  #issuer(id: string): string {
    const url = this.#issuers.get(id);
    if (url === undefined) throw new TypeError(`no address for issuer ${id}`);
    return url;
  }
}

async function orMissing(answer: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return undefined;
    throw error;
  }
}

function codeFields(answer: Record<string, unknown>): Partial<LoginAnswer> {
  const sentTo = answer['sentTo'];
  return {
    ...(typeof sentTo === 'string' ? { sentTo: sentTo.slice(0, 100) } : {}),
    ...('resendAfter' in answer ? { resendAfter: integer(answer, 'resendAfter') } : {}),
    ...('triesLeft' in answer ? { triesLeft: integer(answer, 'triesLeft') } : {}),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw garbage('an object expected');
  }
  return value as Record<string, unknown>;
}

function text(from: Record<string, unknown>, name: string): string {
  const value = from[name];
  if (typeof value !== 'string' || value === '' || value.length > 4096) throw garbage(name);
  return value;
}

function integer(from: Record<string, unknown>, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw garbage(name);
  return value;
}

/** RFC 4648 §5, without padding. */
export function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64url(encoded: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(encoded)) throw garbage('not base64url');
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
  } catch (cause) {
    throw garbage('not base64url', cause);
  }
}
