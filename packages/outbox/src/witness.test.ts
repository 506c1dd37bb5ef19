import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OutboxError } from './errors.ts';
import type { SetJournal } from './journal.ts';
import { setDigest, SetWitness } from './witness.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

function journal(committed?: string, prepared?: string): SetJournal & { commits: number } {
  return {
    commits: 0,
    read: () => Promise.resolve({ committed, prepared }),
    prepare(digest) {
      prepared = digest;
      return Promise.resolve();
    },
    commit() {
      this.commits += 1;
      committed = prepared;
      return Promise.resolve();
    },
  };
}

const code = (expected: string) => (error: unknown) =>
  error instanceof OutboxError && error.code === expected;

describe('setDigest', () => {
  it('is SHA-256 over the domain, the count and the sorted keys', async () => {
    const text = `kabina/v1/set\n2\n${A}\n${B}`;
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    assert.equal(setDigest([B, A]), Buffer.from(hash).toString('hex'));
  });

  it('tells sets apart, and nothing of their order', () => {
    const key = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(keys, fc.infiniteStream(fc.nat()), (set, ranks) => {
        const order = new Map(set.map((one) => [one, ranks.next().value]));
        const other = [...set].sort((a, b) => order.get(a)! - order.get(b)!);
        assert.equal(setDigest(other), setDigest(set));
        assert.notEqual(setDigest(set.slice(1)), setDigest(set));
      }),
    );
  });
});

describe('a witness', () => {
  it('agrees with what was committed, and leaves what was prepared and never done', async () => {
    const held = journal(setDigest([A]), setDigest([A, B]));
    await new SetWitness(held).agree([A]);
    assert.equal(held.commits, 0);
  });

  it('commits what was prepared and done before the crash', async () => {
    const held = journal(setDigest([A]), setDigest([A, B]));
    await new SetWitness(held).agree([B, A]);
    assert.equal((await held.read()).committed, setDigest([A, B]));
  });

  it('takes an empty set for one that was never written', async () => {
    await new SetWitness(journal()).agree([]);
    await new SetWitness(journal(undefined, setDigest([A]))).agree([]);
    await new SetWitness(journal(undefined, setDigest([A]))).agree([A]);
    assert.equal(await new SetWitness(journal()).expectsSome(), false);
    assert.equal(await new SetWitness(journal(setDigest([]))).expectsSome(), false);
    assert.equal(await new SetWitness(journal(setDigest([A]))).expectsSome(), true);
  });

  it('refuses any other set', async () => {
    const refused: [SetJournal, string[]][] = [
      [journal(), [A]],
      [journal(setDigest([A])), []],
      [journal(setDigest([A])), [A, B]],
      [journal(setDigest([A]), setDigest([])), [B]],
      [journal(setDigest([]), setDigest([A])), [A, B]],
    ];
    for (const [held, keys] of refused) {
      await assert.rejects(new SetWitness(held).agree(keys), code('journal.disagrees'));
    }
  });

  it('says when the journal gives no answer, or calls itself damaged', async () => {
    const away: SetJournal = {
      read: () => Promise.reject(new TypeError('fetch failed')),
      prepare: () => Promise.reject(new TypeError('fetch failed')),
      commit: () => Promise.reject(new TypeError('fetch failed')),
    };
    for (const ask of [
      (witness: SetWitness) => witness.agree([]),
      (witness: SetWitness) => witness.prepare([]),
      (witness: SetWitness) => witness.commit(),
      (witness: SetWitness) => witness.expectsSome(),
    ]) {
      await assert.rejects(async () => ask(new SetWitness(away)), code('journal.unreachable'));
    }
    const forged = Object.assign(new Error('seal'), { code: 'journal.disagrees' });
    const damaged = { ...away, read: () => Promise.reject(forged) };
    await assert.rejects(new SetWitness(damaged).agree([]), code('journal.disagrees'));
  });
});
