/**
 * Named moments at which the tests kill the agent: the environment variable `KABINA_CRASH_AT` holds
 * `POINT` or `POINT#N` for its N-th passing. Unset, a point is one comparison. The process dies as
 * if by SIGKILL: nothing is flushed, closed or told.
 */

/** In their order while one file is written. */
export const CRASH_POINTS = [
  'journal.begun',
  'journal.written',
  'journal.synced',
  'journal.renamed',
  'journal.done',
] as const;

const [point, nth = '1'] = (process.env['KABINA_CRASH_AT'] ?? '').split('#');
let left = Number(nth);

export function crashPoint(name: (typeof CRASH_POINTS)[number]): void {
  if (point !== name) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}
