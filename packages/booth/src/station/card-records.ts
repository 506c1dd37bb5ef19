// The records of a station's kiosk: their form, and strict reading of them.
//
// Never in a record: a choice, a cell's randomness, a permit before its card was seen, a time, or
// anything that would say in which order voters came. A kiosk forgets the seed of a card as soon as all
// of its ballots are cast or its session has ended.

import { decodeEntry } from '@kabina/election/entries';
import { encode } from '@kabina/election/cbor';
import { SEED_LENGTH } from '../ballot-maker.ts';
import { byteString, damaged, integer, list, object, present, record, text } from '../reading.ts';
import { padded, unpadded } from './sizes.ts';

const MAX_ENTRY = 65_535;
/** A batch of {@link MAX_BATCH} cards with the signatures of all issuers but one in plain. */
const MAX_BATCH_RECORD = 32 << 20;

/** `ready`: its card was not opened; `opened`: its voter is voting; `done`: nothing can follow. */
export type PlaceState = 'ready' | 'opened' | 'done';

/** What a card and its place make a permit of. */
export interface PlaceSecret {
  /** 32 bytes. It was on the disk before the first issuer saw anything that derives from it. */
  readonly seed: Uint8Array;
  /** The last issuer's blind signatures, sealed to the card. */
  readonly sealed: Uint8Array;
  /** Signatures of the other issuers: for each contest of the style, in the manifest's order. */
  readonly plain: readonly (readonly Uint8Array[])[];
}

/** A ballot that is in the queue, or was sent. */
export interface CastMark {
  readonly contest: string;
  /** Hash of the core, and leaf hash of the entry: what the kiosk has promised. */
  readonly core: Uint8Array;
  readonly entry: Uint8Array;
}

/** What the kiosk has prepared for one card. */
export interface Place {
  /** `cardId`, hex: the name of its record. */
  readonly id: string;
  readonly style: string;
  readonly state: PlaceState;
  /** Until everything is cast. */
  readonly secret?: PlaceSecret;
  /** In the order of the style's contests; empty once done. */
  readonly cast: readonly CastMark[];
  /** Once done: how many were cast, and no longer which. */
  readonly papers?: number;
  /** Bytes of its record, always the same. */
  readonly size: number;
}

/** A ballot on its way from the worker into the queue. */
export interface Intent {
  /** Of the place. */
  readonly card: string;
  readonly mark: CastMark;
  /** In the queue: 32 random hexadecimal digits. */
  readonly key: string;
  /** The signed `ballot` entry. */
  readonly entry: Uint8Array;
}

/** A batch of cards that is being delivered. */
export interface Batch {
  readonly number: number;
  readonly style: string;
  readonly seeds: readonly Uint8Array[];
  /** Once all issuers have answered: what waits for the last one's confirmation. */
  readonly answered?: {
    /** The `delivered` entry with the kiosk's signature. */
    readonly entry: Uint8Array;
    /** For each seed. */
    readonly cards: readonly {
      readonly id: string;
      readonly sealed: Uint8Array;
      readonly plain: readonly (readonly Uint8Array[])[];
    }[];
  };
}

/** What the kiosk has stated when it was closed. */
export interface Closing {
  /** The `held` entry with the kiosk's signature. */
  readonly held: Uint8Array;
  /** Leaf hashes of what it held, sorted. */
  readonly leaves: readonly Uint8Array[];
  /** `cancelled` entries that are not on the board yet; undefined before they were made. */
  readonly account?: readonly Uint8Array[];
}

export function encodePlace({ style, state, secret, cast, papers, size }: Place): Uint8Array {
  const kept = encode({
    v: 1,
    style,
    state,
    cast: cast.map((mark) => present(mark)),
    ...(papers === undefined ? {} : { papers }),
    ...(secret === undefined ? {} : { secret: present(secret) }),
  });
  return padded(kept, size);
}

export function decodePlace(id: string, bytes: Uint8Array): Place {
  const { style, state, secret, cast, papers } = record(unpadded(bytes));
  if (state !== 'ready' && state !== 'opened' && state !== 'done') throw damaged();
  return {
    id,
    style: text(style),
    state,
    cast: list(cast).map(castMark),
    size: bytes.length - 4,
    ...(papers === undefined ? {} : { papers: integer(papers) }),
    ...(secret === undefined ? {} : { secret: placeSecret(object(secret)) }),
  };
}

function placeSecret({ seed, sealed, plain }: Record<string, unknown>): PlaceSecret {
  return {
    seed: byteString(seed, SEED_LENGTH, SEED_LENGTH),
    sealed: byteString(sealed, 48, 200_000),
    plain: signatures(plain),
  };
}

function signatures(value: unknown): Uint8Array[][] {
  return list(value).map((all) => list(all).map((one) => byteString(one, 384, 1024)));
}

function castMark(value: unknown): CastMark {
  const { contest, core, entry } = object(value);
  return {
    contest: text(contest),
    core: byteString(core, 32, 32),
    entry: byteString(entry, 32, 32),
  };
}

/** `size`: of the largest ballot. Without an intent the record is as long as with one. */
export function encodeIntent(intent: Intent | undefined, size: number): Uint8Array {
  const kept = intent === undefined ? {} : { intent: { ...intent, mark: present(intent.mark) } };
  return padded(encode({ v: 1, ...kept }), size + 512);
}

export function decodeIntent(bytes: Uint8Array): Intent | undefined {
  const { intent } = record(unpadded(bytes));
  if (intent === undefined) return undefined;
  const { card, mark, key, entry } = object(intent);
  return {
    card: text(card),
    mark: castMark(mark),
    key: text(key),
    entry: entryBytes(entry, 'ballot'),
  };
}

export function encodeBatch({ number, style, seeds, answered }: Batch): Uint8Array {
  const waiting =
    answered === undefined
      ? {}
      : {
          answered: {
            entry: answered.entry,
            cards: answered.cards.map(({ id, sealed, plain }) => ({ id, sealed, plain })),
          },
        };
  return encode({ v: 1, number, style, seeds: [...seeds], ...waiting });
}

export function decodeBatch(bytes: Uint8Array): Batch {
  const { number, style, seeds, answered } = record(bytes, MAX_BATCH_RECORD);
  return {
    number: integer(number),
    style: text(style),
    seeds: list(seeds).map((seed) => byteString(seed, SEED_LENGTH, SEED_LENGTH)),
    ...(answered === undefined ? {} : { answered: answeredOf(object(answered)) }),
  };
}

function answeredOf({ entry, cards }: Record<string, unknown>): NonNullable<Batch['answered']> {
  return {
    entry: entryBytes(entry, 'delivered'),
    cards: list(cards).map((card) => {
      const { id, sealed, plain } = object(card);
      return {
        id: text(id),
        sealed: byteString(sealed, 48, 200_000),
        plain: signatures(plain),
      };
    }),
  };
}

export function encodeClosing({ held, leaves, account }: Closing): Uint8Array {
  const made = account === undefined ? {} : { account: [...account] };
  return encode({ v: 1, held, leaves: [...leaves], ...made });
}

export function decodeClosing(bytes: Uint8Array): Closing {
  const { held, leaves, account } = record(bytes, MAX_BATCH_RECORD);
  return {
    held: entryBytes(held, 'held'),
    leaves: list(leaves).map((leaf) => byteString(leaf, 32, 32)),
    ...(account === undefined
      ? {}
      : { account: list(account).map((part) => entryBytes(part, 'cancelled')) }),
  };
}

function entryBytes(value: unknown, type: string): Uint8Array {
  const bytes = byteString(value, 1, MAX_ENTRY);
  let found: string;
  try {
    found = decodeEntry(bytes).type;
  } catch (cause) {
    throw damaged(cause);
  }
  if (found !== type) throw damaged();
  return bytes;
}
