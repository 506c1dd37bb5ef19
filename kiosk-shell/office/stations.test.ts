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
import { dictated, DictationError } from '../desk/dictation.ts';
import { Commission } from './commission.ts';
import {
  CardPrinter,
  heldDictated,
  kioskNames,
  missingNow,
  stationViews,
  WriteOffAct,
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
    assert.equal(end[0]!.marked, true);
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
    const act = new WriteOffAct(board, {
      station: '101',
      kiosk: 'K2',
      reason: 'Терминал не включается',
      cards: [['town', 1]],
    });
    assert.equal(act.missing, 1);
    const unsigned = election.sign('written-off', 'commission', act.complete());
    assert.equal(board.check(unsigned)?.code, 'stations.members');
    const { members } = election.manifest.commission;
    members.forEach(({ name }, i) => act.sign(i + 1, testMember(name).sign(act.document)));
    assert.equal(act.missing, 0);
    assert.equal(act.complete().members.length, 1);
    assert.equal(
      board.check(election.sign('written-off', 'commission', act.complete())),
      undefined,
    );
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
