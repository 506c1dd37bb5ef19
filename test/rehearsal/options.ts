/** What a rehearsal is asked for: its arguments and its election file, or a clear refusal. */
import type { SuiteId } from '@kabina/crypto/suites';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ElectionFileError,
  readElectionFile,
  type ElectionPlan,
} from '@kabina/kiosk-shell/start/election-file';
import { EX_DATAERR, EX_NOINPUT, EX_USAGE, UsageError } from '../runner/usage.ts';

const SUITES: readonly SuiteId[] = ['ristretto255-sha512', 'gost256b-streebog'];
/** More than one machine plays in a day. */
const MOST_VOTERS = 1_000_000;

/** The manifest, with the keys of every list, has to fit into an entry of the log. */
const MOST_STATIONS = 12;

/** The small election of the project, with all three kinds of contest. */
const OWN_ELECTION = join(import.meta.dirname, '../../kiosk-shell/start/election.json');

export interface RehearsalOptions {
  readonly voters: number;
  readonly election: ElectionPlan;
  /** Where the board is to be left; in the state folder by default. */
  readonly board: string | undefined;
  /** Members sign with tokens, over the real pcscd. */
  readonly sign: boolean;
  readonly json: boolean;
  /** Polling stations with kiosks; 0 for an election that is online alone. */
  readonly stations: number;
  /** Share of the voters who vote at a station while its line is down. */
  readonly offline: number;
}

const usage = (message: string, cause?: unknown): UsageError =>
  new UsageError('rehearsal.usage', message, EX_USAGE, { cause });

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        voters: { type: 'string', default: '100' },
        election: { type: 'string' },
        suite: { type: 'string' },
        board: { type: 'string' },
        sign: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        stations: { type: 'string', default: '0' },
        offline: { type: 'string', default: '0.5' },
      },
    }).values;
  } catch (error) {
    throw usage((error as Error).message, error);
  }
}

/** @throws {UsageError} with a stable code and the status to exit with */
export async function readOptions(args: readonly string[]): Promise<RehearsalOptions> {
  const values = parse(args);
  const voters = Number(values.voters);
  if (!Number.isSafeInteger(voters) || voters < 1 || voters > MOST_VOTERS) {
    throw usage(`--voters takes a whole number from 1 to ${MOST_VOTERS}, not "${values.voters}"`);
  }
  const suite = SUITES.find((name) => name === values.suite);
  if (values.suite !== undefined && suite === undefined) {
    throw usage(`there is no suite "${values.suite}"; there are ${SUITES.join(' and ')}`);
  }
  const stations = Number(values.stations);
  if (!Number.isSafeInteger(stations) || stations < 0 || stations > MOST_STATIONS) {
    throw usage(`--stations takes a whole number up to ${MOST_STATIONS}, not "${values.stations}"`);
  }
  const offline = Number(values.offline);
  if (!(offline >= 0 && offline <= 1)) {
    throw usage(`--offline takes a number from 0 to 1, not "${values.offline}"`);
  }
  const read = await readElection(values.election ?? OWN_ELECTION);
  return {
    voters,
    election: { ...read, suite: suite ?? read.suite },
    board: values.board === undefined ? undefined : resolve(values.board),
    sign: values.sign,
    json: values.json,
    stations,
    offline,
  };
}

async function readElection(file: string): Promise<ElectionPlan> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `${file} can't be read (${code})`;
    throw new UsageError('election-file.unreadable', message, EX_NOINPUT, { cause });
  }
  try {
    return readElectionFile(text);
  } catch (error) {
    if (!(error instanceof ElectionFileError)) throw error;
    throw new UsageError(error.code, `${file}: ${error.message}`, EX_DATAERR, { cause: error });
  }
}
