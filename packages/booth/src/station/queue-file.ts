// A kiosk's queue as a file («очередь терминала»), where the line never came back: it leaves on a stick,
// and any machine sends it. Everything in it is what would have gone over the line, each ballot with its
// proof under the kiosk's signed statement, and the kiosk's account of its cards, so that the carrier can
// neither read, change nor add. With its file sent, a kiosk that is never heard of again is missed by
// nobody.
//
// Form: `kabina-queue` and a zero byte, the body's length in four bytes (big-endian), the body: CBOR
// `{v: 1, held, leaves, ballots, account}`.

import { concatBytes, equalBytes, frame, uint32, utf8ToBytes } from '@kabina/crypto/bytes';
import { verify } from '@kabina/crypto/ed25519';
import { coreHash } from '@kabina/election/ballot';
import { encode } from '@kabina/election/cbor';
import { decodeEntry, encodeEntry, signerKey, type EntryOf } from '@kabina/election/entries';
import { electionId, type Manifest } from '@kabina/election/manifest';
import { heldBallots, lateEntry, lateLeaf } from '@kabina/election/station-held';
import { LogError } from '@kabina/log/errors';
import { verifyInclusion } from '@kabina/log/merkle';
import type { PortalClient } from '../client.ts';
import { BoothError, troubleOf } from '../errors.ts';
import { byteString, list, record } from '../reading.ts';
import { checkPromise } from '../receipts.ts';
import { postOnce } from './posting.ts';

const MAGIC = utf8ToBytes('kabina-queue\0');
const HEAD = MAGIC.length + 4;
/** 5,000 ballots of 20 kilobytes. */
const MAX_FILE = 128 << 20;
const MAX_ENTRY = 65_535;
const SEND_TIMEOUT = 120_000;

export interface QueueFile {
  /** Id in the manifest. */
  readonly kiosk: string;
  readonly manifest: Manifest;
  /** The `held` entry with the kiosk's signature: a desk or the commission puts it on the board. */
  readonly held: Uint8Array;
  /** How many ballots the kiosk held when it was closed; those that went over the line aren't here. */
  readonly number: number;
  /** `late` entries. */
  readonly ballots: readonly Uint8Array[];
  /** `cancelled` entries with the kiosk's signature; those that it has posted itself aren't here. */
  readonly account: readonly Uint8Array[];
}

export interface QueueContents {
  readonly held: Uint8Array;
  /** What `held` states. */
  readonly leaves: readonly Uint8Array[];
  /** Encoded `ballot` entries that wait; all of them were stated. */
  readonly ballots: readonly Uint8Array[];
  readonly account: readonly Uint8Array[];
}

export function encodeQueueFile({ held, leaves, ballots, account }: QueueContents): Uint8Array {
  const stated = heldBallots(leaves);
  const { kiosk } = (decodeEntry(held) as EntryOf<'held'>).body;
  const late = ballots.map((ballot) =>
    encodeEntry(lateEntry(kiosk, stated, decodeEntry(ballot) as EntryOf<'ballot'>)),
  );
  const [all, parts] = [[...stated.leaves], [...account]];
  const body = encode({ v: 1, held, leaves: all, ballots: late, account: parts });
  return concatBytes(MAGIC, uint32(body.length), body);
}

/**
 * Reads and checks a queue file. Strict: for any bytes it throws nothing but these.
 *
 * @throws BoothError `queue.malformed`; `queue.truncated`: it breaks off; `queue.foreign`: of another
 * election, or of a kiosk that the manifest doesn't know or that hasn't signed it
 */
export function readQueueFile(bytes: Uint8Array, manifest: Manifest): QueueFile {
  const magic = bytes.subarray(0, MAGIC.length);
  if (!equalBytes(magic, MAGIC.subarray(0, magic.length))) throw malformed();
  if (bytes.length < HEAD) throw truncated();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length);
  if (bytes.length - HEAD < length) throw truncated();
  if (bytes.length - HEAD > length) throw malformed();
  const { held, leaves, ballots, account } = readBody(bytes.subarray(HEAD));
  const { body } = signedByKiosk(held, 'held', manifest);
  const stated = heldBallots(leaves);
  if (stated.number !== body.number || !equalBytes(stated.root, body.root)) throw malformed();
  for (const ballot of ballots) checkLate(ballot, body, manifest);
  for (const part of account) {
    if (signedByKiosk(part, 'cancelled', manifest).body.kiosk !== body.kiosk) throw malformed();
  }
  return { kiosk: body.kiosk, manifest, held, number: body.number, ballots, account };
}

function readBody(bytes: Uint8Array): QueueContents {
  try {
    const { held, leaves, ballots, account } = record(bytes, MAX_FILE);
    return {
      held: byteString(held, 1, MAX_ENTRY),
      leaves: list(leaves).map((leaf) => byteString(leaf, 32, 32)),
      ballots: list(ballots).map((ballot) => byteString(ballot, 1, MAX_ENTRY)),
      account: list(account).map((part) => byteString(part, 1, MAX_ENTRY)),
    };
  } catch (cause) {
    throw malformed(cause);
  }
}

/** What the kiosk has said, and nobody has countersigned yet. */
function signedByKiosk<T extends 'held' | 'cancelled'>(
  bytes: Uint8Array,
  type: T,
  manifest: Manifest,
): EntryOf<T> {
  const found = decoded(bytes);
  if (found.type !== type || found.signatures.length !== 1) throw malformed();
  const entry = found as EntryOf<'held' | 'cancelled'>;
  const [[by, signature]] = entry.signatures as [(typeof entry.signatures)[number]];
  const { kiosk, station } = entry.body;
  const known = manifest.kiosks.some((one) => one.id === kiosk && one.station === station);
  const key = by === `kiosk/${kiosk}` && known ? signerKey(manifest, by) : undefined;
  const input = frame('kabina/v1/entry', type, entry.election, encode(entry.body));
  const own = equalBytes(entry.election, electionId(manifest));
  if (!own || key === undefined || !verify(signature, input, key)) {
    throw new BoothError('queue.foreign', 'not the queue of a kiosk of this election');
  }
  return found as EntryOf<T>;
}

function checkLate(
  bytes: Uint8Array,
  { kiosk, number, root }: EntryOf<'held'>['body'],
  manifest: Manifest,
): void {
  const entry = decoded(bytes);
  const own = entry.type === 'late' && equalBytes(entry.election, electionId(manifest));
  if (!own || entry.body.kiosk !== kiosk) throw malformed();
  const { index, proof } = entry.body;
  try {
    verifyInclusion({ index, size: number, leaf: lateLeaf(entry), proof, root });
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw malformed(cause);
  }
}

function decoded(bytes: Uint8Array): ReturnType<typeof decodeEntry> {
  try {
    return decodeEntry(bytes);
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): BoothError {
  return new BoothError('queue.malformed', 'this is not a queue file', { cause });
}

function truncated(): BoothError {
  return new BoothError('queue.truncated', 'the queue file breaks off');
}

/** How far the sending has come. */
export interface QueueProgress {
  readonly total: number;
  /** The box has them, now or from before. */
  readonly taken: number;
  /** The box refuses them for good, by the code of the refusal. */
  readonly refused: readonly { readonly code: string }[];
}

/**
 * Sends every ballot of the file, and then the kiosk's account. Sending a file again, from here or
 * elsewhere, changes nothing: the box answers the same promise, and an entry stands on the board once.
 *
 * @throws BoothError that is `retryable`, such as `network.…`, or `late.not-held` while the statement is
 * not on the board; `entries.…` when the board refuses the account
 */
export async function sendQueueFile(
  { manifest, ballots, account }: QueueFile,
  client: PortalClient,
  onProgress: (progress: QueueProgress) => void = () => undefined,
): Promise<QueueProgress> {
  let progress: QueueProgress = { total: ballots.length, taken: 0, refused: [] };
  onProgress(progress);
  for (const bytes of ballots) {
    const late = decodeEntry(bytes) as EntryOf<'late'>;
    try {
      const promise = await client.castLate(bytes, { timeout: SEND_TIMEOUT });
      checkPromise(manifest, promise, coreHash(late.body.ballot.core), lateLeaf(late));
      progress = { ...progress, taken: progress.taken + 1 };
    } catch (error) {
      const { code, retryable } = troubleOf(error);
      if (retryable) throw error;
      progress = { ...progress, refused: [...progress.refused, { code }] };
    }
    onProgress(progress);
  }
  for (const part of account) await postOnce(client, part);
  return progress;
}
