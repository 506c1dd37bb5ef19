/**
 * The Merkle tree of RFC 6962 §2.1 over SHA-256: leaf and node hashes, roots, inclusion and
 * consistency proofs. Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2, which give the same
 * tree's algorithms without recursion.
 *
 * A verified proof says only as much as its root is trusted: the root comes from a checkpoint.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { checkHash, checkIndex, equal } from './bytes.ts';
import { LogError } from './errors.ts';
import { consistencyRanges, inclusionRanges, subtrees, type Range } from './ranges.ts';

// Distinct prefixes keep a node from passing as a leaf, and so an inner hash as an entry.
const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** SHA-256(0x00 ‖ data): the hash of a log entry. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256.create().update(LEAF_PREFIX).update(data).digest();
}

/** SHA-256(0x01 ‖ left ‖ right): the hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256.create().update(NODE_PREFIX).update(left).update(right).digest();
}

/** SHA-256 of the empty string: the root of a tree with no leaves. */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** The hash of a range from the hashes of its complete subtrees, largest first. */
export function foldSubtrees(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) return emptyRoot();
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

export interface Inclusion {
  /** Position of the leaf, from 0. */
  readonly index: number;
  /** Number of leaves in the tree with that root. */
  readonly size: number;
  /** The leaf's hash, see `leafHash`. */
  readonly leaf: Uint8Array;
  /** Hashes from the leaf's sibling up to the root's child. */
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/**
 * Checks that the leaf stands at that index of the tree.
 * @throws LogError `bad-inclusion-proof`, `malformed-hash`, `out-of-range`
 */
export function verifyInclusion({ index, size, leaf, proof, root }: Inclusion): void {
  checkIndex('size', size);
  checkIndex('index', index);
  checkHash('leaf', leaf);
  checkHash('root', root);
  if (index >= size) {
    throw new LogError('bad-inclusion-proof', `leaf ${index} is not in a tree of ${size}`);
  }
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const step of proof) {
    checkHash('proof hash', step);
    if (sn === 0) throw new LogError('bad-inclusion-proof', 'inclusion proof is too long');
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = fn / 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(hash, step);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0) throw new LogError('bad-inclusion-proof', 'inclusion proof is too short');
  if (!equal(hash, root)) {
    throw new LogError('bad-inclusion-proof', 'inclusion proof does not lead to the root');
  }
}

export interface Consistency {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Checks that the tree of `size` begins with the tree of `oldSize`. The empty tree is the beginning
 * of every tree, and its proof is empty.
 * @throws LogError `bad-consistency-proof`, `malformed-hash`, `out-of-range`
 */
export function verifyConsistency({ oldSize, oldRoot, size, root, proof }: Consistency): void {
  checkIndex('oldSize', oldSize);
  checkIndex('size', size);
  checkHash('oldRoot', oldRoot);
  checkHash('root', root);
  for (const step of proof) checkHash('proof hash', step);
  const fail = (why: string): never => {
    throw new LogError('bad-consistency-proof', why);
  };
  if (oldSize > size) fail(`a tree of ${size} cannot continue a tree of ${oldSize}`);
  if (oldSize === 0 || oldSize === size) {
    if (proof.length > 0) fail('consistency proof must be empty');
    const expected = oldSize === 0 ? emptyRoot() : root;
    if (!equal(oldRoot, expected)) fail('the old root is another tree');
    if (size === 0 && !equal(root, expected)) fail('the root is not that of the empty tree');
    return;
  }
  let fn = oldSize - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  // fn is 0 exactly if oldSize is a power of two: then the old root is the first step itself.
  const path = fn === 0 ? [oldRoot, ...proof] : proof;
  const first = path[0];
  if (first === undefined) return fail('consistency proof is too short');
  let oldHash = first;
  let hash = first;
  for (const step of path.slice(1)) {
    if (sn === 0) fail('consistency proof is too long');
    if (fn % 2 === 1 || fn === sn) {
      oldHash = nodeHash(step, oldHash);
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = fn / 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(hash, step);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0) fail('consistency proof is too short');
  if (!equal(oldHash, oldRoot)) fail('consistency proof does not lead to the old root');
  if (!equal(hash, root)) fail('consistency proof does not lead to the root');
}

/**
 * A tree in memory over a fixed list of leaf hashes. It keeps every complete subtree's hash (about
 * as many as there are leaves), so that each proof costs a logarithm and not the whole list.
 */
export class MerkleTree {
  readonly size: number;
  readonly root: Uint8Array;
  readonly #levels: Uint8Array[][];

  constructor(leafHashes: readonly Uint8Array[]) {
    for (const hash of leafHashes) checkHash('leaf hash', hash);
    this.size = leafHashes.length;
    this.#levels = [[...leafHashes]];
    for (let below = this.#levels[0]!; below.length > 1;) {
      const level: Uint8Array[] = [];
      for (let i = 0; i + 1 < below.length; i += 2) {
        level.push(nodeHash(below[i]!, below[i + 1]!));
      }
      this.#levels.push(level);
      below = level;
    }
    this.root = this.#hash([0, this.size]);
  }

  /** @throws LogError `out-of-range` if there is no such leaf, or no such earlier tree */
  inclusionProof(index: number, size = this.size): Uint8Array[] {
    checkIndex('size', size, this.size);
    checkIndex('index', index, size - 1);
    return inclusionRanges(index, size).map((range) => this.#hash(range));
  }

  /** @throws LogError `out-of-range` if oldSize ≤ size ≤ this.size does not hold */
  consistencyProof(oldSize: number, size = this.size): Uint8Array[] {
    checkIndex('size', size, this.size);
    checkIndex('oldSize', oldSize, size);
    return consistencyRanges(oldSize, size).map((range) => this.#hash(range));
  }

  /** The root that the tree had at an earlier size. */
  rootAt(size: number): Uint8Array {
    checkIndex('size', size, this.size);
    return this.#hash([0, size]);
  }

  #hash(range: Range): Uint8Array {
    return foldSubtrees(subtrees(range).map(({ level, index }) => this.#levels[level]![index]!));
  }
}

/** The root over a list of leaf hashes. */
export function merkleRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  const edge = new RightEdge();
  for (const hash of leafHashes) edge.append(hash);
  return edge.root();
}

/** One inclusion proof; for many over one list, keep a `MerkleTree`. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  return new MerkleTree(leafHashes).inclusionProof(index);
}

/**
 * The right edge of a growing tree: at most 53 hashes, enough for the root at every size passed.
 * For reading a long log once, front to back.
 */
export class RightEdge {
  #size = 0;
  // The complete subtrees of [0, size), largest first.
  #edge: Uint8Array[] = [];

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    checkHash('leaf hash', leaf);
    let hash = leaf;
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      hash = nodeHash(this.#edge.pop()!, hash);
    }
    this.#edge.push(hash);
    this.#size++;
  }

  root(): Uint8Array {
    return foldSubtrees(this.#edge);
  }

  /** Grows on its own. */
  copy(): RightEdge {
    const copy = new RightEdge();
    copy.#size = this.#size;
    copy.#edge = [...this.#edge];
    return copy;
  }
}
