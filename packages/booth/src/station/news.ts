// What a kiosk has heard of the election since it was set up: candidates who left, and a suspension
// with the time that it has put closing off. Every notice was read from the board and verified; a kiosk
// without a line goes by the manifest's hours.

import type { Hours } from '@kabina/election/manifest';
import type { Notice } from '../election.ts';

export interface News {
  /** Options that nobody may choose any more, by contest. */
  readonly withdrawn: ReadonlyMap<string, ReadonlySet<string>>;
  readonly suspended: boolean;
  /** Milliseconds by which closing is put off. */
  readonly extension: number;
}

export const NO_NEWS: News = { withdrawn: new Map(), suspended: false, extension: 0 };

/** By the board's own rules: in its order, and only what may follow what came before. */
export function newsOf(notices: readonly Notice[]): News {
  const withdrawn = new Map<string, Set<string>>();
  let suspended = false;
  let seconds = 0;
  const seen = new Set<number>();
  for (const { index, entry } of [...notices].sort((a, b) => a.index - b.index)) {
    if (seen.has(index)) continue;
    seen.add(index);
    if (entry.type === 'withdrawn') {
      const { contest, option } = entry.body;
      withdrawn.set(contest, (withdrawn.get(contest) ?? new Set()).add(option));
    } else if (entry.type === 'suspended') suspended = true;
    else if (entry.type === 'resumed' && suspended) {
      suspended = false;
      seconds += entry.body.extension;
    }
  }
  return { withdrawn, suspended, extension: seconds * 1000 };
}

/** Whether a card may be opened at this moment, in milliseconds since the epoch. */
export function votingAt(
  { opens, closes, pauses }: Hours,
  { suspended, extension }: News,
  now: number,
): 'open' | 'early' | 'over' {
  const before = (moment: string): boolean => now < Date.parse(moment);
  if (suspended) return 'early';
  if (now >= Date.parse(closes) + extension) return 'over';
  const paused = pauses.some(({ from, to }) => !before(from) && before(to));
  return before(opens) || paused ? 'early' : 'open';
}
