/**
 * The manifest: everything that is settled before the election, in one signed structure. Its hash
 * is the election's id, to which all that comes later is bound (PROTOCOL.md, "Manifest").
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { frame } from '@kabina/crypto/bytes';
import { suiteById, type SuiteId } from '@kabina/crypto/suites';
import { decode, encode, MAX_BYTES } from './cbor.ts';
import { ElectionError } from './errors.ts';
import { checkManifestRules } from './manifest-rules.ts';
import {
  bytes,
  fields,
  integer,
  list,
  nullable,
  oneOf,
  pattern,
  text,
  type Shape,
} from './schema.ts';

/** A text in the languages of the booth; Russian always. */
export interface Localized {
  ru: string;
  kk?: string;
  en?: string;
}

/** A candidate, a party's list, or an answer. */
export interface Option {
  id: string;
  name: Localized;
  /** The descriptive line of the ballot paper. */
  description?: Localized;
}

/** One ballot paper («бюллетень»). */
export interface Contest {
  id: string;
  title: Localized;
  options: Option[];
  /** `0 ≤ min ≤ max`; 0 allows a blank paper. */
  min: number;
  /** `1 ≤ max ≤ options.length`. */
  max: number;
  /** Whether blank papers are counted as invalid or on a line apart. Matters when `min` is 0. */
  blank: 'invalid' | 'apart';
  /** With fewer counted ballots than this (and at least one) the contest is not decrypted. */
  least: number;
  commission: Localized;
  district?: Localized;
}

/** Which contests a voter gets. */
export interface BallotStyle {
  id: string;
  title: Localized;
  /** Ids of contests. */
  contests: string[];
  /** Number of voters of this style on the voter list. */
  voters: number;
}

/** A trustee («хранитель ключа»). */
export interface Holder {
  /** 1…, in order. */
  index: number;
  name: string;
  /** Ed25519. */
  signingKey: Uint8Array;
  /** X25519, for the shares of the ceremony. */
  hpkeKey: Uint8Array;
}

/** One blind-signing key: RSA, for one contest and one list of voters. */
export interface IssuerKey {
  contest: string;
  /** `online`, or `station/ID`. */
  list: string;
  /** Big-endian, at least 3,072 bits. */
  modulus: Uint8Array;
  exponent: number;
}

/** A body that identifies voters and blind-signs their permits. */
export interface Issuer {
  id: string;
  name: Localized;
  /** Ed25519. */
  signingKey: Uint8Array;
  keys: IssuerKey[];
}

/** A polling station with kiosks that may be offline («режим участка»). */
export interface Station {
  id: string;
  name: Localized;
  /** The registration desk's. Ed25519. */
  signingKey: Uint8Array;
}

export interface Kiosk {
  id: string;
  name: string;
  /** The station whose cards it opens; a kiosk without one is online. */
  station?: string;
  /** Ed25519. */
  signingKey: Uint8Array;
}

/** Who certifies the members' tokens, and how many members must sign what. */
export interface MembersAuthority {
  /** Self-signed X.509, DER. */
  certificate: Uint8Array;
  opening: number;
  closing: number;
  publishing: number;
}

/** Times are ISO 8601 with seconds and offset (`2026-09-20T08:00:00+03:00`). */
export interface Hours {
  opens: string;
  issuingCloses: string;
  closes: string;
  pauses: { from: string; to: string }[];
}

export interface Manifest {
  v: 1;
  kind: 'training' | 'binding';
  title: Localized;
  suite: SuiteId;
  contests: Contest[];
  styles: BallotStyle[];
  voters: { count: number; /** Merkle root of the salted voter list. */ root: Uint8Array };
  /** Empty where everybody votes online. */
  stations: Station[];
  hours: Hours;
  /** Whether and until when a voter may replace a ballot. */
  revoting: null | { until: string };
  trustees: { threshold: number; holders: Holder[] };
  issuers: Issuer[];
  kiosks: Kiosk[];
  board: { origin: string; /** Signed-note verifier key of the log. */ key: string };
  /** The ballot box, which signs promises and `cosigned` entries. Ed25519. */
  box: { signingKey: Uint8Array };
  witnesses: { quorum: number; /** Signed-note verifier keys. */ keys: string[] };
  commission: {
    name: Localized;
    /** Ed25519. */
    signingKey: Uint8Array;
    members: { name: string; post: Localized }[];
    /** Absent where members have no tokens; a binding election has it. */
    authority?: MembersAuthority;
  };
  /** Ballots wait until a batch has this many. */
  pool: number;
}

/** Names of things: of contests, options, styles, issuers, stations, kiosks. */
export const id = pattern(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  'an id of 1 to 64 letters, digits and . _ -',
);
/** Names of a voter list. */
export const listName = pattern(
  /^(online|station\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/,
  'online or station/ID',
);
/** Whether a well-formed time names a moment: 30 February and 25 o'clock don't. */
function isMoment(moment: string): boolean {
  const parsed = Date.parse(moment);
  if (Number.isNaN(parsed)) return false;
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(moment) ?? [];
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  // The clock at that offset has to show what is written.
  const shown = new Date(parsed + offset * 60_000).toISOString();
  return Math.abs(offset) <= 14 * 60 && shown.startsWith(moment.slice(0, 19));
}

/** ISO 8601 with seconds and offset, a moment that exists. */
export const time: Shape<string> = (value, path) => {
  const moment = pattern(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/,
    'a time such as 2026-09-20T08:00:00+03:00',
  )(value, path);
  if (!isMoment(moment)) throw new ElectionError('shape.range', `${path}: no such moment`);
  return moment;
};
export const localized: Shape<Localized> = fields(
  { ru: text(1, 2000) },
  { kk: text(1, 2000), en: text(1, 2000) },
);

const key32 = bytes(32);
const manifest: Shape<Manifest> = fields({
  v: oneOf(1),
  kind: oneOf('training', 'binding'),
  title: localized,
  suite: oneOf('ristretto255-sha512', 'gost256b-streebog'),
  contests: list(
    fields(
      {
        id,
        title: localized,
        options: list(fields({ id, name: localized }, { description: localized }), 1, 250),
        min: integer(0, 250),
        max: integer(1, 250),
        blank: oneOf('invalid', 'apart'),
        least: integer(0, 1_000_000),
        commission: localized,
      },
      { district: localized },
    ),
    1,
    500,
  ),
  styles: list(
    fields({
      id,
      title: localized,
      contests: list(id, 1, 100),
      voters: integer(0, 200_000_000),
    }),
    1,
    500,
  ),
  voters: fields({ count: integer(0, 200_000_000), root: key32 }),
  stations: list(fields({ id, name: localized, signingKey: key32 }), 0, 200),
  hours: fields({
    opens: time,
    issuingCloses: time,
    closes: time,
    pauses: list(fields({ from: time, to: time }), 0, 60),
  }),
  revoting: nullable(fields({ until: time })),
  trustees: fields({
    threshold: integer(1, 50),
    holders: list(
      fields({ index: integer(1, 50), name: text(1, 200), signingKey: key32, hpkeKey: key32 }),
      1,
      50,
    ),
  }),
  issuers: list(
    fields({
      id,
      name: localized,
      signingKey: key32,
      keys: list(
        fields({
          contest: id,
          list: listName,
          modulus: bytes(384, 1024),
          exponent: integer(3, 0xffffffff),
        }),
        1,
        1000,
      ),
    }),
    1,
    4,
  ),
  kiosks: list(fields({ id, name: text(1, 200), signingKey: key32 }, { station: id }), 0, 500),
  board: fields({ origin: text(1, 255), key: text(1, 512) }),
  box: fields({ signingKey: key32 }),
  witnesses: fields({ quorum: integer(0, 50), keys: list(text(1, 512), 0, 50) }),
  commission: fields(
    {
      name: localized,
      signingKey: key32,
      members: list(fields({ name: text(1, 200), post: localized }), 0, 50),
    },
    {
      authority: fields({
        certificate: bytes(1, 4096),
        opening: integer(0, 50),
        closing: integer(0, 50),
        publishing: integer(1, 50),
      }),
    },
  ),
  pool: integer(1, 1000),
});

/** Checks that a decoded value has the shape of a manifest; its rules are apart. */
export const manifestShape: Shape<Manifest> = manifest;

/**
 * Checks shape and rules. Throws `ElectionError` with a code `shape.…` or `manifest.…`:
 * ids that repeat or point nowhere, limits of marks, dates out of order, keys missing, a quorum
 * that isn't a majority, a ballot that wouldn't fit into an entry.
 */
export function checkManifest(value: Manifest): void {
  manifest(value, 'manifest');
  suiteById(value.suite);
  checkManifestRules(value);
  if (encode(value).length > MAX_BYTES - 512) {
    throw new ElectionError('manifest.size', 'the manifest does not fit into an entry of the log');
  }
}

/** Checks and encodes. */
export function encodeManifest(value: Manifest): Uint8Array {
  checkManifest(value);
  return encode(value);
}

/** Decodes strictly and checks. */
export function decodeManifest(encoded: Uint8Array): Manifest {
  const value = manifest(decode(encoded), 'manifest');
  checkManifest(value);
  return value;
}

/** `SHA-256(frame('kabina/v1/manifest', manifest))`: 32 bytes that name the election. */
export function electionId(value: Manifest): Uint8Array {
  return sha256(frame('kabina/v1/manifest', encode(value)));
}

/** The contest with this id. Throws `ElectionError('contest.unknown')`. */
export function contestById(value: Manifest, contest: string): Contest {
  const found = value.contests.find((candidate) => candidate.id === contest);
  if (!found) throw new ElectionError('contest.unknown', `no contest ${JSON.stringify(contest)}`);
  return found;
}

/** Number of voters on the list who get this contest. */
export function votersOf(value: Manifest, contest: string): number {
  return value.styles
    .filter((style) => style.contests.includes(contest))
    .reduce((sum, style) => sum + style.voters, 0);
}

export { contestShape } from './contest-shape.ts';
export { servedStyles, stationList } from './served-styles.ts';
