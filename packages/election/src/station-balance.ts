/**
 * The balance of a station, from what stands on the board (PROTOCOL.md, "Stations"): for each kiosk
 * and style `received = issued + cancelled + spoiled + written off`, for each style
 * `issued ≤ voters marked`, for each contest `permits used ≤ issued`; and no kiosk has opened more
 * cards of a style than the desk gave out, nor the desk given out more than came.
 */
import type { BoardState } from './board.ts';
import type { CardCounts } from './board-cards.ts';
import type { HeldNumbers } from './board-stations.ts';
import type { Bodies } from './entries.ts';
import { servedStyles, stationList, type Manifest } from './manifest.ts';

/** What the balance is made of; a {@link BoardState} with a manifest has it. */
export type BalanceBoard = Pick<BoardState, 'manifest' | 'stations' | 'ballots'>;

/** The cards of one kiosk and style. */
export interface BalanceLine {
  readonly kiosk: string;
  readonly style: string;
  readonly received: number;
  /** Undefined while neither the kiosk nor the desk has given its account. */
  readonly issued: number | undefined;
  readonly cancelled: number;
  readonly spoiled: number;
  readonly writtenOff: number;
  /** Whether the equation holds and no more was opened than given out; undefined while `issued` is. */
  readonly holds: boolean | undefined;
}

export interface StationBalance {
  readonly station: string;
  readonly lines: readonly BalanceLine[];
  /** Why members gave the account of the desk, from the paper list; only where they did. */
  readonly lost?: string;
  /** Voters marked at the desk; undefined until its account has come. */
  readonly styles: readonly {
    readonly style: string;
    readonly marked: number | undefined;
    readonly issued: number | undefined;
  }[];
  readonly contests: readonly {
    readonly contest: string;
    /** Distinct ballot keys under the station's list. */
    readonly used: number;
    readonly issued: number | undefined;
  }[];
  /** Ballots that the kiosks held at closing. */
  readonly held: readonly ({ readonly kiosk: string } & HeldNumbers)[];
  /** Kiosks and the desk (`kiosk/K1`, `station/101`) whose account has not come. */
  readonly missing: readonly string[];
  /** Whether everything holds; undefined while an account is missing and nothing is wrong yet. */
  readonly holds: boolean | undefined;
}

/**
 * The balance of a station as the board stands.
 *
 * @throws RangeError before the manifest, and for a station that it does not name
 */
export function stationBalance(board: BalanceBoard, station: string): StationBalance {
  const { manifest, stations, ballots } = board;
  if (!stations || !manifest?.stations.some(({ id }) => id === station)) {
    throw new RangeError(`no station ${station}`);
  }
  const desk = stations.markedAt(station);
  const kiosks = stations.kiosksOf(station);
  const lines: BalanceLine[] = kiosks.flatMap((kiosk) =>
    [...stations.cards.of(kiosk)].map(([style, counts]) => lineOf(kiosk, style, counts, desk)),
  );
  // Cards that the desk gave out of a pile that never came.
  for (const [kiosk, style, number] of desk?.given ?? []) {
    const known = lines.some((line) => line.kiosk === kiosk && line.style === style);
    if (number > 0 && !known) lines.push({ kiosk, style, ...NO_CARDS, holds: false });
  }
  const served = servedStyles(manifest, station);
  const styles = served.map(({ id }) => ({
    style: id,
    marked: desk && (desk.voters.find(([style]) => style === id)?.[1] ?? 0),
    issued: sum(lines.filter(({ style }) => style === id).map(({ issued }) => issued)),
  }));
  const contests = contestsOf(manifest, station).map((contest) => {
    const with1 = served.filter(({ contests: all }) => all.includes(contest)).map(({ id }) => id);
    const issued = styles.filter(({ style }) => with1.includes(style)).map((one) => one.issued);
    const used = ballots.usedNumber(contest, stationList(station));
    return { contest, used, issued: sum(issued) };
  });
  const held = kiosks.flatMap((kiosk) => {
    const found = stations.heldBy(kiosk);
    return found ? [{ kiosk, ...found }] : [];
  });
  const missing = kiosks
    .filter((kiosk) => stations.cards.of(kiosk).size > 0 && !stations.cards.isAccounted(kiosk))
    .map((kiosk) => `kiosk/${kiosk}`);
  if (lines.length > 0 && !desk) missing.push(stationList(station));
  const wrong =
    lines.some(({ holds }) => holds === false) ||
    styles.some(({ issued, marked }) => exceeds(issued, marked)) ||
    contests.some(({ used, issued }) => exceeds(used, issued));
  const holds = wrong ? false : missing.length > 0 ? undefined : true;
  const balance = { station, lines, styles, contests, held, missing, holds };
  return desk?.lost ? { ...balance, lost: desk.lost.reason } : balance;
}

const NO_CARDS = { received: 0, issued: 0, cancelled: 0, spoiled: 0, writtenOff: 0 } as const;

function lineOf(
  kiosk: string,
  style: string,
  counts: CardCounts,
  desk: Bodies['marked'] | undefined,
): BalanceLine {
  const { received, spoiled, spoiledUnopened, opened, writtenOff } = counts;
  const pile = desk?.given.find(([at, of]) => at === kiosk && of === style);
  const given = desk && (pile?.[2] ?? 0);
  const line = { kiosk, style, received, spoiled, cancelled: 0, writtenOff: 0 };
  if (writtenOff !== undefined) {
    // The kiosk can't say what it has opened, but the desk knows what was drawn.
    const issued = given === undefined ? undefined : given - spoiled;
    const adds = issued !== undefined && received === issued + spoiled + writtenOff;
    return {
      ...line,
      writtenOff,
      issued,
      holds: issued === undefined ? undefined : issued >= 0 && adds,
    };
  }
  if (opened === undefined) return { ...line, issued: undefined, holds: undefined };
  const issued = opened - (spoiled - spoiledUnopened);
  const cancelled = counts.cancelled - spoiledUnopened;
  const adds = issued >= 0 && received === issued + cancelled + spoiled;
  const drawn = given === undefined || (opened <= given && given <= received);
  return { ...line, issued, cancelled, holds: adds && drawn };
}

/** Contests of the styles that a station serves, in the manifest's order. */
function contestsOf(manifest: Manifest, station: string): string[] {
  const served = new Set(servedStyles(manifest, station).flatMap((style) => style.contests));
  return manifest.contests.map(({ id }) => id).filter((id) => served.has(id));
}

function sum(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce<number | undefined>(
    (total, one) => (total === undefined || one === undefined ? undefined : total + one),
    0,
  );
}

function exceeds(one: number | undefined, most: number | undefined): boolean {
  return one !== undefined && most !== undefined && one > most;
}

/**
 * Permits of a contest that were issued at stations. Where an account is missing: the greater of
 * what is known and the permits used.
 */
export function issuedAtStations(board: BalanceBoard, contest: string): number {
  const manifest = board.manifest as Manifest;
  const has = (style: string) =>
    manifest.styles.find(({ id }) => id === style)?.contests.includes(contest);
  return manifest.stations.reduce((total, { id }) => {
    const { contests, lines } = stationBalance(board, id);
    const own = contests.find((one) => one.contest === contest);
    if (own?.issued !== undefined) return total + own.issued;
    const known = lines.filter(({ style }) => has(style));
    const least = known.reduce((all, { issued }) => all + (issued ?? 0), 0);
    return total + Math.max(least, own?.used ?? 0);
  }, 0);
}
