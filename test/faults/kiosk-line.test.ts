/**
 * A station's kiosk and the real ballot box with everything between them that a line can do: the box
 * answers 500, something else answers, the yes is lost, a proxy repeats and mixes up, 2 kbit/s, and the
 * box dies at every point of its own. The voter has a promise in hand each time; the board has exactly
 * what was promised in the end.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { knownCodes } from '@kabina/elements/error-text';
import { BOX_POINTS } from './box-process.ts';
import { IN_FULL } from './kill-points.ts';
import { KIOSK, kioskCall, KioskLab, statusOnce, until } from './kiosk-rig.ts';
import { Weather, type Sky } from './kiosk-weather.ts';
import { Line } from './outbox-line.ts';
import { drive, NO_CHROMIUM } from './outbox-rig.ts';

const CARDS = 24;
/** A ballot and the browser's questions take about a quarter of a minute at 2 kbit/s. */
const THIN_PATIENCE_MS = 180_000;

/** What the kiosk says of it; undefined: nothing, since the ballots are taken. */
const SKIES: Readonly<Record<Exclude<Sky, 'fair'>, string | undefined>> = {
  error: 'network.server',
  garbage: 'box.promise',
  lost: 'network.unreachable',
  stale: 'box.promise',
  replayed: undefined,
};

describe('a kiosk on a bad line to the box', { skip: NO_CHROMIUM, timeout: 900_000 }, () => {
  let lab: KioskLab;
  let weather: Weather;
  let line: Line;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    lab = await KioskLab.make({ pool: 1, cards: CARDS });
    weather = await Weather.before(lab.lines[0]!.url);
    line = await Line.to(weather.port);
    ({ context, page } = await drive(lab.profile, 'about:blank'));
    // The kiosk's address of the box is that of the line.
    await context.route('**/services', async (route) => {
      const answer = await route.fetch();
      const services = (await answer.json()) as object;
      await route.fulfill({ json: { ...services, box: `http://127.0.0.1:${line.port}` } });
    });
    await page.goto(lab.url());
    await lab.setUp(page);
    await start();
    // So that there is an answer to mix up.
    await visit();
    await drained();
  });
  after(async () => {
    await context.close();
    line.close();
    await weather.close();
    await lab.close();
  });

  /** The power comes back. */
  async function start(): Promise<void> {
    await kioskCall(page, 'stop');
    await page.reload();
    const { phase, trouble } = await kioskCall(page, 'open');
    assert.equal(phase, 'voting', trouble?.code);
  }

  /** A voter comes; answers how many papers they were promised. */
  const visit = (): Promise<number> => lab.visit(page);

  /** The box was asked to take ballots so many times. */
  const asks = (times: number, patience?: number): Promise<void> =>
    until(
      () => weather.asked >= times,
      () => `asked ${weather.asked} times`,
      patience,
    );

  async function drained(): Promise<void> {
    await lab.box.up();
    await kioskCall(page, 'sendNow');
    await statusOnce(page, ({ queue }) => queue.waiting === 0 && queue.line === 'up');
  }

  for (const [sky, code] of Object.entries(SKIES) as [Exclude<Sky, 'fair'>, string | undefined][]) {
    it(`keeps everything while the box’s answers are ${sky}, over a restart too, and then sends it`, async () => {
      const [asked, taken] = [weather.asked, weather.taken];
      weather.sky = sky;
      const promised = await visit();
      await kioskCall(page, 'sendNow');
      if (code !== undefined) {
        assert.ok(knownCodes.includes(code));
        const { queue } = await statusOnce(page, (status) => status.queue.trouble?.code === code);
        assert.deepEqual([queue.waiting, queue.quarantined], [promised, 0]);
        assert.equal(queue.line, code.startsWith('network.') ? 'down' : 'up');
        // It is the same after the power has failed.
        await start();
        await asks(asked + 2);
        await statusOnce(page, (status) => status.queue.waiting === promised);
      }
      if (sky === 'lost') assert.ok(weather.taken > taken, 'the box has said yes');
      weather.sky = 'fair';
      await drained();
      if (sky === 'replayed') assert.equal(weather.taken - taken, promised);
    });
  }

  it('drains over 2 kbit/s, and asks the box for each ballot once', async () => {
    lab.cutLine();
    // At this pace a second ballot shows nothing that the first does not.
    const next = lab.voters.find(({ state }) => state === 'waits')!;
    if (!IN_FULL) next.papers = next.papers.slice(0, 1);
    const promised = await visit();
    await kioskCall(page, 'stop');
    const asked = weather.asked;
    lab.mendLine();
    line.weather = 'thin';
    await page.reload();
    assert.equal((await kioskCall(page, 'open')).phase, 'voting');
    await asks(asked + promised, THIN_PATIENCE_MS);
    await statusOnce(page, ({ queue }) => queue.waiting === 0);
    assert.equal(weather.asked, asked + promised);
    line.weather = 'through';
  });

  // In full each death has a voter of its own, and nothing is left of it when the next one comes.
  for (const points of IN_FULL ? BOX_POINTS.map((point) => [point]) : [BOX_POINTS]) {
    const where = points.length === 1 ? points[0] : 'each of its points in turn';
    it(`loses nothing when the box dies at ${where}`, async () => {
      const deaths = lab.box.kills + points.length;
      await lab.box.dieAt(...points.map((point) => `${point}#1`));
      await until(
        async () => {
          await lab.box.up();
          if ((await kioskCall(page, 'status')).queue.waiting === 0) await visit();
          await kioskCall(page, 'sendNow');
          return lab.box.kills === deaths;
        },
        () => `${deaths - lab.box.kills} deaths have not come`,
      );
      await drained();
    });
  }

  it('brings what it held at closing, each once, through lost and repeated answers', async () => {
    lab.cutLine();
    const promised = (await visit()) + (await visit());
    const text = await kioskCall(page, 'close');
    lab.mendLine();
    assert.equal((await lab.takeHeld(text)).number, promised);
    for (const sky of ['lost', 'stale', 'replayed'] as const) {
      weather.sky = sky;
      const before = weather.asked;
      await kioskCall(page, 'sendNow');
      await asks(before + 1);
    }
    weather.sky = 'fair';
    await drained();
    await lab.assertBoard();
    const { state } = await lab.portal.replay();
    assert.deepEqual(state.stations!.heldBy(KIOSK), { number: promised, arrived: promised });
  });
});
