/**
 * The part of a manifest's draft that is needed before the keys exist: contests, ballot styles and
 * stations, the keys and lists that follow from them. JSON; whatever else the draft says is for others.
 */
import { SetupError } from './errors.ts';
import type { StyleShare } from './issuer/synthetic.ts';

export interface DraftStyle extends StyleShare {
  readonly contests: readonly string[];
}

export interface DraftStation {
  readonly id: string;
  /** Contests whose cards it has: a ballot style is served where all of its contests are. */
  readonly contests: readonly string[];
}

export interface Draft {
  readonly contests: readonly string[];
  readonly styles: readonly DraftStyle[];
  readonly stations: readonly DraftStation[];
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function items(value: unknown, name: string): readonly Record<string, unknown>[] {
  const bad = new SetupError(
    'draft.malformed',
    `черновик манифеста: нужен список ${name} с полями id`,
  );
  if (!Array.isArray(value)) throw bad;
  for (const item of value as unknown[]) {
    const id = (item as { id?: unknown } | null)?.id;
    if (typeof id !== 'string' || !ID.test(id)) throw bad;
  }
  return value as readonly Record<string, unknown>[];
}

/** Contests named by a style or a station: all, if it names none. */
function contestsOf(
  { id, contests }: Record<string, unknown>,
  all: readonly string[],
): readonly string[] {
  if (contests === undefined) return all;
  const known = Array.isArray(contests) && contests.every((one) => all.includes(one as string));
  if (known) return contests as string[];
  throw new SetupError('draft.malformed', `черновик манифеста: у ${String(id)} чужие бюллетени`);
}

export function readDraft(value: unknown): Draft {
  const draft = (value ?? {}) as Record<string, unknown>;
  const contests = items(draft['contests'], 'contests').map(({ id }) => id as string);
  return {
    contests,
    styles: items(draft['styles'], 'styles').map((style) => ({
      id: style['id'] as string,
      voters: typeof style['voters'] === 'number' && style['voters'] > 0 ? style['voters'] : 0,
      contests: contestsOf(style, contests),
    })),
    stations: items(draft['stations'] ?? [], 'stations').map((station) => ({
      id: station['id'] as string,
      contests: contestsOf(station, contests),
    })),
  };
}

/** The keys that every issuer makes: per contest one for online and one for each station that has it. */
export function draftKeys({ contests, stations }: Draft): { contest: string; list: string }[] {
  return contests.flatMap((contest) => [
    { contest, list: 'online' },
    ...stations
      .filter((station) => station.contests.includes(contest))
      .map(({ id }) => ({ contest, list: `station/${id}` })),
  ]);
}

/** Whether a station of the draft has every contest of a style. */
export function draftServes(draft: Draft, station: string, style: string): boolean {
  const there = draft.stations.find(({ id }) => id === station)?.contests;
  const wanted = draft.styles.find(({ id }) => id === style)?.contests ?? [];
  return there !== undefined && wanted.every((contest) => there.includes(contest));
}
