/**
 * The outbox under SIGKILL: a real Chromium with a real profile, killed at every point that the code
 * names and at random, the same profile all along. `KABINA_KILLS` says how often; 12 by default.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxPoint } from '@kabina/outbox/outbox';
import type { SenderPoint } from '@kabina/outbox/sender';
import { setDigest } from '@kabina/outbox/witness';
import { killPlaces, neverReached, SENDING_POINTS } from './kill-points.ts';
import { call, drive, Lab, NO_CHROMIUM, Victim, type Opened } from './outbox-rig.ts';

const KILLS = Number(process.env['KABINA_KILLS'] ?? '12');

/** As a record, so that the compiler asks for a point that is added. */
const POINTS: Readonly<Record<OutboxPoint | SenderPoint, true>> = {
  ...SENDING_POINTS,
  'quarantine.requested': true,
  'quarantine.completed': true,
  'release.requested': true,
  'release.completed': true,
};

describe('an outbox whose browser is killed', { skip: NO_CHROMIUM }, () => {
  let lab: Lab;
  let last = 'nothing';
  before(async () => {
    lab = await Lab.make();
    await lab.receiver.misbehave('picky');
  });
  after(() => lab.close());

  /** What must hold whenever the queue is open. `acked` is of that moment: the page goes on. */
  async function judge(
    { code, held }: Opened,
    acked: ReadonlySet<string>,
    last: string,
  ): Promise<void> {
    assert.equal(code, 'ok', `after ${last}`);
    const received = await lab.receiver.received();
    const shas = new Set(held.map(({ sha }) => sha));
    for (const { key, sha } of held) assert.equal(lab.planned.get(key), sha, `after ${last}`);
    for (const key of acked) {
      const sha = lab.planned.get(key)!;
      assert.ok(shas.has(sha) || received.has(sha), `an acknowledged item is lost after ${last}`);
    }
    const planned = new Set(lab.planned.values());
    for (const sha of received.keys()) assert.ok(planned.has(sha), `made up after ${last}`);
  }

  it(`loses nothing that was acknowledged in ${KILLS} kills`, { timeout: 3_600_000 }, async (t) => {
    const reached = new Map<string, number>();
    let starts = 0;
    const places = killPlaces(POINTS);
    for (let kill = 0; kill < KILLS; kill++) {
      const point = places.next().value;
      const arrived = Promise.withResolvers<undefined>();
      let opened: [Opened, ReadonlySet<string>] | undefined;
      lab.onPoint = () => arrived.resolve(undefined);
      lab.onOpened = (now) => {
        opened = [now, new Set(lab.acked)];
        if (now.code !== 'ok') arrived.resolve(undefined);
      };
      const skip = String(point.startsWith('open.') ? 0 : randomInt(4));
      const victim = new Victim(lab.profile, lab.url({ work: '1', point, skip }));
      const said = point === 'random' ? sleep(randomInt(300, 2500)) : arrived.promise;
      await victim.until(said, `never came to ${point}, after ${last}`);
      if (opened !== undefined) {
        starts += 1;
        await judge(...(opened as [Opened, ReadonlySet<string>]), last);
      }
      reached.set(point, (reached.get(point) ?? 0) + 1);
      last = point;
    }
    assert.deepEqual(lab.failures, []);
    assert.ok(lab.acked.size > 0);
    assert.ok(starts > 0);
    assert.deepEqual(neverReached(POINTS, reached), []);
    const per = [...reached].map(([point, times]) => `${point} ${times}`).join(', ');
    t.diagnostic(`${lab.acked.size} acknowledged of ${lab.planned.size}; ${per}`);
  });

  it('delivers all of it in the end, each item as one, and its journal says that it is empty', async (t) => {
    await lab.receiver.misbehave('good');
    const { context, page } = await drive(lab.profile, lab.url());
    try {
      assert.equal(await call(page, 'open'), 'ok');
      await judge({ code: 'ok', held: await call(page, 'held') }, lab.acked, last);
      await call(page, 'release');
      await call(page, 'start');
      await call(page, 'drained');
      await call(page, 'stop');
      assert.deepEqual(await call(page, 'quarantined'), []);
    } finally {
      await context.close();
    }
    const received = await lab.receiver.received();
    const planned = new Set(lab.planned.values());
    assert.equal(planned.size, lab.planned.size);
    const lost = [...lab.acked].filter((key) => !received.has(lab.planned.get(key)!)).length;
    const madeUp = [...received.keys()].filter((sha) => !planned.has(sha)).length;
    t.diagnostic(
      `${KILLS} kills: ${lab.acked.size} items acknowledged, ${lost} lost, ${madeUp} made up`,
    );
    assert.deepEqual({ lost, madeUp }, { lost: 0, madeUp: 0 });
    assert.equal((await lab.journal()).committed, setDigest([]));
  });
});
