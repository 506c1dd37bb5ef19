import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import { apportion, planVoters } from './plan.ts';

const read = (path: string) =>
  readElectionFile(readFileSync(new URL(path, import.meta.url), 'utf8'));

describe('apportioning', () => {
  it('gives the remainders to the largest, ties to the earlier', () => {
    assert.deepEqual(apportion(10, [1, 1, 1]), [4, 3, 3]);
    assert.deepEqual(apportion(3, [1, 1, 1, 1]), [1, 1, 1, 0]);
    assert.deepEqual(apportion(7, [50, 30, 20]), [4, 2, 1]);
    assert.deepEqual(apportion(2, [0, 0]), [1, 1]);
  });

  it('adds up and keeps within one of the exact share', () => {
    const weights = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.nat(10_000), weights, (total, list) => {
        const shares = apportion(total, list);
        assert.equal(
          shares.reduce((a, b) => a + b, 0),
          total,
        );
        const sum = list.reduce((a, b) => a + b, 0);
        if (sum === 0) return;
        shares.forEach((share, i) => assert.ok(Math.abs(share - (total * list[i]!) / sum) < 1));
      }),
    );
  });
});

describe('the plan of a rehearsal', () => {
  it('spreads 2,000 voters over the 171 candidates of Moscow 2021 within one of the official share', () => {
    const election = read('../elections/moscow-2021-single-mandate.json');
    const plan = planVoters(2000, election.styles, election.contests, election.weights);
    assert.equal(plan.voters.length, 2000);
    const total = [...election.weights.values()].flat().reduce((a, b) => a + b, 0);
    for (const { id } of election.contests) {
      plan.expected.get(id)!.counts.forEach((count, i) => {
        const share = (2000 * election.weights.get(id)![i]!) / total;
        assert.ok(Math.abs(count - share) < 1, `${id}: ${count} for ${share}`);
      });
    }
    const papers = plan.voters.flatMap((voter) => voter.papers);
    assert.equal(papers.filter((paper) => paper.firstMarks !== undefined).length, 100);
    assert.equal(papers.filter((paper) => paper.challenge).length, 40);
  });

  it('keeps every ballot within the marks that its contest allows', () => {
    const election = read('../../kiosk-shell/start/election.json');
    const plan = planVoters(120, election.styles, election.contests, election.weights);
    for (const { papers } of plan.voters) {
      assert.equal(papers.length, 3);
      for (const { contest, marks, firstMarks } of papers) {
        const { min, max } = election.contests.find((one) => one.id === contest)!;
        for (const list of [marks, firstMarks ?? marks]) {
          const sum = list.reduce((a, b) => a + b, 0);
          assert.ok(sum >= min && sum <= max);
        }
      }
    }
    assert.ok(plan.expected.get('d2')!.blank > 0, 'some papers are blank');
  });
});
