/**
 * Checkpoints on the board: `cosigned` entries carry, inside the log, what witnesses said of it
 * from outside, and when. A folder of tiles keeps only its newest checkpoint; the times of the
 * others are needed to judge the schedule.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import { verifyQuorum, type Policy, type Witnessed } from '@kabina/log/cosignature';
import { LogError } from '@kabina/log/errors';
import { parseVerifierKey } from '@kabina/log/note';
import type { Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';
import type { RootHistory } from './root-history.ts';

/** A checkpoint that stands on the board with a quorum's cosignatures. */
export interface Cosigning {
  /** Of the entry that carries it. */
  readonly index: number;
  /** Entries before this one are covered by it. */
  readonly size: number;
  /** POSIX seconds: the (lower) median of the witnesses' times. Undefined without witnesses. */
  readonly time: number | undefined;
}

/** Whom a reader of the board believes, as the manifest says. */
export function boardPolicy(manifest: Manifest): Policy {
  return {
    logKey: parseVerifierKey(manifest.board.key),
    origin: manifest.board.origin,
    witnesses: manifest.witnesses.keys.map((key) => parseVerifierKey(key)),
    quorum: manifest.witnesses.quorum,
  };
}

/** The time of a witnessed checkpoint: the lower median, so that no minority of clocks decides. */
function witnessedTime({ cosignatures }: Witnessed): number | undefined {
  const times = cosignatures.map(({ time }) => time).sort((a, b) => a - b);
  return times[Math.floor((times.length - 1) / 2)];
}

/** Reads the checkpoint of a `cosigned` entry against the tree as it was replayed. */
export function readCosigned(
  note: string,
  policy: Policy,
  tree: RootHistory,
  covered: number,
): Omit<Cosigning, 'index'> | Problem {
  let witnessed: Witnessed;
  try {
    witnessed = verifyQuorum(note, policy);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return problem('witnesses', `witnesses.${error.code}`, error.message);
  }
  const { size, root } = witnessed.checkpoint;
  if (size > tree.size) {
    return problem('witnesses', 'witnesses.size', 'the checkpoint is of a larger log than this');
  }
  if (size <= covered) {
    return problem('witnesses', 'witnesses.old', 'the checkpoint covers nothing new');
  }
  if (!equalBytes(tree.rootAt(size), root)) {
    return problem('witnesses', 'witnesses.root', 'the checkpoint is of another log');
  }
  return { size, time: witnessedTime(witnessed) };
}
