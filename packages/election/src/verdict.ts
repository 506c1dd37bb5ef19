/**
 * The audit's answer: a list of checks, each with how much was checked of what was expected, and a
 * verdict that is `verified` only if every applicable check passed.
 */
import type { Act } from './members.ts';
import { checkIds, type CheckId, type Problem } from './problem.ts';
import type { ContestResult } from './tally.ts';

export interface Check {
  readonly id: CheckId;
  readonly status: 'passed' | 'failed' | 'incomplete' | 'not-applicable';
  /** How many things were checked, whatever came out. */
  readonly checked: number;
  /** How many there should have been. */
  readonly expected: number;
  readonly problems: readonly {
    /** Of the entry in the log. */
    readonly index?: number;
    readonly message: string;
  }[];
}

export interface Verdict {
  readonly verdict: 'verified' | 'failed' | 'incomplete';
  /** In hexadecimal; empty if there is no manifest. */
  readonly electionId: string;
  /** Whether the caller named the election; otherwise the board could be any. */
  readonly pinned: boolean;
  readonly kind: 'training' | 'binding' | undefined;
  /** Entries of the log. */
  readonly size: number;
  readonly checks: readonly Check[];
  /** As recounted from the ballots and shares of the board, contest by contest. */
  readonly tally: readonly ContestResult[];
  /** Members' signatures that are good and count: who has signed what. */
  readonly signatures: readonly SignedAct[];
}

/** A member's good signature of an act of the election. */
export interface SignedAct {
  readonly act: Act;
  /** Place on the roll, from 1. */
  readonly member: number;
  /** As on the roll. */
  readonly name: string;
  readonly dissent: boolean;
}

/** Problems kept of one check; the rest is only counted. */
const MAX_PROBLEMS = 1000;

/** Collects what the audit finds. */
export class Findings {
  readonly #checked = new Map<CheckId, number>();
  readonly #expected = new Map<CheckId, number>();
  readonly #problems = new Map<CheckId, { index?: number; message: string }[]>();
  readonly #hidden = new Map<CheckId, number>();
  readonly #notApplicable = new Set<CheckId>();

  /** Says that `expected` more things were to be checked, and `checked` of them were. */
  count(check: CheckId, checked: number, expected: number): void {
    this.#checked.set(check, (this.#checked.get(check) ?? 0) + checked);
    this.#expected.set(check, (this.#expected.get(check) ?? 0) + expected);
  }

  /** Reports a fault, with the index of the entry where it has one. */
  report({ check, message }: Pick<Problem, 'check' | 'message'>, index?: number): void {
    const list = this.#problems.get(check) ?? [];
    this.#problems.set(check, list);
    if (list.length < MAX_PROBLEMS)
      list.push(index === undefined ? { message } : { index, message });
    else this.#hidden.set(check, (this.#hidden.get(check) ?? 0) + 1);
  }

  notApplicable(check: CheckId): void {
    this.#notApplicable.add(check);
  }

  /** The checks in their order. One that was never counted is incomplete. */
  checks(): Check[] {
    return checkIds.map((id) => {
      const checked = this.#checked.get(id) ?? 0;
      const expected = this.#expected.get(id) ?? 1;
      const problems = [...(this.#problems.get(id) ?? [])];
      const hidden = this.#hidden.get(id);
      if (hidden !== undefined) problems.push({ message: `and ${hidden} more` });
      return { id, status: this.#status(id, checked, expected), checked, expected, problems };
    });
  }

  #status(id: CheckId, checked: number, expected: number): Check['status'] {
    if (this.#problems.has(id)) return 'failed';
    if (this.#notApplicable.has(id)) return 'not-applicable';
    return checked < expected ? 'incomplete' : 'passed';
  }
}

/** One word for all checks. */
export function judge(checks: readonly Check[]): Verdict['verdict'] {
  if (checks.some((check) => check.status === 'failed')) return 'failed';
  return checks.some((check) => check.status === 'incomplete') ? 'incomplete' : 'verified';
}
