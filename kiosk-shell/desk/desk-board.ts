/**
 * The board as the desk needs it, believed only as far as it is proved: the manifest by its hash, the
 * tree by the log's signature and the quorum of witnesses that the manifest names, each entry by its
 * signatures. Kept are the station's delivered cards, so that a card can be spoiled with the line
 * down, and which of them are spoiled already.
 *
 * Ballots are in the same log. The desk reads from where it has read to, and keeps nothing of them.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { boardPolicy } from '@kabina/election/board';
import { checkSignatures, decodeEntry, type Entry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { electionId, type Manifest } from '@kabina/election/manifest';
import { cardId } from '@kabina/election/station-card';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { verifyQuorum } from '@kabina/log/cosignature';
import { LogError } from '@kabina/log/errors';
import { readCheckpoint, TileTree, type TileReader } from '@kabina/log/tiles';
import { DeskError } from './desk-error.ts';

/** A card of the station as its `delivered` entry has it. */
export interface DeliveredCard {
  readonly kiosk: string;
  readonly style: string;
  readonly key: Uint8Array;
  readonly commitment: Uint8Array;
  readonly deposit: Uint8Array;
}

/** What was read of the board, CBOR's types alone: it is kept as it is. */
export interface StationBoard {
  /** Entries that were read, and the root over them. */
  readonly size: number;
  readonly root: Uint8Array;
  readonly cards: readonly DeliveredCard[];
  /** Ids of cards that `spoiled` entries name. */
  readonly spoiled: readonly Uint8Array[];
}

export interface ReadBoard {
  readonly manifest: Manifest;
  readonly board: StationBoard;
}

/**
 * Reads what is new for a station.
 *
 * @param trusted the electionId, 32 bytes
 * @param known what was read before
 * @throws DeskError `board.manifest`, `board.witnesses`, `board.checkpoint`, `board.rewritten`;
 *   what the reader throws passes through
 */
export async function readStationBoard(
  reader: TileReader,
  trusted: Uint8Array,
  station: string,
  known?: StationBoard,
): Promise<ReadBoard> {
  try {
    const note = await readCheckpoint(reader);
    const manifest = await readManifest(reader, note, trusted);
    const { checkpoint } = verifyQuorum(note, boardPolicy(manifest));
    const tree = await TileTree.open(reader, checkpoint);
    if (known !== undefined) await checkGrown(tree, known);
    const cards = new Map((known?.cards ?? []).map((card) => [bytesToHex(card.key), card]));
    const spoiled = new Map((known?.spoiled ?? []).map((id) => [bytesToHex(id), id]));
    for await (const { entry: bytes } of tree.entries(known?.size ?? 0, tree.size)) {
      const entry = stationEntry(bytes, manifest, trusted, station);
      if (entry?.type === 'spoiled') spoiled.set(bytesToHex(entry.body.card), entry.body.card);
      if (entry?.type !== 'delivered') continue;
      const { kiosk, style } = entry.body;
      for (const card of entry.body.cards) {
        const name = bytesToHex(card.key);
        if (!cards.has(name)) cards.set(name, { kiosk, style, ...card });
      }
    }
    const { size } = tree;
    const root = await tree.rootAt(size);
    return {
      manifest,
      board: { size, root, cards: [...cards.values()], spoiled: [...spoiled.values()] },
    };
  } catch (error) {
    throw boardFault(error);
  }
}

/** The delivered card with this public key. */
export function findCard(board: StationBoard, key: Uint8Array): DeliveredCard | undefined {
  return board.cards.find((card) => equalBytes(card.key, key));
}

export function isSpoiledOn(board: StationBoard, election: Uint8Array, key: Uint8Array): boolean {
  const id = cardId(election, key);
  return board.spoiled.some((one) => equalBytes(one, id));
}

/** The manifest, under a root that nobody vouches for yet: its own hash is what counts. */
async function readManifest(
  reader: TileReader,
  note: string,
  trusted: Uint8Array,
): Promise<Manifest> {
  const head = peekCheckpoint(note);
  if (head.size > 0) {
    const tree = await TileTree.open(reader, head);
    for await (const { entry: bytes } of tree.entries(0, 1)) {
      const entry = decoded(bytes);
      if (entry?.type === 'manifest' && equalBytes(electionId(entry.body.manifest), trusted)) {
        return entry.body.manifest;
      }
    }
  }
  throw new DeskError('board.manifest', `not the board of election ${bytesToHex(trusted)}`);
}

async function checkGrown(tree: TileTree, { size, root }: StationBoard): Promise<void> {
  // An older checkpoint is no fault: a mirror may lag.
  if (tree.size < size) {
    throw new DeskError('board.checkpoint', 'the board is older than what was read before', {
      retryable: true,
    });
  }
  if (!equalBytes(await tree.rootAt(size), root)) {
    throw new DeskError('board.rewritten', `the first ${size} entries are not those read before`);
  }
}

function decoded(bytes: Uint8Array): Entry | undefined {
  try {
    return decodeEntry(bytes);
  } catch (error) {
    if (error instanceof ElectionError) return undefined;
    throw error;
  }
}

/** An entry about the station's cards that is of this election and properly signed. */
function stationEntry(
  bytes: Uint8Array,
  manifest: Manifest,
  election: Uint8Array,
  station: string,
): Entry | undefined {
  const entry = decoded(bytes);
  if (entry?.type !== 'delivered' && entry?.type !== 'spoiled') return undefined;
  const { body } = entry;
  const known = manifest.kiosks.some((one) => one.id === body.kiosk && one.station === station);
  if (body.station !== station || !known || !equalBytes(entry.election, election)) return undefined;
  return checkSignatures(manifest, entry) === undefined ? entry : undefined;
}

/** A fault of the board as the screen names it. Trying again may help: tiles are being written. */
function boardFault(error: unknown): unknown {
  if (!(error instanceof LogError)) return error;
  const code = error.code === 'quorum' ? 'board.witnesses' : 'board.checkpoint';
  return new DeskError(code, error.message, { retryable: true, cause: error });
}
