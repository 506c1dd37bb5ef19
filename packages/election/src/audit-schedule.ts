/**
 * The schedule against the times that witnesses have put on the board.
 *
 * A `cosigned` entry with time T that covers `size` entries says: these entries were there at T;
 * what comes after the entry itself was written after T. So a ballot stands between two times, and
 * only what is certain is called a fault: a ballot whose whole interval lies outside the hours.
 */
import type { BoardState, Cosigning } from './board.ts';
import type { Manifest } from './manifest.ts';
import type { Findings } from './verdict.ts';

interface Timed extends Cosigning {
  readonly time: number;
}

const fault = (message: string) => ({ check: 'schedule' as const, message });

/** Checks opening, pauses, the end of revoting and closing. */
export function checkSchedule(state: BoardState, manifest: Manifest, findings: Findings): void {
  for (const { type, index } of state.moments) {
    findings.count('schedule', state.cosignedSize > index ? 1 : 0, 1);
    if (type === 'closed') checkClosing(state, manifest, index, findings);
  }
  for (const type of ['opened', 'closed', 'tally'] as const) {
    if (!state.moments.some((moment) => moment.type === type)) findings.count('schedule', 0, 1);
  }
  const timed = state.cosigned.filter((one): one is Timed => one.time !== undefined);
  // Without any time the hours were not checked.
  findings.count('schedule', timed.length > 0 ? 1 : 0, 1);
  const opens = Date.parse(manifest.hours.opens);
  checkIntervals(state, timed, findings, 'before the opening', (_from, to) => to < opens);
  const end = closingTime(state, timed);
  for (const pause of manifest.hours.pauses) {
    const [from, to] = [Date.parse(pause.from), Date.parse(pause.to)];
    if (end !== undefined && end <= from) continue;
    const seen = timed.some(({ time }) => from <= time * 1000 && time * 1000 < to);
    findings.count('schedule', seen ? 1 : 0, 1);
    const during = (first: number, last: number) => from <= first && last < to;
    checkIntervals(state, timed, findings, `in the pause from ${pause.from}`, during);
  }
  if (manifest.revoting) {
    const until = Date.parse(manifest.revoting.until);
    const closes = Date.parse(manifest.hours.closes);
    if (until < closes && (end === undefined || end > until)) {
      // Seen between the deadline and the closing, or nothing says which revisions were late.
      const seen = timed.some(({ time, size }) => until <= time * 1000 && size <= closedAt(state));
      findings.count('schedule', seen ? 1 : 0, 1);
    }
  }
}

function closedAt(state: BoardState): number {
  return state.closedAt ?? Number.MAX_SAFE_INTEGER;
}

/** When witnesses first saw `closed`, in ms. */
function closingTime(state: BoardState, timed: readonly Timed[]): number | undefined {
  const seen = timed.find(({ size }) => size > closedAt(state));
  return seen && seen.time * 1000;
}

/** A binding election may not be closed before its time. */
function checkClosing(
  state: BoardState,
  manifest: Manifest,
  index: number,
  findings: Findings,
): void {
  if (manifest.kind === 'training') return;
  const seen = state.cosigned.find(({ size }) => size > index);
  const closes = Date.parse(manifest.hours.closes) + state.extension * 1000;
  if (seen?.time !== undefined && seen.time * 1000 < closes) {
    findings.report(fault('voting was closed before its time'), index);
  }
}

/**
 * Reports ballots that stand between two cosigned checkpoints whose times `outside` judges, in ms.
 * The interval before the first one begins at minus infinity.
 */
function checkIntervals(
  state: BoardState,
  timed: readonly Timed[],
  findings: Findings,
  where: string,
  outside: (from: number, to: number) => boolean,
): void {
  timed.forEach((covering, i) => {
    const before = timed[i - 1];
    const from = before === undefined ? -Infinity : before.time * 1000;
    if (!outside(from, covering.time * 1000)) return;
    for (const index of state.ballots.between(before?.index ?? 0, covering.size)) {
      // No hours bind what a kiosk held at closing.
      if (state.stations?.lateAt(index)) continue;
      findings.report(fault(`the ballot was written ${where}`), index);
    }
  });
}
