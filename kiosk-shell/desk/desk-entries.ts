/**
 * The entries that a desk signs: a spoiled card, a kiosk's statement of what it still holds, its own
 * account. Each is made whole before anything is written down.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import {
  cardKeys,
  checkSignatures,
  cosignEntry,
  encodeEntry,
  type Bodies,
  type Entry,
  type Signer,
} from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import {
  cardFromText,
  cardId,
  cardKey,
  kioskTag,
  openDeposit,
  type CardText,
} from '@kabina/election/station-card';
import { readHeldText } from '../common/held-text.ts';
import { findCard, isSpoiledOn, type StationBoard } from './desk-board.ts';
import type { Book } from './desk-book.ts';
import { DeskError } from './desk-error.ts';

/** With what an entry is made. */
export interface Signing {
  readonly manifest: Manifest;
  readonly board: StationBoard;
  readonly election: Uint8Array;
  readonly station: string;
  readonly signer: Signer;
}

export interface SpoiledEntry {
  readonly kiosk: string;
  readonly style: string;
  /** Id of the card, hexadecimal. */
  readonly card: string;
  readonly entry: Uint8Array;
}

/** Signs, and makes sure that the board will take the signature. */
async function signed(entry: Entry, { manifest, signer }: Signing): Promise<Uint8Array> {
  const complete = (await cosignEntry(entry, signer)) as Entry;
  const wrong = checkSignatures(manifest, complete);
  if (wrong !== undefined) throw new DeskError('desk.machine', wrong);
  return encodeEntry(complete);
}

/**
 * Spoils a card that is at hand. The card's secret opens the deposit and is overwritten.
 *
 * @param text scanned or typed
 * @throws `card.text`, `card.foreign`, `card.unknown`, `card.spoiled`, `card.deposit`, `desk.machine`
 */
export async function signedSpoil(
  signing: Signing,
  book: Book,
  text: string,
): Promise<SpoiledEntry> {
  const { board, election, station } = signing;
  const card = cardFromText(text.trim());
  let privateKey: Uint8Array | undefined;
  try {
    checkOrigin(signing, card);
    const pair = await cardKey(election, card.secret);
    privateKey = pair.privateKey;
    const found = findCard(board, pair.publicKey);
    if (found === undefined) throw new DeskError('card.unknown', 'no card of this station');
    const { kiosk, style } = found;
    const id = cardId(election, pair.publicKey);
    const name = bytesToHex(id);
    if (book.spoiled.includes(name) || isSpoiledOn(board, election, pair.publicKey)) {
      throw new DeskError('card.spoiled', 'the card was spoiled before');
    }
    const issuer = cardKeys(signing.manifest, station, style);
    const { blindings, keys } = await openDeposit({ election, issuer }, pair, found);
    const body = { station, kiosk, card: id, blindings: [...blindings], keys: [...keys] };
    const entry = await signed({ type: 'spoiled', election, body, signatures: [] }, signing);
    return { kiosk, style, card: name, entry };
  } finally {
    card.secret.fill(0);
    privateKey?.fill(0);
  }
}

/** What a scanned card says of itself; a typed one says nothing. */
function checkOrigin({ election, manifest, station }: Signing, { election: of, kiosk }: CardText) {
  if (of !== undefined && !equalBytes(of, election.subarray(0, of.length))) {
    throw new DeskError('card.foreign', 'a card of another election');
  }
  const own = manifest.kiosks.filter((one) => one.station === station);
  if (kiosk !== undefined && !own.some(({ id }) => equalBytes(kioskTag(election, id), kiosk))) {
    throw new DeskError('card.unknown', 'a card for a kiosk of another station');
  }
}

/**
 * Countersigns a kiosk's closing statement.
 *
 * @param text `kabina-held:…` from the slip
 * @throws DeskError `held.text`, `held.foreign`, `desk.machine`
 */
export async function signedHeld(
  signing: Signing,
  text: string,
): Promise<{ kiosk: string; number: number; root: Uint8Array; entry: Uint8Array }> {
  const { manifest, election, station } = signing;
  const statement = readHeldText(text);
  if (statement === undefined) {
    throw new DeskError('held.text', 'this is not a kiosk’s closing statement');
  }
  const { body } = statement;
  const foreign = (why: string): DeskError => new DeskError('held.foreign', why);
  const known = manifest.kiosks.some((one) => one.id === body.kiosk && one.station === station);
  if (!equalBytes(statement.election, election)) throw foreign('another election');
  if (!known || body.station !== station) throw foreign('another station');
  const [by] = statement.signatures[0] ?? [];
  if (by !== `kiosk/${body.kiosk}` || statement.signatures.length !== 1) {
    throw new DeskError('held.text', 'not signed by its kiosk alone');
  }
  const complete = await cosignEntry(statement, signing.signer);
  const wrong = checkSignatures(manifest, complete);
  if (wrong?.includes('station/')) throw new DeskError('desk.machine', wrong);
  if (wrong !== undefined) throw foreign(wrong);
  const { kiosk, number, root } = body;
  return { kiosk, number, root, entry: encodeEntry(complete) };
}

/** The desk's account at closing. */
export function signedAccount(signing: Signing, body: Bodies['marked']): Promise<Uint8Array> {
  const { election } = signing;
  return signed({ type: 'marked', election, body, signatures: [] }, signing);
}
