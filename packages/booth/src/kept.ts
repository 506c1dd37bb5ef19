// The records that survive: their form, and strict reading of what may be damaged or old.
//
// Never in a record: a choice, a cell's randomness, a prepared set. A sealed core waits here without
// its randomness, so nobody who reads the record can open it.

import { decodeEntry, type Core, type Permit } from '@kabina/election/entries';
import { encode } from '@kabina/election/cbor';
import { decodePromise } from '@kabina/election/receipt';
import { SEED_LENGTH } from './ballot-maker.ts';
import {
  boolean,
  byteString,
  damaged,
  integer,
  list,
  object,
  present,
  record,
  text,
} from './reading.ts';

const MAX_PROOF = 60_000;

/** A one-time code that an issuer is waiting for. */
export interface PendingCode {
  readonly issuer: string;
  readonly session: string;
  readonly sentTo?: string;
  /** Milliseconds since the epoch. */
  readonly resendAt: number;
  readonly triesLeft?: number;
}

/** Who is logged in on this device now. */
export interface KeptLogin {
  /** Tokens of issuers that are done with the login. */
  readonly sessions: Readonly<Record<string, string>>;
  readonly pending?: PendingCode;
  /** Name of the voter's own records. */
  readonly voter?: string;
}

export interface KeptVoter {
  /** 32 bytes. It is on disk before the first request to an issuer is sent. */
  readonly seed: Uint8Array;
  readonly contests: readonly { readonly id: string; readonly served: boolean }[];
}

/** A ballot that was decided on and has no answer. The same bytes are sent until it has one. */
export interface PendingBallot {
  readonly core: Core;
  readonly opening: Uint8Array;
  /** The signed entry, once there is a permit; nothing is sent before it is kept here. */
  readonly entry?: Uint8Array;
}

export interface KeptReceipt {
  readonly revision: number;
  /** The signed promise, as the box answered it. */
  readonly promise: Uint8Array;
  /** The inclusion proof (c2sp.org/tlog-proof) that was verified, and the place in the log. */
  readonly proof?: string;
  readonly index?: number;
  readonly counted: boolean;
  readonly replaced: boolean;
}

export interface KeptPaper {
  readonly permit?: Permit;
  readonly pending?: PendingBallot;
  /** The last one accepted. */
  readonly receipt?: KeptReceipt;
  /** The revision that the next sealing gets. */
  readonly next: number;
  /** The box has taken a ballot under this permit of which this device has no receipt. */
  readonly taken: boolean;
}

export const NEW_PAPER: KeptPaper = { next: 0, taken: false };

export function encodeLogin({ sessions, pending, voter }: KeptLogin): Uint8Array {
  return encode({
    v: 1,
    sessions,
    ...(pending === undefined ? {} : { pending: present(pending) }),
    ...(voter === undefined ? {} : { voter }),
  });
}

export function decodeLogin(bytes: Uint8Array): KeptLogin {
  const { sessions, pending, voter } = record(bytes);
  const tokens = Object.entries(object(sessions)).map(([id, token]) => [id, text(token)] as const);
  return {
    sessions: Object.fromEntries(tokens),
    ...(pending === undefined ? {} : { pending: pendingCode(object(pending)) }),
    ...(voter === undefined ? {} : { voter: text(voter) }),
  };
}

function pendingCode(from: Record<string, unknown>): PendingCode {
  const { issuer, session, sentTo, resendAt, triesLeft } = from;
  return {
    issuer: text(issuer),
    session: text(session),
    resendAt: integer(resendAt),
    ...(sentTo === undefined ? {} : { sentTo: text(sentTo) }),
    ...(triesLeft === undefined ? {} : { triesLeft: integer(triesLeft) }),
  };
}

export function encodeVoter({ seed, contests }: KeptVoter): Uint8Array {
  return encode({ v: 1, seed, contests: contests.map(({ id, served }) => ({ id, served })) });
}

export function decodeVoter(bytes: Uint8Array): KeptVoter {
  const { seed, contests } = record(bytes);
  return {
    seed: byteString(seed, SEED_LENGTH, SEED_LENGTH),
    contests: list(contests).map((item) => {
      const { id, served } = object(item);
      return { id: text(id), served: boolean(served) };
    }),
  };
}

export function encodePaper({ permit, pending, receipt, next, taken }: KeptPaper): Uint8Array {
  return encode({
    v: 1,
    next,
    taken,
    ...(permit === undefined ? {} : { permit }),
    ...(pending === undefined ? {} : { pending: present(pending) }),
    ...(receipt === undefined ? {} : { receipt: present(receipt) }),
  });
}

export function decodePaper(bytes: Uint8Array): KeptPaper {
  const { permit, pending, receipt, next, taken } = record(bytes);
  return {
    next: integer(next),
    taken: boolean(taken),
    ...(permit === undefined ? {} : { permit: permitOf(object(permit)) }),
    ...(pending === undefined ? {} : { pending: pendingOf(object(pending)) }),
    ...(receipt === undefined ? {} : { receipt: receiptOf(object(receipt)) }),
  };
}

function permitOf(from: Record<string, unknown>): Permit {
  return {
    key: byteString(from['key'], 32, 33),
    list: text(from['list']),
    signatures: list(from['signatures']).map((item) => byteString(item, 384, 1024)),
  };
}

function pendingOf(from: Record<string, unknown>): PendingBallot {
  const { core, opening, entry } = from;
  const pending = { core: coreOf(object(core)), opening: byteString(opening, 16, 16) };
  if (entry === undefined) return pending;
  const encoded = byteString(entry, 1, 65_535);
  let type: string;
  try {
    ({ type } = decodeEntry(encoded));
  } catch (cause) {
    throw damaged(cause);
  }
  if (type !== 'ballot') throw damaged();
  return { ...pending, entry: encoded };
}

function coreOf(from: Record<string, unknown>): Core {
  const { digits } = from;
  return {
    election: byteString(from['election'], 32, 32),
    contest: text(from['contest']),
    tag: byteString(from['tag'], 32, 32),
    revision: integer(from['revision']),
    cells: byteString(from['cells'], 64, 65_000),
    proofs: byteString(from['proofs'], 64, 65_000),
    sum: byteString(from['sum'], 64, 65_000),
    ...(digits === undefined ? {} : { digits: text(digits) }),
  };
}

function receiptOf(from: Record<string, unknown>): KeptReceipt {
  const { revision, promise, proof, index, counted, replaced } = from;
  return {
    revision: integer(revision),
    promise: promiseBytes(promise),
    counted: boolean(counted),
    replaced: boolean(replaced),
    ...(proof === undefined ? {} : { proof: text(proof, MAX_PROOF) }),
    ...(index === undefined ? {} : { index: integer(index) }),
  };
}

function promiseBytes(value: unknown): Uint8Array {
  const promise = byteString(value, 1, 512);
  try {
    decodePromise(promise);
  } catch (cause) {
    throw damaged(cause);
  }
  return promise;
}
