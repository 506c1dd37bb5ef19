/** RFC 6962 §2.1: hashes of known trees, and every proof of every tree up to 130 leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hex, utf8 } from './bytes.ts';
import { LogError, type LogErrorCode } from './errors.ts';
import { emptyRoot, inclusionProof, leafHash, merkleRoot, MerkleTree, nodeHash } from './merkle.ts';
import { RightEdge, verifyConsistency, verifyInclusion } from './merkle.ts';

const throwsCode = (code: LogErrorCode, work: () => unknown): void => {
  assert.throws(work, (error) => error instanceof LogError && error.code === code);
};

// The definition of §2.1, word for word.
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

const LARGEST = 130;
const leaves = Array.from({ length: LARGEST }, (_, i) => leafHash(utf8(`leaf ${i}`)));
const tree = new MerkleTree(leaves);

test("Certificate Transparency's eight-leaf tree has its published roots", () => {
  const data = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'];
  data.push('606162636465666768696a6b6c6d6e6f');
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const hashes = data.map((text) => leafHash(Uint8Array.from(Buffer.from(text, 'hex'))));
  assert.equal(hex(emptyRoot()), roots[0]);
  roots.forEach((root, size) => assert.equal(hex(merkleRoot(hashes.slice(0, size))), root));
});

test('roots follow the definition at every size', () => {
  const edge = new RightEdge();
  for (let size = 0; size <= LARGEST; size++) {
    const expected = hex(mth(leaves.slice(0, size)));
    assert.equal(hex(merkleRoot(leaves.slice(0, size))), expected);
    assert.equal(hex(tree.rootAt(size)), expected);
    assert.equal(hex(edge.root()), expected);
    assert.equal(edge.size, size);
    const copy = edge.copy();
    if (size < LARGEST) edge.append(leaves[size]!);
    copy.append(leaves[0]!);
    assert.equal(hex(copy.root()), hex(merkleRoot([...leaves.slice(0, size), leaves[0]!])));
  }
});

test('every leaf of every tree is proved, and nothing else is', () => {
  for (let size = 1; size <= LARGEST; size++) {
    const root = tree.rootAt(size);
    for (let index = 0; index < size; index++) {
      const proof = tree.inclusionProof(index, size);
      const good = { index, size, leaf: leaves[index]!, proof, root };
      verifyInclusion(good);
      const bad = (change: object): void =>
        throwsCode('bad-inclusion-proof', () => verifyInclusion({ ...good, ...change }));
      bad({ index: size });
      bad({ root: leafHash(root) });
      bad({ leaf: leafHash(root) });
      bad({ proof: [...proof, root] });
      if (proof.length > 0) {
        bad({ proof: proof.slice(1) });
        bad({ proof: proof.slice(0, -1) });
        bad({ index: index === 0 ? 1 : index - 1 });
        bad({ proof: proof.with(index % proof.length, root) });
      }
    }
  }
  assert.deepEqual(inclusionProof(leaves.slice(0, 7), 3), tree.inclusionProof(3, 7));
});

test('every pair of sizes is proved consistent, and nothing else is', () => {
  for (let size = 0; size <= LARGEST; size++) {
    const root = tree.rootAt(size);
    for (let oldSize = 0; oldSize <= size; oldSize++) {
      const oldRoot = tree.rootAt(oldSize);
      const proof = tree.consistencyProof(oldSize, size);
      const good = { oldSize, oldRoot, size, root, proof };
      verifyConsistency(good);
      const bad = (change: object): void =>
        throwsCode('bad-consistency-proof', () => verifyConsistency({ ...good, ...change }));
      bad({ proof: [...proof, root] });
      bad({ oldRoot: leafHash(root) });
      if (oldSize > 0) bad({ root: leafHash(root) });
      if (oldSize < size) bad({ oldSize: size, size: oldSize });
      if (proof.length === 0) continue;
      bad({ proof: [] });
      bad({ proof: proof.slice(1) });
      bad({ proof: proof.slice(0, -1) });
      bad({ proof: proof.with(oldSize % proof.length, root) });
    }
  }
});

test('a tree of no leaves continues itself only', () => {
  const root = leaves[0]!;
  const head = { oldSize: 0, oldRoot: emptyRoot(), size: 0, proof: [] };
  verifyConsistency({ ...head, root: emptyRoot() });
  throwsCode('bad-consistency-proof', () => verifyConsistency({ ...head, root }));
});

test('what is not a hash or not an index is refused', () => {
  const good = { index: 0, size: 1, leaf: leaves[0]!, proof: [], root: leaves[0]! };
  throwsCode('malformed-hash', () => verifyInclusion({ ...good, leaf: new Uint8Array(31) }));
  throwsCode('malformed-hash', () => verifyInclusion({ ...good, root: new Uint8Array(33) }));
  throwsCode('out-of-range', () => verifyInclusion({ ...good, index: 0.5 }));
  throwsCode('out-of-range', () => verifyInclusion({ ...good, size: 2 ** 53 }));
  throwsCode('malformed-hash', () => new MerkleTree([new Uint8Array(0)]));
  throwsCode('out-of-range', () => tree.inclusionProof(LARGEST));
  throwsCode('out-of-range', () => tree.inclusionProof(0, LARGEST + 1));
  throwsCode('out-of-range', () => tree.inclusionProof(0, 0));
  throwsCode('out-of-range', () => tree.consistencyProof(2, 1));
});

test('trees larger than any 32-bit number are proved too', () => {
  // The left half of 2^40 leaves is taken as given; one leaf stands to its right.
  const left = leaves[0]!;
  const leaf = leaves[1]!;
  const size = 2 ** 40 + 1;
  verifyInclusion({ index: 2 ** 40, size, leaf, proof: [left], root: nodeHash(left, leaf) });
  const root = nodeHash(left, leaf);
  verifyConsistency({ oldSize: 2 ** 40, oldRoot: left, size, root, proof: [leaf] });
});

test('verification of arbitrary proofs throws nothing but LogError', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
  const proof = fc.array(hash, { maxLength: 60 });
  fc.assert(
    fc.property(number, number, hash, hash, proof, (index, size, leaf, root, steps) => {
      const oldRoot = leaf;
      for (const work of [
        () => verifyInclusion({ index, size, leaf, proof: steps, root }),
        () => verifyConsistency({ oldSize: index, oldRoot, size, root, proof: steps }),
      ]) {
        assert.throws(work, LogError);
      }
    }),
  );
});
