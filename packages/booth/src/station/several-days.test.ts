// Voting runs for several days: at night no card opens, whatever is asked; in the morning the kiosk goes
// on from its disk, without a line since the first evening, and has everything of the day before.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { newDisk, openKiosk, stationPortal, stopKiosks, voteAtKiosk } from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import type { KioskStation } from './kiosk-station.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('a kiosk over several days', () => {
  let portal: TestPortal;
  /** Of the first day. */
  const opens = Math.floor(Date.now() / 1000) * 1000 - HOUR;
  const iso = (moment: number): string => new Date(moment).toISOString().replace('.000Z', '+00:00');

  before(async () => {
    portal = await stationPortal({
      hours: {
        opens: iso(opens),
        issuingCloses: iso(opens + 2 * DAY + 11 * HOUR),
        closes: iso(opens + 2 * DAY + 12 * HOUR),
        pauses: [0, 1].map((day) => ({
          from: iso(opens + day * DAY + 12 * HOUR),
          to: iso(opens + (day + 1) * DAY),
        })),
      },
    });
  });
  after(async () => {
    await stopKiosks();
    await portal.stop();
  });

  it('opens no card at night, and goes on in the morning with what it has', async () => {
    let now = opens + HOUR;
    const disk = newDisk();
    const start = (): Promise<KioskStation> => openKiosk(portal, { disk, clock: () => now });
    const vote = async (kiosk: KioskStation, card: string): Promise<string | undefined> => {
      const session = kiosk.session();
      await voteAtKiosk(session, card, ['question']);
      const { state } = session;
      await session.end();
      return 'error' in state ? state.error?.code : undefined;
    };

    let kiosk = await start();
    await kiosk.fetchElection();
    await kiosk.deliver('town', 3);
    const cards = portal.stations.cards('K1');
    portal.fault = () => 'unsent';
    for (const [day, card] of cards.entries()) {
      now = opens + day * DAY + 12 * HOUR - 1000;
      assert.equal(await vote(kiosk, card), undefined, `day ${day}`);
      assert.equal(kiosk.status.cards[0]?.opened, day + 1);
      // The first second of the night, and the last.
      for (const moment of [opens + day * DAY + 12 * HOUR, opens + (day + 1) * DAY - 1000]) {
        now = moment;
        const next = cards[day + 1];
        const night = day === 2 ? 'card.expired' : 'card.early';
        if (next !== undefined) assert.equal(await vote(kiosk, next), night, `day ${day}`);
      }
      // Yesterday's card stays used, and the machine is off until the morning.
      await kiosk.stop();
      now = opens + (day + 1) * DAY;
      kiosk = await start();
      assert.deepEqual(
        kiosk.status.cards.map(({ received, opened }) => [received, opened]),
        [[3, day + 1]],
      );
      if (day < 2) assert.equal(await vote(kiosk, card), 'card.used', `day ${day}`);
    }
    portal.fault = () => undefined;
    await kiosk.sendNow();
    while (kiosk.status.queue.waiting > 0) {
      await new Promise((resolve) => kiosk.addEventListener('change', resolve, { once: true }));
    }
    assert.equal(portal.ballots.length, 3);
  });
});
