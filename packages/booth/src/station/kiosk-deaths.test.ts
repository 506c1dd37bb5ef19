// The kiosk's process dies at every single step of opening a card, casting and ending: before and after
// each write of the cards, the queue and both journals. What is on the disks then is all that the next
// start has. Whatever the step, there is one ballot under the voter's key, and what was promised is it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  cardWithoutLine,
  copyOfDisk,
  openKiosk,
  promisedCore,
  queuedCores,
  stationPortal,
  stopKiosks,
  voteAtKiosk,
  watchedDisk,
  type KioskDisk,
} from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';

interface Death {
  /** What happened last. */
  readonly event: string;
  readonly disk: KioskDisk;
  /** Hash of the core that the voter was shown a promise for. */
  readonly promised: string | undefined;
}

const CONTEST = 'question';

describe('a kiosk that dies', () => {
  let portal: TestPortal;
  let delivered: KioskDisk;
  let card: string;

  before(async () => {
    portal = await stationPortal();
    ({ disk: delivered, card } = await cardWithoutLine(portal));
  });
  after(async () => {
    await stopKiosks();
    await portal.stop();
  });

  /** Votes until the step of that number, and dies there; undefined if it got to the end before. */
  async function dieAt(step: number): Promise<Death | undefined> {
    let steps = 0;
    let promised: string | undefined;
    const died = Promise.withResolvers<Death>();
    const disk = await watchedDisk(delivered, async (event) => {
      steps += 1;
      if (steps === step) died.resolve({ event, promised, disk: await copyOfDisk(disk) });
      // Nothing follows in a dead process.
      if (steps >= step) await new Promise<never>(() => undefined);
    });
    const kiosk = await openKiosk(portal, { disk, forgotten: true });
    const life = async (): Promise<undefined> => {
      const session = kiosk.session();
      await voteAtKiosk(session, card, [CONTEST]);
      promised = promisedCore(session, CONTEST);
      await session.end();
      await kiosk.stop();
      return undefined;
    };
    const death = await Promise.race([died.promise, life()]);
    // Its worker and its sender go too; what waits on a disk waits for ever.
    void kiosk.stop();
    return death;
  }

  it('goes on with the same card and the same bytes, whichever step it was', async () => {
    const events: string[] = [];
    for (let step = 1; ; step++) {
      const death = await dieAt(step);
      if (death === undefined) break;
      const { event, disk, promised } = death;
      events.push(event);
      const kiosk = await openKiosk(portal, { disk });
      assert.equal(kiosk.status.phase, 'voting', `${event}: ${kiosk.status.trouble?.code}`);
      const before = queuedCores(disk);
      const session = kiosk.session();
      const screens = await voteAtKiosk(session, card, [CONTEST]);
      const ballots = queuedCores(disk);
      if (screens.at(-1) !== 'login:card.used') {
        assert.equal(promisedCore(session, CONTEST), ballots[0], event);
      } else assert.notEqual(promised, undefined, event);
      assert.equal(ballots.length, 1, `${event}: ${screens.join(' ')}`);
      // Once it was decided on, the paper is never marked a second time.
      if (before.length > 0) assert.ok(!screens.includes('marking'), event);
      if (promised !== undefined) assert.equal(promised, ballots[0], event);
      await session.end();
      await kiosk.stop();
    }
    for (const needed of ['cards: after prepare', 'keeper: after change', 'outbox: after commit']) {
      assert.ok(events.includes(needed), `${needed} never happened: ${events.join(', ')}`);
    }
  });
});
