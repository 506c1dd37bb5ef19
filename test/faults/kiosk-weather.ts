/**
 * What stands between a kiosk and its ballot box, and attacks: an HTTP proxy that refuses, lies, loses
 * answers and repeats what it has heard. It counts what it was asked, so that a test can wait until the
 * attack has happened.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Sky =
  | 'fair'
  /** 500, and nothing reaches the box. */
  | 'error'
  /** 200 with a page of its own, as of a hotel's network; nothing reaches the box. */
  | 'garbage'
  /** The box takes it and says so; the answer never comes. */
  | 'lost'
  /** Everything reaches the box twice; the second answer comes. */
  | 'replayed'
  /** The box's answer to another ballot; this one does not reach it. */
  | 'stale';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export class Weather {
  sky: Sky = 'fair';
  /** Times that a ballot was brought to this proxy, alone or as a late one. */
  asked = 0;
  /** Times that the box has said yes to a ballot, whether or not anybody heard it. */
  taken = 0;
  readonly #target: string;
  readonly #server = createServer((request, response) => {
    // A box that is just dying answers nobody.
    this.#serve(request, response).catch(() => response.destroy());
  });
  /** The first promise that came through. */
  #heard: Answer | undefined;

  private constructor(target: string) {
    this.#target = target;
  }

  static async before(target: string): Promise<Weather> {
    const weather = new Weather(target);
    await new Promise<void>((resolve) => weather.#server.listen(0, '127.0.0.1', resolve));
    return weather;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.closeAllConnections();
    this.#server.close();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const ballot = request.method === 'POST' && /^\/(late-)?ballots$/.test(request.url ?? '');
    const { sky } = this;
    const answer = await this.#answer(request, body, ballot);
    // Only now: whoever waits for it may change the sky.
    if (ballot) this.asked += 1;
    if (answer === undefined) {
      response.destroy();
      return;
    }
    const headers: Record<string, string> = { connection: 'close' };
    for (const [name, value] of answer.headers) {
      if (!/^(connection|keep-alive|transfer-encoding|content-length)$/.test(name)) {
        headers[name] = value;
      }
    }
    response.writeHead(answer.status, headers).end(answer.body);
    if (ballot && answer.status === 200 && sky === 'fair') this.#heard ??= answer;
  }

  /** Undefined: none comes. */
  async #answer(
    request: IncomingMessage,
    body: Buffer,
    ballot: boolean,
  ): Promise<Answer | undefined> {
    const { sky } = this;
    const open = new Headers({ 'access-control-allow-origin': '*', 'content-type': 'text/html' });
    const page = (status: number): Answer => ({
      status,
      headers: open,
      body: new TextEncoder().encode('<!doctype html><title>Welcome</title>'),
    });
    if (!ballot) return this.#ask(request, body);
    if (sky === 'error') return page(500);
    if (sky === 'garbage') return page(200);
    if (sky === 'stale') return this.#heard ?? page(502);
    const answer = await this.#ask(request, body);
    if (answer.status === 200) this.taken += 1;
    if (sky === 'lost') return undefined;
    return sky === 'replayed' ? this.#ask(request, body) : answer;
  }

  async #ask(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const headers = new Headers();
    for (const name of ['origin', 'content-type', 'accept', 'access-control-request-method']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const wanted = request.headers['access-control-request-headers'];
    if (wanted !== undefined) headers.set('access-control-request-headers', wanted);
    const answer = await fetch(`${this.#target}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers,
      ...(body.length === 0 ? {} : { body: Uint8Array.from(body) }),
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: new Uint8Array(await answer.arrayBuffer()),
    };
  }
}
