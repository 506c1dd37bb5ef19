// A voter who wants one thing, a ballot of theirs accepted, and does on every screen what it offers
// for that. If the robot gets stuck, the flow has no way on.

import type { VotingSession } from '../src/session.ts';
import type { Credentials } from '../src/state.ts';

const MOST_STEPS = 30;
/** The one-time code of every voter of a test portal. */
export const CODE = '123456';

export interface Wish {
  readonly credentials: Credentials;
  readonly contest: string;
  readonly marks: readonly number[];
  /** Whether to challenge a sealed ballot once before casting another. */
  readonly challenge?: boolean;
}

/** Goes on until the paper is accepted, or `stopped`. Answers the screens it came through. */
export async function vote(
  session: VotingSession,
  { credentials, contest, marks, challenge = false }: Wish,
  stopped: () => boolean = () => false,
): Promise<string[]> {
  const screens: string[] = [];
  let challenged = !challenge;
  for (let step = 0; step < MOST_STEPS && !stopped(); step++) {
    const { state } = session;
    const error = 'error' in state ? state.error?.code : undefined;
    screens.push(error === undefined ? state.at : `${state.at}:${error}`);
    if (state.at === 'starting') await session.start();
    else if (state.at === 'failed' && state.retry) await session.retry();
    else if (state.at === 'login') await session.login(credentials);
    else if (state.at === 'code') await session.submitCode(CODE);
    else if (state.at === 'ballots') {
      const paper = session.papers.find((found) => found.contest === contest);
      if (['accepted', 'recorded'].includes(paper?.state ?? '')) return screens;
      await session.openPaper(contest);
    } else if (state.at === 'marking') session.review();
    else if (state.at === 'review') await session.seal(marks);
    else if (state.at === 'sealed' && (!challenged || state.opened)) {
      challenged = true;
      await session.challenge();
    } else if (state.at === 'sealed') await session.cast();
    else if (state.at === 'challenged') session.back();
    else if (state.at === 'casting') await session.retry();
    else if (state.at === 'receipt') session.list();
    else break;
  }
  if (stopped()) return screens;
  throw new Error(`no way on: ${screens.join(' ')}`);
}
