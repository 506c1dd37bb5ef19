/**
 * Access cards («карточки доступа»): a secret on paper that opens one prepared place of one kiosk.
 *
 * A card is 16 random bytes. They give an X25519 key pair (HPKE, RFC 9180) whose public half is all
 * that the kiosk knows beforehand. To it the last issuer seals its blind signatures, so that the
 * kiosk has no permit before it sees the card; and to it the kiosk seals the card's ballot keys, so
 * that whoever holds the card can name the ballots that must not count (PROTOCOL.md, "Stations").
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { blindMessage } from '@kabina/crypto/blind-rsa';
import { concatBytes, equalBytes, frame } from '@kabina/crypto/bytes';
import { deriveHpkeKey, hpkeOpen, hpkeSeal } from '@kabina/crypto/hpke';
import { permitMessage } from './ballot-statement.ts';
import { decode, encode } from './cbor.ts';
import { ElectionError } from './errors.ts';
import type { IssuerKey } from './manifest.ts';
import { bytes, list, tuple } from './schema.ts';

export const CARD_SECRET_LENGTH = 16;
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
const deposit = tuple(list(bytes(32), 1, 100), list(bytes(32, 33), 1, 100));

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

/** A card's ballot keys as its kiosk deposits them; all in the order of the style's contests. */
export interface Deposit {
  /**
   * What the card issuer's blind signatures of these keys were blinded from: `blindingSeed`, 32 bytes
   * each. They show that the card issuer has signed these keys for this card, and no others.
   */
  readonly blindings: readonly Uint8Array[];
  readonly keys: readonly Uint8Array[];
}

/** Where a card's deposit is looked into: an election, and the card issuer's keys for the style. */
export interface CardStyle {
  readonly election: Uint8Array;
  /** `cardKeys` */
  readonly issuer: readonly IssuerKey[];
}

/**
 * What a `delivered` entry says of a card, countersigned by its issuer:
 * `SHA-256(frame('kabina/v1/deposit', election, card id, blinded messages…))`, of what the card issuer
 * has signed for it.
 */
export function cardCommitment(
  election: Uint8Array,
  card: Uint8Array,
  blinded: readonly Uint8Array[],
): Uint8Array {
  return sha256(frame('kabina/v1/deposit', election, card, ...blinded));
}

/** The blinded messages of a deposit, as the card issuer was asked to sign them. */
export function askedFor(
  { election, issuer }: CardStyle,
  { blindings, keys }: Deposit,
): Uint8Array[] {
  return issuer.map((key, i) => {
    const message = permitMessage(election, key.contest, keys[i] as Uint8Array);
    return blindMessage(key, message, blindings[i] as Uint8Array);
  });
}

/** Whether these are the ballot keys that the card issuer has blind-signed for the card. */
export function isDeposit(
  style: CardStyle,
  card: Uint8Array,
  deposit: Deposit,
  commitment: Uint8Array,
): boolean {
  const { length } = style.issuer;
  if (deposit.keys.length !== length || deposit.blindings.length !== length) return false;
  const asked = askedFor(style, deposit);
  return equalBytes(cardCommitment(style.election, card, asked), commitment);
}

/** Seals a deposit to a card. */
export async function sealDeposit(
  election: Uint8Array,
  publicKey: Uint8Array,
  { blindings, keys }: Deposit,
): Promise<Uint8Array> {
  const plaintext = encode([[...blindings], [...keys]]);
  try {
    return await hpkeSeal(publicKey, info('deposit', election), publicKey, plaintext);
  } finally {
    // Until the card is spoiled, its blindings would tell which ballots were cast with it.
    plaintext.fill(0);
  }
}

/**
 * Opens a deposit with the card, to spoil it.
 *
 * @throws ElectionError `card.deposit`: the kiosk has deposited something else; the card stays issued
 */
export async function openDeposit(
  style: CardStyle,
  { publicKey, privateKey }: { publicKey: Uint8Array; privateKey: Uint8Array },
  card: { readonly commitment: Uint8Array; readonly deposit: Uint8Array },
): Promise<Deposit> {
  const { election } = style;
  try {
    const context = info('deposit', election);
    const plaintext = await hpkeOpen(privateKey, context, publicKey, card.deposit);
    const [blindings, keys] = deposit(decode(plaintext), 'deposit');
    const id = cardId(election, publicKey);
    if (isDeposit(style, id, { blindings, keys }, card.commitment)) return { blindings, keys };
  } catch (cause) {
    throw new ElectionError('card.deposit', 'the deposit does not open', { cause });
  }
  throw new ElectionError('card.deposit', 'the deposit is not what the card issuer has signed');
}
