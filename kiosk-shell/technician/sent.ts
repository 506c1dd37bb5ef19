/**
 * How many ballots have left this kiosk: only the terminal knows, and it tells the technician's page on
 * the way there. For this tab alone, and a number that the evening slip has too.
 */
const STORE = 'kabina-sent';

export function tellSent(sent: number): void {
  sessionStorage.setItem(STORE, String(sent));
}

/** Null where nobody told. */
export function sentTold(): number | null {
  const told = Number(sessionStorage.getItem(STORE) ?? Number.NaN);
  return Number.isSafeInteger(told) && told >= 0 ? told : null;
}
