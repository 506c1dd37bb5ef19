/**
 * Voters of a rehearsal without a face, in a worker thread: each logs in at both issuers, gets its
 * permits, seals, challenges, casts and votes again as planned, over HTTP, with the same code that
 * runs in the booth's worker. Several vote at a time: while one waits for an answer another seals.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { hexToBytes } from '@kabina/crypto/bytes';
import { PortalClient, type IssuerAddress } from '@kabina/booth/client';
import {
  BallotMaker,
  castVote,
  challengeVote,
  logIn,
  obtainPermit,
  openElection,
  type IssuerSessions,
} from '@kabina/booth/voter';
import type { PlannedPaper } from './plan.ts';

export interface VoterJob {
  /** The voter's number on the list. */
  readonly number: string;
  readonly login: string;
  readonly papers: readonly PlannedPaper[];
}

export interface VoterThreadData {
  readonly electionId: string;
  readonly box: string;
  readonly issuers: readonly IssuerAddress[];
  readonly jobs: readonly VoterJob[];
}

/** To the parent: what was done. */
export type VoterReport =
  | { readonly type: 'accepted'; readonly revision: number }
  | { readonly type: 'challenged' }
  | { readonly type: 'voter' }
  | { readonly type: 'done' };

/** From the parent: a one-time code that an issuer has sent. */
export interface CodeMessage {
  readonly issuer: string;
  readonly login: string;
  readonly code: string;
}

const AT_ONCE = 6;

const { electionId, box, issuers, jobs } = workerData as VoterThreadData;
const client = new PortalClient({ box, issuers });
const election = await openElection(client, hexToBytes(electionId));
const report = (message: VoterReport): void => parentPort!.postMessage(message);

const codes = new Map<string, string>();
const waiting = new Map<string, (code: string) => void>();
parentPort!.on('message', ({ issuer, login, code }: CodeMessage) => {
  const key = `${issuer} ${login}`;
  const wanted = waiting.get(key);
  if (wanted === undefined) codes.set(key, code);
  else wanted(code);
});

function codeFor(issuer: string, login: string): Promise<string> {
  const key = `${issuer} ${login}`;
  const here = codes.get(key);
  if (here !== undefined) return Promise.resolve(here);
  return new Promise((resolve) => waiting.set(key, resolve));
}

async function vote({ login, papers }: VoterJob): Promise<void> {
  const ids = issuers.map(({ id }) => id);
  const sessions = await logIn(client, ids, login, (issuer) => codeFor(issuer, login));
  const maker = new BallotMaker(election);
  for (const paper of papers) await votePaper(maker, sessions, paper);
  maker.erase();
  for (const id of ids) await client.logout(id, sessions[id]!);
}

async function votePaper(
  maker: BallotMaker,
  sessions: IssuerSessions,
  { contest, marks, firstMarks, challenge }: PlannedPaper,
): Promise<void> {
  const permit = await obtainPermit(client, maker, sessions, contest);
  if (challenge) {
    await challengeVote(client, maker, { contest, marks });
    report({ type: 'challenged' });
  }
  const casts = firstMarks === undefined ? [marks] : [firstMarks, marks];
  for (const [revision, choice] of casts.entries()) {
    await castVote(client, maker, permit, { contest, marks: choice, revision });
    report({ type: 'accepted', revision });
  }
}

const queue = [...jobs];
async function next(): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    await vote(job);
    report({ type: 'voter' });
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, next));
report({ type: 'done' });
parentPort!.close();
