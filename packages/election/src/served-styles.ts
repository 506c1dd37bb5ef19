/** Which voters a station can serve, by the keys that issuers have for it. */
import type { BallotStyle, Issuer, Manifest } from './manifest.ts';

/** Name of a station's voter list: issuers have keys for it, permits name it. */
export function stationList(station: string): string {
  return `station/${station}`;
}

/** The styles whose voters a station can serve: every issuer has keys for all their contests. */
export function servedStyles(value: Manifest, station: string): BallotStyle[] {
  const list = stationList(station);
  const keys = (value.issuers[0] as Issuer).keys.filter((key) => key.list === list);
  const keyed = new Set(keys.map((key) => key.contest));
  return value.styles.filter((style) => style.contests.every((contest) => keyed.has(contest)));
}
