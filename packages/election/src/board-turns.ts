/** The rules of the turns of an election: options that leave, and the size that `tally` names. */
import type { Bodies } from './entries.ts';
import type { Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';

/** A turn of the election that a cosigned checkpoint has to cover. */
export interface Moment {
  readonly type: 'opened' | 'suspended' | 'resumed' | 'closed' | 'tally';
  readonly index: number;
}

export function checkWithdrawn(
  manifest: Manifest,
  before: readonly Bodies['withdrawn'][],
  { contest, option }: Bodies['withdrawn'],
): Problem | undefined {
  const fault = (message: string) => problem('schedule', 'schedule.withdrawn', message);
  const options = manifest.contests.find((one) => one.id === contest)?.options;
  if (!options?.some(({ id }) => id === option)) return fault('no such option to withdraw');
  const twice = before.some((one) => one.contest === contest && one.option === option);
  return twice ? fault('the option was withdrawn before') : undefined;
}

/** `closedAt` is the index of `closed`, `end` the size of the log. */
export function checkTallySize(size: number, closedAt: number, end: number): Problem | undefined {
  if (size > closedAt && size <= end) return undefined;
  return problem('schedule', 'schedule.tally', 'not a size after the closing');
}
