/** The bench as its user runs it: one JSON object on standard output, whatever else happens. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const COMMAND = new URL('./main.ts', import.meta.url).pathname;
const run = (...args: string[]) => promisify(execFile)(process.execPath, [COMMAND, ...args]);

interface Outcome {
  readonly baseMultiplyMs: number;
  readonly results: readonly Record<string, unknown>[];
}

describe('npm run bench', () => {
  it('prints one JSON object with every suite, number of options and runtime', async () => {
    const { stdout } = await run('--json', '--rounds', '1', 'seal/confirm', 'check/permit');
    assert.equal(stdout.trim().split('\n').length, 1);
    const { baseMultiplyMs, results } = JSON.parse(stdout) as Outcome;
    assert.ok(baseMultiplyMs > 0);
    const seen = results.map(({ name, suite, options, runtime }) =>
      [name, suite, options, runtime].join(' '),
    );
    const expected = ['node', 'chromium'].flatMap((runtime) =>
      ['ristretto255-sha512', 'gost256b-streebog'].flatMap((suite) =>
        [3, 10, 60].map((options) => `seal/confirm ${suite} ${options} ${runtime}`),
      ),
    );
    assert.deepEqual(seen, [...expected, 'check/permit rsa-3072  node']);
    for (const { p50, p99, units } of results as Record<string, number>[]) {
      assert.ok(p50! <= p99!);
      assert.equal(units, p50! / baseMultiplyMs);
    }
  });

  it('drains a queue and opens places in Chromium, with as many items as wanted', async () => {
    const { stdout } = await run('--json', '--rounds', '1', '--items', '20', 'queue', 'places');
    const { baseMultiplyMs, results } = JSON.parse(stdout) as Outcome;
    assert.deepEqual(
      results.map(({ name, items, runtime }) => [name, items, runtime].join(' ')),
      [
        ...['queue/put 0', 'queue/put 4', 'queue/put 20', 'queue/open 21', 'queue/drain 21'],
        'places/open 20',
      ].map((measured) => `${measured} chromium`),
    );
    const { ms, sending, perItem, units } = results[4] as Record<string, number>;
    assert.ok(sending! > 0 && sending! < ms!);
    assert.equal(perItem, ms! / 21);
    assert.equal(units, perItem! / baseMultiplyMs);
  });

  it('refuses a measurement that it does not have', async () => {
    await assert.rejects(run('seal/confrim'), (error: { code?: number; stderr?: string }) => {
      assert.equal(error.code, 64);
      assert.match(error.stderr!, /there is no measurement seal\/confrim/);
      return true;
    });
  });
});
