/**
 * Good boards in which one thing alone was spoilt, and the check of the audit that has to name it:
 * statements of issuers, shares, results and protocols.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { proveEqualLogs } from '@kabina/crypto/proofs';
import { assertFails, at, audit, body, election, good, insert, replace } from '../test/spoil.ts';
import { decryptShare, type Aggregate } from './tally.ts';
import type { Entry } from './entries.ts';
import type { Step } from './testing.ts';

describe('issued', () => {
  test('more permits used than an issuer has issued', async () => {
    const steps = good.steps.slice(0, at(good.steps, 'protocol mayor'));
    const { counts, ...rest } = body('issued', 'issued observers');
    const fewer = counts.map(([list, contest, remote, premises]) => [
      list,
      contest,
      contest === 'mayor' ? 2 : remote,
      premises,
    ]) as typeof counts;
    const entry = election.sign('issued', 'issuer/observers', { ...rest, counts: fewer });
    const place = at(steps, 'issued observers');
    const problems = await assertFails('issued', steps.with(place, { entry }));
    assert.match(problems[0]?.message ?? '', /mayor, online: 3 permits used, 2 issued/);
  });
  test('a second statement', async () => {
    const again = good.steps[at(good.steps, 'issued registrar')] as Step;
    await assertFails('issued', insert('tally', { entry: again.entry as Entry }));
  });
  test('more permits than voters', async () => {
    const { counts, ...rest } = body('issued', 'issued registrar');
    const more = counts.map(([list, contest, , premises]) => [list, contest, 7, premises]);
    const entry = election.sign('issued', 'issuer/registrar', {
      ...rest,
      counts: more as typeof counts,
    });
    await assertFails('issued', insert('issued registrar', { entry }));
  });
});

describe('shares', () => {
  test('a wrong share is named and set aside, and the tally stands', async () => {
    const share = body('share', 'share question 1');
    const D = [...share.D].reverse();
    const wrong = replace('share question 1', () =>
      election.sign('share', 'trustee/1', { ...share, D }),
    );
    const problems = await assertFails('shares', wrong);
    assert.match(problems[0]?.message ?? '', /question: the share of trustee 1/);
    const { tally } = await audit(wrong);
    assert.deepEqual(tally, good.expected);
  });
  test('a share of a trustee who was left out of the ceremony', async () => {
    const share = body('share', 'share question 1');
    const entry = election.sign('share', 'trustee/4', { ...share, index: 4 });
    await assertFails('shares', insert('result mayor', { entry }));
  });
  test('a share of a trustee whom nobody knows', async () => {
    const share = body('share', 'share question 1');
    const entry = election.sign('share', 'trustee/9', { ...share, index: 9 });
    await assertFails('shares', insert('result mayor', { entry }));
  });
  test('a second share of one trustee for one contest', async () => {
    const again = good.steps[at(good.steps, 'share question 1')] as Step;
    await assertFails('shares', insert('result mayor', { entry: again.entry as Entry }));
  });
  test('a share of a contest below its least number', async () => {
    const aggregate = good.aggregates.get('few') as Aggregate;
    const share = decryptShare(aggregate, {
      election: election.electionId,
      contest: 'few',
      index: 1,
      secretShare: good.ceremony.secretShares.get(1) as bigint,
    });
    await assertFails(
      'shares',
      insert('result mayor', { entry: election.sign('share', 'trustee/1', share) }),
    );
  });
  test('shares of a sum in which a lower revision counts', async () => {
    const first = body('ballot', 'anna mayor 0').core;
    const last = body('ballot', 'anna mayor 1').core;
    const aggregate = good.aggregates.get('mayor') as Aggregate;
    aggregate.subtract(last.cells);
    aggregate.add(first.cells);
    try {
      let steps: readonly Step[] = good.steps;
      for (const [index, secretShare] of good.ceremony.secretShares) {
        const statement = { election: election.electionId, contest: 'mayor', index, secretShare };
        const share = decryptShare(aggregate, statement);
        const name = `share mayor ${index}`;
        const entry = election.sign('share', `trustee/${index}`, share);
        steps = steps.with(at(steps, name), { name, entry });
      }
      await assertFails('shares', steps);
    } finally {
      aggregate.subtract(first.cells);
      aggregate.add(last.cells);
    }
  });
  test('a proof for another contest', async () => {
    const share = body('share', 'share question 2');
    const secret = good.ceremony.secretShares.get(2) as bigint;
    const { group } = election.suite;
    const cells = (good.aggregates.get('question') as Aggregate).cells;
    const proofs = cells.map((cell, i) =>
      proveEqualLogs(
        election.suite,
        {
          secret,
          base2: cell.A,
          public1: group.generatorTable.multiply(secret),
          public2: group.decodeAggregate(share.D[i] as Uint8Array),
        },
        new Uint8Array(1),
      ),
    );
    await assertFails(
      'shares',
      replace('share question 2', () => election.sign('share', 'trustee/2', { ...share, proofs })),
    );
  });
});

describe('result', () => {
  test('other counts than the ballots decrypt to', async () => {
    const result = body('result', 'result question');
    const counts = [(result.counts?.[0] ?? 0) - 1, (result.counts?.[1] ?? 0) + 1];
    const entry = election.sign('result', 'commission', { ...result, counts });
    const steps = good.steps.slice(0, at(good.steps, 'protocol mayor'));
    await assertFails('result', steps.with(at(steps, 'result question'), { entry }));
  });
  test('the counts of a lower revision', async () => {
    const result = body('result', 'result mayor');
    const counts = (result.counts as number[]).with(9, 0).with(0, 1);
    const entry = election.sign('result', 'commission', { ...result, counts });
    const steps = good.steps.slice(0, at(good.steps, 'protocol mayor'));
    await assertFails('result', steps.with(at(steps, 'result mayor'), { entry }));
  });
  test('another number of ballots', async () => {
    const result = body('result', 'result question');
    const entry = election.sign('result', 'commission', { ...result, ballots: 4 });
    await assertFails('result', insert('result mayor', { entry }));
  });
  test('a contest below its least number with counts', async () => {
    const result = { ...body('result', 'result few'), counts: [0, 1], blank: 0 };
    const entry = election.sign('result', 'commission', result);
    await assertFails('result', insert('result mayor', { entry }));
  });
});

describe('protocol', () => {
  const withLines = (change: (no: string, value: number | null) => number | null) => {
    const protocol = body('protocol', 'protocol question');
    const lines = protocol.lines.map(([no, text, value]) => [no, text, change(no, value)]);
    const changed = { ...protocol, lines: lines as typeof protocol.lines };
    return replace('protocol question', () => election.sign('protocol', 'commission', changed));
  };
  const broken: readonly [string, (no: string, value: number | null) => number | null][] = [
    ['R1', (no, value) => (no === '1' ? 3 : value)],
    ['R2', (no, value) => (no === '2' ? 2 : value)],
    ['R3', (no, value) => (no === '6' ? 3 : value)],
    ['R5', (no, value) => (no === '4' ? 2 : value)],
    ['R6', (no, value) => (no === '3' ? 1 : value)],
  ];
  for (const [id, change] of broken) {
    test(`lines that break ${id}`, async () => {
      const [problem] = await assertFails('protocol', withLines(change));
      assert.match(problem?.message ?? '', new RegExp(`break.*${id}`));
    });
  }
  test('lines that break R4', async () => {
    const protocol = body('protocol', 'protocol council');
    const lines = protocol.lines.map(([no, text, value]) => [no, text, no === '6' ? 3 : value]);
    const changed = { ...protocol, lines: lines as typeof protocol.lines };
    const [problem] = await assertFails(
      'protocol',
      replace('protocol council', () => election.sign('protocol', 'commission', changed)),
    );
    assert.match(problem?.message ?? '', /break R4/);
  });
  test('lines that keep the relations and are still others', async () => {
    const swap = new Map([
      ['6', 1],
      ['7', 2],
    ]);
    const steps = withLines((no, value) => swap.get(no) ?? value);
    const [problem] = await assertFails('protocol', steps);
    assert.match(problem?.message ?? '', /not those that the board gives/);
  });
  test('a member left out of the roll', async () => {
    const { members } = body('published', 'published');
    const changed = { members: members.slice(0, 1) };
    await assertFails(
      'protocol',
      replace('published', () => election.sign('published', 'commission', changed)),
    );
  });
});
