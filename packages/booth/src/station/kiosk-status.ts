// What a kiosk shows of itself, from what its parts know.

import { bytesToHex } from '@kabina/crypto/bytes';
import { electionId, servedStyles, type Manifest } from '@kabina/election/manifest';
import type { Trouble } from '../state.ts';
import type { KioskCards, KioskPhase, KioskStatus } from './kiosk-view.ts';
import type { News } from './news.ts';
import type { Places } from './places.ts';

export interface StatusFacts {
  readonly kiosk: string;
  /** Of the manifest; undefined before the election was fetched. */
  readonly station: string | undefined;
  readonly manifest: Manifest | undefined;
  readonly places: Places | undefined;
  readonly queue: KioskStatus['queue'] | undefined;
  readonly news: News;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Somebody is in the booth. */
  readonly occupied: boolean;
  /** The kiosk must not go on. */
  readonly stopped: boolean;
  readonly trouble: Trouble | undefined;
}

const NO_QUEUE = { waiting: 0, quarantined: 0, sent: 0, line: undefined, full: false } as const;

export function kioskStatus(facts: StatusFacts): KioskStatus {
  const { kiosk, manifest, station, places, queue = NO_QUEUE, news, occupied, trouble } = facts;
  const found = manifest?.stations.find(({ id }) => id === station);
  const opened = places?.opened;
  return {
    phase: phaseOf(facts),
    kiosk,
    ...(found === undefined ? {} : { station: { id: found.id, name: found.name } }),
    ...(manifest === undefined
      ? {}
      : {
          election: {
            id: bytesToHex(electionId(manifest)),
            kind: manifest.kind,
            title: manifest.title,
          },
        }),
    cards: cardsOf(facts),
    heard: { suspended: news.suspended, extension: news.extension },
    interrupted: !occupied && opened !== undefined && !opened.mark.complete,
    queue: { ...queue, sent: sentOf(places, queue) },
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** Ballots that were cast here and are here no longer; the sender counts from its page's start. */
function sentOf(
  places: Places | undefined,
  { waiting, quarantined }: KioskStatus['queue'],
): number {
  let cast = 0;
  for (const mark of places?.all.values() ?? []) cast += mark.papers;
  return Math.max(0, cast - waiting - quarantined);
}

function phaseOf({ stopped, manifest, station, places, now }: StatusFacts): KioskPhase {
  if (stopped) return 'stopped';
  if (places?.closing !== undefined) return 'closed';
  if (manifest === undefined || station === undefined || (places?.all.size ?? 0) === 0) {
    return 'setup';
  }
  return now < Date.parse(manifest.hours.opens) ? 'ready' : 'voting';
}

function cardsOf({ manifest, station, places }: StatusFacts): KioskCards[] {
  if (manifest === undefined || station === undefined || places === undefined) return [];
  return servedStyles(manifest, station).map(({ id }) => {
    const own = [...places.all.values()].filter(({ style }) => style === id);
    const unopened = own.filter(({ state }) => state === 'ready').length;
    return {
      style: id,
      received: own.length,
      opened: own.length - unopened,
      cancelled: places.closing === undefined ? 0 : unopened,
    };
  });
}
