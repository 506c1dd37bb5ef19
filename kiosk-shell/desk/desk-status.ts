/** What the desk's screen shows: numbers and names, nothing of a voter. */
import type { Trouble } from '@kabina/booth/session';
import type { Manifest } from '@kabina/election/manifest';
import type { DeskStatus } from '@kabina/elements/desk';
import { tripViews } from './desk-book.ts';
import type { Round } from './desk-queue.ts';
import type { UnlockedDesk } from './unlocked-desk.ts';

export interface StatusParts {
  readonly station: string;
  /** Of the configuration; the manifest's own counts once it is there. */
  readonly kind: 'training' | 'binding';
  readonly manifest: Manifest | undefined;
  /** Undefined while the desk is locked. */
  readonly desk: UnlockedDesk | undefined;
  readonly line: 'up' | 'down' | undefined;
  readonly busy: boolean;
  /** What stands in the way of opening. */
  readonly trouble: Trouble | undefined;
  /** How the last round of sending ended. */
  readonly sending: Round | undefined;
}

export function deskStatus(parts: StatusParts): DeskStatus {
  const { station: id, manifest, desk, line, busy } = parts;
  const name = manifest?.stations.find((station) => station.id === id)?.name ?? { ru: id };
  const trouble = parts.trouble ?? sendingTrouble(parts);
  const waiting = desk?.waiting;
  return {
    at: desk?.at ?? 'locked',
    kind: manifest?.kind ?? parts.kind,
    title: manifest?.title ?? { ru: '' },
    station: { id, name },
    line,
    voters: desk?.voters.size ?? 0,
    served: desk?.marks.size ?? 0,
    piles: desk?.piles() ?? [],
    trips: desk === undefined ? [] : tripViews(desk.book),
    waiting: (waiting?.entries.size ?? 0) + (waiting?.marks?.numbers.length ?? 0),
    refused: Math.min(parts.sending?.refused ?? 0, waiting?.entries.size ?? 0),
    held: desk?.book.held.map(({ kiosk, number }) => ({ kiosk, number })) ?? [],
    busy,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** The line's absence is no trouble: it has a place of its own on the screen. */
function sendingTrouble({ desk, sending }: StatusParts): Trouble | undefined {
  if (desk?.book.marksTaken.some(({ refused }) => refused > 0)) {
    return { code: 'desk.refused', retryable: false };
  }
  const last = sending?.trouble;
  const passes = last?.code === 'desk.offline' || last?.code === 'proofs.not-yet';
  return passes ? undefined : last;
}
