// Voting without a face: the booth's own code in plain functions, for rehearsals, load and tools.
// Nothing is kept and nothing is tried twice; a process that must survive a crash uses a session.

import { coreHash } from '@kabina/election/ballot';
import type { Permit } from '@kabina/election/entries';
import { leafHash } from '@kabina/log/merkle';
import type { TileReader } from '@kabina/log/tiles';
import type { BallotMaker } from './ballot-maker.ts';
import { electionContext, ONLINE, type ElectionContext, type OpenedCore } from './ballot-maker.ts';
import type { PortalClient } from './client.ts';
import { readElection } from './election.ts';
import { BoothError } from './errors.ts';
import { checkPromise } from './receipts.ts';

export { BallotMaker, type ElectionContext } from './ballot-maker.ts';

/** Tokens by issuer. */
export type IssuerSessions = Readonly<Record<string, string>>;

/** One marking of a paper. */
export interface Vote {
  readonly contest: string;
  /** One 0 or 1 per option; all 0 is a blank paper. */
  readonly marks: readonly number[];
  /** Default 0. */
  readonly revision?: number;
}

/** What is left of a cast ballot. */
export interface CastVote {
  /** The signed promise, as the box answered it; verified. */
  readonly promise: Uint8Array;
  readonly coreHash: Uint8Array;
  /** By which the log knows the ballot. */
  readonly leafHash: Uint8Array;
  /** The entry that was sent: sent again, it gets the same promise. */
  readonly entry: Uint8Array;
}

/**
 * Manifest and key, verified; one for all voters. A `PortalClient` reads the board of its box.
 * @throws BoothError `board.…`, `network.…`
 */
export async function openElection(
  board: TileReader,
  electionId: Uint8Array,
): Promise<ElectionContext> {
  const { manifest, key } = await readElection(board, electionId);
  return electionContext(manifest, key);
}

/**
 * Logs in at each of these issuers. `code` is asked for the one-time code, if an issuer sends one.
 * @throws BoothError
 */
export async function logIn(
  client: PortalClient,
  issuers: readonly string[],
  login: string,
  code: (issuer: string) => string | Promise<string>,
): Promise<IssuerSessions> {
  const sessions: Record<string, string> = {};
  for (const issuer of issuers) {
    const { session, next } = await client.login(issuer, { method: 'training', login });
    if (next === 'code') await client.verifyCode(issuer, session, await code(issuer));
    sessions[issuer] = session;
  }
  return sessions;
}

/** A voter's permit for a contest, from all issuers; asking again gets the same one. */
export async function obtainPermit(
  client: PortalClient,
  maker: BallotMaker,
  sessions: IssuerSessions,
  contest: string,
): Promise<Permit> {
  const answers = await Promise.all(
    maker.requests(contest).map(({ issuer, blinded }) => {
      const session = sessions[issuer];
      if (session === undefined) throw new BoothError('sessions.expired', `log in at ${issuer}`);
      return client.permit(issuer, session, { contest, list: ONLINE, blinded });
    }),
  );
  return maker.permit(contest, answers);
}

/** Seals and casts; a later revision replaces an earlier one. The promise is verified. */
export async function castVote(
  client: PortalClient,
  maker: BallotMaker,
  permit: Permit,
  { contest, marks, revision = 0 }: Vote,
): Promise<CastVote> {
  maker.seal(contest, marks, { revision });
  const core = maker.take(contest);
  const entry = maker.ballot(core, permit);
  const promise = await client.cast(entry);
  const [hash, leaf] = [coreHash(core.core), leafHash(entry)];
  checkPromise(maker.manifest, promise, hash, leaf);
  return { promise, coreHash: hash, leafHash: leaf, entry };
}

/** Seals and opens (Benaloh's challenge): what was sealed is never cast. */
export async function challengeVote(
  client: PortalClient,
  maker: BallotMaker,
  { contest, marks, revision = 0 }: Vote,
): Promise<OpenedCore> {
  maker.seal(contest, marks, { revision });
  const opened = maker.open(contest);
  await client.challenge(opened.entry);
  maker.discard(contest);
  return opened;
}
