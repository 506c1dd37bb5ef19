// The election as its public board has it, believed only as far as it is proved: the manifest by its
// hash, which the embedder knows; the tree by the signature and the quorum of witnesses that the
// manifest names; the key K by the `opened` entry in that tree, and nothing else.

import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { boardPolicy, BoardState } from '@kabina/election/board';
import { checkSignatures, decodeEntry, type Entry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { electionId, type Manifest } from '@kabina/election/manifest';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { verifyQuorum } from '@kabina/log/cosignature';
import { LogError } from '@kabina/log/errors';
import { leafHash } from '@kabina/log/merkle';
import { parseProof, verifyProof } from '@kabina/log/proof';
import { readCheckpoint, TileTree, type TileReader } from '@kabina/log/tiles';
import { BoothError } from './errors.ts';

const NOTICES: readonly string[] = ['withdrawn', 'suspended', 'resumed', 'tally'];
/** `opened` follows the ceremony: a ceremony of 50 holders and some restarts stays below this. */
const MOST_CEREMONY_ENTRIES = 8192;

export interface OpenElection {
  readonly manifest: Manifest;
  /** The election key K, encoded. */
  readonly key: Uint8Array;
}

/** An entry that booths should know: one of {@link NOTICES}. */
export interface Notice {
  readonly index: number;
  readonly entry: Entry;
}

/**
 * Reads and verifies manifest and key. `trusted` is the electionId, 32 bytes.
 *
 * @throws BoothError `board.…` for a board that is not this election's or proves nothing; `network.…`
 */
export async function readElection(reader: TileReader, trusted: Uint8Array): Promise<OpenElection> {
  const note = await readNote(reader);
  const manifest = await readManifest(reader, note, trusted);
  const tree = await openTree(reader, note, manifest);
  const state = new BoardState();
  const to = Math.min(tree.size, MOST_CEREMONY_ENTRIES);
  for await (const { index, entry: bytes } of entries(tree, 0, to)) {
    const problem = state.apply(decoded(bytes), leafHash(bytes));
    if (index === 0 && problem !== undefined) {
      throw new BoothError('board.manifest', problem.message);
    }
    if (state.key !== undefined) return { manifest, key: state.key };
  }
  throw new BoothError('board.not-open', 'the board has no valid opened entry yet', {
    retryable: true,
  });
}

/**
 * Reads single entries, each the extra data of its own inclusion proof (C2SP tlog-proof), and returns
 * the notices of this election that are properly signed. Whoever gives the proofs can hide an entry but
 * not make one up.
 *
 * @throws BoothError `board.checkpoint`, `board.witnesses`: one of them proves nothing
 */
export function readNotices(manifest: Manifest, proofs: readonly Uint8Array[]): Notice[] {
  const id = electionId(manifest);
  return proofs.flatMap((file) => {
    const { index, entry: bytes } = provedEntry(manifest, file);
    const entry = decoded(bytes);
    if (entry === undefined || !NOTICES.includes(entry.type)) return [];
    if (!equalBytes(entry.election, id)) return [];
    return checkSignatures(manifest, entry) === undefined ? [{ index, entry }] : [];
  });
}

function provedEntry(manifest: Manifest, file: Uint8Array): { index: number; entry: Uint8Array } {
  try {
    const proof = parseProof(file);
    const { extra: entry } = proof;
    if (entry === undefined) throw new LogError('malformed-proof', 'a proof without its entry');
    return { index: verifyProof(proof, leafHash(entry), boardPolicy(manifest)).index, entry };
  } catch (error) {
    throw boardFault(error);
  }
}

async function readNote(reader: TileReader): Promise<string> {
  try {
    return await readCheckpoint(reader);
  } catch (error) {
    throw boardFault(error);
  }
}

/** The manifest, under a root that nobody vouches for yet: its own hash is what counts. */
async function readManifest(
  reader: TileReader,
  note: string,
  trusted: Uint8Array,
): Promise<Manifest> {
  try {
    const head = peekCheckpoint(note);
    if (head.size === 0)
      throw new BoothError('board.not-open', 'the board is empty', { retryable: true });
    const tree = await TileTree.open(reader, head);
    for await (const { entry: bytes } of tree.entries(0, 1)) {
      const entry = decoded(bytes);
      if (entry?.type === 'manifest' && equalBytes(electionId(entry.body.manifest), trusted)) {
        return entry.body.manifest;
      }
    }
  } catch (error) {
    throw boardFault(error);
  }
  throw new BoothError('board.manifest', `not the board of election ${bytesToHex(trusted)}`);
}

async function openTree(reader: TileReader, note: string, manifest: Manifest): Promise<TileTree> {
  try {
    const { checkpoint } = verifyQuorum(note, boardPolicy(manifest));
    return await TileTree.open(reader, checkpoint);
  } catch (error) {
    throw boardFault(error);
  }
}

async function* entries(
  tree: TileTree,
  from: number,
  to: number,
): AsyncGenerator<{ index: number; entry: Uint8Array }> {
  try {
    yield* tree.entries(from, to);
  } catch (error) {
    throw boardFault(error);
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

/** A fault of the board as the voter's screen names it. Trying again may help: tiles are being written. */
function boardFault(error: unknown): unknown {
  if (!(error instanceof LogError)) return error;
  const code = error.code === 'quorum' ? 'board.witnesses' : 'board.checkpoint';
  return new BoothError(code, error.message, { retryable: true, cause: error });
}
