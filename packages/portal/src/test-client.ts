/** For this package's tests: a client that holds every answer to the OpenAPI document. */
import { validateAnswer, type OpenApi } from './testing.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** The body as JSON. */
  readonly json: unknown;
  /** The error's code. */
  readonly code: string | undefined;
}

export interface Ask {
  readonly json?: unknown;
  readonly cbor?: Uint8Array;
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Talks to one listener; throws if an answer is not what the OpenAPI document says. */
export class Client {
  readonly url: string;
  readonly #document: OpenApi;

  constructor(url: string, document: OpenApi) {
    this.url = url;
    this.#document = document;
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    const { json, cbor, bearer, headers = {} } = ask;
    const type =
      json !== undefined ? 'application/json' : cbor !== undefined ? 'application/cbor' : undefined;
    const body = ask.body ?? (json !== undefined ? JSON.stringify(json) : cbor);
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(type && { 'content-type': type }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : Uint8Array.from(body) }),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const seen = Object.fromEntries(answer.headers);
    validateAnswer(this.#document, method, path, answer.status, seen, bytes);
    const isJson = seen['content-type']?.startsWith('application/json') ?? false;
    const value: unknown = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : undefined;
    const code = answer.ok ? undefined : (value as { code: string }).code;
    return { status: answer.status, headers: seen, bytes, json: value, code };
  }

  /** Posts entries one after the other, each of which has to be taken. */
  async post(entries: readonly Uint8Array[]): Promise<void> {
    for (const cbor of entries) {
      const answer = await this.ask('POST', '/entries', { cbor });
      if (answer.status !== 200) throw new Error(`entry refused: ${JSON.stringify(answer.json)}`);
    }
  }
}

/** Asks again until the answer satisfies; for what other processes do in their own time. */
export async function until<T>(get: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await get();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
