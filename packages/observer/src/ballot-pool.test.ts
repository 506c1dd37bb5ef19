/** Ballots checked in threads: the same verdict as in one, good boards and bad, both suites. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeEntry } from '@kabina/election/entries';
import { encodeManifest } from '@kabina/election/manifest';
import { flipped, goodBoard, TestElection } from '@kabina/election/testing';
import { verify } from '@kabina/election/verify';
import { BallotPool, type MakeChecker } from './ballot-pool.ts';
import { answerJob } from './ballot-checker.ts';
import { threadChecker } from './thread-checker.ts';

/** Counts the workers that a pool makes, and those that are stopped. */
function counted(make: MakeChecker) {
  const count = { made: 0, stopped: 0 };
  const maker: MakeChecker = (answer, broken) => {
    count.made++;
    const checker = make(answer, broken);
    return {
      post: (job) => checker.post(job),
      stop() {
        count.stopped++;
        checker.stop();
      },
    };
  };
  return { count, maker };
}

describe('a pool of threads', () => {
  for (const suite of ['ristretto255-sha512', 'gost256b-streebog'] as const) {
    it(`comes to the same verdict as one thread: ${suite}`, async () => {
      const election = await TestElection.create(suite);
      const good = await goodBoard(election);
      const bad = good.steps.map((step) => {
        if (step.name !== 'vera mayor 0' || step.entry?.type !== 'ballot') return step;
        const { core } = step.entry.body;
        const proofs = flipped(core.proofs, 70);
        const body = { ...step.entry.body, core: { ...core, proofs } };
        return { ...step, entry: { ...step.entry, body } };
      });
      const { count, maker } = counted(threadChecker);
      const pool = new BallotPool(maker, 2);
      for (const steps of [good.steps, bad]) {
        const { reader } = election.build(steps);
        const spread = await verify(reader, { checkBallots: pool.check });
        assert.deepEqual(spread, await verify(reader));
        assert.equal(spread.verdict, steps === bad ? 'failed' : 'verified');
      }
      pool.stop();
      assert.equal(count.stopped, count.made);
    });
  }

  it('uses no more workers than it may, all of them, and answers each batch its own', async () => {
    const election = await TestElection.create();
    const { spare, ceremony } = await goodBoard(election);
    const context = { manifest: encodeManifest(election.manifest), key: ceremony.key };
    const bytes = encodeEntry(spare.entry);
    const { count, maker } = counted(threadChecker);
    const pool = new BallotPool(maker, 2);
    const batches = Array.from({ length: 6 }, (_, i) =>
      pool.check({
        context,
        items: Array.from({ length: i + 1 }, (_, at) => ({ index: at, bytes, counted: true })),
      }),
    );
    const sums = (await Promise.all(batches)).map(({ sums }) => sums[0]?.ballots);
    assert.deepEqual(sums, [1, 2, 3, 4, 5, 6]);
    assert.equal(count.made, 2);

    await assert.rejects(
      pool.check({ context, items: [{ index: 0, bytes: bytes.slice(1), counted: true }] }),
      { name: 'ElectionError', code: 'cbor.malformed' },
    );
    const waiting = pool.check({ context, items: [{ index: 0, bytes, counted: true }] });
    pool.stop();
    await assert.rejects(waiting, { code: 'pool.stopped' });
    await assert.rejects(pool.check({ context, items: [] }), { code: 'pool.stopped' });
    assert.equal(count.stopped, 2);
  });

  it('says so when a worker dies', async () => {
    const dying: MakeChecker = (_, broken) => ({
      post: () => broken(new Error('out of memory')),
      stop: () => undefined,
    });
    const pool = new BallotPool(dying, 1);
    const context = { manifest: new Uint8Array(), key: new Uint8Array() };
    await assert.rejects(pool.check({ context, items: [] }), { code: 'pool.broken' });
    assert.deepEqual(Object.keys(answerJob({ context, items: [] })), ['error']);
  });
});
