/** Whether a voter may begin now, by the manifest's hours, what was heard since, and the machine's clock. */
import type { KioskStatus } from '@kabina/booth/station';
import type { Hours } from '@kabina/election/manifest';

/** Moments are ISO 8601, as in the manifest. */
export type VotingNow =
  | { readonly is: 'before' | 'pause'; readonly until: string }
  | { readonly is: 'open' | 'over' | 'suspended' };

/** As the kiosk decides when a card is presented. @param now milliseconds since the epoch */
export function votingNow(
  { opens, closes, pauses }: Hours,
  { suspended, extension }: KioskStatus['heard'],
  now: number,
): VotingNow {
  const before = (moment: string): boolean => now < Date.parse(moment);
  if (suspended) return { is: 'suspended' };
  if (before(opens)) return { is: 'before', until: opens };
  if (now >= Date.parse(closes) + extension) return { is: 'over' };
  const pause = pauses.find(({ from, to }) => !before(from) && before(to));
  return pause === undefined ? { is: 'open' } : { is: 'pause', until: pause.to };
}
