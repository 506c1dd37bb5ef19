/**
 * The preflight report: facts about the machine judged line by line. Each line is `ok`, a `warning`
 * (voting can go on; somebody should know) or a `fault` (don't open), and a code that the texts turn
 * into a sentence.
 */
import type { MachineFacts } from '../agent/preflight.ts';
import type { KeyResult } from './trial-worker.ts';
import type { TrialResult } from './trial.ts';

export const LINES = [
  'agent',
  'key',
  'journal',
  'page',
  'build',
  'clock',
  'line',
  'storage',
  'disk',
  'ballot',
  'screen',
  'printer',
  'scanner',
  'token',
] as const;
export type LineId = (typeof LINES)[number];
export type LineState = 'ok' | 'warning' | 'fault';

export interface Line {
  readonly id: LineId;
  readonly state: LineState;
  /** `clock.off`: what the texts have a sentence for. */
  readonly code: string;
  /** Numbers of the sentence; nothing here can be a secret. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** A name of the machine's in the sentence: its id, a build's, a device's code. */
  readonly name?: string;
}

export interface QueueFacts {
  readonly waiting: number;
  readonly quarantined: number;
  /** Null where the terminal has not told. */
  readonly sent: number | null;
}

/** What the page has found out. What it has not (yet) is undefined. */
export interface Facts {
  /** Null: the pages' server is no agent, or none that answers. */
  readonly machine?: { readonly role: 'kiosk' | 'desk'; readonly id: string } | null;
  readonly agent?: MachineFacts | null;
  readonly key?: KeyResult;
  /** Seconds by which this machine's clock is ahead of the box's; null where it was not told. */
  readonly ahead?: number | null;
  /** Null: no election is configured. */
  readonly line?: boolean | null;
  /** The kiosk's ballots; null where it has no queue. For the bundle: the report judges no number of them. */
  readonly queue?: QueueFacts | null;
  readonly storage?: { readonly persisted: boolean; readonly free: number };
  readonly trial?: TrialResult;
  readonly screen?: { readonly width: number; readonly height: number; readonly touch: boolean };
  /** `ready`, `printed` or the printer's code. */
  readonly printer?: string;
  readonly scanner?: 'connected' | 'read' | 'unknown';
  /** Readers that were found, or the code of what stands in the way. */
  readonly readers?: number | string;
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** The box's `Date` has whole seconds, and the way takes time. */
const CLOCK_FINE = 5;
/** A minute early or late is a voter turned away. */
const CLOCK_WRONG = 60;
/** 5,000 ballots of the largest size, twice. */
const STORAGE_NEEDED = 700 * MIB;
const DISK_LITTLE = 2 * GIB;
const DISK_NEEDED = GIB / 4;
/** A voter who waits longer touches again. */
const SLOW_MS = 1_500;
const SCREEN_LEAST = 720;

const rounded = (bytes: number, unit: number): number => Math.round((10 * bytes) / unit) / 10;

type Judged = Omit<Line, 'id'> | undefined;

const JUDGES: Readonly<Record<LineId, (facts: Facts) => Judged>> = {
  agent({ machine, agent }) {
    if (machine === undefined || agent === undefined) return undefined;
    if (agent === null) return { state: 'warning', code: 'agent.none' };
    if (machine === null) return { state: 'warning', code: 'agent.no-machine' };
    return { state: 'ok', code: `agent.${machine.role}`, name: machine.id };
  },
  key({ machine, key }) {
    if (machine === null) return { state: 'warning', code: 'key.none' };
    if (key === undefined) return undefined;
    const state = key === 'right' ? 'ok' : key === 'unread' ? 'warning' : 'fault';
    return { state, code: `key.${key}` };
  },
  journal({ agent }) {
    if (agent === undefined) return undefined;
    if (agent === null || agent.journals === null)
      return { state: 'warning', code: 'journal.none' };
    const states = Object.entries(agent.journals);
    const damaged = states.filter(([, state]) => state === 'damaged');
    if (damaged.length > 0) {
      const name = damaged.map(([journal]) => journal).join(', ');
      return { state: 'fault', code: 'journal.damaged', name };
    }
    const begun = states.filter(([, state]) => state !== 'empty').length;
    return begun === 0
      ? { state: 'ok', code: 'journal.empty' }
      : { state: 'ok', code: 'journal.kept', numbers: { begun } };
  },
  page({ agent }) {
    if (agent === undefined) return undefined;
    if (agent === null) return { state: 'warning', code: 'page.unknown' };
    if (agent.page === null) return { state: 'ok', code: 'page.unwatched' };
    const { restarts } = agent.page;
    return restarts === 0
      ? { state: 'ok', code: 'page.watched' }
      : { state: 'warning', code: 'page.hung', numbers: { restarts } };
  },
  build({ agent }) {
    if (agent === undefined) return undefined;
    if (agent === null) return { state: 'warning', code: 'build.unknown' };
    const { id, files, changed } = agent.build;
    if (id === null) return { state: 'warning', code: 'build.unlisted' };
    if (changed > 0) return { state: 'fault', code: 'build.changed', numbers: { changed } };
    return { state: 'ok', code: 'build.whole', name: id.slice(0, 16), numbers: { files } };
  },
  clock({ ahead, agent }) {
    if (ahead === undefined || agent === undefined) return undefined;
    if (ahead !== null) {
      const off = Math.abs(Math.round(ahead));
      if (off <= CLOCK_FINE) return { state: 'ok', code: 'clock.right' };
      const code = ahead > 0 ? 'clock.fast' : 'clock.slow';
      const state = off >= CLOCK_WRONG ? 'fault' : 'warning';
      return { state, code, numbers: { seconds: off } };
    }
    const synchronised = agent?.clockSynchronised;
    if (synchronised === true) return { state: 'ok', code: 'clock.synchronised' };
    return { state: 'warning', code: synchronised === false ? 'clock.free' : 'clock.unknown' };
  },
  line({ line }) {
    if (line === undefined) return undefined;
    if (line === null) return { state: 'warning', code: 'line.no-election' };
    return line ? { state: 'ok', code: 'line.up' } : { state: 'warning', code: 'line.down' };
  },
  storage({ storage }) {
    if (storage === undefined) return undefined;
    if (!storage.persisted) return { state: 'fault', code: 'storage.not-kept' };
    const numbers = { mebibytes: Math.round(storage.free / MIB) };
    return storage.free < STORAGE_NEEDED
      ? { state: 'fault', code: 'storage.small', numbers }
      : { state: 'ok', code: 'storage.kept', numbers };
  },
  disk({ agent }) {
    if (agent === undefined) return undefined;
    if (agent === null) return { state: 'warning', code: 'disk.unknown' };
    const { free } = agent.disk;
    const numbers = { gibibytes: rounded(free, GIB) };
    if (free < DISK_NEEDED) return { state: 'fault', code: 'disk.full', numbers };
    return free < DISK_LITTLE
      ? { state: 'warning', code: 'disk.low', numbers }
      : { state: 'ok', code: 'disk.free', numbers };
  },
  ballot({ trial }) {
    if (trial === undefined) return undefined;
    if (!trial.ok) return { state: 'fault', code: 'ballot.failed' };
    const numbers = { milliseconds: Math.round(trial.ms) };
    return trial.ms > SLOW_MS
      ? { state: 'warning', code: 'ballot.slow', numbers }
      : { state: 'ok', code: 'ballot.sealed', numbers };
  },
  screen({ screen }) {
    if (screen === undefined) return undefined;
    const { width, height, touch } = screen;
    const numbers = { width, height };
    if (Math.min(width, height) < SCREEN_LEAST) {
      return { state: 'warning', code: 'screen.small', numbers };
    }
    return touch
      ? { state: 'ok', code: 'screen.touch', numbers }
      : { state: 'warning', code: 'screen.no-touch', numbers };
  },
  printer({ printer }) {
    if (printer === undefined) return undefined;
    if (printer === 'ready' || printer === 'printed') {
      return { state: 'ok', code: `printer.${printer}` };
    }
    if (printer === 'printer.none') return { state: 'warning', code: printer };
    return { state: 'fault', code: 'printer.fails', name: printer };
  },
  scanner({ scanner }) {
    if (scanner === undefined) return undefined;
    return { state: scanner === 'unknown' ? 'warning' : 'ok', code: `scanner.${scanner}` };
  },
  token({ readers }) {
    if (readers === undefined) return undefined;
    if (readers === 'token.unpaired') return { state: 'warning', code: readers };
    if (typeof readers === 'string')
      return { state: 'warning', code: 'token.fails', name: readers };
    return readers === 0
      ? { state: 'warning', code: 'token.none' }
      : { state: 'ok', code: 'token.readers', numbers: { readers } };
  },
};

/** The lines that can be judged by now, in their order. */
export function judge(facts: Facts): Line[] {
  return LINES.flatMap((id) => {
    const judged = JUDGES[id](facts);
    return judged === undefined ? [] : [{ id, ...judged }];
  });
}

/** The worst of the lines; undefined while one is missing. */
export function verdict(lines: readonly Line[]): LineState | undefined {
  const states = lines.map(({ state }) => state);
  if (states.includes('fault')) return 'fault';
  if (lines.length < LINES.length) return undefined;
  return states.includes('warning') ? 'warning' : 'ok';
}
