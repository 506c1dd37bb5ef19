import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deal, shareFor } from '@kabina/crypto/sharing';
import { leafHash } from '@kabina/log/merkle';
import { at, body, election, good, insert } from '../test/spoil.ts';
import { BallotIndex } from './ballot-index.ts';
import { BoardState } from './board.ts';
import { decodeEntry, encodeEntry, type Entry } from './entries.ts';
import { RootHistory } from './root-history.ts';
import { merkleRoot } from '@kabina/log/merkle';
import type { Step } from './testing.ts';

/** A state that has replayed these steps, all without a problem. */
function replayed(steps: readonly Step[]): BoardState {
  const state = new BoardState();
  for (const bytes of election.build(steps).entries) {
    assert.equal(state.apply(decodeEntry(bytes), leafHash(bytes)), undefined);
  }
  return state;
}
const upTo = (name: string) => good.steps.slice(0, at(good.steps, name));

test('phases of a whole election', () => {
  const phases: [string, string][] = [
    ['commit 1/1', 'ceremony'],
    ['opened', 'ready'],
    ['anna mayor 0', 'open'],
    ['resumed', 'suspended'],
    ['challenge', 'open'],
    ['issued registrar', 'closed'],
    ['share mayor 1', 'tally'],
    ['protocol mayor', 'result'],
  ];
  for (const [name, phase] of phases) assert.equal(replayed(upTo(name)).phase, phase, name);
  const state = replayed(good.steps);
  assert.equal(state.phase, 'published');
  assert.equal(new BoardState().phase, 'empty');
  assert.deepEqual(state.withdrawn, [{ contest: 'mayor', option: 'mayor-10' }]);
  assert.equal(state.extension, 600);
  assert.deepEqual(state.key, good.ceremony.key);
});

test('check says the same as apply, and changes nothing', () => {
  const state = replayed(upTo('closed'));
  const { root, size } = state;
  assert.equal(state.check(good.spare.entry), undefined);
  assert.equal(state.check(good.spare.entry), undefined);
  assert.deepEqual([state.root, state.size], [root, size]);
  assert.equal(state.apply(good.spare.entry, leafHash(encodeEntry(good.spare.entry))), undefined);
  assert.equal(state.check(good.spare.entry)?.code, 'ballots.revision-taken');
});

describe('order', () => {
  const refused = (steps: readonly Step[], entry: Entry, code: string) =>
    assert.equal(replayed(steps).check(entry)?.code, code);
  const sign = <T extends Entry['type']>(type: T, by: string, of: never) =>
    election.sign(type, by, of) as Entry;
  const entryOf = (name: string) => good.steps[at(good.steps, name)]?.entry as Entry;

  test('nothing before the manifest', () => {
    assert.equal(new BoardState().check(entryOf('commit 1/1'))?.code, 'ceremony.phase');
  });
  test('no reveal before every commitment is there and cosigned', () => {
    refused(upTo('commit 1/4'), entryOf('reveal 1/1'), 'ceremony.early');
    const all = upTo('reveal 1/1').filter((step) => step.cosign === undefined);
    refused(all, entryOf('reveal 1/1'), 'ceremony.early');
    assert.equal(replayed(upTo('reveal 1/1')).check(entryOf('reveal 1/1')), undefined);
  });
  test('no confirmation before every reveal, nor while a complaint is open', () => {
    refused(upTo('reveal 2/3'), entryOf('confirm 1'), 'ceremony.early');
    refused(upTo('answer'), entryOf('confirm 1'), 'ceremony.early');
  });
  test('a restart leaves somebody out, every time', () => {
    const restart = (excluded: number[]) =>
      sign('ceremony/restart', 'commission', { attempt: 2, excluded, reason: 'x' } as never);
    const before = upTo('restart');
    refused(before, restart([4, 1]), 'ceremony.restart');
    refused(before, restart([9]), 'ceremony.restart');
    refused(before, restart([1, 2, 3]), 'ceremony.restart');
    const again = sign('ceremony/restart', 'commission', {
      attempt: 3,
      excluded: [4],
      reason: 'x',
    } as never);
    refused(upTo('commit 2/1'), again, 'ceremony.restart');
  });
  test('a bad answer leaves nothing but a restart without the culprit', () => {
    const { group } = election.suite;
    const share = group.encodeScalar(shareFor(group, deal(group, 2), 2));
    const bad = sign('ceremony/answer', 'trustee/1', {
      attempt: 2,
      index: 1,
      to: 2,
      share,
    } as never);
    const steps = [...upTo('answer'), { entry: bad }];
    refused(steps, entryOf('confirm 1'), 'ceremony.early');
    const restart = (excluded: number[]) =>
      sign('ceremony/restart', 'commission', { attempt: 3, excluded, reason: 'x' } as never);
    refused(steps, restart([3, 4]), 'ceremony.restart');
    assert.equal(replayed(steps).check(restart([1, 4])), undefined);
  });
  test('an attempt that is over takes nothing more', () => {
    refused(upTo('commit 2/1'), entryOf('reveal 1/1'), 'ceremony.attempt');
    refused(upTo('commit 2/1'), entryOf('commit 1/4'), 'ceremony.attempt');
  });
  test('turns wait for their checkpoint', () => {
    refused(upTo('opened cosigned'), entryOf('anna mayor 0'), 'schedule.not-cosigned');
    refused(upTo('resumed cosigned'), entryOf('vera mayor 0'), 'schedule.not-cosigned');
    refused(upTo('tally cosigned'), entryOf('share mayor 1'), 'schedule.not-cosigned');
    const early = sign('tally', 'box', { size: at(good.steps, 'closed') + 1 } as never);
    refused(upTo('closed cosigned'), early, 'schedule.not-cosigned');
  });
  test('tally counts to a size between the closing and now', () => {
    for (const size of [1, at(good.steps, 'closed'), good.steps.length]) {
      refused(upTo('tally'), sign('tally', 'box', { size } as never), 'schedule.tally');
    }
  });
  test('no result before enough shares, no protocol before its result', () => {
    refused(upTo('share mayor 2'), entryOf('result mayor'), 'result.early');
    refused(upTo('result question'), entryOf('protocol question'), 'protocol.phase');
  });
  test('nothing signed has an effect twice: a box can’t resume what it was told to suspend', () => {
    const commission = (type: 'suspended' | 'resumed', of: object) =>
      sign(type, 'commission', of as never);
    const steps = upTo('challenge');
    refused(steps, entryOf('suspended'), 'schedule.repeated');
    const again = commission('suspended', { reason: 'проверка связи' });
    const cosign = Date.parse('2026-09-19T09:20:00+03:00') / 1000;
    const suspended = [...steps, { entry: again }, { cosign }];
    refused(suspended, entryOf('resumed'), 'schedule.repeated');
    const resumed = commission('resumed', { extension: 600 });
    assert.equal(replayed(suspended).check(resumed), undefined);
  });
  test('an option is withdrawn once, and exists', () => {
    const withdrawn = (option: string) =>
      sign('withdrawn', 'commission', { contest: 'mayor', option } as never);
    refused(upTo('suspended'), withdrawn('mayor-10'), 'schedule.withdrawn');
    refused(upTo('suspended'), withdrawn('mayor-11'), 'schedule.withdrawn');
    assert.equal(replayed(upTo('suspended')).check(withdrawn('mayor-9')), undefined);
  });
  test('shares are proved where the sums are known', () => {
    const state = replayed(upTo('share question 1'));
    state.setAggregates(good.aggregates);
    const share = body('share', 'share question 1');
    const wrong = election.sign('share', 'trustee/1', { ...share, D: [...share.D].reverse() });
    assert.equal(state.check(wrong)?.code, 'shares.proof');
    assert.equal(state.check(entryOf('share question 1')), undefined);
  });
});

test('entries in any order are taken or refused, and never crash the state', () => {
  const { entries } = election.build(good.steps);
  const decoded = entries.map((bytes) => ({ entry: decodeEntry(bytes), leaf: leafHash(bytes) }));
  const order = fc.shuffledSubarray(decoded.slice(1), { minLength: 10 });
  fc.assert(
    fc.property(order, (shuffled) => {
      const state = new BoardState();
      for (const { entry, leaf } of [decoded[0] as (typeof decoded)[0], ...shuffled]) {
        state.apply(entry, leaf);
      }
      assert.equal(state.size, shuffled.length + 1);
    }),
    { numRuns: 30 },
  );
});

test('with a bad ballot out, the second of that revision counts', () => {
  const steps = insert('night', { name: 'spare', entry: good.spare.entry });
  const state = new BoardState();
  const board = election.build(steps.slice(0, at(steps, 'night')));
  for (const bytes of board.entries) state.apply(decodeEntry(bytes), leafHash(bytes));
  const again = election.seal(good.ceremony.key, 'question', good.spare.seed, [0, 1]);
  const second = election.cast(again, good.spare.seed, good.spare.permit);
  const index = state.size;
  assert.equal(state.apply(second, leafHash(encodeEntry(second)))?.code, 'ballots.revision-taken');
  const counted = () => [...state.countedBallots('question')].map((one) => one.index);
  assert.ok(counted().includes(board.index('spare')) && !counted().includes(index));
  state.discard(board.index('spare'));
  assert.ok(!counted().includes(board.index('spare')) && counted().includes(index));
});

test('the root at every earlier size', () => {
  const leaves = Array.from({ length: 70 }, (_, i) => leafHash(Uint8Array.of(i)));
  const history = new RootHistory();
  for (const leaf of leaves) history.append(leaf);
  for (let size = 0; size <= leaves.length; size++) {
    assert.deepEqual(history.rootAt(size), merkleRoot(leaves.slice(0, size)));
  }
});

test('the index of ballots does what its rules say (against a plain list)', () => {
  const contests = ['a', 'b'];
  const operation = fc.record({
    key: fc.nat(4),
    revision: fc.nat(3),
    discard: fc.boolean(),
    refused: fc.boolean(),
    opened: fc.boolean(),
    station: fc.boolean(),
    /** A card with this key was delivered here, and spoiled now. */
    spoil: fc.option(fc.nat(30), { freq: 8 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), fc.nat(30), (operations, limit) => {
      const index = new BallotIndex(contests, ['online', 'station/1']);
      const plain: { key: number; revision: number; at: number; good: boolean }[] = [];
      const spoiled: { key: number; from: number }[] = [];
      const lists = operations.map(({ station }) => (station ? 'station/1' : 'online'));
      operations.forEach(({ key, revision, discard, refused, opened, spoil }, i) => {
        const core = leafHash(Uint8Array.of(i));
        const contest = contests[key % 2] as string;
        const list = lists[i] as string;
        index.add(leafHash(Uint8Array.of(key)), contest, list, revision, core, i, refused);
        if (spoil !== null) {
          index.spoil(leafHash(Uint8Array.of(key)), 'station/1', spoil);
          spoiled.push({ key, from: spoil });
        }
        if (opened) index.open(core, 1000 + i);
        if (discard) index.discard(i);
        // What it has worked out must not outlive what comes after.
        index.countedNumber(contest, limit);
        plain.push({ key, revision, at: i, good: !discard && !refused && !opened });
      });
      const isSpoiled = (one: { key: number; at: number }) =>
        lists[one.at] === 'station/1' &&
        spoiled.some(({ key, from }) => key === one.key && from < one.at);
      for (const one of plain) if (isSpoiled(one)) one.good = false;
      for (const [c, contest] of contests.entries()) {
        const expected = [0, 1, 2, 3, 4]
          .filter((key) => key % 2 === c)
          .flatMap((key) => {
            const own = plain.filter((one) => one.key === key && one.good && one.at < limit);
            const best = Math.max(...own.map((one) => one.revision));
            return own.filter((one) => one.revision === best).slice(0, 1);
          })
          .map((one) => one.at);
        const counted = [...index.counted(contest, limit)].map((one) => one.index);
        assert.deepEqual(counted.sort(), expected.sort());
        assert.equal(index.countedNumber(contest, limit), expected.length);
        for (const list of ['online', 'station/1']) {
          const used = plain.filter(
            (one) =>
              one.key % 2 === c &&
              lists[one.at] === list &&
              operations[one.at]?.discard === false &&
              !isSpoiled(one),
          );
          const keys = new Set(used.map(({ key }) => key)).size;
          assert.equal(index.usedNumber(contest, list), keys);
        }
      }
      for (const { at: place } of plain) {
        const [found] = index.lookup(leafHash(Uint8Array.of(place)).subarray(0, 10), limit);
        const key = plain[place]?.key;
        assert.deepEqual(
          found?.ballots.map((one) => one.index),
          plain.filter((one) => one.key === key).map((one) => one.at),
        );
      }
    }),
  );
});
