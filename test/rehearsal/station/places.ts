/**
 * Which of a rehearsal's voters vote at a station, and which of them while its line is down. Those are
 * spread over the plan evenly, since voters of one ballot style stand together in it: of each style the
 * asked share votes without a line, to within one voter, and so of the ballots as well.
 */
import type { PlannedVoter } from '../plan.ts';

/** Of each station so many come while its line is up, if there are so many. */
const ONLINE_VISITORS = 2;

export interface Place {
  readonly station: string;
  /** Whether the line is down when the voter comes. */
  readonly offline: boolean;
}

/**
 * By the plan's order; undefined for who votes over the network.
 * @param offline share of the voters, 0 to 1
 */
export function placesOf(
  voters: number,
  stations: readonly string[],
  offline: number,
): (Place | undefined)[] {
  let [online, visitors] = [ONLINE_VISITORS * stations.length, 0];
  return Array.from({ length: voters }, (_, i) => {
    const down = Math.ceil((i + 1) * offline) > Math.ceil(i * offline);
    if (stations.length === 0 || (!down && online-- <= 0)) return undefined;
    return { station: stations[visitors++ % stations.length]!, offline: down };
  });
}

/**
 * Whether so many ballots are the asked share of all that voters cast, each paper once: to within the
 * papers of one voter of each style.
 */
export function isShare(
  ballots: number,
  offline: number,
  voters: readonly Pick<PlannedVoter, 'style' | 'papers'>[],
): boolean {
  const all = voters.reduce((sum, { papers }) => sum + papers.length, 0);
  const papersOf = new Map(voters.map(({ style, papers }) => [style, papers.length]));
  const slack = [...papersOf.values()].reduce((sum, papers) => sum + papers, 0);
  return Math.abs(ballots - offline * all) <= slack;
}
