// The desk as its members use it: what is refused and why, what a crash leaves, what goes to the
// servers, and that nothing of a voter is readable while it is locked.

import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { bytesToHex, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { checkSignatures } from '@kabina/election/entries';
import { cardToText } from '@kabina/election/station-card';
import { TestElection } from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { readDictated } from './dictation.ts';
import type { StationDesk } from './station-desk.ts';
import { CODE, diskBytes, refused, TestStation, VOTERS } from './testing-desk.ts';

const realFetch = globalThis.fetch;
let station: TestStation;
let desk: StationDesk;

const fails = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, { code });
const pile = (kiosk: string) => desk.status.piles.find((one) => one.kiosk === kiosk)!;
const cardOf = (kiosk: string, n = 0) => station.cards.filter((card) => card.kiosk === kiosk)[n]!;
const offline = (): void => {
  station.services.fault = () => 'cut';
};
const online = (): void => {
  station.services.fault = () => undefined;
};
/** The browser is killed and started: the same disk, nothing in memory. */
async function restart(): Promise<void> {
  desk.leave();
  desk = await station.openDesk();
}

describe('the desk of a station', () => {
  beforeEach(async () => {
    station = await TestStation.create();
    globalThis.fetch = ((url: string, init: RequestInit) =>
      station.services.fetch(url, init)) as typeof fetch;
    desk = await station.openDesk();
  });
  after(() => {
    globalThis.fetch = realFetch;
  });

  it('takes over list and cards, and shows them', async () => {
    const { status } = desk;
    assert.equal(status.at, 'open');
    assert.equal(status.voters, VOTERS.length);
    assert.deepEqual(
      status.piles.map(({ kiosk, style, received, left }) => [kiosk, style, received, left]),
      [
        ['K1', 'town', 3, 3],
        ['K2', 'town', 3, 3],
      ],
    );
    desk.leave();
  });

  it('finds by name, number and document, with the line down', async () => {
    offline();
    await restart();
    const numbers = async (query: string) => (await desk.find(query)).map(({ number }) => number);
    assert.deepEqual(await numbers('петр'), ['3', '4']);
    assert.deepEqual(await numbers('алешина мар'), ['2']);
    assert.deepEqual(await numbers('222 444'), ['3']);
    assert.deepEqual(await numbers('1'), ['1']);
    assert.deepEqual(await numbers('  '), []);
    const [borisov] = await desk.find('борисов');
    assert.equal(borisov?.state, 'unsupported');
    desk.leave();
  });

  it('marks once, whatever is pressed again, and counts the pile', async () => {
    offline();
    await desk.issue('1', 'K1');
    assert.equal(pile('K1').given, 1);
    assert.equal(pile('K1').left, 2);
    await fails(desk.issue('1', 'K2'), 'desk.served');
    const both = await Promise.allSettled([desk.issue('2', 'K1'), desk.issue('2', 'K1')]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await restart();
    assert.equal(desk.status.served, 2);
    assert.equal(pile('K1').given, 2);
    await fails(desk.issue('1', 'K1'), 'desk.served');
    desk.leave();
  });

  it('refuses with the codes of the contract', async () => {
    await fails(desk.issue('99', 'K1'), 'desk.voter');
    await fails(desk.issue('3', 'K1'), 'desk.pile');
    await fails(desk.issue('1', 'K9'), 'desk.pile');
    await desk.declareDead('K1');
    await desk.declareDead('K1');
    await fails(desk.issue('1', 'K1'), 'desk.dead');
    assert.equal(pile('K1').dead, true);
    await fails(desk.declareDead('K9'), 'desk.pile');
    for (const number of ['1', '2', '4']) await desk.issue(number, 'K2');
    station.services.lists = {};
    await fails(desk.replace('1', cardOf('K2').text, 'K2'), 'desk.pile');
    assert.equal(station.services.posted.length, 0);
    await fails(desk.spoil('kabina-card:AAAA'), 'card.text');
    await fails(desk.spoil('nonsense'), 'card.text');
    const { electionId } = station.election;
    await fails(desk.spoil(cardToText(electionId, 'K1', randomBytes(16))), 'card.unknown');
    await fails(desk.spoil(cardToText(electionId, 'K7', randomBytes(16))), 'card.unknown');
    const other = await TestElection.create('ristretto255-sha512', (manifest) => ({
      ...manifest,
      title: { ru: 'Другие выборы' },
    }));
    await fails(desk.spoil(cardToText(other.electionId, 'K1', randomBytes(16))), 'card.foreign');
    await fails(desk.takeHeld('kabina-held:AAAA'), 'held.text');
    await fails(desk.takeHeld(cardOf('K1').text), 'held.text');
    await fails(desk.takeHeld(station.heldText('K1', [], other)), 'held.foreign');
    assert.throws(() => desk.dictate('K1'), { code: 'held.text' });
    station.services.fault = () => refused(403, 'desk.secret');
    await fails(desk.transfer('77'), 'desk.rights');
    offline();
    await fails(desk.transfer('77'), 'desk.offline');
    await fails(desk.fetch(), 'desk.offline');
    desk.lock();
    await fails(desk.issue('1', 'K1'), 'desk.secret');
    await fails(desk.find('а'), 'desk.secret');
    await fails(desk.unlock('другой код'), 'desk.secret');
    assert.equal(desk.status.at, 'locked');
    desk.leave();
  });

  it('spoils a card: the deposit is opened, the entry is the station’s, nothing new is marked', async () => {
    await desk.issue('1', 'K1');
    const card = cardOf('K1');
    await fails(desk.replace('2', card.text, 'K1'), 'desk.voter');
    offline();
    await desk.replace('1', card.typed.toLowerCase(), 'K2');
    assert.equal(desk.status.waiting, 1);
    assert.equal(desk.status.served, 1);
    assert.deepEqual([pile('K1').spoiled, pile('K2').given], [1, 1]);
    await fails(desk.spoil(card.text), 'card.spoiled');
    await restart();
    assert.equal(desk.status.waiting, 1);
    await fails(desk.spoil(card.text), 'card.spoiled');
    online();
    desk.hurry();
    await station.until(desk, () => desk.status.waiting === 0);
    const [entry] = station.services.posted;
    assert.ok(entry?.type === 'spoiled');
    assert.equal(checkSignatures(station.election.manifest, entry), undefined);
    assert.deepEqual(entry.body.keys.map(bytesToHex), card.keys.map(bytesToHex));
    desk.leave();
  });

  it('a card that was never drawn leaves its pile by being spoiled', async () => {
    await desk.spoil(cardOf('K1').text);
    assert.deepEqual([pile('K1').given, pile('K1').spoiled, pile('K1').left], [1, 1, 2]);
    await desk.close();
    // The account has been given: such a card lies with those of the kiosk's own account.
    await fails(desk.spoil(cardOf('K1', 1).text), 'desk.closed');
    desk.leave();
  });

  it('a card that the board knows as spoiled is not spoiled again by a new desk', async () => {
    await desk.spoil(cardOf('K1').text);
    await station.until(desk, () => desk.status.waiting === 0);
    desk.leave();
    station.disk.records.clear();
    station.journal.committed = station.journal.prepared = undefined;
    desk = await station.openDesk();
    await fails(desk.spoil(cardOf('K1').text), 'card.spoiled');
    desk.leave();
  });

  it('a kiosk that deposited something else: the card stays issued', async () => {
    desk.leave();
    station = await TestStation.create({ lying: 'K1' });
    desk = await station.openDesk();
    await desk.issue('1', 'K1');
    await fails(desk.replace('1', cardOf('K1').text, 'K1'), 'card.deposit');
    assert.deepEqual([pile('K1').given, pile('K1').spoiled, desk.status.waiting], [1, 0, 0]);
    desk.leave();
  });

  it('gives each voter a card of their own style, and none of another when its pile is empty', async () => {
    desk.leave();
    station = await TestStation.create({ village: 2 });
    station.services.lists = Object.fromEntries(
      ['registrar', 'observers'].map((issuer) => [
        issuer,
        [{ number: '1' }, { number: '3' }, { number: '4', style: 'village' }],
      ]),
    );
    desk = await station.openDesk();
    offline();
    const left = (): [string, string, number][] =>
      desk.status.piles.map(({ kiosk, style, left: rest }) => [kiosk, style, rest]);
    const [town, village] = ['town', 'village'].map((style) =>
      station.cards.find((card) => card.kiosk === 'K1' && card.style === style)!,
    );
    assert.equal((await desk.find('борисов'))[0]?.state, 'free');
    await fails(desk.issue('3', 'K2'), 'desk.pile');
    await desk.issue('3', 'K1');
    await desk.issue('1', 'K1');
    assert.deepEqual(left(), [
      ['K1', 'town', 2],
      ['K1', 'village', 1],
      ['K2', 'town', 3],
    ]);
    // A card of another style is not this voter's, whoever has brought it.
    await fails(desk.replace('3', town!.text, 'K1'), 'desk.pile');
    await fails(desk.replace('1', village!.text, 'K1'), 'desk.pile');
    assert.equal(desk.status.waiting, 0);
    await desk.replace('3', village!.text, 'K1');
    // Town's cards are of no use to the next of the village.
    await fails(desk.issue('4', 'K1'), 'desk.pile');
    await restart();
    assert.deepEqual(left(), [
      ['K1', 'town', 2],
      ['K1', 'village', 0],
      ['K2', 'town', 3],
    ]);
    await desk.close();
    online();
    desk.hurry();
    await station.until(desk, () => desk.status.waiting === 0);
    const account = station.services.posted.find(({ type }) => type === 'marked');
    assert.deepEqual(account?.body, {
      station: '101',
      voters: [
        ['town', 1],
        ['village', 1],
      ],
      given: [
        ['K1', 'town', 1],
        ['K1', 'village', 2],
        ['K2', 'town', 0],
      ],
    });
    desk.leave();
  });

  it('transfers with every issuer’s yes; if one says no, the others are asked back', async () => {
    const row = {
      position: 9,
      number: '77',
      name: 'Гость',
      document: '1',
      style: 'town',
      served: [],
    };
    const { transfers } = station.services;
    transfers['registrar'] = () => row;
    transfers['observers'] = () => row;
    assert.equal((await desk.transfer('77')).state, 'free');
    await desk.issue('77', 'K1');
    await restart();
    await fails(desk.issue('77', 'K1'), 'desk.served');
    transfers['registrar'] = () => ({ ...row, number: '78' });
    station.services.fault = (request) =>
      request.includes('observers/desk/transfers') ? refused(409, 'desk.elsewhere') : undefined;
    await fails(desk.transfer('78'), 'desk.elsewhere');
    assert.ok(station.services.requests.includes('POST /registrar/desk/releases'));
    await fails(desk.issue('78', 'K1'), 'desk.voter');
    station.services.fault = () => undefined;
    transfers['observers'] = () => ({ ...row, number: '78', served: ['mayor'] });
    await fails(desk.transfer('78'), 'desk.served');
    desk.leave();
  });

  it('issuers that don’t agree: whoever was served online, or is missing, gets no card', async () => {
    station.services.lists['observers'] = [
      { number: '1', served: ['mayor'] },
      { number: '2', style: 'village' },
      { number: '4' },
    ];
    await desk.fetch();
    await fails(desk.issue('1', 'K1'), 'desk.served');
    await fails(desk.issue('2', 'K1'), 'desk.elsewhere');
    await fails(desk.issue('3', 'K1'), 'desk.elsewhere');
    await desk.issue('4', 'K1');
    desk.leave();
  });

  it('carries cards out and back: what went out is drawn or returned', async () => {
    const cards = [{ kiosk: 'K1', style: 'town', number: 2 }];
    await fails(desk.carryOut({ voters: ['3'], cards }), 'desk.pile');
    await fails(
      desk.carryOut({ voters: ['1'], cards: [{ kiosk: 'K1', style: 'town', number: 4 }] }),
      'desk.pile',
    );
    await desk.carryOut({ voters: ['1', '2'], cards });
    assert.equal(pile('K1').left, 1);
    await fails(desk.issue('1', 'K2'), 'desk.elsewhere');
    await fails(desk.close(), 'desk.trip');
    await restart();
    const { id } = desk.status.trips[0]!;
    const left = [{ kiosk: 'K1', style: 'town', number: 1 }];
    const served = [{ number: '1', kiosk: 'K1' }];
    await fails(
      desk.carryBack(id, { served: [{ number: '4', kiosk: 'K1' }], cards: left }),
      'desk.voter',
    );
    await fails(desk.carryBack(id, { served, cards }), 'desk.pile');
    await fails(desk.carryBack(id, { served: [...served, ...served], cards: left }), 'desk.served');
    await desk.carryBack(id, { served, cards: left });
    await fails(desk.carryBack(id, { served, cards: left }), 'desk.trip');
    assert.deepEqual([pile('K1').given, pile('K1').left, desk.status.served], [1, 2, 1]);
    assert.deepEqual(
      desk.status.trips.map(({ voters, served: n, out, back }) => [voters, n, out, back]),
      [[2, 1, 2, 1]],
    );
    await desk.issue('2', 'K1');
    desk.leave();
  });

  it('closes once: one account, then the marks, shuffled, to every issuer', async () => {
    await desk.issue('1', 'K1');
    await desk.issue('4', 'K2');
    offline();
    await desk.close();
    await desk.close();
    await restart();
    await desk.close();
    await fails(desk.issue('2', 'K1'), 'desk.closed');
    await fails(desk.replace('1', cardOf('K1').text, 'K1'), 'desk.closed');
    await fails(desk.transfer('77'), 'desk.closed');
    assert.equal(desk.status.at, 'closed');
    assert.equal(desk.status.waiting, 3);
    assert.equal(station.services.marks.length, 0);
    online();
    desk.hurry();
    await station.until(desk, () => desk.status.waiting === 0);
    const marked = station.services.posted.filter(({ type }) => type === 'marked');
    assert.equal(marked.length, 1);
    assert.deepEqual(marked[0]!.body, {
      station: '101',
      voters: [['town', 2]],
      given: [
        ['K1', 'town', 1],
        ['K2', 'town', 1],
      ],
    });
    const sent = station.services.marks.map(({ issuer, marks, complete }) => [
      issuer,
      marks.map(({ number }) => number).sort(),
      complete,
    ]);
    assert.deepEqual(sent, [
      ['registrar', ['1', '4'], true],
      ['observers', ['1', '4'], true],
    ]);
    desk.leave();
  });

  it('no mark leaves the station during the day', async () => {
    await desk.issue('1', 'K1');
    desk.hurry();
    await station.until(desk, () => station.services.requests.some((r) => r.endsWith('/status')));
    assert.equal(station.services.marks.length, 0);
    desk.leave();
  });

  it('takes a kiosk’s closing slip once, countersigns it, and can read it out', async () => {
    offline();
    const leaves = [leafHash(utf8ToBytes('a')), leafHash(utf8ToBytes('b'))];
    const text = station.heldText('K1', leaves);
    await desk.takeHeld(text);
    await desk.takeHeld(text);
    await fails(desk.takeHeld(station.heldText('K1', [])), 'held.foreign');
    const bytes = Buffer.from(text.slice('kabina-held:'.length), 'base64url');
    bytes[bytes.length - 1]! ^= 1;
    await fails(desk.takeHeld(`kabina-held:${bytes.toString('base64url')}`), 'held.foreign');
    assert.deepEqual(desk.status.held, [{ kiosk: 'K1', number: 2 }]);
    assert.equal(readDictated('K1', desk.dictate('K1')).number, 2);
    online();
    desk.hurry();
    await station.until(desk, () => desk.status.waiting === 0);
    const [entry] = station.services.posted;
    assert.ok(entry?.type === 'held');
    assert.equal(checkSignatures(station.election.manifest, entry), undefined);
    desk.leave();
  });

  it('an entry stays until a proof shows it on the board', async () => {
    // The box says yes and shows nothing, or garbage, or a proof of something else.
    const lies = [
      () => refused(404, 'proofs.not-yet'),
      () => new Response('not a proof'),
      () => new Response('<html>', { status: 502 }),
      () => Response.json({ code: 'server.internal' }, { status: 500 }),
    ];
    for (const lie of lies) {
      station.services.fault = (request) => (request.includes('/proofs/') ? lie() : undefined);
      desk.hurry();
      if (desk.status.waiting === 0) await desk.spoil(cardOf('K1').text);
      const before = station.services.requests.length;
      desk.hurry();
      await station.until(desk, () =>
        station.services.requests.slice(before).some((request) => request.includes('/proofs/')),
      );
      assert.equal(desk.status.waiting, 1);
    }
    online();
    desk.hurry();
    await station.until(desk, () => desk.status.waiting === 0);
    assert.equal(station.services.posted.length, 1, 'the same bytes were sent each time');
    desk.leave();
  });

  it('is one desk: a second tab has to wait until the first has left', async () => {
    const second = await station.desk('second tab');
    assert.equal(second.status.trouble?.code, 'desk.held');
    await fails(second.unlock(CODE), 'desk.held');
    desk.leave();
    await second.unlock(CODE);
    assert.equal(second.status.at, 'open');
    second.leave();
  });

  it('is no desk on a machine with another key', async () => {
    desk.leave();
    station = await TestStation.create();
    station.seed = randomBytes(32);
    const stranger = await station.desk();
    await stranger.unlock(CODE);
    await fails(stranger.fetch(), 'desk.machine');
    stranger.leave();
  });

  it('locked: no voter, secret or card count is readable on the disk or in the status', async () => {
    await desk.issue('1', 'K1');
    await desk.carryOut({
      voters: ['2'],
      cards: [{ kiosk: 'K1', style: 'town', number: 1 }],
    });
    desk.lock();
    const bytes = Buffer.from(diskBytes(station.disk));
    const voters = VOTERS.flatMap(({ name, document }) => [name, ...name.split(' '), document]);
    for (const secret of [...voters, 'registrar-secret', 'observers-secret', CODE]) {
      assert.equal(bytes.indexOf(secret, 0, 'utf8'), -1, secret);
      assert.equal(bytes.indexOf(secret, 0, 'utf16le'), -1, secret);
    }
    const { voters: shown, served, piles, trips } = desk.status;
    assert.deepEqual([shown, served, piles, trips], [0, 0, [], []]);
    assert.equal(desk.status.title.ru, station.election.manifest.title.ru);
    desk.leave();
  });

  it('marks look alike and don’t say in what order they came', async () => {
    for (const number of ['4', '1', '2']) await desk.issue(number, 'K1');
    const marks = [...station.disk.records].filter(([name]) => name.startsWith('mark/'));
    assert.equal(new Set(marks.map(([, bytes]) => bytes.length)).size, 1);
    assert.ok(marks.every(([name]) => /^mark\/[0-9a-f]{64}$/.test(name)));
    desk.leave();
  });
});
