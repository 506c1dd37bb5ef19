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

const ballot = fields({ core, opening: bytes(16), permit, signature: bytes(64) });
/** How many cards of each style. */
const byStyle = list(tuple(id, count), 0, 500);
/** Members' detached CMS over an act; as many as a closing needs. */
const members = list(fields({ member: integer(1, 50), cms: bytes(1, 8_192) }), 0, 5);

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
  ballot,
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
  /** Cards for a kiosk, counted and handed over before they can be drawn. */
  delivered: fields({
    station: id,
    kiosk: id,
    style: id,
    /** Of this kiosk, from 1. */
    batch: integer(1, 10_000),
    cards: list(
      fields({
        /** X25519; the other half exists on the card alone. */
        key: hash,
        /** `cardCommitment` of what the card issuer has signed for it. */
        commitment: hash,
        /** The card's ballot keys and their blindings, sealed to its key: `sealDeposit`. */
        deposit: bytes(96, 8_192),
      }),
      1,
      500,
    ),
  }),
  /** A card that was given out and came back: no ballot under its keys counts. */
  spoiled: fields({
    station: id,
    kiosk: id,
    /** `cardId` */ card: hash,
    /** `Deposit`, in the order of the style's contests. */
    blindings: list(hash, 1, 100),
    /** Ballot keys. */
    keys: list(bytes(32, 33), 1, 100),
  }),
  /** Unopened cards of a kiosk that is dead, counted by hand. */
  'written-off': fields({
    station: id,
    kiosk: id,
    reason: text(1, 1000),
    cards: byStyle,
    /** Over `writeOffDocument`. */
    members,
  }),
  /** A kiosk's ballots that are still on their way when it closes. */
  held: fields({
    station: id,
    kiosk: id,
    number: count,
    /** Merkle root (RFC 6962) over their leaf hashes, sorted. */
    root: hash,
  }),
  /** A kiosk's account at closing; its cards that were never opened, in parts. */
  cancelled: fields({
    station: id,
    kiosk: id,
    /** Cards that it has opened. */
    opened: byStyle,
    /** All that were never opened: their number, and the Merkle root over their sorted ids. */
    number: count,
    root: hash,
    /** From 1. */
    part: integer(1, 1000),
    /** Ids of this part; all parts together are sorted. */
    cards: list(hash, 0, 1500),
  }),
  /** A registration desk's account at closing. */
  marked: fields(
    {
      station: id,
      /** Voters marked as served. */
      voters: byStyle,
      /** Cards drawn from each pile, those in place of spoiled ones too. */
      given: list(tuple(id, id, count), 0, 1000),
    },
    {
      /** The desk is lost: counted by hand from the paper list. Members sign `lostDeskDocument`. */
      lost: fields({ reason: text(1, 1000), members }),
    },
  ),
  /** A ballot that was held at closing, with its proof under the kiosk's root. */
  late: fields({
    kiosk: id,
    /** Place among the sorted leaf hashes. */
    index: count,
    proof: list(hash, 0, 32),
    ballot,
  }),
  closed: fields(
    { /** Leaf hashes of the `held` entries. */ stations: list(hash, 0, 500) },
    { /** Kiosks of which nothing was heard. */ missing: list(id, 1, 500) },
  ),
  tally: fields(
    { /** Ballots at a smaller index count. */ size: integer(1, Number.MAX_SAFE_INTEGER) },
    { /** Kiosks whose held ballots haven't all come. */ missing: list(id, 1, 500) },
  ),
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
