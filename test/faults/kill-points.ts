/** Where a browser dies: at the points that the code names, each in turn, and anywhere. */
import { randomInt } from 'node:crypto';
import type { OutboxPoint } from '@kabina/outbox/outbox';
import type { SenderPoint } from '@kabina/outbox/sender';

/**
 * Whether faults are wanted in full (`npm run test:faults`): each by itself and repeated, where `npm test`
 * has each kind once.
 */
export const IN_FULL = process.env['KABINA_KILLS'] !== undefined;

/** Points of a queue that takes items and sends them. */
export type SendingPoint =
  Exclude<OutboxPoint, `quarantine.${string}` | `release.${string}`> | SenderPoint;

/** As a record, so that the compiler asks for a point that is added. */
export const SENDING_POINTS: Readonly<Record<SendingPoint, true>> = {
  'open.locked': true,
  'open.opened': true,
  'open.agreed': true,
  'open.keyed': true,
  'open.fenced': true,
  'put.sealed': true,
  'put.prepared': true,
  'put.requested': true,
  'put.completed': true,
  'put.read': true,
  'put.committed': true,
  'remove.prepared': true,
  'remove.requested': true,
  'remove.completed': true,
  'remove.committed': true,
  'send.read': true,
  'send.taken': true,
  'send.removed': true,
};

/** Each point in turn, in another order each time, and every fourth kill at no point in particular. */
export function* killPlaces<Point extends string>(
  points: Readonly<Record<Point, true>>,
): Generator<Point | 'random', never> {
  for (;;) {
    const left = Object.keys(points) as Point[];
    while (left.length > 0) {
      for (let n = 0; n < 3 && left.length > 0; n++) yield* left.splice(randomInt(left.length), 1);
      yield 'random';
    }
  }
}

/** Points at which nobody has died, of so many kills that each had its turn; none after fewer. */
export function neverReached(
  points: Readonly<Record<string, true>>,
  reached: ReadonlyMap<string, number>,
): string[] {
  const names = Object.keys(points);
  const kills = [...reached.values()].reduce((sum, times) => sum + times, 0);
  return kills < 2 * names.length ? [] : names.filter((name) => !reached.has(name));
}
