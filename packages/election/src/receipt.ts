/**
 * The voter's receipt: the ballot box's signed promise, and once the ballot is in the log the proof
 * of that. It says nothing about the choice (PROTOCOL.md, "Receipt").
 *
 * States: `queued` (promised by a kiosk that holds it), `accepted` (promised by the box), `recorded`
 * (proved to be in the log), `counted` (the last one, after `tally`) and `replaced` (a later revision
 * counts instead, or the station has spoiled its card, so that the voter could have another: a
 * look-up tells which).
 */
import { sign, verify } from '@kabina/crypto/ed25519';
import { bytesToHex, equalBytes, frame } from '@kabina/crypto/bytes';
import { LogError } from '@kabina/log/errors';
import { leafHash } from '@kabina/log/merkle';
import { parseProof, verifyProof } from '@kabina/log/proof';
import { trackingCode } from './ballot.ts';
import type { BoardState } from './board.ts';
import { boardPolicy } from './board-cosigned.ts';
import { decode, encode } from './cbor.ts';
import { decodeEntry, type Signer } from './entries.ts';
import { ElectionError } from './errors.ts';
import { electionId, id, type Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';
import {
  boolean,
  bytes,
  fields,
  integer,
  list,
  oneOf,
  pattern,
  text,
  tuple,
  type TypeOf,
} from './schema.ts';
import { lateLeaf } from './station-held.ts';

const promiseBody = fields(
  {
    election: bytes(32),
    /** Hash of the core. */
    core: bytes(32),
    /** Leaf hash of the `ballot` entry. */
    entry: bytes(32),
    /** The ballot will be in the log before this entry. */
    before: oneOf('closed', 'tally'),
  },
  {
    /** The kiosk of a station that promises it in the box's stead, always before `tally`. */ kiosk:
      id,
  },
);
const signedPromise = tuple(promiseBody, bytes(64));
const receiptShape = fields(
  {
    v: oneOf(1),
    kind: oneOf('training', 'binding'),
    contest: id,
    promise: signedPromise,
  },
  { /** c2sp.org/tlog-proof, once the ballot is recorded. */ proof: text(1, 60_000) },
);

/** What the box or a kiosk promises: this core, in this entry, will be in the log before then. */
export type PromiseBody = TypeOf<typeof promiseBody>;
/** `[promise, Ed25519 signature of the box or of the kiosk that is named]` */
export type SignedPromise = TypeOf<typeof signedPromise>;
export type Receipt = TypeOf<typeof receiptShape>;
export type ReceiptState = 'queued' | 'accepted' | 'recorded' | 'counted' | 'replaced';

const TEXT_PREFIX = 'kabina-receipt:';
const MAX_RECEIPT = 65_535;

function promiseInput(body: PromiseBody): Uint8Array {
  return frame('kabina/v1/promise', encode(body));
}

/** The box's promise for a ballot that it has stored durably. `seed` is the box's Ed25519 seed. */
export function signPromise(body: PromiseBody, seed: Uint8Array): SignedPromise {
  return [body, sign(promiseInput(body), seed)];
}

/** A kiosk's promise for a ballot that it has stored durably. */
export async function kioskPromise(
  body: PromiseBody & { readonly kiosk: string; readonly before: 'tally' },
  signer: Signer,
): Promise<SignedPromise> {
  return [body, await signer.sign(promiseInput(body))];
}

export function encodePromise(promise: SignedPromise): Uint8Array {
  return encode(signedPromise(promise, 'promise'));
}

/** Strict: throws `ElectionError`. */
export function decodePromise(encoded: Uint8Array): SignedPromise {
  return signedPromise(decode(encoded, { maxBytes: 512 }), 'promise');
}

/** Whether the manifest's box, or a kiosk of one of its stations, made this promise. */
export function verifyPromise(manifest: Manifest, [body, signature]: SignedPromise): boolean {
  const key = promiserKey(manifest, body);
  return (
    key !== undefined &&
    equalBytes(body.election, electionId(manifest)) &&
    verify(signature, promiseInput(body), key)
  );
}

function promiserKey(manifest: Manifest, { kiosk, before }: PromiseBody): Uint8Array | undefined {
  if (kiosk === undefined) return manifest.box.signingKey;
  const found = manifest.kiosks.find((one) => one.id === kiosk);
  return found?.station === undefined || before !== 'tally' ? undefined : found.signingKey;
}

export function encodeReceipt(receipt: Receipt): Uint8Array {
  return encode(receiptShape(receipt, 'receipt'));
}

/** Strict: throws `ElectionError`. */
export function decodeReceipt(encoded: Uint8Array): Receipt {
  return receiptShape(decode(encoded, { maxBytes: MAX_RECEIPT }), 'receipt');
}

/** The receipt as text, for a QR code or a message: `kabina-receipt:` and base64url. */
export function receiptToText(receipt: Receipt): string {
  const encoded = encodeReceipt(receipt);
  let binary = '';
  for (const byte of encoded) binary += String.fromCharCode(byte);
  const base64 = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return TEXT_PREFIX + base64;
}

/** Reads {@link receiptToText}. Strict: throws `ElectionError`. */
export function receiptFromText(receipt: string): Receipt {
  const base64 = receipt.slice(TEXT_PREFIX.length);
  const fits = receipt.length < 2 * MAX_RECEIPT && /^[\w-]*$/.test(base64);
  if (!receipt.startsWith(TEXT_PREFIX) || !fits) {
    throw new ElectionError('receipt.text', 'this is not a receipt');
  }
  let binary: string;
  try {
    binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
  } catch (cause) {
    throw new ElectionError('receipt.text', 'this is not a receipt', { cause });
  }
  const encoded = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const decoded = decodeReceipt(encoded);
  if (receiptToText(decoded) !== receipt) {
    throw new ElectionError('receipt.text', 'this is not a receipt as we write it');
  }
  return decoded;
}

/** The code by which the receipt's ballot is looked up. */
export function receiptCode(receipt: Receipt): string {
  return trackingCode(receipt.promise[0].core);
}

/**
 * Checks a receipt against the manifest alone: the promise, and if there is a proof, that the entry
 * is in a log that a quorum of witnesses has cosigned. The proof of a ballot that came late is that
 * of its `late` entry, with the entry itself as extra data.
 *
 * @returns `recorded` with the entry's index, or, if there is no proof, `accepted` where the box has
 *   promised and `queued` where a kiosk has
 * @throws ElectionError `receipt.election`, `receipt.promise`, `receipt.proof`
 */
export function verifyReceipt(
  manifest: Manifest,
  receipt: Receipt,
): { state: 'queued' | 'accepted' } | { state: 'recorded'; index: number; size: number } {
  const [body] = receipt.promise;
  const named = manifest.contests.some((contest) => contest.id === receipt.contest);
  if (
    !named ||
    receipt.kind !== manifest.kind ||
    !equalBytes(body.election, electionId(manifest))
  ) {
    throw new ElectionError('receipt.election', 'the receipt belongs to another election');
  }
  if (!verifyPromise(manifest, receipt.promise)) {
    throw new ElectionError('receipt.promise', 'the promise is not signed by the ballot box');
  }
  if (receipt.proof === undefined) return { state: stateOfPromise(body) };
  try {
    const proof = parseProof(receipt.proof);
    const leaf = proof.extra === undefined ? body.entry : leafOfLate(proof.extra, body);
    const proved = verifyProof(proof, leaf, boardPolicy(manifest));
    return { state: 'recorded', index: proved.index, size: proved.checkpoint.size };
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new ElectionError('receipt.proof', cause.message, { cause });
  }
}

/** Leaf hash of the `late` entry that brings the promised ballot. */
function leafOfLate(extra: Uint8Array, body: PromiseBody): Uint8Array {
  try {
    const entry = decodeEntry(extra);
    if (entry.type === 'late' && equalBytes(lateLeaf(entry), body.entry)) return leafHash(extra);
  } catch (cause) {
    if (!(cause instanceof ElectionError)) throw cause;
    throw new ElectionError('receipt.proof', 'the proof’s extra data is no entry', { cause });
  }
  throw new ElectionError('receipt.proof', 'the proof is of another ballot');
}

function stateOfPromise({ kiosk }: PromiseBody): 'queued' | 'accepted' {
  return kiosk === undefined ? 'accepted' : 'queued';
}

/** Whether the ballot of a promise is there. */
export function isKept(state: ReceiptState): boolean {
  return state !== 'queued' && state !== 'accepted';
}

/** Index in the log of the promised ballot, or of the `late` entry that brings it. */
function placeOf(board: BoardState, body: PromiseBody): number | undefined {
  const leafAt = (index: number) => board.stations?.lateAt(index) ?? board.leafHash(index);
  const found = board.ballots.withCore(body.core);
  return found.find(({ index }) => equalBytes(leafAt(index), body.entry))?.index;
}

/** Where the ballot of a promise stands on a board that was read. */
export function promiseState(board: BoardState, [body]: SignedPromise): ReceiptState {
  const own = placeOf(board, body);
  if (own === undefined) return stateOfPromise(body);
  const all = board.lookup(trackingCode(body.core)).flatMap((found) => found.ballots);
  const same = all.find(({ index }) => index === own);
  if (same?.counts) return board.tallySize === undefined ? 'recorded' : 'counted';
  return 'replaced';
}

/** What is wrong with a promise against a board: nothing yet, or a fault that it proves. */
export function checkPromise(board: BoardState, promise: SignedPromise): Problem | undefined {
  const manifest = board.manifest;
  if (!manifest || !verifyPromise(manifest, promise)) {
    return problem('log', 'promise.signature', 'the promise is not signed by this ballot box');
  }
  const [body] = promise;
  const { kiosk, before, core } = body;
  const due = before === 'closed' ? board.closedAt : board.tallySize;
  // A ballot that was put there after its hour was not kept for the voter.
  if (due === undefined || (placeOf(board, body) ?? Infinity) < due) return undefined;
  const who = kiosk === undefined ? 'the box' : `kiosk ${kiosk}`;
  // Then it may be the commission that has left the ballot out, and the kiosk's own statement tells.
  const dictated = kiosk !== undefined && board.stations?.heldBy(kiosk)?.dictated;
  const but = dictated ? '; what it held was stated by the commission' : '';
  const message = `${who} promised ballot ${bytesToHex(core)}, and it was not there in time${but}`;
  return problem(kiosk === undefined ? 'log' : 'stations', 'promise.broken', message);
}

const hex32 = pattern(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
const lookupShape = fields({
  contest: id,
  revisions: list(
    fields(
      {
        revision: integer(0, 1000),
        core: hex32,
        entry: hex32,
        state: oneOf('accepted', 'recorded', 'counted', 'replaced'),
      },
      {
        index: integer(0, Number.MAX_SAFE_INTEGER),
        /** Not replaced by another revision: the station has spoiled its card. */ spoiled: boolean,
      },
    ),
    1,
    1001,
  ),
});

/** What the box answers to a tracking code: every ballot under the receipt's permit. */
export type LookupAnswer = TypeOf<typeof lookupShape>;

/** Reads an answer that came as JSON. Strict: throws `ElectionError`. */
export function readLookup(value: unknown): LookupAnswer {
  return lookupShape(value, 'lookup');
}

/** What the board says to a tracking code. */
export function lookupAnswer(board: BoardState, code: string): LookupAnswer | undefined {
  const [found] = board.lookup(code);
  if (!found) return undefined;
  return {
    contest: found.contest,
    revisions: found.ballots.map((ballot) => ({
      revision: ballot.revision,
      core: bytesToHex(ballot.coreHash),
      entry: bytesToHex(ballot.leafHash),
      state: !ballot.counts ? 'replaced' : board.tallySize === undefined ? 'recorded' : 'counted',
      index: ballot.index,
      ...(ballot.spoiled ? { spoiled: true } : {}),
    })),
  };
}

/**
 * Holds the box's answer to a tracking code against the board: each ballot under the permit has to
 * be in it, and the one that counts has to be named so. A later revision that is hidden from a
 * voter would let somebody who kept the key vote again unseen.
 */
export function checkLookup(
  board: BoardState,
  code: string,
  answer: LookupAnswer,
): Problem | undefined {
  const expected = lookupAnswer(board, code);
  const fault = (message: string) => problem('revisions', 'revisions.lookup', message);
  if (!expected) return undefined;
  if (answer.contest !== expected.contest) return fault('the answer names another contest');
  for (const own of expected.revisions) {
    const said = answer.revisions.find((other) => other.entry === own.entry);
    if (!said) return fault(`the answer hides revision ${own.revision}, entry ${own.index}`);
    const counts = own.state !== 'replaced';
    if (counts && said.state === 'replaced') {
      return fault(`the answer says that revision ${own.revision} was replaced, but it counts`);
    }
    if (!counts && said.state === 'counted') {
      return fault(`the answer says that revision ${own.revision} counts, but it was replaced`);
    }
    if (said.spoiled && !own.spoiled) {
      return fault(`the answer says that revision ${own.revision} was spoiled, and it was not`);
    }
  }
  return undefined;
}
