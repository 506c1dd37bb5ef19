/**
 * What the caller of an audit knows about the election from elsewhere, read from files: the
 * manifest, an earlier checkpoint, promises of the ballot box.
 */
import { decode } from '@kabina/election/cbor';
import { decodeEntry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { decodeManifest, electionId } from '@kabina/election/manifest';
import {
  decodePromise,
  decodeReceipt,
  receiptFromText,
  type SignedPromise,
} from '@kabina/election/receipt';
import { peekCheckpoint } from '@kabina/log/checkpoint';

const RECEIPT_PREFIX = 'kabina-receipt:';

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return undefined;
  }
}

/** An election's id from 64 hexadecimal digits. Throws ElectionError `claims.election`. */
export function readElectionId(text: string): Uint8Array {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new ElectionError('claims.election', 'an election id has 64 hexadecimal digits');
  }
  return Uint8Array.from(digits.match(/../g) as string[], (pair) => parseInt(pair, 16));
}

/**
 * The election's id from a manifest: either as `encodeManifest` gives it or as the entry of the log
 * that carries it.
 *
 * @throws ElectionError as `decodeManifest`
 */
export function manifestId(file: Uint8Array): Uint8Array {
  // An entry is a list, a manifest is a map.
  if (!Array.isArray(decode(file))) return electionId(decodeManifest(file));
  const entry = decodeEntry(file);
  if (entry.type !== 'manifest') {
    throw new ElectionError('claims.manifest', `this is an entry ${entry.type}, not a manifest`);
  }
  return electionId(entry.body.manifest);
}

/** A checkpoint that was seen before. Throws ElectionError `claims.checkpoint`, LogError. */
export function readEarlierCheckpoint(file: Uint8Array): string {
  let note: string | undefined;
  try {
    // Not `asText`: white space is part of a note.
    note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
  } catch (cause) {
    throw new ElectionError('claims.checkpoint', 'the checkpoint is not text', { cause });
  }
  peekCheckpoint(note);
  return note;
}

/**
 * A promise: as the ballot box answered it or a kiosk made it, or in a receipt, as bytes or as text.
 *
 * @throws ElectionError as `decodePromise`, `decodeReceipt` or `receiptFromText`
 */
export function readPromise(file: Uint8Array): SignedPromise {
  const text = asText(file);
  if (text?.startsWith(RECEIPT_PREFIX)) return receiptFromText(text).promise;
  // A promise is a list, a receipt is a map.
  return Array.isArray(decode(file)) ? decodePromise(file) : decodeReceipt(file).promise;
}
