// A queue that the kiosk has lost under its hands, and one of whose ballots can't be read any more.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { OutboxError } from '@kabina/outbox/errors';
import {
  newDisk,
  openKiosk,
  stationPortal,
  stopKiosks,
  voteAtKiosk,
  type KioskDisk,
} from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import type { KioskStation } from './kiosk-station.ts';

describe('a kiosk whose queue is hurt', () => {
  let portal: TestPortal;
  let disk: KioskDisk;
  let kiosk: KioskStation;

  beforeEach(async () => {
    portal = await stationPortal();
    disk = newDisk();
    kiosk = await openKiosk(portal, { disk });
    await kiosk.fetchElection();
    await kiosk.deliver('town', 2);
    portal.fault = () => 'unsent';
    const session = kiosk.session();
    await voteAtKiosk(session, portal.stations.cards('K1')[0]!, ['mayor', 'council', 'question']);
    await session.end();
  });
  afterEach(async () => {
    await stopKiosks();
    await portal.stop();
  });

  async function until(there: () => boolean): Promise<void> {
    while (!there()) {
      await new Promise((resolve) => kiosk.addEventListener('change', resolve, { once: true }));
    }
  }

  for (const code of ['outbox.closed', 'outbox.elsewhere', 'journal.disagrees'] as const) {
    it(`stops before anybody begins: ${code}`, async () => {
      disk.outbox.lost = new OutboxError(code, 'lost');
      await kiosk.sendNow();
      await until(() => kiosk.status.phase === 'stopped');
      assert.equal(kiosk.status.trouble?.code, code);
      assert.throws(() => kiosk.session(), { code });
    });
  }

  it('closes with all the others, and shows the one that it can’t read', async () => {
    const [unread] = disk.outbox.waiting.keys();
    disk.outbox.spoiled.add(unread!);
    await portal.stations.takeHeld(await kiosk.close());
    const held = portal.stations.entries.find(({ type }) => type === 'held');
    assert.equal((held!.body as { number: number }).number, 2);
    portal.fault = () => undefined;
    await kiosk.sendNow();
    await until(() => kiosk.status.queue.waiting === 0);
    assert.equal(portal.stations.lateBallots, 2);
    assert.equal(kiosk.status.queue.quarantined, 1);
    assert.ok(disk.outbox.aside.has(unread!), 'never thrown away');
    assert.ok((await kiosk.exportQueue()).length > 0);
  });
});
