/**
 * A station's kiosk under SIGKILL: a real Chromium with a real profile, killed at every point that the
 * code names and at random, while voters with cards vote, the line comes and goes, and the ballot box
 * dies in the middle of what it writes and comes back. `KABINA_KILLS` says how often; 8 by default.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToHex } from '@kabina/crypto/bytes';
import type { KioskPoint } from './kiosk-page.ts';
import { BOX_POINTS } from './box-process.ts';
import { killPlaces, neverReached, SENDING_POINTS } from './kill-points.ts';
import { KIOSK, kioskCall, KioskLab, statusOnce, until, type Opened } from './kiosk-rig.ts';
import { drive, NO_CHROMIUM, Victim } from './outbox-rig.ts';

const KILLS = Number(process.env['KABINA_KILLS'] ?? '8');
/** So many leave together, from the kiosk as from the box's pool. */
const POOL = 3;
const CARDS = 20 + 2 * KILLS;

/** As a record, so that the compiler asks for a point that is added. */
const POINTS: Readonly<Record<KioskPoint, true>> = {
  ...SENDING_POINTS,
  'cards.prepare.before': true,
  'cards.prepare.after': true,
  'cards.commit.before': true,
  'cards.commit.after': true,
  'outbox.prepare.before': true,
  'outbox.prepare.after': true,
  'outbox.commit.before': true,
  'outbox.commit.after': true,
  'keeper.before': true,
  'keeper.after': true,
  'sign.before': true,
  'sign.after': true,
  'card.before': true,
  'card.after': true,
  'sealed.before': true,
  'sealed.after': true,
  'receipt.before': true,
  'receipt.after': true,
  'ended.before': true,
  'ended.after': true,
};

describe('a kiosk whose browser is killed', { skip: NO_CHROMIUM }, () => {
  let lab: KioskLab;
  let last = 'nothing';

  before(async () => {
    lab = await KioskLab.make({ pool: POOL, cards: CARDS });
    const { context, page } = await drive(lab.profile, lab.url());
    try {
      await lab.setUp(page);
      await kioskCall(page, 'stop');
    } finally {
      await context.close();
    }
  });
  after(() => lab.close());

  /** The line comes and goes until it is told to stop; it is up then. */
  async function badLine(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      lab.cutLine();
      await sleep(randomInt(50, 800), undefined, { signal: over }).catch(() => undefined);
      lab.mendLine();
      await sleep(randomInt(50, 800), undefined, { signal: over }).catch(() => undefined);
    }
  }

  /** One life of the kiosk. */
  async function live(point: KioskPoint | 'random'): Promise<void> {
    const arrived = Promise.withResolvers<undefined>();
    let opened: Opened | undefined;
    lab.onPoint = () => arrived.resolve(undefined);
    lab.onOpened = (now) => {
      opened = now;
      if (now.phase !== 'voting') arrived.resolve(undefined);
    };
    if (randomInt(4) === 0) {
      await lab.box.dieAt(`${BOX_POINTS[randomInt(BOX_POINTS.length)]!}#${randomInt(1, 4)}`);
    }
    const over = new AbortController();
    const line = randomInt(3) === 0 ? badLine(over.signal) : Promise.resolve();
    const skip = String(point.startsWith('open.') ? 0 : randomInt(3));
    const victim = new Victim(lab.profile, lab.url({ work: '1', point, skip }));
    const said = point === 'random' ? sleep(randomInt(500, 4000)) : arrived.promise;
    if (randomInt(4) === 0) void sleep(randomInt(500, 2000)).then(() => lab.box.kill());
    await victim.until(said, `never came to ${point}, after ${last}: ${lab.failures.join()}`);
    over.abort();
    await line;
    if (opened === undefined) return;
    assert.equal(opened.phase, 'voting', `after ${last}: ${opened.code}`);
  }

  it(`goes on after each of ${KILLS} kills`, { timeout: 7_200_000 }, async (t) => {
    const reached = new Map<string, number>();
    const places = killPlaces(POINTS);
    for (let kill = 0; kill < KILLS; kill++) {
      const point = places.next().value;
      await live(point);
      assert.deepEqual(lab.failures, [], `after ${last}`);
      reached.set(point, (reached.get(point) ?? 0) + 1);
      last = point;
    }
    assert.deepEqual(neverReached(POINTS, reached), []);
    // One life in four it is killed for certain: in so many, that it never was is one in ten million.
    if (KILLS >= 60) assert.ok(lab.box.kills > 0, 'the box never died');
    const gone = lab.voters.filter(({ state }) => state === 'gone').length;
    const per = [...reached].map(([point, times]) => `${point} ${times}`).join(', ');
    t.diagnostic(`${gone} voters through, the box died ${lab.box.kills} times; ${per}`);
  });

  it('then drains, and the board has exactly what voters were promised, each once', async (t) => {
    lab.mendLine();
    const { context, page } = await drive(lab.profile, lab.url());
    let stated: number;
    try {
      const { phase, trouble } = await kioskCall(page, 'open');
      assert.equal(phase, 'voting', `after ${last}: ${trouble?.code}`);
      // Who was inside comes back; a few more come, whose ballots go late.
      const more = lab.voters.filter(({ state }) => state === 'waits').length > 3 ? 2 : 0;
      const inside = lab.voters.some(({ state }) => state === 'inside') ? 1 : 0;
      await kioskCall(page, 'sendNow');
      lab.cutLine();
      for (let n = 0; n < more + inside; n++) {
        const visit = lab.next()!;
        lab.left(visit.card, await kioskCall(page, 'vote', visit));
      }
      const text = await kioskCall(page, 'close');
      lab.mendLine();
      stated = (await lab.takeHeld(text)).number;
      await kioskCall(page, 'sendNow');
      await statusOnce(page, ({ queue }) => queue.waiting === 0);
      const { queue, cards } = await kioskCall(page, 'status');
      assert.equal(queue.quarantined, 0);
      await until(
        async () => {
          await kioskCall(page, 'sendNow');
          return (await lab.board()).accounts.length > 0;
        },
        () => 'no account of the cards is on the board',
      );
      const [counts] = cards;
      assert.equal(counts?.received, CARDS);
      assert.equal(counts.opened + counts.cancelled, CARDS);
    } finally {
      await context.close();
    }
    assert.deepEqual(lab.failures, []);
    await lab.emptyPool();
    const { cores, delivered, accounts } = await lab.board();
    const { state } = await lab.portal.replay();
    const shown = [...lab.shown.values()].flatMap((own) => [...own.values()]);
    const counted = lab.portal.manifest.contests
      .flatMap(({ id }) => [...state.countedBallots(id)])
      .map(({ coreHash }) => bytesToHex(coreHash));
    const lost = shown.filter((core) => !counted.includes(core)).length;
    const madeUp = counted.filter((core) => !shown.includes(core)).length;
    // One under each permit; a late one that has come before stands there twice, and counts once.
    const twice = [...cores.values()].filter(({ size }) => size > 1).length;
    const doubled = twice + counted.length - new Set(counted).size;
    t.diagnostic(
      `${KILLS} kills: ${shown.length} ballots acknowledged, ${lost} lost, ${doubled} doubled, ` +
        `${madeUp} made up`,
    );
    assert.deepEqual({ lost, doubled, madeUp }, { lost: 0, doubled: 0, madeUp: 0 });
    assert.ok(shown.length > KILLS / 2, `only ${shown.length} ballots`);
    assert.deepEqual(state.stations!.heldBy(KIOSK), { number: stated, arrived: stated });
    // The account: every card of the kiosk was opened or is listed as never opened.
    const [account] = accounts;
    assert.equal(delivered, CARDS);
    const opened = account!.opened.reduce((sum, [, number]) => sum + number, 0);
    assert.equal(opened + account!.number, delivered);
    const came = lab.voters.filter(({ state: now }) => now === 'gone').length;
    assert.equal(opened, came);
    t.diagnostic(`the ballots are of ${came} voters, ${stated} of them late`);
  });
});
