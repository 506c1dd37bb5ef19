/**
 * What the audited board says to a voter: to a receipt, to a tracking code, and to the opening of a
 * core that was challenged. Nothing is asked of the portal.
 */
import { parseTrackingCode, checkChallenge, coreHash } from '@kabina/election/ballot';
import type { BoardState } from '@kabina/election/board';
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { decode } from '@kabina/election/cbor';
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import {
  checkPromise,
  isKept,
  promiseState,
  receiptCode,
  receiptFromText,
  verifyReceipt,
  type Receipt,
  type ReceiptState,
} from '@kabina/election/receipt';
import type { TileTree } from '@kabina/log/tiles';

const RECEIPT = 'kabina-receipt:';
const OPENING = 'kabina-opening:';

export interface RevisionView {
  readonly revision: number;
  /** Of the entry in the log. */
  readonly index: number;
  readonly core: string;
  readonly counts: boolean;
  /** It does not count, since its station has spoiled its card. */
  readonly spoiled: boolean;
  /** Whether it is the very ballot that was asked for. */
  readonly own: boolean;
}

/** Every ballot under one permit, oldest first. */
export interface PermitView {
  readonly contest: string;
  readonly revisions: readonly RevisionView[];
}

export type LookUp =
  | {
      readonly what: 'ballot';
      readonly permits: readonly PermitView[];
      /** Of a receipt. A tracking code promises nothing. */
      readonly receipt?: {
        readonly contest: string;
        readonly code: string;
        readonly state: ReceiptState;
        readonly promise: 'kept' | 'waiting' | 'broken';
        /** Whether a station's kiosk has promised, and not the ballot box. */
        readonly byKiosk: boolean;
        /** Whether the station has spoiled its card: `replaced`, but by no other revision. */
        readonly spoiled: boolean;
      };
    }
  | {
      readonly what: 'opening';
      readonly contest: string;
      /** Per option, and one more that says "blank" where blank papers are allowed. */
      readonly marks: readonly number[];
      readonly index: number;
      /** Whether marks and randomness make the very ciphertexts of the core. */
      readonly good: boolean;
      /** Whether the opened core was cast too: the ballot box's fault. */
      readonly cast: boolean;
    }
  | {
      readonly what: 'nothing';
      readonly why:
        | 'text'
        | 'election'
        | 'promise'
        | 'proof'
        | 'rewritten'
        | 'not-on-board'
        | 'no-challenge'
        | 'other-opening'
        | 'unreachable';
    };

interface Opening {
  readonly core: Uint8Array;
  readonly marks: readonly number[];
  readonly opening: Uint8Array;
}

function readOpening(text: string): Opening | undefined {
  try {
    const base64 = text.slice(OPENING.length).replaceAll('-', '+').replaceAll('_', '/');
    const value = decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
    const { core, marks, opening } = value as Partial<Record<keyof Opening, unknown>>;
    const good =
      core instanceof Uint8Array &&
      opening instanceof Uint8Array &&
      Array.isArray(marks) &&
      marks.every((mark) => mark === 0 || mark === 1);
    return good ? { core, marks: marks as number[], opening } : undefined;
  } catch {
    return undefined;
  }
}

function permitsOf(board: BoardState, code: string, own: Uint8Array | undefined): PermitView[] {
  const asked = parseTrackingCode(code) as Uint8Array;
  return board.lookup(code).map(({ contest, ballots }) => ({
    contest,
    revisions: ballots.map((ballot) => ({
      revision: ballot.revision,
      index: ballot.index,
      core: bytesToHex(ballot.coreHash),
      counts: ballot.counts,
      spoiled: ballot.spoiled,
      own: own
        ? equalBytes(ballot.leafHash, own)
        : equalBytes(ballot.coreHash.subarray(0, asked.length), asked),
    })),
  }));
}

function lookUpReceipt(board: BoardState, text: string): LookUp {
  const manifest = board.manifest;
  let receipt: Receipt;
  try {
    receipt = receiptFromText(text);
    if (!manifest) return { what: 'nothing', why: 'election' };
    const verified = verifyReceipt(manifest, receipt);
    const { entry } = receipt.promise[0];
    // A good proof against this very board's witnesses, of an entry that is not there: two boards.
    const index = verified.state === 'recorded' ? verified.index : board.size;
    const leaf = () => board.stations?.lateAt(index) ?? board.leafHash(index);
    if (index < board.size && !equalBytes(leaf(), entry)) {
      return { what: 'nothing', why: 'rewritten' };
    }
  } catch (error) {
    if (!(error instanceof ElectionError)) throw error;
    const why = (['election', 'promise', 'proof'] as const).find(
      (one) => error.code === `receipt.${one}`,
    );
    return { what: 'nothing', why: why ?? 'text' };
  }
  const code = receiptCode(receipt);
  const state = promiseState(board, receipt.promise);
  const broken = checkPromise(board, receipt.promise) !== undefined;
  const promise = broken ? 'broken' : isKept(state) ? 'kept' : 'waiting';
  const [{ entry, kiosk }] = receipt.promise;
  const permits = permitsOf(board, code, entry);
  const own = permits.flatMap(({ revisions }) => revisions).find((one) => one.own);
  const spoiled = own?.spoiled ?? false;
  const byKiosk = kiosk !== undefined;
  return {
    what: 'ballot',
    permits,
    receipt: { contest: receipt.contest, code, state, promise, byKiosk, spoiled },
  };
}

async function findChallenge(
  tree: TileTree,
  core: Uint8Array,
): Promise<{ index: number; entry: EntryOf<'challenge'> } | undefined> {
  for await (const { index, entry: bytes } of tree.entries()) {
    try {
      const entry = decodeEntry(bytes);
      if (entry.type !== 'challenge') continue;
      if (equalBytes(coreHash(entry.body.core), core)) return { index, entry };
    } catch (error) {
      // Bytes that are no entry: the audit has reported them.
      if (!(error instanceof ElectionError)) throw error;
    }
  }
  return undefined;
}

async function lookUpOpening(board: BoardState, tree: TileTree, text: string): Promise<LookUp> {
  const opening = readOpening(text);
  if (!opening) return { what: 'nothing', why: 'text' };
  const found = await findChallenge(tree, opening.core);
  if (!found || !board.manifest || !board.key) return { what: 'nothing', why: 'no-challenge' };
  const { index, entry } = found;
  const { body } = entry;
  // What the booth showed has to be what the box published.
  const same =
    equalBytes(body.opening, opening.opening) && body.marks.join() === opening.marks.join();
  if (!same) return { what: 'nothing', why: 'other-opening' };
  return {
    what: 'opening',
    contest: body.core.contest,
    marks: body.marks,
    index,
    good: checkChallenge(board.manifest, board.key, entry) === undefined,
    cast: board.ballots.withCore(opening.core).length > 0,
  };
}

/** Answers what a person has pasted, typed or scanned. `tree` is the one that was audited. */
export async function lookUp(board: BoardState, tree: TileTree, text: string): Promise<LookUp> {
  // Receipts are long: mail and terminals break them into lines.
  const joined = text.replace(/\s+/g, '');
  if (joined.startsWith(RECEIPT)) return lookUpReceipt(board, joined);
  if (joined.startsWith(OPENING)) return lookUpOpening(board, tree, joined);
  if (!parseTrackingCode(joined)) return { what: 'nothing', why: 'text' };
  const permits = permitsOf(board, joined, undefined);
  return permits.length === 0
    ? { what: 'nothing', why: 'not-on-board' }
    : { what: 'ballot', permits };
}
