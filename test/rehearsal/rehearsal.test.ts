/** The rehearsal command as its user runs it: whole elections through the real processes. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { run } from '../tokens/programs.ts';
import { pcscdMissing } from '../tokens/pcscd.ts';

const COMMAND = new URL('./main.ts', import.meta.url).pathname;

interface Outcome {
  readonly electionId: string;
  readonly board: string;
  readonly voters: number;
  readonly ballots: Record<
    'accepted' | 'revotes' | 'challenged' | 'chromium' | 'stations' | 'offline',
    number
  >;
  readonly expected: Record<string, Record<string, number>>;
  readonly tally: Record<string, Record<string, number>>;
  readonly match: boolean;
  readonly audit: {
    verdict: string;
    electionId: string;
    checks: { id: string; status: string; checked: number }[];
  };
  readonly timings: Record<string, number>;
  readonly balances?: readonly {
    readonly lines: readonly Record<'received' | 'cancelled' | 'spoiled' | 'writtenOff', number>[];
    readonly held: readonly { readonly number: number; readonly arrived: number }[];
    readonly holds: boolean;
  }[];
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
    const online = { accepted: 156, revotes: 6, challenged: 3, chromium: 2 };
    assert.deepEqual(outcome.ballots, { ...online, stations: 0, offline: 0 });
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

  it('signs with three members’ tokens, and OpenSSL reads their signatures', async (t) => {
    const missing = pcscdMissing();
    if (missing !== undefined) return t.skip(missing);
    const board = join(folder, 'signed');
    const outcome = await rehearse('--voters', '3', '--board', board, '--sign');
    assert.equal(outcome.audit.verdict, 'verified');
    const check = outcome.audit.checks.find(({ id }) => id === 'protocol');
    // Three members sign opening, closing and protocols; three protocols; one publication.
    assert.equal(check?.checked, 13);
    const verify = () =>
      run('openssl', [
        ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', join(board, 'protocol.p7s')],
        ...['-content', join(board, 'protocol.bin'), '-CAfile', join(board, 'ca.pem')],
        ...['-purpose', 'any', '-out', join(folder, 'content')],
      ]);
    const good = await verify();
    assert.equal(good.status, 0, good.said);
    const document = await readFile(join(board, 'protocol.bin'));
    document[document.length >> 1]! ^= 1;
    await writeFile(join(board, 'protocol.bin'), document);
    assert.notEqual((await verify()).status, 0);
  });

  it('loses nothing at stations without a line: half of the ballots, a stick, a dead kiosk', async (t) => {
    if (!existsSync(process.env['CHROME_PATH'] ?? '/usr/bin/chromium')) {
      return t.skip('the kiosks are pages of Chromium');
    }
    const args = ['--voters', '14', '--stations', '2', '--offline', '0.5'];
    const outcome = await rehearse(...args, '--board', join(folder, 'stations'));
    assert.equal(outcome.match, true);
    assert.equal(outcome.audit.verdict, 'verified');
    assert.equal(outcome.audit.checks.find(({ id }) => id === 'stations')?.status, 'passed');
    // Seven voters with the line down and four with it up; two of the seven have also cast under a card
    // that was spoiled afterwards, which counts no more.
    assert.equal(outcome.ballots.stations, 11 * 3);
    assert.equal(outcome.ballots.offline, 7 * 3);
    assert.equal(outcome.ballots.accepted - outcome.ballots.revotes, 14 * 3);
    const [first, last] = outcome.balances!;
    assert.ok(first?.holds && last?.holds);
    const sum = (name: 'spoiled' | 'cancelled' | 'writtenOff'): number =>
      outcome
        .balances!.flatMap(({ lines }) => lines)
        .reduce((total, line) => total + line[name], 0);
    assert.equal(sum('spoiled'), 2);
    assert.ok(sum('cancelled') > 0 && sum('writtenOff') > 0);
    for (const { number, arrived } of last.held) assert.ok(number > 0 && arrived === number);
  });
});
