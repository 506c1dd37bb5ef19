/**
 * Tools for spoiling a good board in one place; see the `corruption-….test.ts` files. Each board is
 * signed, cosigned and published anew by everyone it takes, so what is wrong is wrong by collusion
 * and not by accident.
 */
import assert from 'node:assert/strict';
import type { Bodies, Entry, EntryOf } from '../src/entries.ts';
import type { CheckId } from '../src/problem.ts';
import { goodBoard, TestElection, type Step } from '../src/testing.ts';
import { verify, type VerifyOptions } from '../src/verify.ts';

export const at = (steps: readonly Step[], name: string) => {
  const found = steps.findIndex((step) => step.name === name);
  assert.ok(found >= 0, `no step ${name}`);
  return found;
};
export const spareStep = (entry: Entry): Step => ({ name: 'spare', entry });

/** The tools for the good board of an election. */
export function spoiler(election: TestElection, good: { readonly steps: readonly Step[] }) {
  /** The steps with more of them before the one of that name. */
  function insert(name: string, ...more: Step[]): Step[] {
    return good.steps.toSpliced(at(good.steps, name), 0, ...more);
  }
  /** The steps without those of these names; `tally` moves down with the log. */
  function without(...names: string[]): Step[] {
    const tally = body('tally', 'tally');
    const size = tally.size - names.length;
    const entry = election.sign('tally', 'box', { ...tally, size });
    return good.steps
      .with(at(good.steps, 'tally'), { name: 'tally', entry })
      .filter(({ name }) => name === undefined || !names.includes(name));
  }
  /** The steps with another entry in the place of the one of that name. */
  function replace(name: string, change: (entry: Entry) => Entry): Step[] {
    const place = at(good.steps, name);
    return good.steps.with(place, { name, entry: change(good.steps[place]?.entry as Entry) });
  }
  function body<T extends Entry['type']>(type: T, name: string): Bodies[T] {
    const entry = good.steps[at(good.steps, name)]?.entry as EntryOf<T>;
    assert.equal(entry.type, type);
    return entry.body;
  }
  async function audit(steps: readonly Step[], options: VerifyOptions = {}) {
    return verify(election.build(steps).reader, { electionId: election.electionId, ...options });
  }
  /** Asserts that these checks and no others failed; answers the problems of the first. */
  async function assertFails(
    check: CheckId | CheckId[],
    steps: readonly Step[],
    options: VerifyOptions = {},
  ) {
    const verdict = await audit(steps, options);
    const failed = verdict.checks.filter(({ status }) => status === 'failed');
    assert.deepEqual(
      failed.map(({ id }) => id),
      [check].flat(),
      JSON.stringify(failed),
    );
    assert.equal(verdict.verdict, 'failed');
    return failed[0]?.problems ?? [];
  }
  return { insert, without, replace, body, audit, assertFails };
}

export const election = await TestElection.create();
export const good = await goodBoard(election);
export const { insert, without, replace, body, audit, assertFails } = spoiler(election, good);
