/**
 * `npm run rehearsal -- --voters N [--election FILE] [--suite NAME] [--board DIR] [--json]`: a whole
 * training election with no human, through the real processes over HTTP. The expected tally is fixed
 * before anyone casts; the board is left in a folder; the verdict is the observer's own.
 *
 * Exit status 0 only if the tally is the expected one and the board is verified.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { bytesToHex } from '@kabina/crypto/bytes';
import { readElectionFile, type SuiteName } from '@kabina/kiosk-shell/start/election-file';
import { startElection, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters } from '@kabina/kiosk-shell/start/voters';
import { Casting } from './casting.ts';
import { planVoters, type Plan } from './plan.ts';
import { Progress } from './progress.ts';
import type { CodeMessage, VoterJob } from './voter-thread.ts';

const root = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    voters: { type: 'string', default: '100' },
    election: { type: 'string' },
    suite: { type: 'string' },
    board: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
/** A batch is large enough that nobody's ballot stands alone in it. */
const POOL = 16;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const file = values.election ?? join(root, 'kiosk-shell/start/election.json');
const read = readElectionFile(await readFile(file, 'utf8'));
const suite = (values.suite ?? read.suite) as SuiteName;
if (!['ristretto255-sha512', 'gost256b-streebog'].includes(suite)) {
  say(`there is no suite ${suite}`);
  process.exit(64);
}
const election = { ...read, suite };
const total = Number(values.voters);
if (!Number.isSafeInteger(total) || total < 1) {
  say('--voters takes a whole number of at least 1');
  process.exit(64);
}
const plan = planVoters(total, election.styles, election.contests, election.weights);

const timings: Record<string, number> = {};
async function phase<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    timings[name] = Math.round(performance.now() - started);
  }
}

await mkdir(join(root, '.state'), { recursive: true });
const folder = await mkdtemp(join(root, '.state/rehearsal-'));
const casting = new Casting();

async function setUp(): Promise<{ running: RunningElection; jobs: VoterJob[] }> {
  const perStyle = new Map(election.styles.map(({ id }) => [id, 0]));
  for (const { style } of plan.voters) perStyle.set(style, perStyle.get(style)! + 1);
  const { csv, voters } = await syntheticVoters(election, total, folder, perStyle);
  const running = await startElection({
    folder: join(folder, 'parties'),
    plan: election,
    voters: csv,
    minutes: 24 * 60,
    revoting: true,
    pool: POOL,
    sender: 'ipc',
    // All voters come from this one machine's address.
    requestsPerMinute: 10_000_000,
    onMessage: (_party, message) => {
      if ((message as { type?: string }).type === 'code') casting.deliver(message as CodeMessage);
    },
  });
  const logins = new Map<string, string[]>();
  for (const { style, login } of voters) logins.set(style, [...(logins.get(style) ?? []), login]);
  const jobs = plan.voters.map(({ style, papers }) => ({
    login: logins.get(style)!.shift()!,
    papers,
  }));
  return { running, jobs };
}

/** Repeats until the board has what is awaited; fails after two minutes. */
async function until(running: RunningElection, what: string, met: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    await running.commission.refresh();
    if (met()) return;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

async function closeToResult({ commission, ...running }: RunningElection): Promise<void> {
  const whole = { commission, ...running };
  const { state } = commission;
  await commission.close();
  await until(whole, 'the statements of the issuers', () => state.issued.size === 2);
  await commission.fixTally();
  await until(whole, 'five shares', () => commission.missingShares.length === 0);
  await commission.stateResults();
  await commission.publishProtocols({
    signedAt: `${new Date().toISOString().slice(0, 19)}Z`,
    complaints: 0,
    certifiedCopies: 0,
    members: commission.manifest.commission.members.map(() => ({ signed: true, dissent: false })),
  });
}

interface Audit {
  readonly verdict: string;
  readonly tally?: readonly {
    readonly contest: string;
    readonly counts: readonly number[] | null;
    readonly blank: number | null;
  }[];
}

async function audit(board: string): Promise<Audit> {
  const command = join(root, 'packages/observer/src/cli/verify.ts');
  const run = promisify(execFile);
  const args = [command, board, '--json'];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 28 }).catch(
    (error: { stdout?: string; message: string }) => {
      if (error.stdout) return { stdout: error.stdout };
      throw error;
    },
  );
  return JSON.parse(stdout) as Audit;
}

/** By contest, by option id; blank papers under `blank` where the contest allows them. */
function byOption(
  counts: (
    contest: string,
  ) => { counts: readonly number[] | null; blank: number | null } | undefined,
): Record<string, Record<string, number | null>> {
  return Object.fromEntries(
    election.contests.map(({ id, options, min }) => {
      const found = counts(id);
      const entries = options.map((option, i): [string, number | null] => [
        option.id,
        found?.counts?.[i] ?? null,
      ]);
      if (min === 0) entries.push(['blank', found?.blank ?? null]);
      return [id, Object.fromEntries(entries)];
    }),
  );
}

const expectedOf = ({ expected }: Plan) => byOption((id) => expected.get(id));

say(`rehearsal of ${total} voters, ${election.contests.length} contests, ${suite}`);
let match = false;
let verdict = 'failed';
const { running, jobs } = await phase('setUp', setUp);
try {
  await phase('ceremony', async () => {
    await until(running, 'the key', () => running.commission.state.phase === 'ready');
    await running.commission.open();
  });
  const progress = new Progress('casting', total);
  const services = {
    electionId: bytesToHex(running.electionId),
    box: running.box.url,
    issuers: Object.entries(running.issuers).map(([id, { url }]) => ({ id, url })),
  };
  await phase('casting', () => casting.run(services, jobs, () => progress.step()));
  await phase('closeToResult', () => closeToResult(running));
  await running.stop();
  const board = values.board === undefined ? running.board : resolve(values.board);
  if (board !== running.board) await cp(running.board, board, { recursive: true });
  const checked = await phase('audit', () => audit(board));
  verdict = checked.verdict;
  const expected = expectedOf(plan);
  const tally = byOption((id) => checked.tally?.find((one) => one.contest === id));
  match = JSON.stringify(expected) === JSON.stringify(tally);
  say(`tally ${match ? 'as expected' : 'NOT as expected'}, verdict ${verdict}`);
  say(`board: ${board}`);
  if (values.json) {
    console.log(
      JSON.stringify({
        electionId: services.electionId,
        board,
        voters: total,
        ballots: casting.counts,
        expected,
        tally,
        match,
        audit: checked,
        timings,
      }),
    );
  } else {
    for (const [name, ms] of Object.entries(timings)) say(`${name}: ${(ms / 1000).toFixed(1)} s`);
  }
} finally {
  await running.stop();
}
process.exit(match && verdict === 'verified' ? 0 : 1);
