/**
 * For every check of the audit: good boards in which one thing alone was spoilt, and the check that
 * has to name it. Each board is signed, cosigned and published anew by everyone it takes, so what
 * is wrong is wrong by collusion and not by accident.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { proveEqualLogs } from '@kabina/crypto/proofs';
import {
  ballotEntry,
  ballotKeyFromSeed,
  challengeEntry,
  permitMessage,
  trackingCode,
  coreHash,
} from './ballot.ts';
import { BoardState } from './board.ts';
import { decodeEntry, type Bodies, type Entry, type EntryOf } from './entries.ts';
import type { CheckId } from './problem.ts';
import { lookupAnswer, signPromise } from './receipt.ts';
import { decryptShare, type Aggregate } from './tally.ts';
import { flipped, goodBoard, TestElection, testSeed, type GoodBoard } from './testing.ts';
import type { Step } from './testing.ts';
import { leafHash } from '@kabina/log/merkle';
import { encodeEntry } from './entries.ts';
import { verify, type VerifyOptions } from './verify.ts';

let good: GoodBoard;
let election: TestElection;

before(async () => {
  election = await TestElection.create();
  good = await goodBoard(election);
});

const at = (steps: readonly Step[], name: string) => {
  const found = steps.findIndex((step) => step.name === name);
  assert.ok(found >= 0, `no step ${name}`);
  return found;
};
/** The steps with more of them before the one of that name. */
function insert(name: string, ...more: Step[]): Step[] {
  return good.steps.toSpliced(at(good.steps, name), 0, ...more);
}
/** The steps without the one of that name; `tally` moves down with the log. */
function without(name: string): Step[] {
  const { size } = body('tally', 'tally');
  const entry = election.sign('tally', 'box', { size: size - 1 });
  return good.steps
    .with(at(good.steps, 'tally'), { name: 'tally', entry })
    .toSpliced(at(good.steps, name), 1);
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
const spareStep = (entry: Entry): Step => ({ name: 'spare', entry });

test('the board is good before it is spoilt, and so with the spare ballot left out', async () => {
  assert.equal((await audit(good.steps)).verdict, 'verified');
});

describe('manifest', () => {
  test('another election than the pinned one', async () => {
    const electionId = flipped(election.electionId, 0);
    await assertFails('manifest', good.steps, { electionId });
  });
  test('a signature of somebody else than the commission', async () => {
    const forged = replace('manifest', (entry) => ({
      ...entry,
      signatures: [['commission', flipped(entry.signatures[0]?.[1] as Uint8Array, 3)]],
    }));
    const verdict = await audit(forged);
    assert.equal(verdict.checks.find(({ id }) => id === 'manifest')?.status, 'failed');
    assert.equal(verdict.verdict, 'failed');
  });
  test('a second manifest', async () => {
    const second = good.steps[0] as Step;
    const problems = await assertFails(
      'manifest',
      insert('night', { entry: second.entry as Entry }),
    );
    assert.ok(problems[0]?.index);
  });
});

describe('log', () => {
  test('an entry dropped and the tree computed anew, against an earlier checkpoint', async () => {
    const earlier = election.build(good.steps.slice(0, at(good.steps, 'closed')));
    const dropped = without('challenge');
    assert.equal((await audit(dropped)).verdict, 'verified');
    await assertFails('log', dropped, { checkpoint: earlier.checkpoint });
  });
  test('a board shorter than an earlier checkpoint', async () => {
    const { checkpoint } = election.build(good.steps);
    const verdict = await audit(good.steps.slice(0, -1), { checkpoint });
    assert.equal(verdict.checks.find(({ id }) => id === 'log')?.status, 'failed');
  });
  for (const path of ['tile/0/000.p/', 'tile/entries/000.p/', 'checkpoint']) {
    test(`a file missing: ${path}`, async () => {
      const board = election.build(good.steps);
      for (const name of board.files.keys()) if (name.startsWith(path)) board.files.delete(name);
      const { checks, verdict } = await verify(board.reader);
      const failed = checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
      assert.deepEqual(failed, ['log']);
      assert.equal(verdict, 'failed');
    });
  }
  test('a full tile missing that no entry needs', async () => {
    const night = election.build(good.steps).entries.length;
    const many: Step[] = Array.from({ length: 300 - night }, (_, i) => ({
      entry: election.sign('withdrawn', 'commission', { contest: 'few', option: `few-${i}` }),
    }));
    const board = election.build(insert('night', ...many));
    assert.ok(board.files.delete('tile/0/000'));
    const { checks } = await verify(board.reader);
    assert.equal(checks.find(({ id }) => id === 'log')?.status, 'failed');
  });
  test('a changed entry under the old root', async () => {
    const board = election.build(good.steps);
    for (const [name, bytes] of board.files) {
      if (name.startsWith('tile/entries/')) board.files.set(name, flipped(bytes, bytes.length - 9));
    }
    const { checks } = await verify(board.reader);
    const failed = checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
    assert.deepEqual(failed, ['log']);
  });
  test('bytes that are no entry', async () => {
    const board = election.build(good.steps);
    const entries = [...board.entries, Uint8Array.of(0x80)];
    const state = new BoardState();
    const found = entries.map((bytes) => state.apply(readOrNone(bytes), leafHash(bytes)));
    assert.equal(found.at(-1)?.check, 'log');
  });
  test('a promise that was not kept', async () => {
    const kept = encodeEntry(good.steps[at(good.steps, 'vera mayor 0')]?.entry as Entry);
    const { core } = body('ballot', 'vera mayor 0');
    const promise = (entry: Uint8Array, hash: Uint8Array) =>
      signPromise(
        { election: election.electionId, core: hash, entry: leafHash(entry), before: 'closed' },
        testSeed('box'),
      );
    const good1 = promise(kept, coreHash(core));
    assert.equal((await audit(good.steps, { promises: [good1] })).verdict, 'verified');
    const lost = promise(encodeEntry(good.spare.entry), coreHash(good.spare.entry.body.core));
    await assertFails('log', good.steps, { promises: [good1, lost] });
    const early = good.steps.slice(0, at(good.steps, 'closed'));
    const verdict = await audit(early, { promises: [lost] });
    assert.equal(verdict.checks.find(({ id }) => id === 'log')?.status, 'incomplete');
    const forged = promise(kept, coreHash(core));
    forged[1] = flipped(forged[1], 0);
    await assert.rejects(audit(good.steps, { promises: [forged] }), { code: 'promise.signature' });
  });
});

function readOrNone(bytes: Uint8Array): Entry | undefined {
  try {
    return decodeEntry(bytes);
  } catch {
    return undefined;
  }
}

describe('witnesses', () => {
  test('a cosigned entry with another tree', async () => {
    const other = election.build(good.steps.slice(0, 5)).entries.toReversed();
    const checkpoint = election.checkpoint(
      [...other, ...election.build(good.steps.slice(0, at(good.steps, 'night'))).entries].slice(
        0,
        36,
      ),
      Date.parse('2026-09-18T21:00:00+03:00') / 1000,
    );
    const entry = election.sign('cosigned', 'box', { checkpoint });
    await assertFails('witnesses', insert('night', { entry }));
  });
  test('a cosigned entry without a quorum', async () => {
    const steps = good.steps.slice(0, at(good.steps, 'night'));
    const time = Date.parse('2026-09-18T21:00:00+03:00') / 1000;
    const checkpoint = election.checkpoint(election.build(steps).entries, time, 1);
    const entry = election.sign('cosigned', 'box', { checkpoint });
    await assertFails('witnesses', insert('night', { entry }));
  });
  test('no quorum on the newest checkpoint is incomplete', async () => {
    const { checks, verdict } = await verify(election.build(good.steps, 1).reader);
    assert.equal(verdict, 'incomplete');
    assert.equal(checks.find(({ id }) => id === 'witnesses')?.status, 'incomplete');
  });
});

describe('ceremony', () => {
  test('a second commitment', async () => {
    const again = good.steps[at(good.steps, 'commit 2/1')] as Step;
    await assertFails('ceremony', insert('reveal 2/1', { entry: again.entry as Entry }));
  });
  test('a revelation of something else than was committed to', async () => {
    const reveal = body('ceremony/reveal', 'reveal 2/1');
    const changed = { ...reveal, proof: flipped(reveal.proof, 40) };
    const entry = election.sign('ceremony/reveal', 'trustee/1', changed);
    await assertFails('ceremony', insert('reveal 2/1', { entry }));
  });
  test('a wrong test decryption', async () => {
    const confirm = body('ceremony/confirm', 'confirm 2');
    const test = { ...confirm.test, D: confirm.test.A };
    const entry = election.sign('ceremony/confirm', 'trustee/2', { ...confirm, test });
    await assertFails('ceremony', insert('confirm 2', { entry }));
  });
  test('a key that is not the one of the ceremony', async () => {
    const opened = body('opened', 'opened');
    const key = (opened.publicShares[0] as [number, Uint8Array])[1];
    const entry = election.sign('opened', 'commission', { ...opened, key });
    await assertFails('ceremony', insert('opened', { entry }));
  });
});

describe('permits', () => {
  const cast = (permit: GoodBoard['spare']['permit']) =>
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

describe('schedule', () => {
  test('a ballot after closing', async () => {
    await assertFails('schedule', insert('issued registrar', spareStep(good.spare.entry)));
  });
  test('a ballot while voting was suspended', async () => {
    await assertFails('schedule', insert('resumed', spareStep(good.spare.entry)));
  });
  test('a ballot before the opening was cosigned', async () => {
    await assertFails('schedule', insert('opened cosigned', spareStep(good.spare.entry)));
  });
  test('a ballot in the pause', async () => {
    const cosign = Date.parse('2026-09-19T03:00:00+03:00') / 1000;
    const from = at(good.steps, 'boris question 0');
    const moved = insert('withdrawn', good.steps[from] as Step, { cosign }).toSpliced(from, 1);
    await assertFails('schedule', moved);
  });
  test('a ballot before the hours', async () => {
    const cosign = Date.parse('2026-09-18T07:59:00+03:00') / 1000;
    await assertFails('schedule', insert('anna council 0', { cosign }));
  });
  test('a ballot after the hours and before closed', async () => {
    const time = Date.parse('2026-09-20T20:10:01+03:00') / 1000;
    await assertFails('schedule', insert('closed', { cosign: time }, spareStep(good.spare.entry)));
  });
  test('a revision after its deadline', async () => {
    const permit = body('ballot', 'vera mayor 0').permit;
    const marks = [1, ...new Array<number>(9).fill(0)];
    const sealed = election.seal(good.ceremony.key, 'mayor', testSeed('vera'), marks, 1);
    const entry = election.cast(sealed, testSeed('vera'), permit);
    await assertFails('schedule', insert('closed', { name: 'late', entry }));
  });
  test('a binding election closed before its time', async () => {
    const binding = await TestElection.create('ristretto255-sha512', (manifest) => ({
      ...manifest,
      kind: 'binding',
    }));
    const { steps } = await goodBoard(binding);
    const verdict = (list: readonly Step[]) => verify(binding.build(list).reader);
    assert.equal((await verdict(steps)).verdict, 'verified');
    const cosign = Date.parse('2026-09-20T20:09:00+03:00') / 1000;
    const early = steps.with(at(steps, 'closed cosigned'), { cosign });
    const failed = (await verdict(early)).checks.filter(({ status }) => status === 'failed');
    assert.deepEqual(
      failed.map(({ id }) => id),
      ['schedule'],
    );
  });
  test('no checkpoint in the pause is incomplete', async () => {
    const verdict = await audit(without('night'));
    assert.equal(verdict.verdict, 'incomplete');
    assert.equal(verdict.checks.find(({ id }) => id === 'schedule')?.status, 'incomplete');
  });
});

describe('stations', () => {
  test('not applicable: no manifest of this version has any', async () => {
    const { checks } = await audit(good.steps);
    assert.equal(checks.find(({ id }) => id === 'stations')?.status, 'not-applicable');
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
    assert.match(problems[0]?.message ?? '', /mayor: 3 permits used, 2 issued/);
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
    const protocol = body('protocol', 'protocol question');
    const changed = { ...protocol, members: protocol.members.slice(0, 1) };
    await assertFails(
      'protocol',
      replace('protocol question', () => election.sign('protocol', 'commission', changed)),
    );
  });
});
