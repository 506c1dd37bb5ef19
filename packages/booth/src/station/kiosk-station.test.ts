// A station's kiosk from its setup to its closing, against a portal in this process.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bytesToHex } from '@kabina/crypto/bytes';
import { receiptFromText, verifyPromise } from '@kabina/election/receipt';
import { cardFromText, cardToText, cardToTyped } from '@kabina/election/station-card';
import {
  copyOfDisk,
  newDisk,
  openKiosk,
  stationPortal,
  stopKiosks,
  voteAtKiosk,
} from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import type { KioskStation } from './kiosk-station.ts';
import { memoryJournals } from './testing.ts';

const ALL = ['mayor', 'council', 'question'];

async function setUp(
  portal: TestPortal,
  cards: number,
  disk = newDisk(),
): Promise<{ kiosk: KioskStation; disk: typeof disk }> {
  const kiosk = await openKiosk(portal, { disk });
  await kiosk.fetchElection();
  await kiosk.deliver('town', cards);
  return { kiosk, disk };
}

async function until(kiosk: KioskStation, there: () => boolean): Promise<void> {
  while (!there()) {
    await new Promise((resolve) => kiosk.addEventListener('change', resolve, { once: true }));
  }
}

function refusalOf(session: { readonly state: { readonly at: string } }): string | undefined {
  const { state } = session as { state: { at: string; code?: string; error?: { code: string } } };
  return state.error?.code ?? state.code;
}

describe("a station's kiosk", () => {
  let portal: TestPortal;

  beforeEach(async () => {
    portal = await stationPortal();
  });
  afterEach(async () => {
    await stopKiosks();
    await portal.stop();
  });

  it('votes with the line down, keeps it over a restart, and drains when the line is back', async () => {
    const { kiosk, disk } = await setUp(portal, 2);
    assert.deepEqual(kiosk.status.cards, [{ style: 'town', received: 2, opened: 0, cancelled: 0 }]);
    assert.equal(kiosk.status.phase, 'voting');
    const [first, second] = portal.stations.cards('K1') as [string, string];
    portal.fault = () => 'unsent';
    const session = kiosk.session();
    assert.deepEqual(await voteAtKiosk(session, first, ALL), [
      'starting',
      'login',
      ...ALL.flatMap(() => ['ballots', 'marking', 'review', 'sealed', 'receipt']),
      'ballots',
    ]);
    for (const { receipt } of session.papers) {
      assert.equal(receipt?.state, 'queued');
      const { promise } = receiptFromText(receipt.text);
      assert.equal(promise[0].kiosk, 'K1');
      assert.ok(verifyPromise(portal.election.manifest, promise));
    }
    session.finish();
    await session.end();
    await kiosk.stop();

    // Without a line from the start: from the disk alone.
    const again = await openKiosk(portal, { disk });
    assert.equal(again.status.phase, 'voting', JSON.stringify(again.status));
    assert.equal(again.status.cards[0]?.opened, 1);
    const next = again.session();
    await voteAtKiosk(next, first, ALL);
    assert.equal(refusalOf(next), 'card.used');
    await next.end();
    const other = again.session();
    await voteAtKiosk(other, second, ['question']);
    await other.end();
    await until(again, () => again.status.queue.waiting === 4);
    assert.equal(again.status.queue.sent, 0);
    assert.equal(portal.ballots.length, 0);

    portal.fault = () => undefined;
    await again.sendNow();
    await until(again, () => again.status.queue.waiting === 0);
    assert.equal(again.status.queue.sent, 4);
    assert.equal(portal.ballots.length, 4);
    assert.equal(again.status.queue.line, 'up');
    const used = new Set(portal.ballots.map(({ body }) => body.permit.key.join()));
    assert.equal(used.size, 4);
    assert.ok(portal.ballots.every(({ body }) => body.permit.list === 'station/101'));

    const text = await again.close();
    assert.match(text, /^kabina-held:/);
    assert.equal((await portal.stations.takeHeld(text)).body.number, 0);
    await again.sendNow();
    const account = (): boolean => portal.stations.entries.some(({ type }) => type === 'cancelled');
    while (!account()) await new Promise((resolve) => setTimeout(resolve, 50));
    const cancelled = portal.stations.entries.find(({ type }) => type === 'cancelled');
    assert.deepEqual(cancelled?.body, {
      ...(cancelled?.body as object),
      opened: [['town', 2]],
      number: 0,
      cards: [],
    });
    await again.stop();
  });

  it('refuses what is no card of it, each with its own code, and opens nothing', async () => {
    const { kiosk } = await setUp(portal, 1);
    const printed = portal.stations.cards('K1').at(-1)!;
    const { secret } = cardFromText(printed);
    const { electionId } = portal.election;
    const foreign = cardToText(
      electionId.map((byte) => byte ^ 1),
      'K1',
      secret,
    );
    const session = kiosk.session();
    await session.start();
    const unknown = new Uint8Array(16).fill(5);
    for (const [code, card] of [
      ['card.text', 'https://example.org/'],
      ['card.text', printed.slice(0, -1)],
      ['card.foreign', foreign],
      ['card.kiosk', cardToText(electionId, 'K2', secret)],
      ['card.unknown', cardToText(electionId, 'K1', unknown)],
      ['card.unknown', cardToTyped(unknown)],
    ] as const) {
      await session.login({ method: 'card', code: card });
      assert.equal(refusalOf(session), code, card);
    }
    assert.equal(kiosk.status.cards[0]?.opened, 0);
    assert.equal(kiosk.status.trouble, undefined);
    // As a person may type it.
    await session.login({ method: 'card', code: cardToTyped(secret).toLowerCase() });
    assert.equal(session.state.at, 'ballots');
    await session.end();
    await kiosk.stop();
  });

  it('goes by the hours, and loses nothing when the clock is set back', async () => {
    const { kiosk, disk } = await setUp(portal, 2);
    const [first, second] = portal.stations.cards('K1') as [string, string];
    const session = kiosk.session();
    await voteAtKiosk(session, first, ['mayor']);
    await kiosk.stop();
    const { opens, closes } = kiosk.manifest!.hours;
    for (const [code, moment] of [
      ['card.early', Date.parse(opens) - 86_400_000],
      ['card.expired', Date.parse(closes)],
    ] as const) {
      const again = await openKiosk(portal, { disk, clock: () => moment });
      const voter = again.session();
      await voteAtKiosk(voter, second, ALL);
      assert.equal(refusalOf(voter), code);
      await voter.end();
      // Who has begun goes on.
      const same = again.session();
      await voteAtKiosk(same, first, []);
      assert.equal(same.papers[0]?.state, 'queued', code);
      await again.stop();
    }
  });

  it('an interrupted session: only its card goes on, and a member may end it', async () => {
    const { kiosk, disk } = await setUp(portal, 2);
    const [first, second] = portal.stations.cards('K1').slice(-2) as [string, string];
    const session = kiosk.session();
    await voteAtKiosk(session, first, ['mayor']);
    assert.equal(kiosk.status.interrupted, false);
    await kiosk.stop();

    const again = await openKiosk(portal, { disk });
    assert.equal(again.status.interrupted, true);
    const busy = again.session();
    await voteAtKiosk(busy, second, ALL);
    assert.equal(refusalOf(busy), 'card.busy');
    await busy.end();
    const same = again.session();
    await voteAtKiosk(same, first, ['council']);
    const states = same.papers.map(({ contest, state, receipt }) => [contest, state, !!receipt]);
    assert.deepEqual(states, [
      ['mayor', 'queued', true],
      ['council', 'queued', true],
      ['question', 'open', false],
    ]);
    await again.stop();

    const third = await openKiosk(portal, { disk });
    await third.endInterrupted();
    assert.equal(third.status.interrupted, false);
    const used = third.session();
    await voteAtKiosk(used, first, ALL);
    assert.equal(refusalOf(used), 'card.used');
    await used.end();
    const free = third.session();
    await voteAtKiosk(free, second, ['question']);
    assert.equal(free.papers.at(-1)?.state, 'queued');
    await free.end();
    await third.stop();
  });

  it('keeps no choice, no seed and no permit of a session that has ended', async () => {
    const { kiosk, disk } = await setUp(portal, 1);
    const card = portal.stations.cards('K1').at(-1)!;
    const place = async (): Promise<Uint8Array> => {
      const [name] = await disk.keeper.names(`${portal.electionId}/place/`);
      return (await disk.keeper.read(name!))!;
    };
    const ready = await place();
    assert.ok(bytesToHex(ready).includes(bytesToHex(new TextEncoder().encode('seed'))));
    const session = kiosk.session();
    await voteAtKiosk(session, card, ['question']);
    await session.end();
    const done = await place();
    assert.equal(done.length, ready.length);
    const text = new TextDecoder('latin1').decode(done);
    for (const secret of ['seed', 'sealed', 'plain', 'question']) {
      assert.ok(!text.includes(secret), secret);
    }
    await kiosk.stop();
  });

  it('stops when its cards or its ballots are not those that the machine knows', async () => {
    const { kiosk, disk } = await setUp(portal, 1);
    const before = await copyOfDisk(disk);
    const card = portal.stations.cards('K1').at(-1)!;
    portal.fault = () => 'unsent';
    const session = kiosk.session();
    await voteAtKiosk(session, card, ['question']);
    await session.end();
    await kiosk.stop();
    const { journals } = disk;
    const wiped = await copyOfDisk(disk);
    wiped.outbox.waiting.clear();
    for (const [what, found] of [
      ['rolled back', { ...before, journals }],
      ['deleted', { ...newDisk(), journals }],
      ['without its queue', wiped],
      ['queue of before', { ...disk, outbox: before.outbox }],
    ] as const) {
      const again = await openKiosk(portal, { disk: found });
      assert.equal(again.status.phase, 'stopped', what);
      assert.equal(again.status.trouble?.code, 'journal.disagrees', what);
      assert.throws(() => again.session(), { code: 'journal.disagrees' }, what);
      await again.stop();
    }
    portal.fault = () => undefined;
    const good = await openKiosk(portal, { disk });
    assert.equal(good.status.phase, 'voting');
    await good.stop();
  });

  it('works in the next election on the machine of a training one', async () => {
    const journal = memoryJournals();
    const training = await openKiosk(portal, { journal });
    await training.fetchElection();
    await training.deliver('town', 1);
    const [card] = portal.stations.cards('K1') as [string];
    portal.fault = () => 'unsent';
    const session = training.session();
    await voteAtKiosk(session, card, ['question']);
    await session.end();
    await training.stop();

    const next = await stationPortal();
    try {
      const kiosk = await openKiosk(next, { journal });
      await kiosk.fetchElection();
      await kiosk.deliver('town', 1);
      assert.equal(kiosk.status.phase, 'voting', kiosk.status.trouble?.code);
      await kiosk.stop();
    } finally {
      await next.stop();
    }
  });

  it('asks again for a batch that was cut off, with the same bytes', async () => {
    const kiosk = await openKiosk(portal, { kiosk: 'K2' });
    await kiosk.fetchElection();
    const asked: string[] = [];
    for (const lost of ['registrar/deliveries', 'observers/deliveries', 'deliveries/confirm']) {
      portal.fault = (request) => {
        if (!request.endsWith(lost)) return undefined;
        asked.push(request);
        return 'lost';
      };
      await assert.rejects(kiosk.deliver('town', 2), { code: 'network.unreachable' });
    }
    portal.fault = () => undefined;
    await kiosk.deliver('town', 2);
    assert.equal(asked.length, 3);
    assert.equal(kiosk.status.cards[0]?.received, 2);
    assert.equal(portal.stations.cards('K2').length, 2);
    const delivered = portal.stations.entries.filter(
      ({ type, body }) => type === 'delivered' && (body as { kiosk: string }).kiosk === 'K2',
    );
    assert.equal(delivered.length, 1);
    await assert.rejects(kiosk.deliver('village', 1), { code: 'deliveries.style' });
    await kiosk.stop();
  });

  it('takes no card for which the issuer has signed something else', async () => {
    const kiosk = await openKiosk(portal, { kiosk: 'K2' });
    await kiosk.fetchElection();
    portal.stations.asked = (blinded) => blinded.toReversed();
    await assert.rejects(kiosk.deliver('town', 1), { code: 'deliveries.answer' });
    assert.ok(kiosk.status.cards.every(({ received }) => received === 0));
    await kiosk.stop();
  });
});
