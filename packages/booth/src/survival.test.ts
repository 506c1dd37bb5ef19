// The device dies at every single step: before and after each write, and before and after each
// request. What is on its disk then is all that the next page has. The voter ends with one ballot.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestPortal } from '../test/portal.ts';
import { copyOf, sessionOn, WatchedKeeper } from '../test/devices.ts';
import { vote, type Wish } from '../test/robot.ts';
import type { Keeper } from './keeper.ts';
import { MemoryKeeper } from './keeper.ts';

let portal: TestPortal;
let voters = 0;

interface Death {
  /** What happened last. */
  readonly event: string;
  readonly disk: Keeper;
}

/** Votes until the step of that number, and dies there; undefined if it got to the end before. */
async function dieAt(
  step: number,
  mode: 'own-device' | 'kiosk',
  wish: Wish,
): Promise<Death | undefined> {
  const device = portal.device();
  let steps = 0;
  let death: Death | undefined;
  const died = Promise.withResolvers<undefined>();
  const happened = async (event: string): Promise<void> => {
    steps += 1;
    if (steps === step) {
      device.die();
      death = { event, disk: await copyOf(keeper) };
      died.resolve(undefined);
    }
    // Nothing follows in a dead device.
    if (steps >= step) await new Promise<never>(() => undefined);
  };
  const keeper: Keeper = new WatchedKeeper(happened);
  const session = sessionOn(portal, keeper, mode, device);
  portal.fault = (request) => {
    if (!request.startsWith('POST')) return undefined;
    steps += 2;
    const before = steps - 1 === step;
    if (!before && steps !== step) return undefined;
    device.die();
    void copyOf(keeper).then((disk) => {
      death = { event: `${before ? 'before' : 'after'} ${request}`, disk };
      died.resolve(undefined);
    });
    return before ? 'unsent' : 'lost';
  };
  const finished = vote(session, wish, () => death !== undefined).catch(() => undefined);
  await Promise.race([finished, died.promise]);
  portal.fault = () => undefined;
  // Its thread goes too; nothing of this end reaches a disk or the portal that count.
  void session.end().catch(() => undefined);
  return death;
}

function credentials(mode: 'own-device' | 'kiosk'): Wish['credentials'] {
  voters += 1;
  const half = String(10_000 + voters);
  return mode === 'kiosk'
    ? { method: 'access-code', code: `${half}-${half}` }
    : { method: 'training', login: `voter-${voters}` };
}

/** Dies at one step after the other, until a life gets to its end. */
async function throughAllDeaths(
  mode: 'own-device' | 'kiosk',
  then: (death: Death, wish: Wish, before: number) => Promise<void>,
): Promise<string[]> {
  const events: string[] = [];
  for (let step = 1; ; step++) {
    const wish: Wish = { credentials: credentials(mode), contest: 'question', marks: [0, 1] };
    const before = portal.ballots.length;
    const death = await dieAt(step, mode, wish);
    if (death === undefined) return events;
    events.push(death.event);
    await then(death, wish, before);
  }
}

describe('a device that dies', () => {
  before(async () => {
    portal = await TestPortal.start();
  });
  after(() => portal.stop());

  it('own device: goes on from the disk, and one ballot is accepted, whichever step it was', async () => {
    const events = await throughAllDeaths('own-device', async ({ event, disk }, wish, before) => {
      const session = sessionOn(portal, disk, 'own-device');
      try {
        const screens = await vote(session, wish);
        const ballots = portal.ballots.slice(before);
        assert.equal(ballots.length, 1, `${event}: ${screens.join(' ')}`);
        // Once decided on, the paper is never marked a second time.
        if (event.includes('/box/ballots')) assert.ok(!screens.includes('review'), event);
      } finally {
        await session.end();
      }
    });
    for (const needed of ['before write', 'after write', 'after POST /box/ballots']) {
      assert.ok(events.includes(needed), `${needed} never happened: ${events.join(', ')}`);
    }
  });

  it('kiosk: goes on with the seed alone, under one permit, and the last ballot counts', async () => {
    const events = await throughAllDeaths('kiosk', async ({ event, disk }, wish, before) => {
      const names = await disk.names('');
      assert.ok(names.length <= 1, `${event}: ${names.join(' ')}`);
      const session = sessionOn(portal, disk, 'kiosk');
      try {
        const screens = await vote(session, wish);
        const ballots = portal.ballots.slice(before).map(({ body }) => body);
        const permits = new Set(ballots.map(({ permit }) => permit.key.join()));
        assert.equal(permits.size, 1, `${event}: ${screens.join(' ')}`);
        // The kiosk doesn't know that one was accepted; the box does, and a revision replaces it.
        const accepted = event === 'after POST /box/ballots' ? [0, 1] : [0];
        const revisions = ballots.map(({ core }) => core.revision);
        if (!event.startsWith('after delete')) assert.deepEqual(revisions, accepted, event);
      } finally {
        await session.end();
      }
      assert.deepEqual(await disk.names(''), []);
    });
    assert.ok(events.includes('after POST /observers/permits'), events.join(', '));
  });

  it('kiosk without revoting: a lost answer is said honestly, and nothing is doubled', async () => {
    const strict = await TestPortal.start((manifest) => ({ ...manifest, revoting: null }));
    const wish: Wish = {
      credentials: { method: 'access-code', code: '77777-77777' },
      contest: 'question',
      marks: [1, 0],
    };
    const disk = new MemoryKeeper();
    const device = strict.device();
    const first = sessionOn(strict, disk, 'kiosk', device);
    strict.fault = (request) => (request === 'POST /box/ballots' ? 'lost' : undefined);
    await vote(first, wish, () => first.state.at === 'casting');
    strict.fault = () => undefined;
    const next = sessionOn(strict, await copyOf(disk), 'kiosk');
    try {
      const screens = await vote(next, wish);
      assert.ok(screens.includes('ballots:ballots.revision-taken'), screens.join(' '));
      assert.equal(strict.ballots.length, 1);
      const paper = next.papers.find(({ contest }) => contest === 'question');
      assert.equal(paper?.state, 'accepted');
      assert.equal(paper?.receipt, undefined);
    } finally {
      await first.end();
      await next.end();
      await strict.stop();
    }
  });
});
