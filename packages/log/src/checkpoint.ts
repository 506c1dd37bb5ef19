/**
 * Checkpoints (c2sp.org/tlog-checkpoint): the signed tree head of a log, a note whose text is
 *
 *     example.com/behind-the-sofa
 *     20852163
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *
 * origin, number of leaves, root hash, and extension lines if the log has any.
 */

import { base64, checkHash, checkIndex, fromDecimal, hashFromBase64 } from './bytes.ts';
import { LogError } from './errors.ts';
import { noteVerifier, parseNote, signNote, verifyNote } from './note.ts';
import type { SignerKey, VerifierKey } from './note.ts';

export interface Checkpoint {
  /** Identifies the log. */
  readonly origin: string;
  /** Number of leaves, up to 2^53 − 1. */
  readonly size: number;
  /** Root of the tree of that size, 32 bytes. */
  readonly root: Uint8Array;
  /** Opaque lines after the root, without their newlines; usually none. */
  readonly extensions: readonly string[];
}

// A line of a note: not empty, no control characters.
function isLine(line: string): boolean {
  return line !== '' && line.isWellFormed() && !/[\u0000-\u001f]/.test(line);
}

/** The note text of a checkpoint, which ends with a newline. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  checkIndex('size', size);
  checkHash('root', root);
  const lines = [origin, String(size), base64(root), ...extensions];
  if (!lines.every(isLine)) {
    throw new LogError('malformed-checkpoint', 'checkpoint lines must be non-empty plain text');
  }
  return lines.join('\n') + '\n';
}

/**
 * Reads a note text. It is trusted only after its note has been verified.
 * @throws LogError `malformed-checkpoint`
 */
export function parseCheckpoint(text: string): Checkpoint {
  const fail = (why: string): never => {
    throw new LogError('malformed-checkpoint', `malformed checkpoint: ${why}`);
  };
  if (!text.endsWith('\n')) return fail('no newline at the end');
  const lines = text.slice(0, -1).split('\n');
  const [origin, decimal, encoded, ...extensions] = lines;
  if (origin === undefined || decimal === undefined || encoded === undefined) {
    return fail('fewer than three lines');
  }
  if (!lines.every(isLine)) return fail('an empty line or a control character');
  const size = fromDecimal(decimal);
  if (size === undefined) return fail('tree size');
  const root = hashFromBase64(encoded);
  if (root === undefined) return fail('root hash');
  return { origin, size, root, extensions };
}

/** A checkpoint as a note signed by the log. */
export function signCheckpoint(checkpoint: Checkpoint, keys: readonly SignerKey[]): string {
  return signNote(formatCheckpoint(checkpoint), keys);
}

/** Reads a signed checkpoint and verifies nothing: for finding out which log it claims to be. */
export function peekCheckpoint(note: string | Uint8Array): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

/**
 * Reads a signed checkpoint that the log's key has signed. The origin must be the expected one, by
 * default the key's name.
 * @throws LogError `malformed-note`, `bad-signature`, `unsigned`, `malformed-checkpoint`,
 * `wrong-origin`
 */
export function openCheckpoint(
  note: string | Uint8Array,
  logKey: VerifierKey,
  origin = logKey.name,
): Checkpoint {
  const checkpoint = parseCheckpoint(verifyNote(note, [noteVerifier(logKey)]).text);
  if (checkpoint.origin !== origin) {
    throw new LogError('wrong-origin', `checkpoint of ${checkpoint.origin}, not of ${origin}`);
  }
  return checkpoint;
}
