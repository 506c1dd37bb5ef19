/**
 * The log's entries and their bytes: CBOR `[type, election, body, [[signer, signature], …]]`.
 * An entry is known by its leaf hash (RFC 6962 §2.1) in the log.
 */
import { sign, verify } from '@kabina/crypto/ed25519';
import { frame } from '@kabina/crypto/bytes';
import { decode, encode, MAX_BYTES } from './cbor.ts';
import { bodyShapes, entryType, type Bodies, type EntryType } from './entry-bodies.ts';
import { ElectionError } from './errors.ts';
import { stationList, type IssuerKey, type Manifest } from './manifest.ts';
import { bytes, list, pattern, tuple, type Shape } from './schema.ts';

export type { Bodies, Core, EntryType, Permit } from './entry-bodies.ts';

/** An entry of one type. */
export interface EntryOf<T extends EntryType> {
  readonly type: T;
  /** The manifest's hash. */
  readonly election: Uint8Array;
  readonly body: Bodies[T];
  /** Who signed (`commission`, `trustee/1`, `issuer/registrar`, `kiosk/K1`…) and Ed25519 signatures. */
  readonly signatures: readonly (readonly [signer: string, signature: Uint8Array])[];
}

/** Any entry; `type` tells which. */
export type Entry = { [T in EntryType]: EntryOf<T> }[EntryType];

/** The ballot that an entry casts: a `ballot` itself, or what a `late` entry brings. */
export function castBallot(entry: Entry): EntryOf<'ballot'> | undefined {
  if (entry.type === 'ballot') return entry;
  if (entry.type !== 'late') return undefined;
  return { type: 'ballot', election: entry.election, body: entry.body.ballot, signatures: [] };
}

const signer = pattern(
  /^(commission|box|trustee\/[1-9]\d?|(issuer|station|kiosk)\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/,
  'a signer',
);
const envelope = tuple(
  entryType,
  bytes(32),
  ((value: unknown) => value) as Shape<unknown>,
  list(tuple(signer, bytes(64)), 0, 4),
);

/** What a signer of an entry signs. */
function signatureInput<T extends EntryType>(
  type: T,
  election: Uint8Array,
  body: Bodies[T],
): Uint8Array {
  return frame('kabina/v1/entry', type, election, encode(body));
}

/** Encodes; throws `ElectionError` if the shape is wrong or the bytes are more than 65,535. */
export function encodeEntry(entry: Entry): Uint8Array {
  checkShape(entry.type, entry.body);
  const out = encode([entry.type, entry.election, entry.body, entry.signatures]);
  if (out.length > MAX_BYTES) {
    throw new ElectionError('entry.size', `${out.length} bytes, at most ${MAX_BYTES} are allowed`);
  }
  return out;
}

function checkShape(type: EntryType, body: unknown): void {
  const shape = bodyShapes[type] as Shape<unknown>;
  shape(body, type);
}

/**
 * Decodes strictly: size, depth, deterministic encoding, and the exact shape of the type. Lengths
 * that depend on the manifest, signatures and rules are judged later.
 *
 * Throws `ElectionError` with a code `cbor.…` or `shape.…`, and nothing else, for any bytes.
 */
export function decodeEntry(encoded: Uint8Array): Entry {
  const [type, election, body, signatures] = envelope(decode(encoded), 'entry');
  checkShape(type, body);
  return { type, election, body, signatures } as Entry;
}

/** Makes an entry with one signature, under the 32-byte Ed25519 seed of `by`. */
export function signEntry<T extends EntryType>(
  type: T,
  election: Uint8Array,
  body: Bodies[T],
  { by, seed }: { by: string; seed: Uint8Array },
): EntryOf<T> {
  checkShape(type, body);
  const signature = sign(signatureInput(type, election, body), seed);
  return { type, election, body, signatures: [[by, signature]] };
}

/** A key that signs without being seen: in a kiosk's agent, on a token. */
export interface Signer {
  /** As {@link signerKey} names it: `kiosk/K1`, `station/101`. */
  readonly by: string;
  /** Ed25519 over the input. */
  sign(input: Uint8Array): Promise<Uint8Array>;
}

/** The same entry with one more signature. */
export async function cosignEntry<T extends EntryType>(
  entry: EntryOf<T>,
  { by, sign: signWith }: Signer,
): Promise<EntryOf<T>> {
  checkShape(entry.type, entry.body);
  const signature = await signWith(signatureInput(entry.type, entry.election, entry.body));
  return { ...entry, signatures: [...entry.signatures, [by, signature]] };
}

/** The public key of a signer, or undefined if the manifest knows no such one. */
export function signerKey(manifest: Manifest, by: string): Uint8Array | undefined {
  if (by === 'commission') return manifest.commission.signingKey;
  if (by === 'box') return manifest.box.signingKey;
  const [role, name] = by.split('/');
  if (role === 'trustee') {
    return manifest.trustees.holders.find((holder) => String(holder.index) === name)?.signingKey;
  }
  if (role === 'station') return manifest.stations.find(({ id }) => id === name)?.signingKey;
  if (role === 'kiosk') return manifest.kiosks.find(({ id }) => id === name)?.signingKey;
  return manifest.issuers.find((issuer) => issuer.id === name)?.signingKey;
}

/** Who must have signed an entry: everyone of one of these lists, in its order. */
function allowedSigners(manifest: Manifest, entry: Entry): string[][] {
  switch (entry.type) {
    case 'ballot':
    case 'challenge':
    case 'late':
    // The member's token has signed it from within.
    case 'signed':
      return [[]];
    case 'cosigned':
      return [['box']];
    case 'tally':
      return [['box'], ['commission']];
    case 'issued':
      return [[`issuer/${entry.body.issuer}`]];
    case 'ceremony/commit':
    case 'ceremony/reveal':
    case 'ceremony/complaint':
    case 'ceremony/answer':
    case 'ceremony/confirm':
    case 'share':
      return [[`trustee/${entry.body.index}`]];
    case 'delivered':
      return [[`kiosk/${entry.body.kiosk}`, `issuer/${cardIssuer(manifest).id}`]];
    case 'spoiled':
      return [[`station/${entry.body.station}`]];
    case 'held':
      // The commission alone, where it was dictated; beside the kiosk, where the desk is lost.
      return [
        [`kiosk/${entry.body.kiosk}`, `station/${entry.body.station}`],
        [`kiosk/${entry.body.kiosk}`, 'commission'],
        ['commission'],
      ];
    case 'cancelled':
      return [[`kiosk/${entry.body.kiosk}`]];
    case 'marked':
      return [[`station/${entry.body.station}`], ['commission']];
    default:
      return [['commission']];
  }
}

/** The issuer that makes the access cards: the last one. */
export function cardIssuer(manifest: Manifest): Manifest['issuers'][number] {
  return manifest.issuers.at(-1) as Manifest['issuers'][number];
}

/** Its keys for the cards of a station, in the order of the style's contests. */
export function cardKeys(manifest: Manifest, station: string, style: string): IssuerKey[] {
  const list = stationList(station);
  const contests = manifest.styles.find(({ id }) => id === style)?.contests ?? [];
  const { keys } = cardIssuer(manifest);
  return contests.flatMap(
    (contest) => keys.find((key) => key.contest === contest && key.list === list) ?? [],
  );
}

/** What is wrong with an entry's signatures, or undefined: exactly those that the type asks for. */
export function checkSignatures(manifest: Manifest, entry: Entry): string | undefined {
  const allowed = allowedSigners(manifest, entry);
  const signers = entry.signatures.map(([by]) => by).join(' and ');
  const expected = allowed.map((names) => names.join(' and '));
  if (!expected.includes(signers)) {
    const wanted = expected.map((names) => names || 'nobody').join(' or ');
    return `signed by ${signers || 'nobody'}, expected ${wanted}`;
  }
  const input = signatureInput(entry.type, entry.election, entry.body);
  for (const [by, signature] of entry.signatures) {
    const key = signerKey(manifest, by);
    if (key === undefined) return `the manifest knows no ${by}`;
    if (!verify(signature, input, key)) return `the signature of ${by} is wrong`;
  }
  return undefined;
}
