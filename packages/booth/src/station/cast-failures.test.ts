// The disk is full, or the machine's journal does not answer, at the moment of casting: at every write on
// that road in turn, before and after it was done. The voter sees no receipt while anything is in doubt,
// and one ballot is in the queue once it works again, by trying again or after a restart.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { OutboxError } from '@kabina/outbox/errors';
import {
  cardWithoutLine,
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
import { BoothError } from '../errors.ts';
import type { BoothSession } from '../state.ts';
import type { KioskStation } from './kiosk-station.ts';

const CONTEST = 'question';

interface Life {
  readonly kiosk: KioskStation;
  readonly session: BoothSession;
  readonly disk: KioskDisk;
  /** Writes since the ballot was sealed. */
  readonly writes: string[];
  /** From the write of this number on, counted from 1, all of its kind fail; 0: none does. */
  fail: number;
}

describe('a cast that the disk refuses', () => {
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

  /** Up to a sealed ballot; then its disks fail as they are told. */
  async function sealed(): Promise<Life> {
    const life = { writes: [] as string[], fail: 0 } as { -readonly [K in keyof Life]: Life[K] };
    let armed = false;
    let broken: string | undefined;
    life.disk = await watchedDisk(delivered, (event) => {
      if (!armed) return Promise.resolve();
      life.writes.push(event);
      const [kind = ''] = event.split(':');
      if (life.writes.length === life.fail) broken = kind;
      if (life.fail === 0 || broken !== kind) return Promise.resolve();
      return Promise.reject(
        kind === 'keeper'
          ? new BoothError('keeper.failed', 'no room', { retryable: true })
          : new OutboxError('journal.unreachable', 'no answer'),
      );
    });
    life.kiosk = await openKiosk(portal, { disk: life.disk });
    const session = life.kiosk.session();
    life.session = session;
    await voteAtKiosk(session, card, [CONTEST], () => session.state.at === 'sealed');
    assert.equal(session.state.at, 'sealed');
    armed = true;
    return life;
  }

  /** The queue has one ballot, and it is what the voter was promised. */
  function exactly(disk: KioskDisk, session: BoothSession, where: string): void {
    const promised = promisedCore(session, CONTEST);
    assert.notEqual(promised, undefined, where);
    assert.deepEqual(queuedCores(disk), [promised], where);
  }

  it('shows no receipt before all of it is kept, and has one ballot when it works again', async () => {
    const good = await sealed();
    await good.session.cast();
    exactly(good.disk, good.session, 'a good disk');
    await good.session.end();
    await good.kiosk.stop();
    const road = good.writes;
    for (const needed of [
      'cards: before prepare',
      'keeper: before change',
      'outbox: after commit',
    ]) {
      assert.ok(road.includes(needed), `${needed} is not on the road: ${road.join(', ')}`);
    }

    for (const [n, write] of road.entries()) {
      for (const next of ['retry', 'restart'] as const) {
        const where = `${n}, ${write}, ${next}`;
        const life = await sealed();
        life.fail = n + 1;
        await life.session.cast();
        // Writes after casting, as of the session's end, are not this test's.
        if (life.writes.length <= n) continue;
        const { state } = life.session;
        if (state.at === 'receipt') {
          // The failure was of something after the promise: then the ballot is there.
          exactly(life.disk, life.session, where);
        } else {
          assert.equal(state.at, 'casting', where);
          const code = 'error' in state ? state.error?.code : undefined;
          const expected = write.startsWith('keeper') ? 'keeper.failed' : 'journal.unreachable';
          assert.equal(code, expected, where);
          assert.equal(promisedCore(life.session, CONTEST), undefined, where);
          assert.throws(() => life.session.finish(), where);
        }
        life.fail = 0;
        if (next === 'retry') {
          if (life.session.state.at === 'casting') await life.session.retry();
          assert.equal(life.session.state.at, 'receipt', where);
          exactly(life.disk, life.session, where);
          await life.session.end();
          await life.kiosk.stop();
        } else {
          await life.kiosk.stop();
          const again = await openKiosk(portal, { disk: life.disk });
          assert.equal(again.status.phase, 'voting', `${where}: ${again.status.trouble?.code}`);
          const session = again.session();
          await voteAtKiosk(session, card, [CONTEST]);
          exactly(life.disk, session, where);
          await session.end();
          await again.stop();
        }
      }
    }
  });
});
