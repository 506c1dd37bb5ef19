/**
 * The last checkpoints that this browser has verified: the next audit holds the board to them, so
 * that nobody can be shown one history today and another tomorrow. Nothing else is kept.
 */

const PREFIX = 'kabina-observer/v1/';

export interface Remembered {
  readonly note: string;
  readonly size: number;
  /** ISO 8601. */
  readonly seen: string;
}

function read(value: string | null): Remembered | undefined {
  if (value === null) return undefined;
  try {
    const { note, size, seen } = JSON.parse(value) as Partial<Remembered>;
    const good = typeof note === 'string' && typeof size === 'number' && typeof seen === 'string';
    return good ? { note, size, seen } : undefined;
  } catch {
    return undefined;
  }
}

/** Storage may be shut off: then nothing is remembered, and the page says so by not naming it. */
function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** Everything that is remembered, by election. */
export function rememberedCheckpoints(): Map<string, Remembered> {
  const all = new Map<string, Remembered>();
  const store = storage();
  for (let i = 0; store && i < store.length; i++) {
    const name = store.key(i) as string;
    const value = name.startsWith(PREFIX) ? read(store.getItem(name)) : undefined;
    if (value) all.set(name.slice(PREFIX.length), value);
  }
  return all;
}

export function remember(electionId: string, checkpoint: Remembered): void {
  try {
    storage()?.setItem(PREFIX + electionId, JSON.stringify(checkpoint));
  } catch {
    // A full store: the next audit is held to an older checkpoint.
  }
}

export function forget(electionId: string): void {
  storage()?.removeItem(PREFIX + electionId);
}
