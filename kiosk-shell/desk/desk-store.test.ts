// The desk dies at every point of a write, the browser loses or turns back its database, the agent
// goes away: a mark is there wholly or not at all, and the desk says so rather than going on.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { StationDesk } from './station-desk.ts';
import { CODE, TestStation } from './testing-desk.ts';

const realFetch = globalThis.fetch;
let station: TestStation;
let desk: StationDesk;

interface Snapshot {
  readonly records: Map<string, Uint8Array>;
  readonly committed: string | undefined;
  readonly prepared: string | undefined;
}

function snapshot(): Snapshot {
  const { committed, prepared } = station.journal;
  return { records: new Map(station.disk.records), committed, prepared };
}

/** The machine comes up with what was on its disks then. */
async function comeUp({ records, committed, prepared }: Snapshot): Promise<StationDesk> {
  station.disk.records = new Map(records);
  station.disk.fail = undefined;
  Object.assign(station.journal, { committed, prepared, before: () => undefined });
  return station.desk();
}

const given = ({ status }: StationDesk): number =>
  status.piles.reduce((sum, pile) => sum + pile.given, 0);

describe('what the desk writes', () => {
  before(async () => {
    station = await TestStation.create();
    globalThis.fetch = ((url: string, init: RequestInit) =>
      station.services.fetch(url, init)) as typeof fetch;
    desk = await station.openDesk();
    desk.leave();
    fetched = snapshot();
  });
  after(() => {
    desk.leave();
    globalThis.fetch = realFetch;
  });
  let fetched: Snapshot;

  beforeEach(async () => {
    desk.leave();
    desk = await comeUp(fetched);
    await desk.unlock(CODE);
  });

  /** Every moment at which power may fail while `work` is done, as the disks are then. */
  async function deaths(work: () => Promise<unknown>): Promise<[string, Snapshot][]> {
    const moments: [string, Snapshot][] = [];
    const note = (name: string) => moments.push([name, snapshot()]);
    station.journal.before = (step) => note(`before ${step}`);
    station.disk.fail = (_change, write) => {
      note('before the write');
      write();
      note('after the write');
    };
    await work();
    note('after commit');
    return moments;
  }

  it('a mark and its pile are there together or not at all, at every point of death', async () => {
    const moments = await deaths(() => desk.issue('1', 'K1'));
    assert.deepEqual(
      moments.map(([name]) => name),
      ['before prepare', 'before the write', 'after the write', 'before commit', 'after commit'],
    );
    for (const [name, moment] of moments) {
      desk.leave();
      desk = await comeUp(moment);
      await desk.unlock(CODE);
      const done = !['before prepare', 'before the write'].includes(name);
      assert.deepEqual([desk.status.served, given(desk)], done ? [1, 1] : [0, 0], name);
      // The member, whose screen is new, tries again: one mark, one card.
      await desk.issue('1', 'K1').catch((error: { code: string }) => {
        assert.equal(error.code, 'desk.served', name);
      });
      assert.deepEqual([desk.status.served, given(desk)], [1, 1], name);
      await desk.issue('2', 'K1');
    }
  });

  it('a spoiled card’s entry and its count are there together, and closing too', async () => {
    station.services.fault = () => 'cut';
    await desk.issue('1', 'K1');
    const spoilt = await deaths(() => desk.replace('1', station.cards[0]!.text, 'K1'));
    const closed = await deaths(() => desk.close());
    for (const [name, moment] of [...spoilt, ...closed]) {
      desk.leave();
      desk = await comeUp(moment);
      await desk.unlock(CODE);
      const [pile] = desk.status.piles;
      const entries = [...station.disk.records.keys()].filter((key) => key.startsWith('entry/'));
      const expected = pile!.spoiled + (desk.status.at === 'closed' ? 1 : 0);
      assert.equal(entries.length, expected, name);
      assert.equal(pile!.given, 1 + pile!.spoiled, name);
    }
    station.services.fault = () => undefined;
  });

  it('a desk that dies while its code is being set takes the same code again', async () => {
    desk.leave();
    desk = await comeUp({ records: new Map(), committed: undefined, prepared: undefined });
    const moments = await deaths(() => desk.unlock(CODE));
    for (const [name, moment] of moments) {
      desk.leave();
      desk = await comeUp(moment);
      await assert.rejects(desk.unlock('другой'), { code: 'desk.secret' }, name);
      await desk.unlock(CODE);
      await desk.fetch();
      assert.equal(desk.status.at, 'open', name);
    }
  });

  it('stops when the database is wiped, turned back, damaged or another machine’s', async () => {
    const old = snapshot();
    await desk.issue('1', 'K1');
    const now = snapshot();
    const [name, bytes] = [...now.records].find(([key]) => key.startsWith('mark/'))!;
    const without = new Map(now.records);
    without.delete(name);
    const damaged = new Map(now.records).set(name, bytes.slice(0, -1));
    const wrong: Record<string, Snapshot> = {
      wiped: { ...now, records: new Map() },
      'turned back': { ...now, records: old.records },
      'a mark taken out': { ...now, records: without },
      'a mark damaged': { ...now, records: damaged },
      'a copy on another machine': { ...now, committed: undefined, prepared: undefined },
      'a journal turned back': { ...now, committed: old.committed, prepared: old.committed },
    };
    for (const [what, moment] of Object.entries(wrong)) {
      desk.leave();
      desk = await comeUp(moment);
      assert.equal(desk.status.trouble?.code, 'journal.disagrees', what);
      await assert.rejects(desk.unlock(CODE), { code: 'journal.disagrees' }, what);
    }
    desk.leave();
    desk = await comeUp(now);
    await desk.unlock(CODE);
    assert.equal(desk.status.served, 1);
  });

  it('marks nothing while the journal does not answer, and goes on when it does', async () => {
    station.journal.before = () => {
      throw new Error('away');
    };
    await assert.rejects(desk.issue('1', 'K1'), { code: 'journal.unreachable' });
    assert.equal(desk.status.served, 0);
    // It goes away between the write and its own last word: the mark is durable, and so it is said.
    station.journal.before = (step) => {
      if (step === 'commit') throw new Error('away');
    };
    await desk.issue('1', 'K1');
    // Nothing more is written before the journal has heard of that.
    await assert.rejects(desk.issue('2', 'K1'), { code: 'journal.unreachable' });
    assert.deepEqual([desk.status.served, given(desk)], [1, 1]);
    station.journal.before = () => undefined;
    await desk.issue('2', 'K1');
    const here = snapshot();
    desk.leave();
    desk = await comeUp(here);
    await desk.unlock(CODE);
    assert.equal(desk.status.served, 2);
  });

  it('a full disk marks nothing; a write that only seemed to fail counts', async () => {
    station.disk.fail = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    await assert.rejects(desk.issue('1', 'K1'), { code: 'storage.failed' });
    assert.equal(desk.status.served, 0);
    station.disk.fail = (_change, write) => {
      write();
      throw new Error('the answer was lost');
    };
    await desk.issue('1', 'K1');
    station.disk.fail = undefined;
    await desk.issue('2', 'K1');
    assert.deepEqual([desk.status.served, given(desk)], [2, 2]);
  });

  it('a write that keeps half of an act is no act: the desk stops', async () => {
    station.disk.fail = (change) => {
      const [[name, bytes]] = [...change] as [[string, Uint8Array]];
      station.disk.records.set(name, bytes);
    };
    await assert.rejects(desk.issue('1', 'K1'), { code: 'storage.failed' });
    station.disk.fail = undefined;
    await assert.rejects(desk.issue('2', 'K1'), { code: 'storage.failed' });
    const here = snapshot();
    desk.leave();
    desk = await comeUp(here);
    await assert.rejects(desk.unlock(CODE), { code: 'journal.disagrees' });
  });
});
