/**
 * The bodies of the log's entries, one shape per type (PROTOCOL.md, "Entries"). Lengths that the
 * suite or the contest decides are checked where the manifest is known, in `board.ts`.
 */
import { manifestShape, id, listName, localized, time } from './manifest.ts';
import {
  boolean,
  bytes,
  fields,
  integer,
  list,
  nullable,
  oneOf,
  pattern,
  text,
  tuple,
  type TypeOf,
} from './schema.ts';

const hash = bytes(32);
const attempt = integer(1, 1000);
const index = integer(1, 50);
const count = integer(0, 200_000_000);
/** Of either suite. */
const point = bytes(32, 33);
const scalar = bytes(32);
/** A proof of equal logarithms or of knowledge: commitments or challenge, and answers. */
const proof = bytes(32, 512);
const shares = list(tuple(index, point), 1, 50);
const core = fields(
  {
    election: hash,
    contest: id,
    /** `SHA-256(frame('kabina/v1/tag', ballot key, opening))` */
    tag: hash,
    revision: integer(0, 1000),
    cells: bytes(64, 65_000),
    proofs: bytes(128, 65_000),
    sum: bytes(96, 65_000),
  },
  {
    /** Typed by the voter at a kiosk, so that two voters can't be shown one receipt. */ digits:
      pattern(/^\d{6}$/, 'six digits'),
  },
);
const permit = fields({
  /** Public half of the ballot key. */
  key: bytes(32, 33),
  list: listName,
  /** One per issuer, in the manifest's order. */
  signatures: list(bytes(384, 1024), 1, 4),
});

/** The shape of each type's body. */
export const bodyShapes = {
  manifest: fields({ manifest: manifestShape }),
  'ceremony/commit': fields({ attempt, index, /** of the reveal */ hash }),
  'ceremony/reveal': fields({
    attempt,
    index,
    commitments: list(point, 1, 50),
    proof,
    /** To every other holder of the attempt, ascending: `enc ‖ ciphertext` of HPKE. */
    shares: list(tuple(index, bytes(80)), 0, 49),
  }),
  'ceremony/complaint': fields(
    { attempt, index, against: index },
    { /** What was decrypted, if anything was. */ share: bytes(0, 64) },
  ),
  'ceremony/answer': fields({ attempt, index, to: index, share: scalar }),
  'ceremony/restart': fields({
    /** The new one. */
    attempt,
    /** Everyone who is left out from now on, ascending. */
    excluded: list(index, 1, 49),
    reason: text(1, 1000),
  }),
  'ceremony/confirm': fields({
    attempt,
    index,
    key: point,
    publicShares: shares,
    /** Decryption of a point that nobody chose, from the share that was stored. */
    test: fields({ A: point, D: point, proof }),
  }),
  opened: fields({
    key: point,
    publicShares: shares,
    /** of the `confirm` entries */ ceremony: hash,
  }),
  ballot: fields({ core, opening: bytes(16), permit, signature: bytes(64) }),
  challenge: fields({
    core,
    marks: list(integer(0, 1), 1, 251),
    /** Randomness of each cell. */
    opening: bytes(32, 251 * 32),
  }),
  cosigned: fields({ checkpoint: text(1, 60_000) }),
  withdrawn: fields({ contest: id, option: id }),
  suspended: fields({ reason: text(1, 1000) }),
  resumed: fields({ /** Seconds that closing is put off. */ extension: integer(0, 7 * 86_400) }),
  issued: fields({
    issuer: id,
    /** List, contest, remote, premises: in the order of the issuer's keys in the manifest. */
    counts: list(tuple(listName, id, count, count), 1, 1000),
    root: hash,
  }),
  closed: fields({ stations: list(hash, 0, 0) }),
  tally: fields({
    /** Ballots at a smaller index count. */ size: integer(1, Number.MAX_SAFE_INTEGER),
  }),
  share: fields({
    index,
    contest: id,
    D: list(point, 1, 251),
    proofs: list(proof, 1, 251),
  }),
  result: fields({
    contest: id,
    /** Counted ballots. */
    ballots: count,
    /** Per option; `null` where the contest is not decrypted. */
    counts: nullable(list(count, 1, 250)),
    /** Blank papers; `null` where the contest is not decrypted. */
    blank: nullable(count),
  }),
  protocol: fields({
    contest: id,
    /** 1…: «Экземпляр №». */
    copy: integer(1, 100),
    /** «Повторный»: it replaces an earlier one. */
    repeated: boolean,
    /** Number, text in Russian, value; `null` stands for «не расшифровывается». */
    lines: list(tuple(text(1, 8), text(1, 3000), nullable(count)), 1, 300),
    complaints: integer(0, 100_000),
    /** Hour and minute of signing. */
    signedAt: time,
    certifiedCopies: integer(0, 10_000),
  }),
  signed: fields({
    act: oneOf('open', 'close', 'publish'),
    /** Place on the manifest's roll. */
    member: integer(1, 50),
    /** Detached CMS SignedData over `memberDocument`, with one signer. */
    cms: bytes(1, 8_192),
  }),
  published: fields({
    /** The roll of the manifest: who has signed the protocols, who hasn't, and why. */
    members: list(
      fields(
        { name: text(1, 200), post: localized, signed: boolean, dissent: boolean },
        { /** Why the signature is missing. */ reason: text(1, 500) },
      ),
      0,
      50,
    ),
  }),
};

/** Types of entries. */
export type EntryType = keyof typeof bodyShapes;
/** Body of an entry by its type. */
export type Bodies = { [T in EntryType]: TypeOf<(typeof bodyShapes)[T]> };

/** The encrypted part of a ballot, the same in `ballot` and `challenge`. */
export type Core = TypeOf<typeof core>;
/** The right to vote once in a contest. */
export type Permit = TypeOf<typeof permit>;

export const entryTypes = Object.keys(bodyShapes) as EntryType[];
export const entryType = oneOf(...entryTypes);
