/**
 * The audit of stations: every kiosk and every desk has given its account, the accounts add up, and
 * all that kiosks held at closing has come.
 */
import type { BoardState, BoardStations } from './board.ts';
import type { Manifest } from './manifest.ts';
import { stationBalance, type StationBalance } from './station-balance.ts';
import type { Findings } from './verdict.ts';

export function checkStations(state: BoardState, manifest: Manifest, findings: Findings): void {
  if (manifest.stations.length === 0) return;
  // Until then more cards may come.
  findings.count('stations', state.closedAt === undefined ? 0 : 1, 1);
  checkMarked(state.stations as BoardStations, manifest, findings);
  for (const { id } of manifest.stations) {
    const balance = stationBalance(state, id);
    checkBalance(balance, findings);
    checkArrived(balance, state.stations as BoardStations, findings);
  }
}

/** All desks together have marked no more voters of a style than there are. */
function checkMarked(stations: BoardStations, { styles }: Manifest, findings: Findings): void {
  for (const { id, voters } of styles) {
    const marked = stations.markedOf(id);
    if (marked <= voters) continue;
    const message = `${id}: stations have marked ${marked} voters, there are ${voters}`;
    findings.report({ check: 'stations', message });
  }
}

function checkBalance(balance: StationBalance, findings: Findings): void {
  const { station, lines, styles, contests, missing } = balance;
  const judge = (known: boolean, good: boolean, message: string) => {
    findings.count('stations', known ? 1 : 0, 1);
    if (known && !good) findings.report({ check: 'stations', message: `${station}: ${message}` });
  };
  findings.count('stations', 0, missing.length);
  for (const { kiosk, style, received, issued, cancelled, spoiled, writtenOff, holds } of lines) {
    const sum = `${issued} issued, ${cancelled} cancelled, ${spoiled} spoiled, ${writtenOff} written off`;
    const what = `kiosk ${kiosk}, ${style}: ${received} cards received and ${sum}`;
    judge(holds !== undefined, holds === true, `${what}: the accounts do not agree`);
  }
  for (const { style, issued, marked } of lines.length > 0 ? styles : []) {
    const known = issued !== undefined && marked !== undefined;
    judge(known, known && issued <= marked, `${style}: ${issued} issued, ${marked} voters marked`);
  }
  for (const { contest, used, issued } of contests) {
    const known = issued !== undefined;
    judge(known, known && used <= issued, `${contest}: ${used} permits used, ${issued} issued`);
  }
}

/**
 * Of each kiosk of whose cards any may have been opened it has to be known what it held, and all of
 * that has to be there. One that died before a card was drawn for it can have held nothing.
 */
function checkArrived(
  { station, lines }: StationBalance,
  stations: BoardStations,
  findings: Findings,
): void {
  for (const kiosk of stations.kiosksOf(station)) {
    const held = stations.heldBy(kiosk);
    const own = lines.filter((line) => line.kiosk === kiosk);
    if (!held && own.every(({ issued, spoiled }) => issued === 0 && spoiled === 0)) continue;
    // What the commission alone has signed may leave out what the kiosk has promised.
    const whole = held && held.arrived === held.number && !held.dictated;
    findings.count('stations', whole ? 1 : 0, 1);
  }
}
