/** The rehearsal command as its user runs it: whole elections through the real processes. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const COMMAND = new URL('./main.ts', import.meta.url).pathname;

interface Outcome {
  readonly electionId: string;
  readonly board: string;
  readonly voters: number;
  readonly ballots: Record<'accepted' | 'revotes' | 'challenged' | 'chromium', number>;
  readonly expected: Record<string, Record<string, number>>;
  readonly tally: Record<string, Record<string, number>>;
  readonly match: boolean;
  readonly audit: { verdict: string; electionId: string; checks: { id: string; status: string }[] };
  readonly timings: Record<string, number>;
}

async function rehearse(...args: string[]): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, '--json', ...args], {
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Outcome;
}

describe('npm run rehearsal', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-rehearsal-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('counts three kinds of contest exactly, revotes and challenges included', async () => {
    const outcome = await rehearse('--voters', '50', '--board', join(folder, 'three'));
    assert.equal(outcome.match, true);
    assert.equal(outcome.audit.verdict, 'verified');
    assert.equal(outcome.audit.electionId, outcome.electionId);
    assert.deepEqual(outcome.tally, outcome.expected);
    // Two of fifty vote again and one challenges, each in three contests; the last voter, who
    // challenges, and the first sit in front of a browser.
    const expected = { accepted: 156, revotes: 6, challenged: 3, chromium: 2 };
    assert.deepEqual(outcome.ballots, expected);
    assert.ok(outcome.tally['d2']!['blank']! > 0);
    for (const { id, status } of outcome.audit.checks) {
      assert.ok(status === 'passed' || (id === 'stations' && status === 'not-applicable'), id);
    }
    await readFile(join(folder, 'three', 'checkpoint'), 'utf8');
  });

  it('does so with the national suite, also for a contest in which nobody voted', async () => {
    const file = join(folder, 'election.json');
    await writeFile(
      file,
      JSON.stringify({
        title: 'Проверка',
        suite: 'gost256b-streebog',
        districts: [
          {
            district: 1,
            name: 'Первый',
            candidates: [
              { id: 'a', name: 'А', votes: 3 },
              { id: 'b', name: 'Б', votes: 2 },
            ],
          },
          {
            district: 2,
            name: 'Пустой',
            candidates: [
              { id: 'c', name: 'В', votes: 0 },
              { id: 'd', name: 'Г', votes: 0 },
            ],
          },
        ],
      }),
    );
    const outcome = await rehearse(
      '--voters',
      '5',
      '--election',
      file,
      '--board',
      join(folder, 'gost'),
    );
    assert.equal(outcome.match, true);
    assert.equal(outcome.audit.verdict, 'verified');
    assert.deepEqual(outcome.tally, { d1: { a: 3, b: 2 }, d2: { c: 0, d: 0 } });
    assert.equal(outcome.ballots.chromium, 2);
  });
});
