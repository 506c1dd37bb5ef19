// The table: every state has a way on, none is a trap, and the scripted session keeps to it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { At } from './state.ts';
import { allows, assertTransition, TRANSITIONS, type Action, type Input } from './transitions.ts';

const STATES = Object.keys(TRANSITIONS) as At[];

/** States reached from one by any inputs, or by these alone. */
function reached(from: At, inputs?: readonly Input[]): Set<At> {
  const found = new Set<At>();
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const [input, to] of Object.entries(TRANSITIONS[at])) {
      if (inputs !== undefined && !inputs.includes(input as Input)) continue;
      for (const next of to) if (!found.has(next)) waiting.push((found.add(next), next));
    }
  }
  return found;
}

describe('the transitions of a session', () => {
  it('reach every state from the start', () => {
    assert.deepEqual([...reached('starting'), 'starting'].sort(), [...STATES, 'starting'].sort());
  });

  it('lead from every state but the last to a receipt and to the end', () => {
    for (const at of STATES.filter((state) => state !== 'ended')) {
      assert.ok(allows(at, 'end'), at);
      assert.ok(at === 'receipt' || reached(at).has('receipt'), at);
    }
    assert.deepEqual([...reached('ended')], ['ended']);
  });

  it('cast nothing that was not sealed, and seal nothing that was not reviewed', () => {
    const before = (input: Action): At[] => STATES.filter((at) => allows(at, input));
    assert.deepEqual(before('cast'), ['sealed']);
    assert.deepEqual(before('challenge'), ['sealed']);
    assert.deepEqual(before('seal'), ['review']);
    const intoSealed = STATES.filter((at) => TRANSITIONS[at].done?.includes('sealed') === true);
    assert.deepEqual(intoSealed, ['review']);
    assert.ok(!reached('challenged', ['back', 'list', 'openPaper']).has('sealed'));
  });

  it('refuse what the table does not have', () => {
    for (const at of STATES) {
      for (const to of STATES) {
        for (const input of ['cast', 'done', 'trouble', 'back'] as const) {
          const legal = TRANSITIONS[at][input]?.includes(to) === true;
          const go = (): void => assertTransition(at, input, to);
          if (legal) go();
          else assert.throws(go, { code: 'session.illegal' });
        }
      }
    }
  });
});
