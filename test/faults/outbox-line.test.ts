/** The outbox on a bad line, before a server that misbehaves, in two tabs, with a clock that jumps. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { setDigest } from '@kabina/outbox/witness';
import { Line } from './outbox-line.ts';
import { call, drive, Lab, NO_CHROMIUM } from './outbox-rig.ts';

describe('an outbox on a bad line', { skip: NO_CHROMIUM, timeout: 300_000 }, () => {
  let lab: Lab;
  let line: Line;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    lab = await Lab.make();
    line = await Line.to(lab.receiver.port);
    ({ context, page } = await drive(lab.profile, lab.url({}, line.port)));
  });
  after(async () => {
    await context.close();
    line.close();
    await lab.close();
  });
  beforeEach(async () => {
    line.weather = 'through';
    await lab.receiver.misbehave('good');
    await page.goto(lab.url({}, line.port));
    assert.equal(await call(page, 'open'), 'ok');
  });
  afterEach(() => call(page, 'close'));

  async function put(items: number): Promise<void> {
    for (let n = 0; n < items; n++) assert.equal(await call(page, 'putNew'), 'ok');
  }

  /** Everything that was acknowledged has come, as itself; nothing else has. */
  async function allDelivered(): Promise<Map<string, number>> {
    await call(page, 'drained');
    await call(page, 'stop');
    const received = await lab.receiver.received();
    const acknowledged = [...lab.acked].map((key) => lab.planned.get(key)!);
    assert.deepEqual([...received.keys()].sort(), acknowledged.sort());
    assert.equal((await lab.journal()).committed, setDigest([]));
    return received;
  }

  async function until(seen: string): Promise<void> {
    await page.waitForFunction(
      (name) => (globalThis as unknown as { rig: { seen(): string[] } }).rig.seen().includes(name),
      seen,
    );
  }

  for (const weather of ['cut', 'torn'] as const) {
    it(`waits out a line that is ${weather}, and then sends by itself`, async () => {
      line.weather = weather;
      await put(4);
      await call(page, 'start');
      await until('network.unreachable');
      assert.equal((await call(page, 'status')).line, 'down');
      assert.equal(await call(page, 'count'), 4);
      line.weather = 'through';
      await allDelivered();
      assert.deepEqual(await call(page, 'status'), {
        waiting: 0,
        quarantined: 0,
        sent: 4,
        line: 'up',
      });
    });
  }

  it('sends over 2 kbit/s', async () => {
    line.weather = 'thin';
    await put(3);
    await call(page, 'start');
    const received = await allDelivered();
    assert.equal(Math.max(...received.values()), 1);
  });

  for (const mode of ['error', 'garbage'] as const) {
    it(`keeps everything while the server answers ${mode}`, async () => {
      await lab.receiver.misbehave(mode);
      await put(3);
      await call(page, 'start');
      await until(mode === 'error' ? 'network.server' : 'network.garbage');
      assert.equal(await call(page, 'count'), 3);
      await lab.receiver.misbehave('good');
      await allDelivered();
    });
  }

  it('sends again what was taken when the answer was lost', async () => {
    await lab.receiver.misbehave('lost');
    await put(2);
    await call(page, 'start');
    await until('network.unreachable');
    assert.equal(await call(page, 'count'), 2);
    await lab.receiver.misbehave('good');
    const received = await allDelivered();
    assert.ok(Math.max(...received.values()) > 1);
  });

  it('is not harmed by a proxy that sends everything twice', async () => {
    line.weather = 'replay';
    const before = line.replays;
    await put(3);
    await call(page, 'start');
    await allDelivered();
    assert.ok(line.replays > before);
  });

  it('doesn’t believe a proxy that answers with the answer to another item', async () => {
    line.weather = 'stale';
    await put(2);
    await call(page, 'start');
    await until('network.garbage');
    assert.equal(await call(page, 'count'), 2);
    line.weather = 'through';
    await allDelivered();
  });

  it('sets aside what the server will never take, and delivers it when the server is cured', async () => {
    await lab.receiver.misbehave('picky');
    await call(page, 'start');
    while ((await call(page, 'quarantined')).length < 2) await put(1);
    await call(page, 'drained');
    assert.ok((await call(page, 'quarantined')).every(({ code }) => code === 'items.refused'));
    await lab.receiver.misbehave('good');
    assert.equal(await call(page, 'release'), 'ok');
    await allDelivered();
  });

  it('loses nothing when the server is killed while it takes', async () => {
    await put(20);
    await call(page, 'start');
    for (let n = 0; n < 3; n++) {
      await lab.receiver.kill();
      await lab.receiver.restart();
    }
    await allDelivered();
  });

  it('refuses a second tab, which touches nothing, and lets it in when the first has gone', async () => {
    await put(2);
    const second = await context.newPage();
    await second.goto(lab.url({}, line.port));
    assert.equal(await call(second, 'open'), 'outbox.elsewhere');
    await put(1);
    await call(page, 'start');
    await allDelivered();
    await put(1);
    await page.goto('about:blank');
    assert.equal(await call(second, 'open'), 'ok');
    assert.equal(await call(second, 'count'), 1);
    await call(second, 'start');
    await call(second, 'drained');
    await second.close();
    await page.goto(lab.url({}, line.port));
    assert.equal(await call(page, 'open'), 'ok');
    await call(page, 'start');
    await allDelivered();
  });

  it('asks no clock: a day back or forth in the middle changes nothing', async () => {
    await page.clock.install();
    await page.goto(lab.url({}, line.port));
    assert.equal(await call(page, 'open'), 'ok');
    await put(2);
    for (const days of [-1, 1, 0]) {
      await page.clock.setSystemTime(Date.now() + days * 86_400_000);
      await put(2);
    }
    line.weather = 'cut';
    await call(page, 'start');
    await until('network.unreachable');
    await page.clock.setSystemTime(Date.now() - 86_400_000);
    line.weather = 'through';
    await allDelivered();
  });
});
