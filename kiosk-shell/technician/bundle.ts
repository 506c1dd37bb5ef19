/**
 * The diagnostic bundle: one JSON file that a technician may send to anybody. It is built from what is
 * named here and never by leaving something out: versions, the report's codes and numbers, the states
 * of the journals, counts of ballots in the queue and of troubles. No secret, no voter, no ballot, no time finer than the day.
 */
import type { JournalState } from '../agent/journal-file.ts';
import type { Facts, Line, QueueFacts } from './report.ts';

export interface Bundle {
  readonly v: 1;
  readonly kind: 'kabina-diagnostics';
  /** `2026-09-18` */
  readonly day: string;
  readonly machine: { readonly role: string; readonly id: string } | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly report: readonly {
    readonly id: string;
    readonly state: string;
    readonly code: string;
    readonly numbers: Readonly<Record<string, number>>;
  }[];
  /** Null where the machine has no queue of ballots. */
  readonly queue: QueueFacts | null;
  readonly journals: Readonly<Record<string, JournalState>>;
  readonly troubles: Readonly<Record<string, number>>;
}

const JOURNAL_STATES: readonly string[] = [
  'empty',
  'kept',
  'prepared',
  'damaged',
] satisfies JournalState[];
const CODE = /^[a-z][a-z0-9-]{0,30}(\.[a-z0-9-]{1,30}){1,2}$/;
const VERSION = /^[\w.+~-]{1,40}( [\w.+~-]{1,60}){0,2}$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface BundleParts {
  readonly facts: Facts;
  readonly lines: readonly Line[];
  readonly troubles: Readonly<Record<string, number>>;
  readonly userAgent: string;
  readonly now: Date;
}

/** What does not have the form that its place prescribes is left out. */
export function makeBundle({ facts, lines, troubles, userAgent, now }: BundleParts): Bundle {
  const { machine, agent } = facts;
  const [, browser = ''] = /\bChrom(?:e|ium)\/([\d.]{1,20})/.exec(userAgent) ?? [];
  const { agent: version = '', node = '', system = '' } = agent?.versions ?? {};
  const versions = { agent: version, node, system, browser, build: agent?.build.id ?? '' };
  return {
    v: 1,
    kind: 'kabina-diagnostics',
    day: now.toISOString().slice(0, 10),
    machine: machine && ID.test(machine.id) ? { role: machine.role, id: machine.id } : null,
    versions: pick(
      versions,
      (text) => typeof text === 'string' && (VERSION.test(text) || HASH.test(text)),
    ),
    report: lines.map(({ id, state, code, numbers = {} }) => ({
      id,
      state,
      code,
      numbers: pick(numbers, Number.isFinite),
    })),
    queue: facts.queue ? countsOf(facts.queue) : null,
    journals: pick(
      agent?.journals ?? {},
      (state) => typeof state === 'string' && JOURNAL_STATES.includes(state),
      JOURNAL,
    ),
    troubles: Object.fromEntries(
      Object.entries(troubles)
        .filter(([code, count]) => CODE.test(code) && Number.isSafeInteger(count))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

function countsOf({ waiting, quarantined, sent }: QueueFacts): QueueFacts | null {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  if (!isCount(waiting) || !isCount(quarantined)) return null;
  return { waiting, quarantined, sent: isCount(sent) ? sent : null };
}

const HASH = /^[0-9a-f]{64}$/;

const WORD = /^[a-z]{1,20}$/;
/** The agent's: a set, and 16 digits of the electionId. */
const JOURNAL = /^[a-z]{1,20}-[0-9a-f]{16}$/;

/** Fields whose name and value have the form; by default a name is a plain word. */
function pick<T>(
  from: Readonly<Record<string, T>>,
  fits: (value: unknown) => boolean,
  form = WORD,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(from).filter(([name, value]) => form.test(name) && fits(value)),
  );
}
