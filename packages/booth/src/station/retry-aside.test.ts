// Ballots that something on the line has refused for the box: set aside, not lost, and sent again when a
// member says so, without leaving alone.

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { newDisk, openKiosk, stationPortal, stopKiosks, voteAtKiosk } from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import type { KioskStation } from './kiosk-station.ts';

async function until(kiosk: KioskStation, there: () => boolean): Promise<void> {
  while (!there()) {
    await new Promise((resolve) => kiosk.addEventListener('change', resolve, { once: true }));
  }
}

/** Waiting, set aside, taken by the box. */
const queueOf = ({ status: { queue } }: KioskStation): number[] => [
  queue.waiting,
  queue.quarantined,
  queue.sent,
];

describe('ballots that were set aside', () => {
  let portal: TestPortal;

  afterEach(async () => {
    await stopKiosks();
    await portal.stop();
  });

  async function voted(kiosk: KioskStation, card: number, contests: string[]): Promise<void> {
    const session = kiosk.session();
    await voteAtKiosk(session, portal.stations.cards('K1')[card]!, contests);
    await session.end();
  }

  it('go again when a member says so: refused anew they are set aside anew, taken they are gone', async () => {
    portal = await stationPortal();
    const disk = newDisk();
    const first = await openKiosk(portal, { disk });
    await first.fetchElection();
    await first.deliver('town', 1);
    portal.fault = (request) => (request === 'POST /box/ballots' ? 'refused' : undefined);
    await voted(first, 0, ['mayor', 'question']);
    await until(first, () => first.status.queue.quarantined === 2);
    await first.stop();

    const kiosk = await openKiosk(portal, { disk });
    await until(kiosk, () => kiosk.status.queue.quarantined === 2);
    let refused = 0;
    portal.fault = (request) => {
      if (request !== 'POST /box/ballots') return undefined;
      refused += 1;
      return 'refused';
    };
    await kiosk.retryAside();
    await until(kiosk, () => refused === 2 && kiosk.status.queue.quarantined === 2);
    assert.deepEqual(queueOf(kiosk), [0, 2, 0]);
    assert.equal(disk.outbox.aside.size, 2);

    portal.fault = () => undefined;
    await kiosk.retryAside();
    await until(kiosk, () => kiosk.status.queue.sent === 2);
    assert.deepEqual(queueOf(kiosk), [0, 0, 2]);
    assert.equal(portal.ballots.length, 2);
    // With nothing set aside it changes nothing.
    await kiosk.retryAside();
    assert.deepEqual(queueOf(kiosk), [0, 0, 2]);
  });

  it('do not leave alone, and stay where they are while a voter is in the booth', async () => {
    portal = await stationPortal({ pool: 3 });
    const kiosk = await openKiosk(portal);
    await kiosk.fetchElection();
    await kiosk.deliver('town', 2);
    let sent = 0;
    portal.fault = (request) => {
      if (request !== 'POST /box/ballots') return undefined;
      sent += 1;
      return sent === 1 ? 'refused' : undefined;
    };
    await voted(kiosk, 0, ['mayor', 'council', 'question']);
    await until(kiosk, () => kiosk.status.queue.sent === 2);
    assert.deepEqual(queueOf(kiosk), [0, 1, 2]);
    const session = kiosk.session();
    await assert.rejects(kiosk.retryAside(), { code: 'session.pending' });
    await session.end();
    assert.deepEqual(queueOf(kiosk), [0, 1, 2]);

    await kiosk.retryAside();
    await until(kiosk, () => kiosk.status.queue.waiting === 1);
    await kiosk.sendNow();
    assert.deepEqual(queueOf(kiosk), [1, 0, 2]);
    assert.equal(sent, 3);
    await voted(kiosk, 1, ['mayor', 'question']);
    await until(kiosk, () => kiosk.status.queue.sent === 5);
    assert.equal(portal.ballots.length, 5);
  });
});
