/**
 * Good boards in which one thing alone was spoilt, and the check of the audit that has to name it:
 * permits, ballots, revisions and challenges.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leafHash } from '@kabina/log/merkle';
import { assertFails, at, audit, body, election, good, insert, spareStep } from '../test/spoil.ts';
import {
  ballotEntry,
  ballotKeyFromSeed,
  challengeEntry,
  coreHash,
  permitMessage,
  trackingCode,
} from './ballot.ts';
import { BoardState } from './board.ts';
import { decodeEntry, type Permit } from './entries.ts';
import { lookupAnswer } from './receipt.ts';
import { flipped, goodBoard, TestElection, testSeed } from './testing.ts';
import { verify } from './verify.ts';

describe('permits', () => {
  const cast = (permit: Permit) =>
    ballotEntry(
      election.suite,
      good.spare.sealed.core,
      good.spare.sealed.opening,
      permit,
      ballotKeyFromSeed(election.suite, good.spare.seed, election.electionId, 'question').seed,
    );
  test('signatures for another contest', async () => {
    const signatures = election.permit('mayor', good.spare.seed).signatures;
    const entry = cast({ ...good.spare.permit, signatures });
    await assertFails('permits', insert('night', spareStep(entry)));
  });
  test('a permit of another election', async () => {
    const other = await TestElection.create('ristretto255-sha512', (manifest) => ({
      ...manifest,
      title: { ru: 'Другие выборы' },
    }));
    assert.notDeepEqual(
      permitMessage(other.electionId, 'question', good.spare.permit.key),
      permitMessage(election.electionId, 'question', good.spare.permit.key),
    );
    const { signatures } = other.permit('question', good.spare.seed);
    await assertFails(
      'permits',
      insert('night', spareStep(cast({ ...good.spare.permit, signatures }))),
    );
  });
  test('one ballot key in two contests', async () => {
    const { seed, permit } = good.spare;
    const marks = [1, ...new Array<number>(9).fill(0)];
    const sealed = election.seal(good.ceremony.key, 'mayor', seed, marks);
    const key = ballotKeyFromSeed(election.suite, seed, election.electionId, 'question');
    const { core, opening } = sealed;
    const entry = ballotEntry(election.suite, core, opening, permit, key.seed);
    const steps = insert('night', spareStep(good.spare.entry), { name: 'second', entry });
    const failed = (await audit(steps)).checks.filter(({ status }) => status === 'failed');
    assert.ok(failed.some(({ id }) => id === 'permits'));
  });
});

describe('ballots', () => {
  const parts = ['cells', 'proofs', 'sum'] as const;
  for (const part of parts) {
    test(`one flipped byte of ${part}, signed again by the ballot key`, async () => {
      const { sealed, permit, seed } = good.spare;
      const core = { ...sealed.core, [part]: flipped(sealed.core[part], 70) };
      const entry = election.cast({ ...sealed, core }, seed, permit);
      const problems = await assertFails('ballots', insert('night', spareStep(entry)));
      assert.deepEqual(
        problems.map(({ index }) => index),
        [election.build(insert('night', spareStep(entry))).index('spare')],
      );
    });
  }
  test('a bad later revision: it is named, and the one before it counts', async () => {
    const { permit } = body('ballot', 'vera mayor 0');
    const marks = [1, ...new Array<number>(9).fill(0)];
    const sealed = election.seal(good.ceremony.key, 'mayor', testSeed('vera'), marks, 1);
    const core = { ...sealed.core, proofs: flipped(sealed.core.proofs, 700) };
    const entry = election.cast({ ...sealed, core }, testSeed('vera'), permit);
    const steps = insert('revoting over', { name: 'later', entry });
    await assertFails('ballots', steps);
    assert.deepEqual((await audit(steps)).tally, good.expected);
  });
  test('an overvote with the proof over the sum of another ballot', async () => {
    const { permit, seed, sealed } = good.spare;
    const first = election.seal(good.ceremony.key, 'question', seed, [1, 0]);
    const second = election.seal(good.ceremony.key, 'question', seed, [0, 1]);
    const pick = (name: 'cells' | 'proofs') => {
      const half = first.core[name].length / 2;
      const both = new Uint8Array(first.core[name].length);
      both.set(first.core[name].subarray(0, half));
      both.set(second.core[name].subarray(half), half);
      return both;
    };
    const core = {
      ...first.core,
      cells: pick('cells'),
      proofs: pick('proofs'),
      sum: sealed.core.sum,
    };
    const entry = election.cast({ ...first, core }, seed, permit);
    await assertFails('ballots', insert('night', spareStep(entry)));
  });
  test('a wrong signature of the ballot key', async () => {
    const { body } = good.spare.entry;
    const entry = {
      ...good.spare.entry,
      body: { ...body, signature: flipped(body.signature, 1) },
    };
    await assertFails('ballots', insert('night', spareStep(entry)));
  });
  test('a core of another election', async () => {
    const { sealed, permit, seed } = good.spare;
    const core = { ...sealed.core, election: flipped(sealed.core.election, 0) };
    const entry = election.cast({ ...sealed, core }, seed, permit);
    await assertFails(
      'ballots',
      insert('night', spareStep({ ...entry, election: election.electionId })),
    );
  });
  test('a tag that the ballot key does not open', async () => {
    const { sealed, permit, seed } = good.spare;
    const entry = election.cast({ ...sealed, opening: flipped(sealed.opening, 0) }, seed, permit);
    await assertFails('ballots', insert('night', spareStep(entry)));
  });
});

describe('revisions', () => {
  test('two ballots of one revision: the first counts', async () => {
    const permit = body('ballot', 'vera mayor 0').permit;
    const marks = [1, ...new Array<number>(9).fill(0)];
    const sealed = election.seal(good.ceremony.key, 'mayor', testSeed('vera'), marks);
    const entry = election.cast(sealed, testSeed('vera'), permit);
    await assertFails('revisions', insert('closed', { name: 'second', entry }));
  });
  test('a revision where revoting is not allowed', async () => {
    const strict = await TestElection.create('ristretto255-sha512', (manifest) => ({
      ...manifest,
      revoting: null,
    }));
    const other = await goodBoard(strict);
    const verdict = await verify(strict.build(other.steps).reader);
    const check = verdict.checks.find(({ id }) => id === 'revisions');
    assert.equal(check?.status, 'failed');
    assert.equal(check.problems.length, 1);
  });
  test('a later revision that the look-up of a receipt hides', async () => {
    const board = election.build(good.steps);
    const state = new BoardState();
    for (const bytes of board.entries) state.apply(decodeEntry(bytes), leafHash(bytes));
    const code = trackingCode(coreHash(body('ballot', 'anna mayor 0').core));
    const answer = lookupAnswer(state, code);
    assert.ok(answer);
    assert.deepEqual(
      answer.revisions.map(({ revision, state }) => [revision, state]),
      [
        [0, 'replaced'],
        [1, 'counted'],
      ],
    );
    const full = await audit(good.steps, { lookups: [{ code, answer }] });
    assert.equal(full.verdict, 'verified');
    const hidden = { ...answer, revisions: answer.revisions.slice(0, 1) };
    await assertFails('revisions', good.steps, { lookups: [{ code, answer: hidden }] });
    const [first, last] = answer.revisions;
    assert.ok(first && last);
    const lied = { ...answer, revisions: [{ ...first, state: 'counted' as const }, last] };
    await assertFails('revisions', good.steps, { lookups: [{ code, answer: lied }] });
  });
});

describe('challenges', () => {
  const opened = () => challengeEntry(good.spare.sealed.core, [1, 0], good.spare.sealed.randomness);
  test('a core cast and then opened: it does not count', async () => {
    const steps = insert('night', spareStep(good.spare.entry), { entry: opened() });
    await assertFails('challenges', steps);
  });
  test('a core opened and then cast: it does not count', async () => {
    const steps = insert('night', { entry: opened() }, spareStep(good.spare.entry));
    await assertFails('challenges', steps);
  });
  test('a core both opened and counted in the result', async () => {
    const { core } = body('ballot', 'dina question 0');
    const again = election.seal(good.ceremony.key, 'question', testSeed('dina'), [0, 1]);
    const { permit } = body('ballot', 'dina question 0');
    assert.notDeepEqual(again.core.tag, core.tag);
    const cast = election.cast(again, testSeed('dina'), permit);
    const entry = challengeEntry(again.core, [0, 1], again.randomness);
    const place = at(good.steps, 'dina question 0');
    const steps = good.steps.toSpliced(
      place,
      1,
      { name: 'dina question 0', entry: cast },
      { entry },
    );
    const verdict = await audit(steps);
    const failed = verdict.checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
    // The tally was made with a ballot that does not count, so its shares and result fall with it.
    assert.ok(failed.includes('challenges') && failed.includes('result'), failed.join());
    assert.equal(
      verdict.tally.find(({ contest }) => contest === 'question'),
      undefined,
    );
  });
  test('an opening that does not make the ciphertexts', async () => {
    const { core, randomness } = election.seal(
      good.ceremony.key,
      'question',
      good.spare.seed,
      [1, 0],
    );
    await assertFails(
      'challenges',
      insert('night', { entry: challengeEntry(core, [0, 1], randomness) }),
    );
  });
  test('a false opening does not take a good ballot out', async () => {
    const { core } = body('ballot', 'boris question 0');
    const entry = challengeEntry(core, [1, 0], new Uint8Array(64).fill(1));
    const problems = await assertFails('challenges', insert('night', { entry }));
    assert.equal(problems.length, 2);
  });
});
