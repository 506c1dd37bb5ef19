// One HTTP exchange with a service that may be away, overloaded or lying: time and size are limited,
// and whatever comes back is either what was asked for or a `BoothError`.

import { BoothError } from './errors.ts';

/** How long an answer may take, in milliseconds. Checking a ballot takes the box far less. */
const TIMEOUT = 20_000;
/** What each byte of an answer may take besides, in milliseconds: a line of 100 bytes a second. */
const BYTE_TIME = 10;
/** Nothing takes longer, however many bytes: a server that lies holds nobody for a day. */
const MOST_TIME = 3_600_000;
/** A bundle of 256 entries of 65,535 bytes, and the lengths before them. */
const MAX_BODY = 256 * (65_535 + 2);
/** A service that asks for more patience than this is asked again anyway. */
const MAX_RETRY_AFTER = 3_600_000;

/** How long to wait, and what ends the waiting. */
export interface Patience {
  readonly signal?: AbortSignal;
  /** Milliseconds, and what the answer's bytes take on a thin line; some seconds by default. */
  readonly timeout?: number;
}

export interface Exchange extends Patience {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Bearer token of an issuer's session. */
  readonly session?: string;
  readonly json?: unknown;
  readonly cbor?: Uint8Array;
  /** Most bytes that the answer may have. */
  readonly limit?: number;
}

/** The patience that a long request needs besides: it crosses the same line. Milliseconds. */
export const patienceFor = (bytes: number): number => TIMEOUT + bytes * BYTE_TIME;

/** The answer's body. Throws `BoothError` for everything but 2xx. */
export async function exchange(url: string, options: Exchange = {}): Promise<Uint8Array> {
  const headers: Record<string, string> = {};
  let body: BodyInit | undefined;
  if (options.session !== undefined) headers['authorization'] = `Bearer ${options.session}`;
  if (options.json !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(options.json);
  } else if (options.cbor !== undefined) {
    headers['content-type'] = 'application/cbor';
    body = options.cbor.slice();
  }
  const timeout = new Timeout(options.timeout ?? TIMEOUT);
  const signal = AbortSignal.any([timeout.signal, ...(options.signal ? [options.signal] : [])]);
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await fetch(url, {
      method: options.method ?? 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
      // The ballot box refuses cookies, and an issuer has its own token.
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal,
    });
    bytes = await readBody(response, options.limit ?? MAX_BODY, timeout);
  } catch (cause) {
    if (cause instanceof BoothError) throw cause;
    throw unreachable(cause);
  } finally {
    timeout.clear();
  }
  if (response.ok) return bytes;
  throw refusal(response, bytes);
}

/** As `exchange`, and the body is JSON. */
export async function exchangeJson(url: string, options: Exchange = {}): Promise<unknown> {
  return parseJson(await exchange(url, { limit: 1 << 20, ...options }));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw garbage('the answer is not JSON', cause);
  }
}

/** An answer that isn't what the protocol says. Asking again may help: a proxy may have answered. */
export function garbage(message: string, cause?: unknown): BoothError {
  return new BoothError('network.garbage', message, { retryable: true, cause });
}

function unreachable(cause: unknown): BoothError {
  const offline = typeof navigator !== 'undefined' && (navigator.onLine as unknown) === false;
  const code = offline ? 'network.offline' : 'network.unreachable';
  return new BoothError(code, 'the service could not be reached', { retryable: true, cause });
}

/** Ends an exchange that is slower than the slowest line. */
class Timeout {
  readonly #patience: number;
  readonly #since = performance.now();
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(patience: number) {
    this.#patience = patience;
    this.received(0);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  received(bytes: number): void {
    clearTimeout(this.#timer);
    const end = this.#since + Math.min(this.#patience + bytes * BYTE_TIME, MOST_TIME);
    const late = () => this.#end.abort(new DOMException('too slow', 'TimeoutError'));
    this.#timer = setTimeout(late, end - performance.now());
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

async function readBody(response: Response, limit: number, timeout: Timeout): Promise<Uint8Array> {
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
      throw garbage(`the answer is longer than ${limit} bytes`);
    }
    timeout.received(length);
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

/** Codes of answers that may change by themselves, though their status is not 429 or 5xx. */
const PASSING: readonly string[] = [
  'ballots.closed',
  'permits.closed',
  'challenges.closed',
  'late.not-held',
];

function refusal(response: Response, bytes: Uint8Array): BoothError {
  const { status } = response;
  const said = refusalBody(bytes);
  const retryAt = retryMoment(response.headers.get('retry-after'), said?.details['retryAfter']);
  const options = {
    status,
    details: said?.details ?? {},
    ...(retryAt === undefined ? {} : { retryAt }),
  };
  const message = said?.message ?? `the service answered ${status}`;
  if (said?.code === 'session.missing' || said?.code === 'session.not-ready') {
    return new BoothError('sessions.expired', message, options);
  }
  if (status === 429 || status === 503) {
    const own = said !== undefined && !/^(request|server)\./.test(said.code);
    return new BoothError(own ? said.code : 'network.busy', message, {
      ...options,
      retryable: true,
    });
  }
  if (status >= 500) {
    const own = said !== undefined && !/^(request|server)\./.test(said.code);
    return new BoothError(own ? said.code : 'network.server', message, {
      ...options,
      retryable: true,
    });
  }
  if (status === 408)
    return new BoothError('network.unreachable', message, { ...options, retryable: true });
  if (said === undefined) return garbage(message);
  return new BoothError(said.code, message, { ...options, retryable: PASSING.includes(said.code) });
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function refusalBody(bytes: Uint8Array): Refusal | undefined {
  let body: unknown;
  try {
    body = parseJson(bytes);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, message, ...details } = body as Record<string, unknown>;
  if (typeof code !== 'string' || !/^[a-z-]{1,40}\.[a-z-]{1,40}$/.test(code)) return undefined;
  return { code, message: typeof message === 'string' ? message.slice(0, 500) : code, details };
}

/** RFC 9110 §10.2.3: seconds or a date; or the seconds that the body says. */
function retryMoment(header: string | null, seconds: unknown): number | undefined {
  const now = Date.now();
  let wait: number | undefined;
  if (header !== null && /^\d{1,9}$/.test(header.trim())) wait = Number(header) * 1000;
  else if (header !== null && !Number.isNaN(Date.parse(header))) wait = Date.parse(header) - now;
  else if (typeof seconds === 'number' && Number.isFinite(seconds)) wait = seconds * 1000;
  if (wait === undefined || wait < 0) return undefined;
  return now + Math.min(wait, MAX_RETRY_AFTER);
}
