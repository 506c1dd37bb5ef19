/**
 * How often which trouble came up on this machine: codes and counts, for the diagnostic bundle. No
 * time and no order: a list of moments would tell when who voted.
 */
const STORE = 'kabina-troubles';
const CODE = /^[a-z][a-z0-9-]{0,30}(\.[a-z0-9-]{1,30}){1,2}$/;
/** Codes are the house's own; more than these would be something else. */
const MOST_CODES = 200;

/** Counts a trouble by its stable code. What is no code is dropped, not kept. */
export function countTrouble(code: string): void {
  if (!CODE.test(code)) return;
  const counts = new Map(Object.entries(troubleCounts()));
  if (!counts.has(code) && counts.size >= MOST_CODES) return;
  counts.set(code, (counts.get(code) ?? 0) + 1);
  try {
    // Sorted: the order of a map is the order in which troubles came.
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries([...counts].sort())));
  } catch {
    // A full disk has its own line in the report.
  }
}

export function troubleCounts(): Readonly<Record<string, number>> {
  let read: unknown;
  try {
    read = JSON.parse(localStorage.getItem(STORE) ?? '{}');
  } catch {
    return {};
  }
  if (typeof read !== 'object' || read === null) return {};
  return Object.fromEntries(
    Object.entries(read).filter(
      (entry): entry is [string, number] => CODE.test(entry[0]) && Number.isSafeInteger(entry[1]),
    ),
  );
}
