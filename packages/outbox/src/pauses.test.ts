import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { fraction, shuffled } from './chance.ts';
import { Pauses } from './pauses.ts';

/** The pauses that are asked of the timer, which never has to be waited for. */
async function asked(pauses: Pauses, times: number, ask = 0): Promise<number[]> {
  const seen: number[] = [];
  const timer = mock.method(globalThis, 'setTimeout', (work: () => void, ms: number) => {
    seen.push(ms);
    queueMicrotask(work);
    return 0;
  });
  for (let n = 0; n < times; n++) await pauses.next(ask);
  timer.mock.restore();
  return seen;
}

describe('pauses', () => {
  it('are uniform below a bound that doubles up to the longest, and begin anew', async () => {
    const bounds = Array.from<number>({ length: 6 }).fill(0);
    for (let run = 0; run < 400; run++) {
      const pauses = new Pauses({ first: 100, most: 1000 });
      for (const [n, ms] of (await asked(pauses, 6)).entries()) {
        bounds[n] = Math.max(bounds[n]!, ms);
      }
      pauses.reset();
      assert.ok((await asked(pauses, 1))[0]! < 100);
    }
    // 400 draws leave the upper quarter empty once in 10^50.
    for (const [n, limit] of [100, 200, 400, 800, 1000, 1000].entries()) {
      assert.ok(bounds[n]! < limit && bounds[n]! > (limit * 3) / 4, `${n}: ${bounds[n]}`);
    }
  });

  it('keep what the other side asks for, but never longer than a quarter of an hour', async () => {
    const pace = { first: 10, most: 10 };
    const [fair] = await asked(new Pauses(pace), 1, 5000);
    assert.ok(fair! >= 5000 && fair! < 5010);
    // A clock that was set back by a day makes "in five seconds" a day.
    const [day] = await asked(new Pauses(pace), 1, 86_400_000);
    assert.ok(day! >= 900_000 && day! < 900_010);
    const [past] = await asked(new Pauses(pace), 1, -86_400_000);
    assert.ok(past! >= 0 && past! < 10);
  });

  it('end at once when woken', async () => {
    const pauses = new Pauses({ first: 1e8, most: 1e8 });
    for (const pause of [() => pauses.next(), () => pauses.forever()]) {
      const ended = pause();
      pauses.wake();
      await ended;
    }
  });
});

describe('chance', () => {
  it('puts each of four items in each place equally often', () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const rounds = 8000;
    for (let round = 0; round < rounds; round++) {
      for (const [place, item] of shuffled([0, 1, 2, 3]).entries()) counts[item]![place]! += 1;
    }
    // Chi-square with 9 degrees of freedom: above 60 once in 10^9.
    const expected = rounds / 4;
    const deviation = counts.flat().reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    assert.ok(deviation < 60, String(deviation));
  });

  it('draws from [0, 1)', () => {
    for (let n = 0; n < 1000; n++) {
      const drawn = fraction();
      assert.ok(drawn >= 0 && drawn < 1);
    }
  });
});
