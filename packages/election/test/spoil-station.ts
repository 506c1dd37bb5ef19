/** The tools of `spoil.ts` for a good board with a station. */
import assert from 'node:assert/strict';
import { leafHash } from '@kabina/log/merkle';
import { BoardState } from '../src/board.ts';
import { decodeEntry, encodeEntry, type Entry } from '../src/entries.ts';
import { goodStationBoard, TestElection, withStation, type Step } from '../src/testing.ts';
import { at, spoiler } from './spoil.ts';

export const election = await TestElection.create('ristretto255-sha512', withStation);
export const good = await goodStationBoard(election);
export const { insert, without, replace, body, audit, assertFails } = spoiler(election, good);

/** The state of a board, all of whose entries are good. */
export function stateOf(steps: readonly Step[]): BoardState {
  const state = new BoardState();
  for (const bytes of election.build(steps).entries) {
    const wrong = state.apply(decodeEntry(bytes), leafHash(bytes));
    assert.equal(wrong, undefined, wrong?.message);
  }
  return state;
}

/** The good board before the step of that name. */
export function before(name: string): BoardState {
  return stateOf(good.steps.slice(0, at(good.steps, name)));
}

/** Asserts that an entry is refused with a code, or taken where there is none. */
export function judged(state: BoardState, entry: Entry, code: string | undefined): void {
  const wrong = state.check(decodeEntry(encodeEntry(entry)));
  assert.equal(wrong?.code, code, wrong?.message);
}
