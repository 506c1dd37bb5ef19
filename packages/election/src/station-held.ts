/**
 * Ballots under way at closing («в очереди»): a kiosk states their number and Merkle root, so that
 * each of them can come later with a proof that it was there (PROTOCOL.md, "Stations").
 */
import { compareBytes, equalBytes } from '@kabina/crypto/bytes';
import { leafHash, MerkleTree, merkleRoot } from '@kabina/log/merkle';
import { castBallot, encodeEntry, type EntryOf } from './entries.ts';

/** What a `held` entry says, with the leaf hashes under its root, sorted. */
export interface HeldBallots {
  readonly number: number;
  readonly root: Uint8Array;
  readonly leaves: readonly Uint8Array[];
}

/** @param leaves leaf hashes (RFC 6962) of `ballot` entries, in any order */
export function heldBallots(leaves: readonly Uint8Array[]): HeldBallots {
  const sorted = [...leaves].sort(compareBytes);
  return { number: sorted.length, root: merkleRoot(sorted), leaves: sorted };
}

/** The `late` entry that brings a held ballot in. Throws `RangeError` for one that was not held. */
export function lateEntry(
  kiosk: string,
  held: HeldBallots,
  ballot: EntryOf<'ballot'>,
): EntryOf<'late'> {
  const leaf = leafHash(encodeEntry(ballot));
  const index = held.leaves.findIndex((one) => equalBytes(one, leaf));
  if (index < 0) throw new RangeError('the ballot was not held');
  const proof = treeOf(held).inclusionProof(index);
  const body = { kiosk, index, proof, ballot: ballot.body };
  return { type: 'late', election: ballot.election, body, signatures: [] };
}

const trees = new WeakMap<HeldBallots, MerkleTree>();

/** Made once for all of its ballots. */
function treeOf(held: HeldBallots): MerkleTree {
  const tree = trees.get(held) ?? new MerkleTree(held.leaves);
  trees.set(held, tree);
  return tree;
}

/** Leaf hash of the `ballot` entry that a `late` entry brings. */
export function lateLeaf(late: EntryOf<'late'>): Uint8Array {
  return leafHash(encodeEntry(castBallot(late) as EntryOf<'ballot'>));
}
