/**
 * What an issuer publishes after closing: signed counts, and the root of a tree with one leaf per
 * place of the voter list, `frame('kabina/v1/issued', position, salt, contests served)`. A voter
 * opens their own leaf and sees that they were served, or that nobody was in their name.
 */
import { frame, uint32 } from '@kabina/crypto/bytes';
import { encode } from '@kabina/election/cbor';
import { signEntry, type EntryOf } from '@kabina/election/entries';
import type { IssuerKey } from '@kabina/election/manifest';
import { inclusionProof, leafHash, merkleRoot } from '@kabina/log/merkle';
import type { IdentifiedStore, Voter } from '../store/identified.ts';

/** Voters read at a time. */
const SLICE = 1_000;

export function issuedLeaf(
  position: number,
  salt: Uint8Array,
  contests: readonly string[],
): Uint8Array {
  return leafHash(frame('kabina/v1/issued', uint32(position), salt, encode([...contests].sort())));
}

export interface IssuedTree {
  readonly leaves: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** The tree as the store stands: it doesn't change any more once issuing has ended. */
export async function issuedTree(
  store: IdentifiedStore,
  mark: (number: string) => Uint8Array,
): Promise<IssuedTree> {
  const leaves: Uint8Array[] = [];
  for (;;) {
    const voters = await store.votersFrom(leaves.length, SLICE);
    for (const { position, salt, number } of voters) {
      leaves.push(issuedLeaf(position, salt, await servedContests(store, mark(number))));
    }
    if (voters.length < SLICE) return { leaves, root: merkleRoot(leaves) };
  }
}

export async function servedContests(store: IdentifiedStore, mark: Uint8Array): Promise<string[]> {
  return (await store.servedOf(mark)).map(({ contest }) => contest);
}

/** The `issued` entry: counts in the order of the issuer's keys in the manifest. */
export async function issuedEntry(
  store: IdentifiedStore,
  {
    issuer,
    keys,
    election,
    root,
    seed,
  }: {
    readonly issuer: string;
    readonly keys: readonly IssuerKey[];
    readonly election: Uint8Array;
    readonly root: Uint8Array;
    readonly seed: Uint8Array;
  },
): Promise<EntryOf<'issued'>> {
  const issued = await store.issuedCounts();
  const counts = keys.map(({ list, contest }): [string, string, number, number] => {
    const found = issued.find((one) => one.list === list && one.contest === contest);
    return [list, contest, found?.remote ?? 0, found?.premises ?? 0];
  });
  return signEntry('issued', election, { issuer, counts, root }, { by: `issuer/${issuer}`, seed });
}

/** A voter's own leaf with its proof. */
export function issuedProof(tree: IssuedTree, { position }: Voter): Uint8Array[] {
  return inclusionProof(tree.leaves, position);
}
