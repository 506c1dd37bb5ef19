// What services answer, and what the booth makes of it.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { PortalClient } from './client.ts';
import { BoothError } from './errors.ts';
import { exchange } from './http.ts';

interface Said {
  readonly status: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('the portal client', () => {
  let server: Server;
  let client: PortalClient;
  let said: Said = { status: 200 };
  let asked: { readonly headers: NodeJS.Dict<string | string[]>; readonly url?: string };

  before(async () => {
    server = createServer((request, response) => {
      asked = {
        headers: request.headers,
        ...(request.url === undefined ? {} : { url: request.url }),
      };
      response.writeHead(said.status, said.headers).end(said.body ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    client = new PortalClient({ box: url, issuers: [{ id: 'registrar', url }] });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  async function failure(answer: Said, call: () => Promise<unknown>): Promise<BoothError> {
    said = answer;
    const error: unknown = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof BoothError, String(error));
    return error;
  }

  const login = (): Promise<unknown> =>
    client.login('registrar', { method: 'training', login: 'anna' });
  const json = (status: number, body: unknown): Said => ({ status, body: JSON.stringify(body) });

  it('names what went wrong, and whether trying again may help', async () => {
    const table: readonly (readonly [Said, string, boolean])[] = [
      [{ status: 200, body: '<html>' }, 'network.garbage', true],
      [json(200, []), 'network.garbage', true],
      [json(200, { session: 'x', next: 'maybe' }), 'network.garbage', true],
      [json(200, { session: '', next: 'ready' }), 'network.garbage', true],
      [{ status: 404, body: 'nginx' }, 'network.garbage', true],
      [{ status: 500 }, 'network.server', true],
      [json(502, { code: 'codes.not-sent', message: '' }), 'codes.not-sent', true],
      [json(503, { code: 'server.busy', message: '' }), 'network.busy', true],
      [json(429, { code: 'request.too-many', message: '' }), 'network.busy', true],
      [json(429, { code: 'codes.too-soon', message: '' }), 'codes.too-soon', true],
      [json(401, { code: 'session.missing', message: '' }), 'sessions.expired', false],
      [json(401, { code: 'login.unknown', message: '' }), 'login.unknown', false],
      [json(403, { code: 'ballots.closed', message: '' }), 'ballots.closed', true],
      [json(409, { code: 'permits.served', message: '' }), 'permits.served', false],
      [json(409, { code: '<script>', message: '' }), 'network.garbage', true],
      [{ status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'network.unreachable', true],
    ];
    for (const [answer, code, retryable] of table) {
      const error = await failure(answer, login);
      assert.deepEqual([error.code, error.retryable], [code, retryable], JSON.stringify(answer));
    }
    const nobody = new PortalClient({ box: 'http://127.0.0.1:9', issuers: [] });
    await assert.rejects(nobody.status(), { code: 'network.unreachable', retryable: true });
  });

  it('takes Retry-After as seconds or as a date, and never for longer than an hour', async () => {
    const wait = async (value: string): Promise<number | undefined> => {
      const { retryAt } = await failure({ status: 429, headers: { 'retry-after': value } }, login);
      return retryAt === undefined ? undefined : Math.round((retryAt - Date.now()) / 10_000) * 10;
    };
    assert.equal(await wait('120'), 120);
    assert.equal(await wait(new Date(Date.now() + 60_000).toUTCString()), 60);
    assert.equal(await wait('999999999'), 3600);
    assert.equal(await wait('soon'), undefined);
    assert.equal(await wait('-5'), undefined);
  });

  it('tells a missing file from a failure, and reads no endless answer', async () => {
    said = json(404, { code: 'board.not-found', message: '' });
    assert.equal(await client.read('tile/0/000'), undefined);
    assert.equal(await client.proof('00'), undefined);
    await failure({ status: 500 }, () => client.read('tile/0/000'));
    const long = { status: 200, body: new Uint8Array(5000) };
    assert.equal(
      (await failure(long, () => client.cast(new Uint8Array(1)))).code,
      'network.garbage',
    );
  });

  it('waits for an answer as long as its bytes come over a thin line, and no longer', async () => {
    const drips = async (bytes: number, every: number) => {
      const slow = createServer((_, response) => {
        let left = 8;
        const timer = setInterval(() => {
          if (left-- > 0) return void response.write(new Uint8Array(bytes));
          clearInterval(timer);
          response.end();
        }, every);
      });
      await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
      try {
        return (await exchange(url, { timeout: 400 })).length;
      } finally {
        slow.closeAllConnections();
        slow.close();
      }
    };
    // Twice as long as the time without bytes; then one byte now and then, for ever.
    assert.equal(await drips(50, 100), 400);
    await assert.rejects(drips(1, 100), { code: 'network.unreachable' });
  });

  it('waits longer after a long request, and never for more than an hour', async (context) => {
    const times: number[] = [];
    const original = globalThis.setTimeout;
    context.mock.method(globalThis, 'setTimeout', (work: () => void, time: number) => {
      times.push(time);
      return original(work, time);
    });
    const longest = async (answer: Said, call: () => Promise<unknown>): Promise<number> => {
      said = answer;
      times.length = 0;
      await call();
      return Math.max(...times);
    };
    // The account of 1,500 cards over 100 bytes a second; a file of the board from a server that lies.
    const post = await longest(json(200, {}), () => client.post(new Uint8Array(51_000)));
    assert.ok(post > 510_000);
    const long = { status: 200, body: new Uint8Array(1 << 20) };
    assert.ok((await longest(long, () => client.read('tile/0/000'))) <= 3_600_000);
  });

  it('sends no cookie, and a token only to issuers', async () => {
    said = { ...json(200, {}), headers: { 'set-cookie': 'who=anna; Path=/' } };
    await client.challenge(new Uint8Array(1));
    await client.challenge(new Uint8Array(1));
    assert.deepEqual(
      ['cookie', 'authorization', 'referer'].map((name) => asked.headers[name]),
      [undefined, undefined, undefined],
    );
    await client.logout('registrar', 'token');
    assert.equal(asked.headers['authorization'], 'Bearer token');
    assert.equal(asked.url, '/session');
  });

  it('throws nothing but its own error, whatever is answered', async () => {
    const calls = [
      login,
      () => client.voter('registrar', 'token'),
      () => client.status(),
      () => client.receipt('0000'),
      () =>
        client.permit('registrar', 'token', { contest: 'a', list: 'b', blinded: new Uint8Array() }),
    ];
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => `{"contests":${text}}`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...calls),
        fc.constantFrom(200, 400, 409, 503),
        body,
        (call, status, text) => {
          said = { status, body: text };
          return call().then(
            () => undefined,
            (error: unknown) => assert.ok(error instanceof BoothError, String(error)),
          );
        },
      ),
    );
  });
});
