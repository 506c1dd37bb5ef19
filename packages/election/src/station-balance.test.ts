import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { before, election, good, stateOf } from '../test/spoil-station.ts';
import { at } from '../test/spoil.ts';
import { issuedPermits, protocolNumbers } from './results-protocol.ts';
import { issuedAtStations, stationBalance } from './station-balance.ts';
import type { Step } from './testing.ts';

const LIST = 'station/101';

test('the balance of the good station', () => {
  const balance = stationBalance(stateOf(good.steps), '101');
  assert.deepEqual(balance, {
    station: '101',
    lines: [
      {
        ...{ kiosk: 'K1', style: 'town', received: 4, issued: 2, cancelled: 2 },
        ...{ spoiled: 0, writtenOff: 0, holds: true },
      },
      {
        ...{ kiosk: 'K2', style: 'town', received: 3, issued: 1, cancelled: 1 },
        ...{ spoiled: 1, writtenOff: 0, holds: true },
      },
    ],
    styles: [{ style: 'town', marked: 3, issued: 3 }],
    contests: [
      { contest: 'mayor', used: 3, issued: 3 },
      { contest: 'council', used: 3, issued: 3 },
      { contest: 'question', used: 2, issued: 3 },
    ],
    held: [
      { kiosk: 'K1', number: 3, arrived: 3 },
      { kiosk: 'K2', number: 3, arrived: 3 },
    ],
    missing: [],
    holds: true,
  });
});

test('a station that the manifest does not name, and a board before its manifest', () => {
  assert.throws(() => stationBalance(stateOf(good.steps), '102'), RangeError);
  assert.throws(() => stationBalance(stateOf([]), '101'), RangeError);
});

describe('while accounts are missing', () => {
  test('nothing is missing before cards have come', () => {
    const balance = stationBalance(before('delivered K1'), '101');
    assert.deepEqual([balance.missing, balance.lines, balance.holds], [[], [], true]);
  });
  test('it says of whom, and cannot tell yet', () => {
    const balance = stationBalance(before('cancelled K2 1'), '101');
    assert.deepEqual(balance.missing, ['kiosk/K2', LIST]);
    assert.equal(balance.holds, undefined);
    assert.deepEqual(
      balance.lines.map(({ kiosk, issued, holds }) => [kiosk, issued, holds]),
      [
        ['K1', 2, true],
        ['K2', undefined, undefined],
      ],
    );
    assert.deepEqual(balance.styles, [{ style: 'town', marked: undefined, issued: undefined }]);
  });
  test('half of an account is none', () => {
    assert.deepEqual(stationBalance(before('cancelled K1 2'), '101').missing, [
      'kiosk/K1',
      'kiosk/K2',
      LIST,
    ]);
  });
  test('cards given out of a pile that never came: it does not hold', () => {
    const marked = good.steps[at(good.steps, 'marked')] as Step;
    const early = stateOf([...good.steps.slice(0, at(good.steps, 'delivered K2')), marked]);
    const { lines, holds } = stationBalance(early, '101');
    assert.equal(holds, false);
    assert.deepEqual(
      lines.map(({ kiosk, received, holds: one }) => [kiosk, received, one]),
      [
        ['K1', 4, undefined],
        ['K2', 0, false],
      ],
    );
  });
  test('permits issued: the greater of what is known and what was used', () => {
    // K1 says two; three ballots for the mayor are there, and two for the question.
    const state = before('cancelled K2 1');
    assert.equal(issuedAtStations(state, 'mayor'), 3);
    assert.equal(issuedAtStations(state, 'question'), 2);
    assert.equal(issuedAtStations(state, 'few'), 0);
  });
});

describe('the results protocol', () => {
  const state = stateOf(good.steps);
  test('counts what stations issued among the permits of the premises', () => {
    const issued = (contest: string) =>
      issuedPermits(election.manifest, state.issued, contest, state);
    assert.deepEqual(issued('mayor'), { remote: 1, premises: 3 });
    assert.deepEqual(issued('question'), { remote: 1, premises: 3 });
    assert.deepEqual(issued('empty'), { remote: 0, premises: 0 });
    const result = good.expected[0]!;
    const numbers = protocolNumbers(election.manifest, state.issued, result, state);
    assert.equal(numbers.premises, 3);
  });
  test('is not drawn up without the stations’ accounts by mistake', () => {
    const call = () => issuedPermits(election.manifest, state.issued, 'mayor');
    assert.throws(call, TypeError);
  });
  test('a missing desk does not keep it from being drawn up', () => {
    const steps = good.steps.filter(({ name }) => name !== 'marked');
    const early = stateOf(steps.slice(0, at(steps, 'tally')));
    assert.equal(stationBalance(early, '101').holds, undefined);
    assert.equal(issuedAtStations(early, 'question'), 3);
  });
});
