import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, audit, election, good } from '../test/spoil.ts';
import { checkBallotBatch } from './ballot.ts';
import type { CheckId } from './problem.ts';
import { goodBoard, TestElection } from './testing.ts';
import { verify, type BallotJob, type Progress, type Verdict } from './verify.ts';

const statuses = ({ checks }: Verdict) =>
  Object.fromEntries(checks.map(({ id, status }) => [id, status])) as Record<CheckId, string>;

describe('a good board', () => {
  test('is verified, with everything counted that was expected', async () => {
    const verdict = await audit(good.steps);
    assert.equal(verdict.verdict, 'verified');
    assert.equal(verdict.pinned, true);
    assert.equal(verdict.kind, 'training');
    assert.deepEqual(verdict.tally, good.expected);
    for (const { id, status, checked, expected } of verdict.checks) {
      assert.equal(status, id === 'stations' ? 'not-applicable' : 'passed', id);
      assert.equal(checked, expected, id);
      assert.ok(expected > 0 || id === 'stations', id);
    }
    assert.equal(verdict.checks.length, 14);
  });
  test('in the GOST suite too', async () => {
    const other = await TestElection.create('gost256b-streebog');
    const board = await goodBoard(other);
    const verdict = await verify(other.build(board.steps).reader, { electionId: other.electionId });
    assert.equal(verdict.verdict, 'verified');
    assert.deepEqual(verdict.tally, good.expected);
  });
  test('is not pinned unless the caller names it', async () => {
    const { verdict, pinned } = await verify(election.build(good.steps).reader);
    assert.deepEqual([verdict, pinned], ['verified', false]);
  });
  test('is checked by whoever the caller gives batches to, with plain bytes', async () => {
    let entries = 0;
    const checkBallots = async (job: BallotJob) => {
      entries += job.items.length;
      // What a worker gets and gives is cloned on the way.
      const { context, items } = structuredClone(job);
      return structuredClone(checkBallotBatch(context, items));
    };
    const seen: Progress[] = [];
    const verdict = await audit(good.steps, { checkBallots, onProgress: (p) => seen.push(p) });
    assert.equal(verdict.verdict, 'verified');
    assert.equal(entries, 12);
    assert.deepEqual(seen.at(-1), { step: 'reading', done: verdict.size, total: verdict.size });
    assert.ok(seen.some(({ step, done, total }) => step === 'checking' && done === total));
  });
  test('is not judged when a worker fails: its error comes through', async () => {
    const checkBallots = async () => Promise.reject(new Error('the worker died'));
    await assert.rejects(audit(good.steps, { checkBallots }), /the worker died/);
  });
  test('goes on where an earlier checkpoint ends', async () => {
    for (const name of ['opened', 'closed', 'result mayor']) {
      const { checkpoint } = election.build(good.steps.slice(0, at(good.steps, name)));
      assert.equal((await audit(good.steps, { checkpoint })).verdict, 'verified');
    }
  });
});

describe('an election that is not over', () => {
  const cases: [string, string, CheckId[]][] = [
    [
      'in the ceremony',
      'commit 2/1',
      ['ceremony', 'permits', 'ballots', 'revisions', 'challenges'],
    ],
    ['while voting', 'vera mayor 0', ['schedule', 'issued', 'shares', 'result', 'protocol']],
    ['after closing', 'issued observers', ['schedule', 'issued', 'shares', 'result', 'protocol']],
    ['before the last share', 'share council 2', ['shares', 'result', 'protocol']],
    ['before the results', 'result mayor', ['result', 'protocol']],
    ['before the last protocol', 'protocol few', ['protocol']],
    ['before publishing', 'published', ['protocol']],
  ];
  for (const [when, step, missing] of cases) {
    test(`${when} is incomplete`, async () => {
      const verdict = await audit(good.steps.slice(0, at(good.steps, step)));
      assert.equal(verdict.verdict, 'incomplete', JSON.stringify(verdict.checks));
      const found = statuses(verdict);
      for (const id of missing) assert.equal(found[id], 'incomplete', id);
      assert.equal(found.log, 'passed');
    });
  }
  test('an empty log, and one that begins with something else', async () => {
    const empty = await verify(election.build([]).reader);
    assert.equal(empty.verdict, 'failed');
    assert.equal(empty.electionId, '');
    const headless = await verify(election.build(good.steps.slice(1)).reader);
    assert.equal(statuses(headless).manifest, 'failed');
  });
});

test('without witnesses nothing is more than incomplete', async () => {
  const alone = await TestElection.create('ristretto255-sha512', (manifest) => ({
    ...manifest,
    witnesses: { quorum: 0, keys: [] },
  }));
  const { steps } = await goodBoard(alone);
  const verdict = await verify(alone.build(steps).reader);
  assert.equal(verdict.verdict, 'incomplete');
  assert.equal(statuses(verdict).witnesses, 'incomplete');
  assert.equal(statuses(verdict).schedule, 'incomplete');
  assert.equal(statuses(verdict).result, 'passed');
});
