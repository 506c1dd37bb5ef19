// The voting session's states and what may follow them: one table, the only place that says so.
// `VotingSession` asks it before every action and at every change; the tests walk through it.

import { BoothError } from './errors.ts';
import type { At, SessionState } from './state.ts';

/** What the voter does. */
export type Action =
  | 'login'
  | 'submitCode'
  | 'resendCode'
  | 'openPaper'
  | 'openReceipt'
  | 'review'
  | 'back'
  | 'seal'
  | 'cast'
  | 'challenge'
  | 'list'
  | 'finish'
  | 'retry'
  | 'end'
  | 'recoveryCode'
  | 'restore'
  | 'forget';

/**
 * What the road answers: `done`, the thing under way succeeded; `trouble`, it failed; `expired`, an
 * issuer wants a new login first; `update`, news about papers that change no screen.
 */
export type Outcome = 'done' | 'trouble' | 'expired' | 'update';

export type Input = Action | Outcome;

type Row = Readonly<Partial<Record<Input, readonly At[]>>>;

/** Where a login, a code or a start may lead: to more of it, or to what was interrupted. */
const ENTRY: readonly At[] = ['login', 'code', 'ballots', 'casting'];

export const TRANSITIONS: Readonly<Record<At, Row>> = {
  starting: { done: ENTRY, trouble: ['failed'], end: ['ended'] },
  login: {
    login: ['login'],
    retry: ['login'],
    done: ENTRY,
    trouble: ['login'],
    forget: ['ended'],
    end: ['ended'],
  },
  code: {
    submitCode: ['code'],
    resendCode: ['code'],
    back: ['login'],
    done: ENTRY,
    trouble: ['code', 'login'],
    end: ['ended'],
  },
  ballots: {
    openPaper: ['marking', 'casting'],
    openReceipt: ['receipt'],
    finish: ['finished'],
    recoveryCode: ['ballots'],
    restore: ['ballots'],
    retry: ['ballots'],
    update: ['ballots'],
    trouble: ['ballots'],
    expired: ['login'],
    forget: ['ended'],
    end: ['ended'],
  },
  marking: {
    review: ['review'],
    back: ['ballots'],
    list: ['ballots'],
    end: ['ended'],
  },
  review: {
    seal: ['review'],
    back: ['marking'],
    list: ['ballots'],
    done: ['sealed'],
    trouble: ['review'],
    end: ['ended'],
  },
  sealed: {
    cast: ['casting'],
    challenge: ['sealed'],
    retry: ['sealed'],
    back: ['marking'],
    list: ['ballots'],
    done: ['challenged'],
    trouble: ['sealed'],
    end: ['ended'],
  },
  challenged: { back: ['marking'], list: ['ballots'], end: ['ended'] },
  casting: {
    retry: ['casting'],
    list: ['ballots'],
    done: ['receipt'],
    trouble: ['casting', 'marking', 'ballots'],
    expired: ['login'],
    end: ['ended'],
  },
  receipt: {
    back: ['ballots'],
    list: ['ballots'],
    finish: ['finished'],
    update: ['receipt'],
    recoveryCode: ['receipt'],
    end: ['ended'],
  },
  finished: { list: ['ballots'], update: ['finished'], forget: ['ended'], end: ['ended'] },
  failed: { retry: ['starting'], end: ['ended'] },
  ended: { end: ['ended'] },
};

/** Whether the voter may do this now. */
export function allows(at: At, action: Action): boolean {
  return TRANSITIONS[at][action] !== undefined;
}

/** Throws `session.illegal` unless `input` may lead from `from` to `to`. */
export function assertTransition(from: At, input: Input, to: At): void {
  if (TRANSITIONS[from][input]?.includes(to) !== true) {
    throw new BoothError('session.illegal', `${input} does not lead from ${from} to ${to}`);
  }
}

/** Throws `session.illegal` unless the voter may do this now. */
export function assertAllowed(at: At, action: Action): void {
  if (!allows(at, action)) {
    throw new BoothError('session.illegal', `${action} is not possible in ${at}`);
  }
}

/** The state again. Throws `session.illegal` unless the voter may do this now, and nothing is under way. */
export function idleState(state: SessionState, action: Action): SessionState {
  assertAllowed(state.at, action);
  if ('busy' in state && state.busy) throw new BoothError('session.illegal', 'still busy');
  return state;
}
