/** Who is answered: this machine's own name alone, whatever name was made to lead here. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { servePages } from './page-server.ts';

test('a page of a foreign name that leads here (DNS rebinding) reaches nothing', async () => {
  const asked: string[] = [];
  const pages = await servePages({
    port: 0,
    services: [],
    control: (incoming, response) => {
      asked.push(incoming.url ?? '');
      response.end();
    },
  });
  const { port } = new URL(pages.url);
  const status = async (host: string): Promise<number | undefined> => {
    const asking = request({ port, host: '127.0.0.1', path: '/control/state', headers: { host } });
    asking.end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  try {
    assert.equal(await status(`127.0.0.1:${port}`), 200);
    assert.equal(await status(`localhost:${port}`), 200);
    assert.equal(await status(`evil.example:${port}`), 421);
    assert.equal(await status('evil.example'), 421);
    assert.deepEqual(asked, ['/control/state', '/control/state']);
  } finally {
    await pages.close();
  }
});
