/**
 * Access cards («карточки доступа»): a secret on paper that opens one prepared place of one kiosk.
 *
 * A card is 16 random bytes. They give an X25519 key pair (HPKE, RFC 9180) whose public half is all
 * that the kiosk knows beforehand. To it the last issuer seals its blind signatures, so that the
 * kiosk has no permit before it sees the card; and to it the kiosk seals the card's ballot keys, so
 * that whoever holds the card can name the ballots that must not count (PROTOCOL.md, "Stations").
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, frame, randomBytes } from '@kabina/crypto/bytes';
import { deriveHpkeKey, hpkeOpen, hpkeSeal } from '@kabina/crypto/hpke';
import { decode, encode } from './cbor.ts';
import { ElectionError } from './errors.ts';
import { bytes, list, tuple } from './schema.ts';

export const CARD_SECRET_LENGTH = 16;
const SALT_LENGTH = 16;
const ELECTION_PREFIX = 8;
const KIOSK_PREFIX = 4;
const CHECK_LENGTH = 4;
const TEXT_PREFIX = 'kabina-card:';
/** Crockford's base 32: no I, L, O, U. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TYPED_SYMBOLS = 32;

/** What a scanned card says of itself before anything is opened. */
export interface CardText {
  /** First bytes of the electionId, and the kiosk's {@link kioskTag}; absent on a typed card. */
  readonly election?: Uint8Array;
  readonly kiosk?: Uint8Array;
  /** Secret. */
  readonly secret: Uint8Array;
}

/** The key pair of a card. `privateKey` is secret. 32 bytes each. */
export function cardKey(
  election: Uint8Array,
  secret: Uint8Array,
): Promise<{ publicKey: Uint8Array; privateKey: Uint8Array }> {
  return deriveHpkeKey(sha256(frame('kabina/v1/card-key', election, secret)));
}

/** Names a card on the board: `SHA-256(frame('kabina/v1/card', election, public key))`. */
export function cardId(election: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return sha256(frame('kabina/v1/card', election, publicKey));
}

/** By what a card says for which kiosk it was printed: 4 bytes. */
export function kioskTag(election: Uint8Array, kiosk: string): Uint8Array {
  return sha256(frame('kabina/v1/kiosk', election, kiosk)).subarray(0, KIOSK_PREFIX);
}

function check(secret: Uint8Array): Uint8Array {
  return sha256(frame('kabina/v1/card-check', secret)).subarray(0, CHECK_LENGTH);
}

/** The card's QR code: `kabina-card:` and base64url of election, kiosk, secret and checksum. */
export function cardToText(election: Uint8Array, kiosk: string, secret: Uint8Array): string {
  const all = concatBytes(
    election.subarray(0, ELECTION_PREFIX),
    kioskTag(election, kiosk),
    secret,
    check(secret),
  );
  let binary = '';
  for (const byte of all) binary += String.fromCharCode(byte);
  const base64 = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return TEXT_PREFIX + base64;
}

/** What is printed under the code, to be typed: secret and checksum in eight groups of four. */
export function cardToTyped(secret: Uint8Array): string {
  let bits = 0n;
  for (const byte of concatBytes(secret, check(secret))) bits = (bits << 8n) | BigInt(byte);
  let out = '';
  for (let i = TYPED_SYMBOLS - 1; i >= 0; i--) {
    out += CROCKFORD[Number((bits >> BigInt(5 * i)) & 31n)];
    if (i % 4 === 0 && i > 0) out += '-';
  }
  return out;
}

/**
 * Reads a card, scanned or typed (any case, O for 0, I and L for 1, spaces and hyphens anywhere).
 *
 * @throws ElectionError `card.text`: this is no card, or it was misread
 */
export function cardFromText(card: string): CardText {
  return card.startsWith(TEXT_PREFIX) ? scanned(card) : typed(card);
}

function notACard(cause?: unknown): ElectionError {
  // Never quotes what was read: it may be a card after all.
  return new ElectionError('card.text', 'this is not an access card', { cause });
}

function scanned(card: string): CardText {
  const base64 = card.slice(TEXT_PREFIX.length);
  if (!/^[\w-]{43}$/.test(base64)) throw notACard();
  const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
  const all = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const election = all.slice(0, ELECTION_PREFIX);
  const kiosk = all.slice(ELECTION_PREFIX, ELECTION_PREFIX + KIOSK_PREFIX);
  const rest = all.subarray(ELECTION_PREFIX + KIOSK_PREFIX);
  return { election, kiosk, secret: checked(rest) };
}

function typed(card: string): CardText {
  const symbols = card.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (symbols.length !== TYPED_SYMBOLS) throw notACard();
  let bits = 0n;
  for (const symbol of symbols) {
    const value = CROCKFORD.indexOf(symbol);
    if (value < 0) throw notACard();
    bits = (bits << 5n) | BigInt(value);
  }
  const all = new Uint8Array(CARD_SECRET_LENGTH + CHECK_LENGTH);
  for (let i = all.length - 1; i >= 0; i--, bits >>= 8n) all[i] = Number(bits & 255n);
  return { secret: checked(all) };
}

function checked(secretAndCheck: Uint8Array): Uint8Array {
  const secret = secretAndCheck.slice(0, CARD_SECRET_LENGTH);
  if (!equalBytes(secretAndCheck.subarray(CARD_SECRET_LENGTH), check(secret))) throw notACard();
  return secret;
}

const signatures = list(bytes(384, 1024), 1, 100);
const deposit = tuple(bytes(SALT_LENGTH), list(bytes(32, 33), 1, 100));

const info = (what: string, election: Uint8Array): Uint8Array =>
  frame(`kabina/v1/card/${what}`, election);

/** Seals an issuer's blind signatures, in the order of the style's contests, to a card. */
export function sealToCard(
  election: Uint8Array,
  publicKey: Uint8Array,
  blindSignatures: readonly Uint8Array[],
): Promise<Uint8Array> {
  const plaintext = encode([...blindSignatures]);
  return hpkeSeal(publicKey, info('permits', election), publicKey, plaintext);
}

/** Opens {@link sealToCard}. Throws `HpkeError` or `ElectionError`. */
export async function openFromCard(
  election: Uint8Array,
  { publicKey, privateKey }: { publicKey: Uint8Array; privateKey: Uint8Array },
  sealed: Uint8Array,
): Promise<Uint8Array[]> {
  const plaintext = await hpkeOpen(privateKey, info('permits', election), publicKey, sealed);
  return signatures(decode(plaintext), 'card');
}

/** A card's ballot keys as its kiosk deposits them. */
export interface Deposit {
  /** 16 random bytes, so that nobody can try ballots against the commitment. */
  readonly salt: Uint8Array;
  /** In the order of the style's contests. */
  readonly keys: readonly Uint8Array[];
}

/** `SHA-256(frame('kabina/v1/deposit', election, card id, salt, keys…))` */
export function depositCommitment(
  election: Uint8Array,
  card: Uint8Array,
  { salt, keys }: Deposit,
): Uint8Array {
  return sha256(frame('kabina/v1/deposit', election, card, salt, ...keys));
}

/** Deposits the ballot keys of a card: what its `delivered` entry says of it. */
export async function sealDeposit(
  election: Uint8Array,
  publicKey: Uint8Array,
  keys: readonly Uint8Array[],
): Promise<{ key: Uint8Array; commitment: Uint8Array; deposit: Uint8Array }> {
  const salt = randomBytes(SALT_LENGTH);
  const plaintext = encode([salt, [...keys]]);
  return {
    key: publicKey,
    commitment: depositCommitment(election, cardId(election, publicKey), { salt, keys }),
    deposit: await hpkeSeal(publicKey, info('deposit', election), publicKey, plaintext),
  };
}

/**
 * Opens a deposit with the card, to spoil it.
 *
 * @throws ElectionError `card.deposit`: the kiosk has deposited something else; the card stays issued
 */
export async function openDeposit(
  election: Uint8Array,
  { publicKey, privateKey }: { publicKey: Uint8Array; privateKey: Uint8Array },
  card: { readonly commitment: Uint8Array; readonly deposit: Uint8Array },
): Promise<Deposit> {
  try {
    const context = info('deposit', election);
    const plaintext = await hpkeOpen(privateKey, context, publicKey, card.deposit);
    const [salt, keys] = deposit(decode(plaintext), 'deposit');
    const commitment = depositCommitment(election, cardId(election, publicKey), { salt, keys });
    if (equalBytes(commitment, card.commitment)) return { salt, keys };
  } catch (cause) {
    throw new ElectionError('card.deposit', 'the deposit does not open', { cause });
  }
  throw new ElectionError('card.deposit', 'the deposit is not what was committed to');
}
