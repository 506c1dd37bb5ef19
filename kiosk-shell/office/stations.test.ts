// The office's part in station mode, against the board's own rules: whom it gives up on is named, what
// was dictated is what the kiosk said, an act of writing off is one that the board takes.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BoardState } from '@kabina/election/board';
import { decodeEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import {
  goodStationBoard,
  TestElection,
  testMember,
  testSeed,
  withStation,
  type GoodStationBoard,
} from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import fc from 'fast-check';
import { dictated, DictationError } from '../desk/dictation.ts';
import { Commission } from './commission.ts';
import { Desk } from './desk.ts';
import { numbersOf, paperAccount, paperForm } from './lost-desk.ts';
import { lostDeskAct, markedByMembers, writeOffAct, writtenOff } from './members-act.ts';
import {
  CardPrinter,
  heldDictated,
  heldScanned,
  kioskNames,
  missingNow,
  stationViews,
  writeOffStyles,
} from './stations.ts';

const realFetch = globalThis.fetch;

describe('stations in the office', () => {
  let good: GoodStationBoard;
  let election: TestElection;

  before(async () => {
    election = await TestElection.create('ristretto255-sha512', withStation);
    good = await goodStationBoard(election);
  });
  after(() => {
    globalThis.fetch = realFetch;
  });

  /** The board with everything before the step of that name. */
  function until(name: string): BoardState {
    const state = new BoardState();
    const board = election.build(good.steps.slice(0, stepAt(name)));
    for (const bytes of board.entries) {
      assert.equal(state.apply(decodeEntry(bytes), leafHash(bytes)), undefined);
    }
    return state;
  }

  function stepAt(name: string): number {
    const place = good.steps.findIndex((step) => step.name === name);
    assert.ok(place > 0, name);
    return place;
  }

  it('shows deliveries, what was held and how much of it has come', () => {
    const before = stationViews(until('held K1'));
    assert.deepEqual(
      before[0]!.kiosks.map(({ id, received, held }) => [id, received[0]?.number, held]),
      [
        ['K1', 4, undefined],
        ['K2', 3, undefined],
      ],
    );
    const closed = stationViews(until('closed cosigned'));
    assert.deepEqual(
      closed[0]!.kiosks.map(({ held }) => held),
      [
        { number: 3, arrived: 1 },
        { number: 3, arrived: 0, dictated: true },
      ],
    );
    const end = stationViews(until('tally'));
    assert.equal(end[0]!.balance.holds, true);
    assert.equal(end[0]!.marked, 'desk');
    assert.ok(end[0]!.kiosks.every(({ accounted, writtenOff }) => accounted && !writtenOff));
  });

  it('closes and counts only without those that a person has named', async () => {
    const posted: EntryOf<'closed' | 'tally'>[] = [];
    const commissionAt = async (name: string): Promise<Commission> => {
      const { files } = election.build(good.steps.slice(0, stepAt(name)));
      globalThis.fetch = (async (url: URL | string, init?: RequestInit) => {
        const { pathname } = new URL(url);
        if (init?.method === 'POST') {
          const bytes = new Uint8Array(await new Response(init.body!).arrayBuffer());
          posted.push(decodeEntry(bytes) as EntryOf<'closed'>);
          return Response.json({});
        }
        const file = files.get(pathname.slice('/board/'.length));
        return file === undefined
          ? new Response(null, { status: 404 })
          : new Response(file.slice());
      }) as typeof fetch;
      const seed = testSeed('commission').slice();
      const { electionId } = election;
      const commission = new Commission({ electionId, seed, box: 'http://box.test' });
      await commission.refresh();
      return commission;
    };
    const early = await commissionAt('held K2');
    assert.deepEqual(missingNow(early.state, 'closed'), ['K2']);
    assert.equal(kioskNames(early.manifest, ['K2']), 'Терминал K2 (Участок № 101)');
    await assert.rejects(early.close(), { code: 'commission.stations' });
    await assert.rejects(early.close(['K1']), { code: 'commission.stations' });
    assert.equal(posted.length, 0);
    await early.close(['K2']);
    const heldK1 = good.steps[stepAt('held K1')]!.entry!;
    assert.deepEqual(posted[0]?.body, {
      stations: [leafHash(encodeEntry(heldK1))],
      missing: ['K2'],
    });
    const late = await commissionAt('late K2 council');
    await assert.rejects(late.fixTally(), { code: 'commission.stations' });
    await late.fixTally(['K2', 'K1']);
    assert.deepEqual(posted[1]?.body, { size: late.state.size, missing: ['K2'] });
    const all = await commissionAt('marked');
    await all.fixTally();
    assert.deepEqual(posted[2]?.body, { size: all.state.size });
  });

  it('takes down what is dictated, and the board takes it', () => {
    const board = until('held K2');
    const { number, root } = good.held.K2;
    const body = heldDictated(board.manifest!, 'K2', dictated('K2', number, root));
    assert.equal(board.check(election.sign('held', 'commission', body)), undefined);
    assert.throws(
      () => heldDictated(board.manifest!, 'K1', dictated('K2', number, root)),
      DictationError,
    );
  });

  it('an act that enough members have signed is one that the board takes', () => {
    const board = until('closed cosigned');
    assert.deepEqual(
      writeOffStyles(board, '101', 'K2').map(({ id, most }) => [id, most]),
      [['town', 2]],
    );
    const act = writeOffAct(board, {
      station: '101',
      kiosk: 'K2',
      reason: 'Терминал не включается',
      cards: [['town', 1]],
    });
    assert.equal(act.missing, 1);
    const unsigned = election.sign('written-off', 'commission', writtenOff(act));
    assert.equal(board.check(unsigned)?.code, 'stations.members');
    const { members } = election.manifest.commission;
    members.forEach(({ name }, i) => act.sign(i + 1, testMember(name).sign(act.document)));
    assert.equal(act.missing, 0);
    assert.equal(writtenOff(act).members.length, 1);
    assert.equal(
      board.check(election.sign('written-off', 'commission', writtenOff(act))),
      undefined,
    );
  });

  it('takes a kiosk’s own statement in place of its desk', () => {
    const board = until('confirmed K2');
    const manifest = board.manifest!;
    const { number, root } = good.held.K2;
    const body = { station: '101', kiosk: 'K2', number, root };
    const text = (by: string[]) =>
      `kabina-held:${Buffer.from(encodeEntry(election.cosign('held', by, body))).toString('base64url')}`;
    const own = text(['kiosk/K2']);
    const held = heldScanned(manifest, 'K2', `  ${own}\n`);
    assert.deepEqual(held?.body, body);
    assert.equal(heldScanned(manifest, 'K1', own), undefined);
    assert.equal(heldScanned(manifest, 'K2', text(['kiosk/K2', 'station/101'])), undefined);
    assert.equal(heldScanned(manifest, 'K2', text(['commission'])), undefined);
    fc.assert(
      fc.property(fc.string(), fc.nat(own.length), (noise, at) => {
        for (const other of [noise, `kabina-held:${noise}`, own.slice(0, at)]) {
          const read = heldScanned(manifest, 'K2', other);
          assert.ok(read === undefined || other.trim() === own);
        }
      }),
    );
  });

  it('an account from the paper list, signed by enough members, is one that the board takes', () => {
    const board = until('marked');
    const form = paperForm(board, '101');
    assert.deepEqual(
      [form.styles.map(({ id, most }) => [id, most]), form.piles.map((pile) => pile.received)],
      [[['town', 6]], [4, 3]],
    );
    const reason = 'Ноутбук стола разбит';
    const counted = { station: '101', reason, marked: [3], left: [2, 1] };
    const act = lostDeskAct(board, paperAccount(form, counted));
    const sign = () => election.sign('marked', 'commission', markedByMembers(act));
    assert.equal(act.missing, 1);
    assert.equal(board.check(sign())?.code, 'stations.members');
    const { name } = election.manifest.commission.members[0]!;
    act.sign(1, testMember(name).sign(act.document));
    assert.equal(act.missing, 0);
    const entry = sign();
    assert.equal(board.apply(entry, leafHash(encodeEntry(entry))), undefined);
    const [view] = stationViews(board);
    assert.equal(view!.marked, 'members');
    assert.equal(view!.balance.holds, true);
    assert.equal(view!.balance.lost, reason);
  });

  it('reads the paper list however it was typed, and keeps nothing of its order', () => {
    assert.deepEqual(numbersOf('7, 3\n12;3\t 5 '), ['12', '3', '5', '7']);
    assert.deepEqual(numbersOf(' \n'), []);
  });

  it('tells both issuers all marks, in parts, and says whom they refuse', async () => {
    const asked: { issuer: string; station: string; marks: number; complete: boolean }[] = [];
    globalThis.fetch = (async (url: URL | string, init?: RequestInit) => {
      const { station, marks, complete } = JSON.parse(String(init?.body)) as {
        station: string;
        marks: { number: string }[];
        complete: boolean;
      };
      const { hostname, pathname } = new URL(url);
      assert.equal(pathname, '/desk/marks');
      const [issuer = ''] = hostname.split('.');
      assert.equal(new Headers(init?.headers).get('authorization'), `Bearer ${issuer}`);
      asked.push({ issuer, station, marks: marks.length, complete });
      const refused = marks
        .filter(({ number }) => number === '17')
        .map(({ number }) => ({ number, code: 'desk.elsewhere' }));
      return Response.json({ stored: marks.length - refused.length, refused });
    }) as typeof fetch;
    const config = {
      electionId: '',
      kind: 'training',
      box: 'http://box.test',
      registrar: 'http://registrar.test',
      observers: 'http://observers.test',
    } as const;
    const desk = new Desk(config, { registrar: 'registrar', observers: 'observers' });
    const numbers = Array.from({ length: 501 }, (_, i) => String(i + 1));
    const answer = await desk.tellMarks('101', numbers);
    assert.deepEqual(answer, {
      stored: 500,
      refused: [{ number: '17', code: 'desk.elsewhere' }],
    });
    const parts = (issuer: string) => [
      { issuer, station: '101', marks: 500, complete: false },
      { issuer, station: '101', marks: 1, complete: true },
    ];
    assert.deepEqual(asked, [...parts('registrar'), ...parts('observers')]);
  });

  it('asks the card issuer, the last one, and nobody else, for cards', async () => {
    const asked: [string, string, string | null][] = [];
    let status = 200;
    globalThis.fetch = (async (url: URL | string, init?: RequestInit) => {
      const bearer = new Headers(init?.headers).get('authorization');
      asked.push([init?.method ?? 'GET', String(url), bearer]);
      return status === 200
        ? Response.json({ batches: [], cards: [{ text: 'kabina-card:x', typed: 'X' }] })
        : Response.json({ code: 'cards.erased' }, { status });
    }) as typeof fetch;
    const config = {
      electionId: '',
      kind: 'training',
      box: 'http://box.test',
      registrar: 'http://registrar.test',
      observers: 'http://observers.test',
    } as const;
    const secrets = { registrar: 'r', observers: 'o' };
    const printer = new CardPrinter(config, secrets, election.manifest);
    const batch = { kiosk: 'K1', style: 'town', batch: 2, cards: 1, printed: false };
    await printer.batches('101');
    assert.equal((await printer.secrets('101', batch)).length, 1);
    await printer.erase('101', batch);
    assert.deepEqual(asked, [
      ['GET', 'http://observers.test/desk/cards/101', 'Bearer o'],
      ['POST', 'http://observers.test/desk/cards/101/K1/2', 'Bearer o'],
      ['DELETE', 'http://observers.test/desk/cards/101/K1/2', 'Bearer o'],
    ]);
    status = 410;
    await assert.rejects(printer.secrets('101', batch), { code: 'cards.erased' });
  });
});
