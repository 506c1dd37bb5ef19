import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { body, election, good } from '../test/spoil.ts';
import { contestById, contestShape } from './manifest.ts';
import { Aggregate, checkShare, countVotes, isDecrypted, logarithms } from './tally.ts';

const { suite, manifest, electionId } = election;
const question = contestById(manifest, 'question');
const shape = contestShape(question);
const aggregate = good.aggregates.get('question') as Aggregate;
const shares = [1, 2, 3].map((i) => body('share', `share question ${i}`));
const table = logarithms(suite, 10);

describe('a sum of ballots', () => {
  const cells = (name: string) => body('ballot', name).core.cells;
  test('is the same in any order, in parts, and after taking one out again', () => {
    const all = ['boris question 0', 'dina question 0', 'egor question 0'].map(cells);
    const [a, b, c] = all as [Uint8Array, Uint8Array, Uint8Array];
    const one = new Aggregate(suite, shape);
    for (const each of all) one.add(each);
    assert.deepEqual(one.encode(), aggregate.encode());
    const two = new Aggregate(suite, shape);
    two.add(c);
    two.add(a);
    two.add(good.spare.sealed.core.cells);
    two.subtract(good.spare.sealed.core.cells);
    const rest = new Aggregate(suite, shape);
    rest.add(b);
    two.merge(rest.encode(), rest.ballots);
    assert.deepEqual(two.encode(), aggregate.encode());
    assert.equal(two.ballots, 3);
  });
  test('of nothing is made of identities, and travels', () => {
    const none = new Aggregate(suite, shape);
    const other = new Aggregate(suite, shape);
    other.merge(none.encode(), 0);
    assert.ok(
      other.cells.every(({ A, B }) => suite.group.isIdentity(A) && suite.group.isIdentity(B)),
    );
    assert.throws(() => other.merge(new Uint8Array(3), 1), { code: 'tally.length' });
    assert.throws(() => other.add(new Uint8Array(3)));
    assert.equal(other.ballots, 0);
  });
});

describe('counting', () => {
  const expected = good.expected.find(({ contest }) => contest === 'question');
  test('any threshold of shares gives the same counts', () => {
    for (const two of [
      [shares[0], shares[1]],
      [shares[2], shares[0]],
      [shares[1], shares[2]],
      shares,
    ]) {
      assert.deepEqual(countVotes(question, aggregate, 2, two as typeof shares, table), expected);
    }
  });
  test('too few shares', () => {
    const one = shares.slice(0, 1);
    assert.throws(() => countVotes(question, aggregate, 2, one, table), { code: 'tally.shares' });
  });
  test('shares that decrypt to no count', () => {
    const [a, b] = shares as [(typeof shares)[0], (typeof shares)[0]];
    const wrong = [{ ...a, D: [...a.D].reverse() }, b];
    assert.throws(() => countVotes(question, aggregate, 2, wrong as typeof shares, table), {
      code: 'tally.no-logarithm',
    });
  });
  test('none, few and enough ballots', () => {
    assert.equal(isDecrypted({ least: 3 }, 0), false);
    assert.equal(isDecrypted({ least: 3 }, 2), false);
    assert.equal(isDecrypted({ least: 3 }, 3), true);
    assert.equal(isDecrypted({ least: 0 }, 0), false);
    assert.equal(isDecrypted({ least: 0 }, 1), true);
    const none = countVotes(question, new Aggregate(suite, shape), 2, [], table);
    assert.deepEqual(none, { contest: 'question', ballots: 0, counts: [0, 0], blank: 0 });
  });
});

describe('a share', () => {
  const publicShare = good.ceremony.publicShares[0]?.[1] as Uint8Array;
  const share = shares[0] as (typeof shares)[0];
  test('is good for its trustee, sum, contest and election alone', () => {
    const check = (change: Partial<typeof share>, key = publicShare, id = electionId) =>
      checkShare(aggregate, id, key, { ...share, ...change });
    assert.equal(check({}), true);
    assert.equal(check({}, good.ceremony.publicShares[1]?.[1]), false);
    assert.equal(check({}, publicShare, new Uint8Array(32)), false);
    assert.equal(check({ contest: 'mayor' }), false);
    assert.equal(check({ index: 2 }), false);
    assert.equal(check({ D: share.D.slice(1) }), false);
    assert.equal(check({ D: share.D.map(() => new Uint8Array(32).fill(255)) }), false);
    assert.equal(check({ proofs: [...share.proofs].reverse() }), false);
    assert.equal(
      checkShare(good.aggregates.get('council') as Aggregate, electionId, publicShare, share),
      false,
    );
  });
});
