// What <kabina-queue-status> shows of a kiosk's queue: numbers and a trouble, nothing of a ballot.

import type { Trouble } from '@kabina/booth/session';

export interface QueueView {
  /** Ballots that are safe in this kiosk and not yet with the ballot box. */
  readonly waiting: number;
  /** Ballots that the box will never take as they are; they stay here and need a person. */
  readonly quarantined: number;
  /** Ballots that the box has taken since the kiosk was set up. */
  readonly sent: number;
  /** Whether the last try reached the box; undefined before the first one. */
  readonly line: 'up' | 'down' | undefined;
  /** No room: no vote may begin. */
  readonly full: boolean;
  /** Why the last try failed, or why the kiosk has stopped (`journal.…`, `storage.…`). */
  readonly trouble?: Trouble;
}
