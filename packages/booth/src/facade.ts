// The worker's side of the facade: a ballot maker behind answers that carry their errors as data.

import type { TileReader } from '@kabina/log/tiles';
import { BallotMaker, electionContext, type ElectionContext } from './ballot-maker.ts';
import { PortalClient } from './client.ts';
import { readElection, readNotices } from './election.ts';
import { BoothError } from './errors.ts';
import type { Answer, BoardSource, BoothWorker } from './messages.ts';

/** A fresh facade; one serves one page. */
export function createFacade(): BoothWorker {
  let election: ElectionContext | undefined;
  let maker: BallotMaker | undefined;

  const opened = (): ElectionContext => {
    if (election === undefined) throw new BoothError('session.illegal', 'no election yet');
    return election;
  };
  const voter = (): BallotMaker => {
    if (maker === undefined) throw new BoothError('session.illegal', 'nobody has entered');
    return maker;
  };

  return {
    readElection: (board, electionId) =>
      answer(async () => {
        const { manifest, key } = await readElection(readerOf(board), electionId);
        election = electionContext(manifest, key);
        return election.manifest;
      }),
    readNotices: (proofs) => answer(() => readNotices(opened().manifest, proofs)),
    enter: (seed, list) =>
      answer(() => {
        const context = opened();
        maker?.erase();
        maker = new BallotMaker(context, seed, list);
        seed?.fill(0);
        return maker.seed;
      }),
    requests: (contest) => answer(() => voter().requests(contest)),
    permit: (contest, answers) => answer(() => voter().permit(contest, answers)),
    unblind: (contest, issuer, given) => answer(() => voter().unblind(contest, issuer, given)),
    permitOf: (contest, signatures) => answer(() => voter().permitOf(contest, signatures)),
    deposited: (contest) => answer(() => voter().deposited(contest)),
    prepare: (contest) => answer(() => voter().prepare(contest)),
    seal: (contest, marks, ballot) => answer(() => voter().seal(contest, marks, ballot)),
    take: (contest) => answer(() => voter().take(contest)),
    ballot: (core, permit) => answer(() => voter().ballot(core, permit)),
    open: (contest) => answer(() => voter().open(contest)),
    discard: (contest) => answer(() => maker?.discard(contest)),
    erase: () =>
      answer(() => {
        maker?.erase();
        maker = undefined;
      }),
  };
}

function readerOf(board: BoardSource): TileReader {
  if (typeof board === 'string') return new PortalClient({ box: board, issuers: [] });
  return { read: (path) => Promise.resolve(board.get(path)) };
}

async function answer<T>(work: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof BoothError) {
      const { code, message, retryable, retryAt } = error;
      const when = retryAt === undefined ? {} : { retryAt };
      return { ok: false, code, message, retryable, ...when };
    }
    // Privacy: what broke may quote what it was given. Its message stays in the worker.
    return { ok: false, code: 'worker.failed', message: 'the worker failed', retryable: true };
  }
}
