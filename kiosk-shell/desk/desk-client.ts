/**
 * The services as the desk speaks with them: every issuer's desk (identified zone) and the ballot box
 * (anonymous zone), over `fetch`. Time and size are limited, and an answer is either what was asked
 * for or a `DeskError`: `desk.offline` where nobody answers, `network.…` where what comes is no
 * answer, otherwise the service's own code. Nothing is retried here.
 */
import type { IssuerAddress } from '@kabina/booth/client';
import type { TileReader } from '@kabina/log/tiles';
import { DeskError } from './desk-error.ts';

/** How long one exchange may take, in milliseconds. A page of voters at 2 kbit/s takes two minutes. */
const TIMEOUT = 180_000;
/** A bundle of 256 entries of 65,535 bytes, and the lengths before them. */
const MAX_BODY = 256 * (65_535 + 2);
const MAX_JSON = 4 << 20;
const MAX_PROOF = 1 << 20;
/** Most marks in one request. */
export const MARKS_AT_ONCE = 500;
/** An issuer that says "more" for ever is not believed. */
const MOST_PAGES = 10_000;

/** A voter of the station's list, as an issuer has them. */
export interface ListedVoter {
  /** Place on the voter list. */
  readonly position: number;
  readonly number: string;
  readonly name: string;
  readonly document: string;
  readonly style: string;
  /** Contests whose permits the voter has already. */
  readonly served: readonly string[];
}

export interface MarksAnswer {
  readonly stored: number;
  readonly refused: readonly { readonly number: string; readonly code: string }[];
}

export interface DeskClientOptions {
  readonly box: string;
  readonly issuers: readonly IssuerAddress[];
  readonly station: string;
}

/** Bearer secrets of the issuers' desks, by issuer. */
export type DeskSecrets = Readonly<Record<string, string>>;

export class DeskClient {
  readonly #box: string;
  readonly #issuers: ReadonlyMap<string, string>;
  readonly #station: string;
  /** Told after every exchange whether somebody has answered. */
  onLine: (up: boolean) => void = () => undefined;

  constructor({ box, issuers, station }: DeskClientOptions) {
    this.#box = withoutSlash(box);
    this.#issuers = new Map(issuers.map(({ id, url }) => [id, withoutSlash(url)]));
    this.#station = station;
  }

  /** A file of the board, or undefined. */
  readonly board: TileReader = {
    read: (path) => this.#orMissing(this.#exchange(`${this.#box}/board/${path}`)),
  };

  /** Takes over the station's list. May be repeated. */
  async list(issuer: string, secret: string): Promise<ListedVoter[]> {
    const voters: ListedVoter[] = [];
    let from = 0;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = record(await this.#ask(issuer, secret, `lists/${this.#station}`, { from }));
      const rows = list(answer, 'voters').map(listedVoter);
      for (const row of rows) {
        // Positions ascend: otherwise a page that comes again would go on for ever.
        if (row.position < from) throw garbage('voters out of order');
        from = row.position + 1;
        voters.push(row);
      }
      const { more } = answer;
      if (typeof more !== 'boolean' || (more && rows.length === 0)) throw garbage('more');
      if (!more) return voters;
    }
    throw garbage('a list without an end');
  }

  async transfer(issuer: string, secret: string, number: string): Promise<ListedVoter> {
    const body = { station: this.#station, number };
    const voter = listedVoter(await this.#ask(issuer, secret, 'transfers', body));
    if (voter.number !== number) throw garbage('another voter');
    return voter;
  }

  /** Gives a voter back who came by {@link transfer} and was not served. */
  async release(issuer: string, secret: string, number: string): Promise<void> {
    await this.#ask(issuer, secret, 'releases', { station: this.#station, number });
  }

  /** The same marks may be sent again. `complete`: there are no others. */
  async marks(
    issuer: string,
    secret: string,
    { numbers, complete }: { readonly numbers: readonly string[]; readonly complete: boolean },
  ): Promise<MarksAnswer> {
    const marks = numbers.map((number) => ({ number }));
    const body = { station: this.#station, marks, complete };
    const answer = record(await this.#ask(issuer, secret, 'marks', body));
    return {
      stored: integer(answer, 'stored'),
      refused: list(answer, 'refused').map((item) => {
        const refusal = record(item);
        return { number: text(refusal, 'number'), code: text(refusal, 'code') };
      }),
    };
  }

  /** Puts an entry on the board. The same bytes may be sent again. */
  async post(entry: Uint8Array): Promise<void> {
    const body = entry.slice();
    await this.#exchange(`${this.#box}/entries`, { type: 'application/cbor', body });
  }

  /** The inclusion proof of an entry under a cosigned checkpoint, or undefined while there is none. */
  proof(leafHash: string): Promise<Uint8Array | undefined> {
    return this.#orMissing(this.#exchange(`${this.#box}/proofs/${leafHash}`, {}, MAX_PROOF));
  }

  /** Whether the box answers. */
  async ping(): Promise<void> {
    await this.#exchange(`${this.#box}/status`, {}, MAX_JSON);
  }

  async #ask(issuer: string, secret: string, path: string, body: object): Promise<unknown> {
    const url = this.#issuers.get(issuer);
    if (url === undefined) throw new TypeError(`no address for issuer ${issuer}`);
    const request = { type: 'application/json', body: JSON.stringify(body), secret };
    return parseJson(await this.#exchange(`${url}/desk/${path}`, request, MAX_JSON));
  }

  async #orMissing(answer: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof DeskError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The answer's body. Throws `DeskError` for everything but 2xx. */
  async #exchange(
    url: string,
    { type, body, secret }: { type?: string; body?: BodyInit; secret?: string } = {},
    limit = MAX_BODY,
  ): Promise<Uint8Array> {
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
        },
        ...(body === undefined ? {} : { body }),
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      bytes = await readBody(response, limit);
    } catch (cause) {
      if (cause instanceof DeskError) throw cause;
      this.onLine(false);
      throw new DeskError('desk.offline', 'nobody answers', { retryable: true, cause });
    }
    this.onLine(true);
    if (response.ok) return bytes;
    throw refusal(response.status, bytes);
  }
}

function refusal(status: number, bytes: Uint8Array): DeskError {
  const passing = status === 408 || status === 429 || status >= 500;
  let code: unknown;
  try {
    code = record(parseJson(bytes))['code'];
  } catch {
    code = undefined;
  }
  if (typeof code === 'string' && /^[a-z-]{1,40}\.[a-z-]{1,40}$/.test(code)) {
    // To the member at the table that would say that the typed code is wrong.
    const told = code === 'desk.secret' ? 'desk.rights' : code;
    return new DeskError(told, `the service answers ${status}`, { status, retryable: passing });
  }
  const own = status >= 500 ? 'network.server' : 'network.garbage';
  return new DeskError(own, `the service answers ${status}`, { status, retryable: true });
}

async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw garbage(`longer than ${limit} bytes`);
    }
    chunks.push(value);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw garbage('not JSON', cause);
  }
}

/** An answer that isn't what the protocol says. Asking again may help: a proxy may have answered. */
function garbage(what: string, cause?: unknown): DeskError {
  return new DeskError('network.garbage', `an answer that is none: ${what}`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
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

function list(from: Record<string, unknown>, name: string): unknown[] {
  const value = from[name];
  if (!Array.isArray(value)) throw garbage(name);
  return value as unknown[];
}

function text(from: Record<string, unknown>, name: string): string {
  const value = from[name];
  if (typeof value !== 'string' || value === '' || value.length > 1000) throw garbage(name);
  return value;
}

function integer(from: Record<string, unknown>, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw garbage(name);
  return value;
}

function listedVoter(value: unknown): ListedVoter {
  const row = record(value);
  return {
    position: integer(row, 'position'),
    number: text(row, 'number'),
    name: text(row, 'name'),
    document: text(row, 'document'),
    style: text(row, 'style'),
    served: list(row, 'served').map((contest) => {
      if (typeof contest !== 'string') throw garbage('served');
      return contest;
    }),
  };
}
