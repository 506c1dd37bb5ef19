// A suspension that a kiosk has heard of, and one that it has not.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Entry, EntryOf } from '@kabina/election/entries';
import { newDisk, openKiosk, stationPortal, stopKiosks, voteAtKiosk } from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import type { KioskStation } from './kiosk-station.ts';

const HOUR = 3_600_000;

describe('news of the election', () => {
  let portal: TestPortal;

  beforeEach(async () => {
    portal = await stationPortal();
  });
  afterEach(async () => {
    await stopKiosks();
    await portal.stop();
  });

  const publish = <T extends 'suspended' | 'resumed'>(type: T, body: EntryOf<T>['body']): void =>
    portal.publish({ entry: portal.election.sign(type, 'commission', body) as Entry });
  const refusal = async (kiosk: KioskStation, card: string): Promise<string | undefined> => {
    const session = kiosk.session();
    await voteAtKiosk(session, card, []);
    const { state } = session;
    await session.end();
    return 'error' in state ? state.error?.code : undefined;
  };

  it('opens no card while voting is suspended, and votes longer when it is resumed', async () => {
    let now = Date.now();
    const clock = (): number => now;
    const disk = newDisk();
    const kiosk = await openKiosk(portal, { disk, clock });
    await kiosk.fetchElection();
    await kiosk.deliver('town', 3);
    const [first, second, third] = portal.stations.cards('K1') as [string, string, string];
    const waiting = kiosk.session();
    await waiting.start();

    publish('suspended', { reason: 'пожар' });
    // Nobody has told it yet: it goes by the hours.
    await waiting.login({ method: 'card', code: first });
    assert.equal(waiting.state.at, 'ballots');
    assert.equal(kiosk.status.heard.suspended, false);
    let heard = 0;
    kiosk.addEventListener('change', () => (heard += Number(kiosk.status.heard.suspended)));
    await kiosk.sendNow();
    assert.ok(heard > 0, 'who shows the kiosk is told');
    assert.deepEqual(kiosk.status.heard, { suspended: true, extension: 0 });
    // Who has begun goes on.
    await voteAtKiosk(waiting, first, ['question']);
    assert.equal(waiting.papers.at(-1)?.state, 'queued');
    await waiting.end();
    assert.equal(await refusal(kiosk, second), 'card.early');
    assert.equal(kiosk.status.cards[0]?.opened, 1);
    await kiosk.stop();

    // Without a line it remembers what it has heard.
    portal.fault = () => 'unsent';
    const again = await openKiosk(portal, { disk, clock });
    assert.equal(again.status.heard.suspended, true);
    assert.equal(await refusal(again, second), 'card.early');
    portal.fault = () => undefined;
    publish('resumed', { extension: 2 * 3600 });
    await again.sendNow();
    assert.deepEqual(again.status.heard, { suspended: false, extension: 2 * HOUR });
    assert.equal(await refusal(again, second), undefined);
    const closes = Date.parse(again.manifest!.hours.closes);
    now = closes + 2 * HOUR - 1000;
    assert.equal(again.status.phase, 'voting');
    now = closes + 2 * HOUR;
    assert.equal(await refusal(again, third), 'card.expired');
    now = closes + 2 * HOUR - 1000;
    assert.equal(await refusal(again, third), undefined);
  });

  it('adds the extensions of several suspensions, and believes none that nobody signed', async () => {
    let now = Date.now();
    const kiosk = await openKiosk(portal, { clock: () => now });
    await kiosk.fetchElection();
    await kiosk.deliver('town', 2);
    const [first, second] = portal.stations.cards('K1') as [string, string];
    for (const extension of [3600, 1800]) {
      publish('suspended', { reason: 'обрыв' });
      publish('resumed', { extension });
    }
    // Not in the board's order, which ignores it as well; and not by the commission.
    publish('resumed', { extension: 7200 });
    const { election } = portal;
    portal.publish({ entry: election.sign('suspended', 'box', { reason: 'обман' }) });
    await kiosk.sendNow();
    const end = Date.parse(kiosk.manifest!.hours.closes) + 1.5 * HOUR;
    now = end;
    assert.equal(await refusal(kiosk, first), 'card.expired');
    now = end - 1000;
    assert.equal(await refusal(kiosk, second), undefined);
  });
});
