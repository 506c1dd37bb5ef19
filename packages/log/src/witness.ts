/**
 * A witness (c2sp.org/tlog-witness): it remembers the latest checkpoint that it has seen of each log
 * and cosigns a new one only if that continues it. It needs no file of the log: the proof comes with
 * the request. HTTP is the caller's; `addCheckpoint` answers status, content type and body.
 *
 * The new checkpoint is recorded, atomically and durably, before anything is signed. What is
 * recorded has the time of the cosignature in it, and Ed25519 is deterministic, so a witness that
 * dies in between signs nothing later that it would not have signed then.
 */

import { base64, checkIndex, fromDecimal, fromUtf8, hashFromBase64 } from './bytes.ts';
import { parseCheckpoint, peekCheckpoint, type Checkpoint } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { LogError } from './errors.ts';
import { emptyRoot, verifyConsistency } from './merkle.ts';
import { formatNote, formatSignature, MAX_NOTE_BYTES, noteVerifier, parseNote } from './note.ts';
import { verifyNote, type SignerKey, type VerifierKey } from './note.ts';

/** The specification's limit on lines of a consistency proof. */
export const MAX_PROOF_LINES = 63;
/** Longest request read, in bytes. */
export const MAX_REQUEST_BYTES = MAX_NOTE_BYTES;

/** What a log asks of a witness. */
export interface AddCheckpoint {
  /** Size of the checkpoint that the witness cosigned last; 0 if none or not known. */
  readonly oldSize: number;
  /** Consistency proof from oldSize to the checkpoint; empty if oldSize is 0. */
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint. */
  readonly checkpoint: string;
}

/** The body of an add-checkpoint request. */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  checkIndex('oldSize', oldSize);
  if (proof.length > MAX_PROOF_LINES) {
    throw new LogError('malformed-request', `a proof has at most ${MAX_PROOF_LINES} hashes`);
  }
  parseNote(checkpoint);
  const lines = [`old ${oldSize}`, ...proof.map(base64)];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/**
 * Takes an add-checkpoint request apart; nothing is verified but its form.
 * @throws LogError `malformed-request`, `malformed-note`
 */
export function parseAddCheckpoint(body: string | Uint8Array): AddCheckpoint {
  const fail = (why: string): never => {
    throw new LogError('malformed-request', `malformed request: ${why}`);
  };
  if (body.length > MAX_REQUEST_BYTES) return fail('too long');
  const text = typeof body === 'string' ? body : fromUtf8(body);
  if (text === undefined) return fail('not UTF-8');
  const blank = text.indexOf('\n\n');
  if (blank < 0) return fail('no empty line');
  const [oldLine, ...hashes] = text.slice(0, blank).split('\n');
  if (!oldLine?.startsWith('old ')) return fail('no old size');
  const oldSize = fromDecimal(oldLine.slice('old '.length));
  if (oldSize === undefined) return fail('old size');
  if (hashes.length > MAX_PROOF_LINES) return fail('too many proof lines');
  const proof = hashes.map((line) => hashFromBase64(line) ?? fail('proof line'));
  const checkpoint = text.slice(blank + 2);
  parseNote(checkpoint);
  return { oldSize, proof, checkpoint };
}

/**
 * The size in the body of a witness's 409 answer: where the next request's proof must begin.
 * @throws LogError `malformed-request`
 */
export function parseConflict(body: string): number {
  const size = body.endsWith('\n') ? fromDecimal(body.slice(0, -1)) : undefined;
  if (size === undefined) throw new LogError('malformed-request', 'not a tree size');
  return size;
}

/** What a witness remembers of one log. */
export interface WitnessRecord {
  /** The latest checkpoint, a note with those signatures of the log that were verified. */
  readonly checkpoint: string;
  /** When it was cosigned, in POSIX seconds. */
  readonly time: number;
}

/** Where a witness remembers. Resolved promises survive a power cut. */
export interface WitnessStore {
  get(origin: string): Promise<WitnessRecord | undefined>;
  /** Sets the record if it still is `expected`, atomically; says whether it was. */
  compareAndSet(
    origin: string,
    expected: WitnessRecord | undefined,
    next: WitnessRecord,
  ): Promise<boolean>;
}

export interface WitnessOptions {
  /** The witness's key, type cosignature/v1. */
  readonly key: SignerKey;
  /** The logs it knows, each with the keys it trusts for it. */
  readonly logs: readonly { readonly origin: string; readonly keys: readonly VerifierKey[] }[];
  readonly store: WitnessStore;
  /** The clock, in POSIX seconds. */
  readonly now?: () => number;
}

/** An HTTP answer. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: string;
}

function answer(status: WitnessAnswer['status'], body: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${body.trimEnd()}\n` };
}

function conflict(size: number): WitnessAnswer {
  return { status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` };
}

export class Witness {
  readonly #key: SignerKey;
  readonly #logs: ReadonlyMap<string, readonly VerifierKey[]>;
  readonly #store: WitnessStore;
  readonly #now: () => number;

  constructor({ key, logs, store, now = () => Math.floor(Date.now() / 1000) }: WitnessOptions) {
    this.#key = key;
    this.#logs = new Map(logs.map(({ origin, keys }) => [origin, keys]));
    this.#store = store;
    this.#now = now;
  }

  /**
   * Answers an add-checkpoint request: 200 with the cosignature line, 409 with the size that the
   * request should have started from, or another error status with a sentence. Throws only what the
   * store throws; then nothing has been signed.
   */
  async addCheckpoint(body: string | Uint8Array): Promise<WitnessAnswer> {
    let request: AddCheckpoint;
    let origin: string;
    try {
      request = parseAddCheckpoint(body);
      origin = peekCheckpoint(request.checkpoint).origin;
    } catch (error) {
      return refuse(400, error);
    }
    const keys = this.#logs.get(origin);
    if (keys === undefined) return answer(404, 'unknown log');
    let checkpoint: Checkpoint;
    let note: string;
    try {
      const { text, verified } = verifyNote(request.checkpoint, keys.map(noteVerifier));
      checkpoint = parseCheckpoint(text);
      note = formatNote({ text, signatures: verified });
    } catch (error) {
      return refuse(403, error);
    }
    return this.#advance(request, checkpoint, note);
  }

  /**
   * The latest cosigned checkpoint of a log with this witness's cosignature, for the monitoring
   * prefix; undefined if it has cosigned none.
   */
  async checkpoint(origin: string): Promise<string | undefined> {
    const record = await this.#store.get(origin);
    if (record === undefined) return undefined;
    const { text, signatures } = parseNote(record.checkpoint);
    return formatNote({ text, signatures: [...signatures, cosign(text, this.#key, record.time)] });
  }

  async #advance(
    { oldSize, proof }: AddCheckpoint,
    { origin, size, root }: Checkpoint,
    note: string,
  ): Promise<WitnessAnswer> {
    if (oldSize > size) return answer(400, 'the old size is above the size of the checkpoint');
    const record = await this.#store.get(origin);
    const latest = record && peekCheckpoint(record.checkpoint);
    if (oldSize !== (latest?.size ?? 0)) return conflict(latest?.size ?? 0);
    try {
      // Before its first checkpoint a log is the empty tree.
      const oldRoot = latest?.root ?? emptyRoot();
      verifyConsistency({ oldSize, oldRoot, size, root, proof });
    } catch (error) {
      return refuse(422, error);
    }
    // A clock that was set back must not make the larger tree the older one.
    const time = Math.max(this.#now(), record?.time ?? 1);
    if (!(await this.#store.compareAndSet(origin, record, { checkpoint: note, time }))) {
      // Another request was faster.
      const winner = await this.#store.get(origin);
      return conflict(winner === undefined ? 0 : peekCheckpoint(winner.checkpoint).size);
    }
    const line = formatSignature(cosign(parseNote(note).text, this.#key, time));
    return answer(200, line);
  }
}

function refuse(status: 400 | 403 | 422, error: unknown): WitnessAnswer {
  if (!(error instanceof LogError)) throw error;
  return answer(status, `${error.code}: ${error.message}`);
}
