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

export const election = await TestElection.create();
export const good = await goodBoard(election);

export const at = (steps: readonly Step[], name: string) => {
  const found = steps.findIndex((step) => step.name === name);
  assert.ok(found >= 0, `no step ${name}`);
  return found;
};
/** The steps with more of them before the one of that name. */
export function insert(name: string, ...more: Step[]): Step[] {
  return good.steps.toSpliced(at(good.steps, name), 0, ...more);
}
/** The steps without the one of that name; `tally` moves down with the log. */
export function without(name: string): Step[] {
  const { size } = body('tally', 'tally');
  const entry = election.sign('tally', 'box', { size: size - 1 });
  return good.steps
    .with(at(good.steps, 'tally'), { name: 'tally', entry })
    .toSpliced(at(good.steps, name), 1);
}
/** The steps with another entry in the place of the one of that name. */
export function replace(name: string, change: (entry: Entry) => Entry): Step[] {
  const place = at(good.steps, name);
  return good.steps.with(place, { name, entry: change(good.steps[place]?.entry as Entry) });
}
export function body<T extends Entry['type']>(type: T, name: string): Bodies[T] {
  const entry = good.steps[at(good.steps, name)]?.entry as EntryOf<T>;
  assert.equal(entry.type, type);
  return entry.body;
}
export async function audit(steps: readonly Step[], options: VerifyOptions = {}) {
  return verify(election.build(steps).reader, { electionId: election.electionId, ...options });
}
/** Asserts that these checks and no others failed; answers the problems of the first. */
export async function assertFails(
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
export const spareStep = (entry: Entry): Step => ({ name: 'spare', entry });
