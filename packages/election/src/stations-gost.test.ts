/**
 * A board with a station in the GOST suite, with all that happens there: the audit comes to the same
 * verdict as in the other suite, and finds what is wrong in the parts that the suite makes, the proofs
 * of ballots and the keys that a card opens.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spoiler, spareStep } from '../test/spoil.ts';
import { cellsOf } from './testing-board.ts';
import { flipped, goodStationBoard, TestElection, withStation } from './testing.ts';

const LIST = 'station/101';

const election = await TestElection.create('gost256b-streebog', withStation);
const good = await goodStationBoard(election);
const { audit, assertFails, body, insert, replace } = spoiler(election, good);

describe('a board with a station in the GOST suite', () => {
  test('is verified: delivered, spoiled, held, late, marked, cancelled', async () => {
    const { verdict, checks, tally } = await audit(good.steps);
    assert.equal(verdict, 'verified', JSON.stringify(checks));
    assert.deepEqual(tally, good.expected);
    const { checked, expected } = checks.find(({ id }) => id === 'stations')!;
    assert.ok(expected > 10 && checked === expected);
  });

  test('fails by one bit in the proofs of a ballot that a kiosk has signed', async () => {
    const { seed } = good.cards.K1[2]!;
    const marks = cellsOf(election.manifest, 'mayor', [0]);
    const sealed = election.seal(good.ceremony.key, 'mayor', seed, marks);
    const core = { ...sealed.core, proofs: flipped(sealed.core.proofs, 70) };
    const entry = election.cast({ ...sealed, core }, seed, election.permit('mayor', seed, LIST));
    const steps = insert('night', spareStep(entry));
    const [problem] = await assertFails('ballots', steps);
    assert.equal(problem?.index, election.build(steps).index('spare'));
  });

  test('fails when a card is spoiled with the keys of another, so that its ballots count', async () => {
    const { keys } = good.cards.K2[1]!.deposit;
    const other = { ...body('spoiled', 'spoiled'), keys: [...keys] };
    const steps = replace('spoiled', () => election.sign('spoiled', LIST, other));
    const after = ['issued', 'shares', 'result', 'protocol'] as const;
    const [problem] = await assertFails(['stations', ...after], steps);
    assert.equal(problem?.index, election.build(steps).index('spoiled'));
  });
});
