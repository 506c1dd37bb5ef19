/**
 * Turnout while it grows: what the registrar says it has issued, what the box has on the board. The
 * office asks both every few seconds; the history lives in this page only.
 */
import type { TurnoutPoint, TurnoutRow } from '@kabina/elements/kabina-turnout';
import { votersOf, type Manifest } from '@kabina/election/manifest';
import type { PageConfig } from '../common/config.ts';
import { jsonOf, reach } from '../common/reach.ts';

/** Enough for a day at one a minute; the chart needs no more. */
const MOST_POINTS = 1_500;

interface Issued {
  readonly contests: readonly { readonly id: string; readonly issued: number }[];
}
interface Box {
  readonly contests: readonly { readonly id: string; readonly ballots: number }[];
}

async function json<T>(url: URL): Promise<T> {
  return (await jsonOf(await reach(url, { credentials: 'omit', cache: 'no-store' }))) as T;
}

export class Turnout {
  points: readonly TurnoutPoint[] = [];
  rows: readonly TurnoutRow[] = [];

  async read(config: PageConfig, manifest: Manifest): Promise<void> {
    const [issued, box] = await Promise.all([
      json<Issued>(new URL('/turnout', config.registrar)),
      json<Box>(new URL('/status', config.box)),
    ]);
    this.rows = manifest.contests.map((contest) => ({
      title: contest.title,
      voters: votersOf(manifest, contest.id),
      issued: issued.contests.find(({ id }) => id === contest.id)?.issued ?? 0,
      ballots: box.contests.find(({ id }) => id === contest.id)?.ballots ?? 0,
    }));
    const sum = (of: (row: TurnoutRow) => number): number =>
      this.rows.reduce((total, row) => total + of(row), 0);
    this.#add({ at: Date.now(), issued: sum((r) => r.issued), ballots: sum((r) => r.ballots) });
  }

  /** A level stretch needs its two ends only. */
  #add(point: TurnoutPoint): void {
    const same = (other: TurnoutPoint | undefined): boolean =>
      other?.issued === point.issued && other.ballots === point.ballots;
    const level = same(this.points.at(-1)) && same(this.points.at(-2));
    this.points = [...(level ? this.points.slice(0, -1) : this.points), point].slice(-MOST_POINTS);
  }
}
