/**
 * What is wrong with an entry or a board, said so that both the ballot box (which refuses) and the
 * audit (which reports) can use it.
 */

/** The audit's checks, in the order of the verdict. */
export const checkIds = [
  'manifest',
  'log',
  'witnesses',
  'ceremony',
  'permits',
  'ballots',
  'revisions',
  'schedule',
  'stations',
  'challenges',
  'issued',
  'shares',
  'result',
  'protocol',
] as const;

export type CheckId = (typeof checkIds)[number];

/** One fault. */
export interface Problem {
  /** The check of the audit that fails by it. */
  readonly check: CheckId;
  /** Stable, dotted. */
  readonly code: string;
  /** A sentence for a person. Never holds a secret. */
  readonly message: string;
}

/** Makes a problem. */
export function problem(check: CheckId, code: string, message: string): Problem {
  return { check, code, message };
}
