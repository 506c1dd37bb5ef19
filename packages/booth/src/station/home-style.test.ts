// A terminal for mobile voters: it has cards of several districts, and whichever card a voter brings
// opens the ballots of that voter's home, and no others.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { newDisk, openKiosk, stationPortal, stopKiosks, voteAtKiosk } from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';

const TOWN = ['mayor'];
const VILLAGE = ['council', 'question'];

describe('a terminal for voters of several districts', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await stationPortal({
      styles: [
        { id: 'town', title: { ru: 'Город' }, contests: TOWN, voters: 5 },
        { id: 'village', title: { ru: 'Село' }, contests: VILLAGE, voters: 4 },
        // No issuer has keys of the station for these.
        { id: 'away', title: { ru: 'Далеко' }, contests: ['empty', 'few'], voters: 1 },
      ],
    });
  });
  after(async () => {
    await stopKiosks();
    await portal.stop();
  });

  it('opens the ballots of the card’s district, without a line and after a restart', async () => {
    const disk = newDisk();
    const kiosk = await openKiosk(portal, { disk });
    await kiosk.fetchElection();
    await kiosk.deliver('town', 1);
    await kiosk.deliver('village', 2);
    await assert.rejects(kiosk.deliver('away', 1), { code: 'deliveries.style' });
    const counts = (): [string, number, number][] =>
      kiosk.status.cards.map(({ style, received, opened }) => [style, received, opened]);
    assert.deepEqual(counts(), [
      ['town', 1, 0],
      ['village', 2, 0],
    ]);
    const [town, village, other] = portal.stations.cards('K1') as [string, string, string];
    portal.fault = () => 'unsent';

    for (const [card, contests] of [
      [village, VILLAGE],
      [town, TOWN],
    ] as const) {
      const session = kiosk.session();
      await voteAtKiosk(session, card, contests);
      assert.deepEqual(
        session.papers.map(({ contest, state }) => [contest, state]),
        contests.map((contest) => [contest, 'queued']),
      );
      await session.end();
    }
    assert.deepEqual(counts(), [
      ['town', 1, 1],
      ['village', 2, 1],
    ]);
    await kiosk.stop();

    const again = await openKiosk(portal, { disk });
    const session = again.session();
    await voteAtKiosk(session, other, ['question']);
    assert.deepEqual(
      session.papers.map(({ contest }) => contest),
      VILLAGE,
    );
    await session.end();
    portal.fault = () => undefined;
    await again.sendNow();
    while (again.status.queue.waiting > 0) {
      await new Promise((resolve) => again.addEventListener('change', resolve, { once: true }));
    }
    // Each under a permit of its own contest, from the station's list.
    assert.deepEqual(portal.ballots.map(({ body }) => body.core.contest).sort(), [
      'council',
      'mayor',
      'question',
      'question',
    ]);
    assert.ok(portal.ballots.every(({ body }) => body.permit.list === 'station/101'));
    await again.stop();
  });
});
