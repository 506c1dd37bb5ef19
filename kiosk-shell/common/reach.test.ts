import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { errorCode } from '../office/office-errors.ts';
import { jsonOf, reach } from './reach.ts';

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/good': (response) => response.end('{"phase":"open"}'),
  '/nothing': (response) => response.writeHead(204).end(),
  '/fault': (response) => response.writeHead(502).end('<html>bad gateway'),
  '/refused': (response) => response.writeHead(403).end('{}'),
  '/captive': (response) => response.end('<html>log in here'),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half');
    setTimeout(() => response.destroy(), 50);
  },
};

describe('an answer', () => {
  let server: Server;
  let origin: string;

  before(async () => {
    server = createServer((request, response) => ANSWERS[request.url!]!(response));
    await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('comes whole, with its status', async () => {
    assert.deepEqual(await jsonOf(await reach(`${origin}/good`)), { phase: 'open' });
    assert.equal((await reach(`${origin}/nothing`)).status, 204);
    assert.equal((await reach(`${origin}/refused`)).status, 403);
  });

  it('that is none says by its code why', async () => {
    for (const [path, code] of [
      ['/cut', 'network.unreachable'],
      ['/fault', 'network.server'],
      ['/refused', 'network.garbage'],
      ['/captive', 'network.garbage'],
    ] as const) {
      await assert.rejects(async () => jsonOf(await reach(origin + path)), { code }, path);
    }
  });

  it('is no network where nobody listens, and a fault of this page where the page is at fault', async () => {
    const away = createServer();
    await new Promise<void>((go) => away.listen(0, '127.0.0.1', go));
    const { port } = away.address() as AddressInfo;
    await new Promise((gone) => away.close(gone));
    const failure = await reach(`http://127.0.0.1:${port}/`).catch((error: unknown) => error);
    assert.equal(errorCode(failure), 'network.unreachable');
    assert.equal(errorCode(new TypeError('undefined is not iterable')), 'office.failed');
    assert.equal(errorCode(undefined), 'office.failed');
  });
});
