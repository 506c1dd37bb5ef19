/**
 * Good boards in which one thing alone was spoilt, and the check of the audit that has to name it:
 * the log, its witnesses, the ceremony and the schedule.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leafHash } from '@kabina/log/merkle';
import {
  assertFails,
  at,
  audit,
  body,
  election,
  good,
  insert,
  replace,
  spareStep,
  without,
} from '../test/spoil.ts';
import { coreHash } from './ballot.ts';
import { BoardState } from './board.ts';
import { decodeEntry, encodeEntry, type Entry } from './entries.ts';
import { signPromise } from './receipt.ts';
import { flipped, goodBoard, TestElection, testSeed, type Step } from './testing.ts';
import { verify } from './verify.ts';

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
    const whole = await audit(good.steps, { checkpoint: earlier.checkpoint });
    assert.equal(whole.verdict, 'verified');
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
