/** Whether a voter may begin now, by the manifest's hours and the machine's clock. */
import type { Hours } from '@kabina/election/manifest';

/** Moments are ISO 8601, as in the manifest. */
export type VotingNow =
  | { readonly is: 'before' | 'pause'; readonly until: string }
  | { readonly is: 'open' }
  | { readonly is: 'over' };

/** @param now milliseconds since the epoch */
export function votingNow({ opens, closes, pauses }: Hours, now: number): VotingNow {
  const before = (moment: string): boolean => now < Date.parse(moment);
  if (before(opens)) return { is: 'before', until: opens };
  if (!before(closes)) return { is: 'over' };
  const pause = pauses.find(({ from, to }) => !before(from) && before(to));
  return pause === undefined ? { is: 'open' } : { is: 'pause', until: pause.to };
}
