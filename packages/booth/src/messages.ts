// What passes between the page and the worker: one narrow facade over comlink. Secrets go into the
// worker (marks, a kept seed) and come out only to be kept (the seed) or opened (a challenge).

import type { Permit } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import type { CastableCore, Deposited, OpenedCore, PermitRequest } from './ballot-maker.ts';
import type { Notice } from './election.ts';

/** Errors lose their code on the way through comlink, so that an answer carries them as data. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
      readonly retryAt?: number;
    };

/** Files of a board, by path below its prefix. */
export type BoardFiles = ReadonlyMap<string, Uint8Array>;
/** Address of the ballot box that serves the board, or its files, where there is no line. */
export type BoardSource = string | BoardFiles;

/** What the worker does. `WorkerClient.call` turns answers back into values and errors. */
export interface BoothWorker {
  /** Reads and verifies the board, from a ballot box or from files; see `readElection`. */
  readElection(board: BoardSource, electionId: Uint8Array): Promise<Answer<Manifest>>;
  /** The entries that these proofs prove; see `readNotices`. */
  readNotices(proofs: readonly Uint8Array[]): Promise<Answer<Notice[]>>;
  /**
   * Takes a kept seed, or makes one; answers it so that it can be kept. `list` as in `BallotMaker`;
   * online by default.
   */
  enter(seed: Uint8Array | undefined, list?: string): Promise<Answer<Uint8Array>>;
  requests(contest: string): Promise<Answer<PermitRequest[]>>;
  permit(contest: string, answers: readonly Uint8Array[]): Promise<Answer<Permit>>;
  /** One issuer's signature; all of them make a permit with `permitOf`. */
  unblind(contest: string, issuer: string, answer: Uint8Array): Promise<Answer<Uint8Array>>;
  permitOf(contest: string, signatures: readonly Uint8Array[]): Promise<Answer<Permit>>;
  /** What a kiosk deposits of a card; see `BallotMaker`. */
  deposited(contest: string): Promise<Answer<Deposited>>;
  prepare(contest: string): Promise<Answer<void>>;
  /** The core's hash. */
  seal(
    contest: string,
    marks: readonly number[],
    ballot: { readonly revision: number; readonly digits?: string },
  ): Promise<Answer<Uint8Array>>;
  take(contest: string): Promise<Answer<CastableCore>>;
  ballot(core: CastableCore, permit: Permit): Promise<Answer<Uint8Array>>;
  open(contest: string): Promise<Answer<OpenedCore>>;
  discard(contest: string): Promise<Answer<void>>;
  /** Forgets the voter; the election stays. */
  erase(): Promise<Answer<void>>;
}
