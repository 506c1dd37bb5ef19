import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProofLimit } from './proof-limit.ts';

describe('the limit on wrong proofs', () => {
  it('looks at five, then makes each wait twice as long, up to a minute', () => {
    let now = 0;
    const limit = new ProofLimit(() => now);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) assert.equal(limit.take(), 0);
    while (waits.length < 9) {
      assert.equal(limit.take(), 0, 'after the wait the next is looked at');
      const wait = limit.take();
      waits.push(wait);
      now += wait - 1;
      assert.equal(limit.take(), 1, 'not before');
      now += 1;
    }
    assert.deepEqual(
      waits,
      [1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000),
    );
  });

  it('counts proofs that come at once, before any is known to be wrong', () => {
    const limit = new ProofLimit(() => 0);
    const taken = Array.from({ length: 100 }, () => limit.take()).filter((wait) => wait === 0);
    assert.equal(taken.length, 5);
  });

  it('forgets when the secret’s owner has proved', () => {
    const limit = new ProofLimit(() => 0);
    for (let i = 0; i < 5; i++) limit.take();
    limit.right();
    assert.equal(limit.take(), 0);
  });
});
