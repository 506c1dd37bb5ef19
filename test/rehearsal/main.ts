/**
 * `npm run rehearsal -- --voters N [--election FILE] [--suite NAME] [--board DIR] [--sign] [--json]
 * [--stations N [--offline SHARE]]`: a whole training election with no human, through the real processes over HTTP, some voters through the
 * real booth in Chromium. The expected tally is fixed before anyone casts; the board is left in a
 * folder; the verdict is the observer's own.
 *
 * With `--sign` three members with simulated cards sign opening, closing and protocols over the real
 * pcscd, and `protocol.bin`, `protocol.p7s` and `ca.pem` are left beside the board.
 *
 * With `--stations` there are polling stations, whose kiosks and desks are pages of real Chromium; that
 * share of the voters, and so of the ballots that count, votes at them while their lines are down
 * (`ballots.offline` has their number), and their balances have to hold.
 *
 * Exit status 0 only if the tally is the expected one, the board is verified, and stations have held
 * what they should; 64 to 66 for
 * arguments or an election file that can't be used, 69 without pcscd; 130 when interrupted.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bytesToHex } from '@kabina/crypto/bytes';
import { startElection, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters } from '@kabina/kiosk-shell/start/voters';
import { BoothVoters, boothPlaces } from './booth-voters.ts';
import { Casting } from './casting.ts';
import type { SigningMembers } from './members.ts';
import { readOptions, type RehearsalOptions } from './options.ts';
import { closeToResult, openWithKey, type SignAct } from './phases.ts';
import { planVoters, type Plan } from './plan.ts';
import { Progress } from './progress.ts';
import { isShare, placesOf } from './station/places.ts';
import { RehearsalStations, stationPlans, type Visit } from './station/stations.ts';
import type { CodeMessage, VoterJob, VoterReport } from './voter-thread.ts';

const root = resolve(import.meta.dirname, '../..');
/** A batch is large enough that nobody's ballot stands alone in it. */
const POOL = 16;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Audit {
  readonly verdict: string;
  readonly tally?: readonly {
    readonly contest: string;
    readonly counts: readonly number[] | null;
    readonly blank: number | null;
  }[];
}

type Counts = Record<string, Record<string, number | null>>;

class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #plan: Plan;
  readonly #folder: string;
  readonly #timings: Record<string, number> = {};
  readonly #ballots = {
    ...{ accepted: 0, revotes: 0, challenged: 0, chromium: 0 },
    /** Of them at stations, and there with the line down. */
    ...{ stations: 0, offline: 0 },
  };
  readonly #casting = new Casting();
  #running: RunningElection | undefined;
  #booths: BoothVoters | undefined;
  #stations: RehearsalStations | undefined;
  #visits: Visit[] = [];
  readonly #members: SigningMembers | undefined;

  constructor(options: RehearsalOptions, folder: string, members: SigningMembers | undefined) {
    this.#members = members;
    const { election, voters } = options;
    this.#options = options;
    this.#folder = folder;
    this.#plan = planVoters(voters, election.styles, election.contests, election.weights);
  }

  /** Answers whether all is as expected. */
  async play(): Promise<boolean> {
    const { voters, board: wanted, json } = this.#options;
    const jobs = await this.#phase('setUp', () => this.#setUp());
    const running = this.#running!;
    const members = this.#members;
    const sign: SignAct | undefined = members && ((act) => members.sign(running.commission, act));
    await this.#phase('ceremony', () => openWithKey(running, sign));
    if (this.#options.stations > 0) await this.#phase('stations', () => this.#openStations());
    await this.#phase('casting', () => this.#cast(running, jobs));
    await this.#phase('closeToResult', () => closeToResult(running, sign, this.#stations));
    const balances = this.#stations?.balances() ?? [];
    await this.stop();
    const board = wanted ?? join(this.#folder, 'board');
    await cp(running.board, board, { recursive: true });
    await members?.leaveFiles(running.commission, board);
    // The parties' secrets have served; nothing but the board is left.
    await rm(wanted === undefined ? running.folder : this.#folder, { recursive: true });
    const audit = await this.#phase('audit', () => auditOf(board));
    const expected = this.#byOption((id) => this.#plan.expected.get(id));
    const tally = this.#byOption((id) => audit.tally?.find((one) => one.contest === id));
    const match = JSON.stringify(expected) === JSON.stringify(tally);
    const holds = balances.every((balance) => balance.holds === true);
    const shared = balances.length === 0 || this.#sharesHold();
    if (balances.length > 0) say(`balances of stations ${holds ? 'hold' : 'DO NOT hold'}`);
    say(`tally ${match ? 'as expected' : 'NOT as expected'}, verdict ${audit.verdict}`);
    say(`board: ${board}`);
    for (const [name, ms] of Object.entries(this.#timings)) {
      say(`${name}: ${(ms / 1000).toFixed(1)} s`);
    }
    if (json) {
      const electionId = bytesToHex(running.electionId);
      const [ballots, timings] = [this.#ballots, this.#timings];
      console.log(
        JSON.stringify({
          ...{ electionId, board, voters, ballots },
          ...{ expected, tally, match, audit, timings },
          ...(balances.length > 0 && { balances }),
        }),
      );
    }
    return match && holds && shared && audit.verdict === 'verified';
  }

  /** Ends every party and browser. */
  async stop(): Promise<void> {
    const [running, booths, stations] = [this.#running, this.#booths, this.#stations];
    this.#booths = this.#stations = undefined;
    await stations?.close();
    await Promise.all([running?.stop(), booths?.close(), this.#members?.close()]);
  }

  async #phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.#timings[name] = Math.round(performance.now() - started);
    return result;
  }

  async #setUp(): Promise<VoterJob[]> {
    const { election, voters: total } = this.#options;
    const perStyle = new Map(election.styles.map(({ id }) => [id, 0]));
    for (const { style } of this.#plan.voters) perStyle.set(style, perStyle.get(style)! + 1);
    const { csv, voters } = await syntheticVoters(election, total, this.#folder, perStyle);
    const ofStyle = new Map(election.styles.map(({ id }) => [id, [] as typeof voters]));
    for (const voter of voters) ofStyle.get(voter.style)!.push(voter);
    const jobs: VoterJob[] = [];
    const stations = stationPlans(this.#options.stations);
    const ids = stations.map(({ id }) => id);
    const places = placesOf(this.#plan.voters.length, ids, this.#options.offline);
    this.#plan.voters.forEach(({ style, papers }, i) => {
      const { number, login } = ofStyle.get(style)!.shift()!;
      const place = places[i];
      if (place === undefined) jobs.push({ number, login, papers });
      else this.#visits.push({ number, style, papers, ...place });
    });
    this.#running = await startElection({
      folder: join(this.#folder, 'parties'),
      plan: election,
      voters: withStations(csv, this.#visits),
      stations,
      minutes: 24 * 60,
      revoting: true,
      pool: POOL,
      sender: 'ipc',
      ...(this.#members === undefined ? {} : { authority: this.#members.authority }),
      // All voters come from this one machine's address.
      requestsPerMinute: 10_000_000,
      onMessage: (_party, message) => {
        if ((message as { type?: string }).type !== 'code') return;
        this.#casting.deliver(message as CodeMessage);
        this.#booths?.deliver(message as CodeMessage);
      },
    });
    return jobs;
  }

  /** Whether the asked share of the ballots that count was cast with the line down, and says so. */
  #sharesHold(): boolean {
    const { offline } = this.#options;
    const holds = isShare(this.#ballots.offline, offline, this.#plan.voters);
    const counted = this.#ballots.accepted - this.#ballots.revotes;
    const found = `${this.#ballots.offline} of ${counted} ballots cast with the line down`;
    say(holds ? found : `${found}: NOT the share of ${offline}`);
    return holds;
  }

  async #openStations(): Promise<void> {
    const plans = stationPlans(this.#options.stations);
    this.#stations = await RehearsalStations.open(this.#running!, plans, this.#visits);
    await this.#stations.prepare();
  }

  async #cast(running: RunningElection, jobs: readonly VoterJob[]): Promise<void> {
    const places = new Set(boothPlaces(jobs.length));
    const inBooth = jobs.filter((_job, i) => places.has(i));
    this.#booths = await BoothVoters.open(running, inBooth, (reason) =>
      say(`no Chromium here, all vote without a browser (${reason})`),
    );
    const booths = this.#booths;
    const faceless = booths === undefined ? jobs : jobs.filter((_job, i) => !places.has(i));
    this.#ballots.chromium = booths?.count ?? 0;
    const progress = new Progress('casting', jobs.length);
    const report = (message: VoterReport): void => {
      if (message.type === 'challenged') this.#ballots.challenged++;
      if (message.type === 'voter') progress.step();
      if (message.type !== 'accepted') return;
      this.#ballots.accepted++;
      if (message.revision > 0) this.#ballots.revotes++;
    };
    const services = {
      electionId: bytesToHex(running.electionId),
      box: running.box.url,
      issuers: Object.entries(running.issuers).map(([id, { url }]) => ({ id, url })),
    };
    await Promise.all([
      this.#casting.run(services, faceless, report),
      booths?.run(report),
      this.#stations?.vote((offline) => {
        this.#ballots.accepted++;
        this.#ballots.stations++;
        if (offline) this.#ballots.offline++;
      }),
    ]);
  }

  /** By contest, by option id; blank papers under `blank` where the contest allows them. */
  #byOption(
    of: (contest: string) => { counts: readonly number[] | null; blank: number | null } | undefined,
  ): Counts {
    return Object.fromEntries(
      this.#options.election.contests.map(({ id, options, min }) => {
        const found = of(id);
        const entries = options.map((option, i): [string, number | null] => [
          option.id,
          found?.counts?.[i] ?? null,
        ]);
        if (min === 0) entries.push(['blank', found?.blank ?? null]);
        return [id, Object.fromEntries(entries)];
      }),
    );
  }
}

/** The register with the voters of stations attached to them. Synthetic fields have no commas. */
function withStations(csv: string, visits: readonly Visit[]): string {
  if (visits.length === 0) return csv;
  const of = new Map(visits.map(({ number, station }) => [number, station]));
  const [header = '', ...rows] = csv.trim().split(/\r?\n/);
  const column = header.split(',').indexOf('number');
  const lines = rows.map((row) => `${row},${of.get(row.split(',')[column]!) ?? ''}`);
  return [`${header},station`, ...lines, ''].join('\n');
}

/** The observer's command, in a process of its own. */
async function auditOf(board: string): Promise<Audit> {
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

/** Answers the exit status. */
async function main(): Promise<number> {
  const options = await readOptions(process.argv.slice(2));
  const { election, voters } = options;
  say(`rehearsal of ${voters} voters, ${election.contests.length} contests, ${election.suite}`);
  await mkdir(join(root, '.state'), { recursive: true });
  const folder = await mkdtemp(join(root, '.state/rehearsal-'));
  // Loaded only where members sign: pcscd's driver is not on every machine.
  const members = options.sign ? new (await import('./members.ts')).SigningMembers() : undefined;
  const rehearsal = new Rehearsal(options, folder, members);
  const interrupt = (): void => {
    say('interrupted: ending all processes');
    void rehearsal.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return (await rehearsal.play()) ? 0 : 1;
  } catch (error) {
    say(`what the parties have left is in ${folder}`);
    throw error;
  } finally {
    await rehearsal.stop();
  }
}

main().then(
  (status) => process.exit(status),
  (error: { code?: string; message: string; status?: number }) => {
    say(`${error.code ?? 'rehearsal.failed'}: ${error.message}`);
    process.exit(error.status ?? 1);
  },
);
