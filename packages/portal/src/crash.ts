/**
 * Named moments at which the tests kill the process: the environment variable `KABINA_CRASH_AT`
 * holds `POINT` or `POINT#N` for its N-th passing. Unset, a point is one comparison. The process
 * dies as if by SIGKILL: nothing is flushed, closed or told.
 */

export type CrashPoint =
  | 'ballots.before-commit'
  | 'ballots.after-commit'
  | 'ballots.before-answer'
  | 'challenges.before-commit'
  | 'challenges.after-commit'
  | 'sequencer.before-append'
  | 'sequencer.after-append'
  | 'sequencer.before-publish'
  | 'sequencer.after-publish'
  | 'permits.before-commit'
  | 'permits.after-commit'
  | 'deliveries.before-commit'
  | 'deliveries.after-commit'
  | 'deliveries.before-post'
  | 'deliveries.after-post'
  | `log.${string}`;

const [point, nth = '1'] = (process.env['KABINA_CRASH_AT'] ?? '').split('#');
let left = Number(nth);

export function crashPoint(name: CrashPoint): void {
  if (point !== name) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}
