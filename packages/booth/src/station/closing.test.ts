// What a closed kiosk still owes: its last ballots without waiting for more, and an account of its cards
// that is right whatever had become of a delivery that was cut off.

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntryOf } from '@kabina/election/entries';
import { newDisk, openKiosk, stationPortal, stopKiosks, voteAtKiosk } from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import { readQueueFile } from './queue-file.ts';

describe('a closed kiosk', () => {
  let portal: TestPortal;

  afterEach(async () => {
    await stopKiosks();
    await portal.stop();
  });

  const until = async (there: () => boolean): Promise<void> => {
    while (!there()) await sleep(20);
  };
  const account = (): EntryOf<'cancelled'>['body'] | undefined =>
    portal.stations.entries.find(
      (entry): entry is EntryOf<'cancelled'> => entry.type === 'cancelled',
    )?.body;

  it('does not wait for others to mix its ballots with, nor after a restart', async () => {
    for (const restarted of [false, true]) {
      portal = await stationPortal({ pool: 5 });
      const disk = newDisk();
      let kiosk = await openKiosk(portal, { disk });
      await kiosk.fetchElection();
      await kiosk.deliver('town', 1);
      const session = kiosk.session();
      await voteAtKiosk(session, portal.stations.cards('K1')[0]!, ['mayor', 'question']);
      await session.end();
      if (restarted) portal.fault = () => 'unsent';
      const text = await kiosk.close();
      await portal.stations.takeHeld(text);
      if (restarted) {
        await kiosk.stop();
        portal.fault = () => undefined;
        kiosk = await openKiosk(portal, { disk });
      }
      await until(() => kiosk.status.queue.waiting === 0);
      assert.deepEqual([portal.stations.lateBallots, portal.ballots.length], [2, 0]);
      if (!restarted) await Promise.all([stopKiosks(), portal.stop()]);
    }
  });

  it('counts the cards of a batch whose confirmation was lost as received', async () => {
    portal = await stationPortal();
    const kiosk = await openKiosk(portal);
    await kiosk.fetchElection();
    await kiosk.deliver('town', 1);
    portal.fault = (request) => (request.endsWith('/deliveries/confirm') ? 'lost' : undefined);
    await assert.rejects(kiosk.deliver('town', 3), { code: 'network.unreachable' });
    portal.fault = () => 'unsent';
    await kiosk.close();
    assert.equal(kiosk.status.cards[0]?.received, 1);
    // Nobody can say, so that the file says nothing.
    const { manifest } = portal.election;
    assert.deepEqual(readQueueFile(await kiosk.exportQueue(), manifest).account, []);
    portal.fault = () => undefined;
    await kiosk.sendNow();
    await until(() => account() !== undefined);
    assert.deepEqual([account()?.opened, account()?.number], [[['town', 0]], 3]);
    assert.deepEqual(kiosk.status.cards[0], {
      style: 'town',
      received: 3,
      opened: 0,
      cancelled: 3,
    });
  });

  it('leaves out the cards of a batch that was never received', async () => {
    for (const asked of ['observers/deliveries', 'deliveries/confirm']) {
      portal = await stationPortal();
      const kiosk = await openKiosk(portal);
      await kiosk.fetchElection();
      await kiosk.deliver('town', 1);
      portal.fault = (request) => (request.endsWith(asked) ? 'unsent' : undefined);
      await assert.rejects(kiosk.deliver('town', 3), { code: 'network.unreachable' });
      portal.fault = () => undefined;
      // The voting ends before anybody hears of it again.
      portal.stations.closed = true;
      await kiosk.close();
      const { manifest } = portal.election;
      const [part] = readQueueFile(await kiosk.exportQueue(), manifest).account;
      assert.notEqual(part, undefined, asked);
      await until(() => account() !== undefined);
      assert.deepEqual([account()?.opened, account()?.number], [[['town', 0]], 1], asked);
      await kiosk.stop();
      await portal.stop();
    }
  });
});
