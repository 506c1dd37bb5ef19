/**
 * How many ballots one ballot box takes a second: the real process over HTTP with real ballots, each
 * under a permit of its own, each answered only once it is durable. The election is a whole one;
 * holders and issuers are stopped once it is open, so that nothing but the box and its witnesses
 * takes the machine's time.
 *
 * Permits are signed with the issuers' keys directly: what blinding and unblinding come to.
 */
import { constants, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PortalClient } from '@kabina/booth/client';
import { BallotMaker, openElection, type ElectionContext } from '@kabina/booth/voter';
import { randomBytes } from '@kabina/crypto/bytes';
import { ballotKeyFromSeed, permitMessage } from '@kabina/election/ballot';
import type { Permit } from '@kabina/election/entries';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import { stopParty } from '@kabina/kiosk-shell/start/processes';
import { ISSUER_IDS, startElection, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters } from '@kabina/kiosk-shell/start/voters';
import { openWithKey } from '../rehearsal/phases.ts';

/** Requests under way at once: enough for full batches, as on a busy day. */
const CONNECTIONS = 64;
/** Ballots that go to the log together. */
const POOL = 64;

export interface AcceptanceRate {
  readonly options: number;
  readonly perSecond: number;
}

/** How many ballots are sent: enough for some seconds, whatever a check takes. */
const countFor = (suite: string, options: number): number => {
  const count = options > 10 ? 192 : 512;
  return suite === 'ristretto255-sha512' ? count : count / 2;
};

function planOf(suite: string, options: readonly number[]): string {
  return JSON.stringify({
    title: 'Измерение',
    suite,
    districts: options.map((n) => ({
      district: n,
      name: `Один из ${n}`,
      candidates: Array.from({ length: n }, (_, i) => ({ id: `c${i + 1}`, name: `${i + 1}` })),
    })),
    styles: [{ name: 'Все', districts: options }],
  });
}

/** Ballots accepted a second, for each number of options. */
export async function measureAcceptance(
  suite: string,
  options: readonly number[],
): Promise<AcceptanceRate[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-bench-'));
  let running: RunningElection | undefined;
  try {
    const plan = readElectionFile(planOf(suite, options));
    const { csv } = await syntheticVoters(plan, 10, folder);
    running = await startElection({
      folder: join(folder, 'parties'),
      plan,
      voters: csv,
      minutes: 24 * 60,
      revoting: false,
      pool: POOL,
      sender: 'ipc',
      requestsPerMinute: 10_000_000,
    });
    await openWithKey(running);
    const idle = [...running.trustees, ...Object.values(running.issuers)];
    await Promise.all(idle.map((party) => stopParty(party)));
    const client = new PortalClient({ box: running.box.url, issuers: [] });
    const context = await openElection(client, running.electionId);
    const permits = await permitSigner(running, context);
    const rates: AcceptanceRate[] = [];
    for (const n of options) {
      const contest = `d${n}`;
      const ballots = Array.from({ length: countFor(suite, n) }, (_, i) =>
        makeBallot(context, permits, contest, n, i),
      );
      // Not counted: threads start, tables are made, code is compiled.
      await send(running.box.url, ballots.splice(0, CONNECTIONS));
      rates.push({ options: n, perSecond: await send(running.box.url, ballots) });
    }
    return rates;
  } finally {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type PermitSigner = (contest: string, seed: Uint8Array) => Permit;

async function permitSigner(
  { folder, electionId }: RunningElection,
  { manifest, suite }: ElectionContext,
): Promise<PermitSigner> {
  const keys = new Map<string, KeyObject[]>();
  for (const { id } of manifest.contests) {
    const files = ISSUER_IDS.map((issuer) =>
      readFile(join(folder, issuer, 'blind-signing', `${id}+online.pem`)),
    );
    keys.set(
      id,
      (await Promise.all(files)).map((pem) => createPrivateKey(pem)),
    );
  }
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return (contest, seed) => {
    const { publicKey } = ballotKeyFromSeed(suite, seed, electionId, contest);
    const message = permitMessage(electionId, contest, publicKey);
    const signatures = keys
      .get(contest)!
      .map((key) => Uint8Array.from(sign('sha384', message, { key, padding, saltLength: 0 })));
    return { key: publicKey, list: 'online', signatures };
  };
}

function makeBallot(
  context: ElectionContext,
  permits: PermitSigner,
  contest: string,
  options: number,
  voter: number,
): Uint8Array {
  const seed = randomBytes(32);
  const maker = new BallotMaker(context, seed);
  const marks = Array.from({ length: options }, (_, i) => (i === voter % options ? 1 : 0));
  maker.seal(contest, marks, { revision: 0 });
  return maker.ballot(maker.take(contest), permits(contest, seed));
}

/** Sends all ballots over connections that stay open; answers how many were accepted a second. */
async function send(box: string, ballots: readonly Uint8Array[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const url = new URL('/ballots', box);
  const queue = [...ballots];
  const voter = async (): Promise<void> => {
    for (let ballot = queue.pop(); ballot !== undefined; ballot = queue.pop()) {
      await cast(agent, url, ballot);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, voter));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return ballots.length / seconds;
}

function cast(agent: Agent, url: URL, ballot: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/cbor', 'content-length': ballot.length };
    const sent = request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`a good ballot was refused: HTTP ${answer.statusCode}`));
      });
    });
    sent.once('error', reject);
    sent.end(ballot);
  });
}
