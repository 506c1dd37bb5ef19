/**
 * The part of a manifest's draft that is needed before the keys exist: contests, ballot styles and
 * stations. JSON; whatever else the draft says is for others.
 */
import { SetupError } from './errors.ts';
import type { StyleShare } from './issuer/synthetic.ts';

export interface Draft {
  readonly contests: readonly string[];
  readonly styles: readonly StyleShare[];
  /** Names of voter lists: `online`, and one per station. */
  readonly lists: readonly string[];
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function items(value: unknown, name: string): readonly Record<string, unknown>[] {
  const bad = new SetupError(
    'draft.malformed',
    `черновик манифеста: нужен список ${name} с полями id`,
  );
  if (!Array.isArray(value)) throw bad;
  for (const item of value as unknown[]) {
    const id = (item as { id?: unknown } | null)?.id;
    if (typeof id !== 'string' || !ID.test(id)) throw bad;
  }
  return value as readonly Record<string, unknown>[];
}

export function readDraft(value: unknown): Draft {
  const draft = (value ?? {}) as Record<string, unknown>;
  const ids = (name: string, from: unknown): string[] =>
    items(from, name).map(({ id }) => id as string);
  return {
    contests: ids('contests', draft['contests']),
    styles: items(draft['styles'], 'styles').map(({ id, voters }) => ({
      id: id as string,
      voters: typeof voters === 'number' && voters > 0 ? voters : 0,
    })),
    lists: ['online', ...ids('stations', draft['stations'] ?? []).map((id) => `station/${id}`)],
  };
}
