// The states that are made of what the session knows.

import type { PendingCode } from './kept.ts';
import { without } from './objects.ts';
import type { Opened } from './opened.ts';
import type { SessionState } from './state.ts';

export type StateAt<A extends SessionState['at']> = Extract<SessionState, { at: A }>;

export function ballotsScreen({ watch, papers }: Opened): StateAt<'ballots'> {
  return {
    at: 'ballots',
    papers: papers.views,
    voting: watch.voting,
    mayRestore: papers.refused !== undefined,
    mayKeepCode: papers.mayKeepCode,
  };
}

export function loginScreen(mode: 'own-device' | 'kiosk', issuer: string): StateAt<'login'> {
  const method = mode === 'kiosk' ? 'access-code' : 'training';
  return { at: 'login', methods: [method], issuer, busy: false };
}

/** Without the token. */
export function codeScreen(pending: PendingCode): StateAt<'code'> {
  return { at: 'code', ...without(pending, 'session'), busy: false };
}
