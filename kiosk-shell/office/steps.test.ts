import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextThing, STEPS, stepNow } from './steps.ts';

const PHASES = [
  'empty',
  'ceremony',
  'ready',
  'open',
  'suspended',
  'closed',
  'tally',
  'result',
  'published',
] as const;

test('the steps follow one another as the phases do', () => {
  const places = PHASES.map((phase) => {
    const step = stepNow('running', phase);
    return STEPS.findIndex(({ id }) => id === step);
  });
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
  assert.deepEqual([...new Set(places)], [1, 2, 3, 4, 5, 6, 7]);
});

test('without an election the office is at the seats', () => {
  for (const stage of ['seats', 'preparing', 'failed'] as const) {
    assert.equal(stepNow(stage, undefined), 'seats');
  }
});

test('there is a different next thing to do at every turn', () => {
  const all = { shares: true, signatures: true };
  const none = { shares: false, signatures: false };
  const said = PHASES.slice(1).map((phase) => nextThing('running', phase, all));
  said.push(nextThing('running', 'tally', none), nextThing('running', 'ready', none));
  said.push(nextThing('seats', undefined, none));
  assert.equal(new Set(said).size, said.length);
});
