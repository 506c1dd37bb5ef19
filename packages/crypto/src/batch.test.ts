import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { VectorBatch } from './batch.ts';
import { concatBytes, utf8ToBytes } from './bytes.ts';
import { EncryptionKey } from './elgamal.ts';
import { gost256bStreebog, ristretto255Sha512 } from './suites.ts';
import { referenceResiduals, referenceSeal } from './vector.reference.ts';
import { PreparedVector, vectorLengths, type SealedVector, type VectorShape } from './vector.ts';

const one: VectorShape = { cells: 2, weights: [1, 1], allowed: [1] };
const blank: VectorShape = { cells: 3, weights: [1, 1, 3], allowed: [1, 2, 3] };
const context = utf8ToBytes('context');

for (const suite of [ristretto255Sha512, gost256bStreebog]) {
  const { group } = suite;
  const { pointLength: pl, scalarLength: sl } = group;
  const slow = suite === gost256bStreebog;
  const key = new EncryptionKey(group, group.generatorTable.multiply(group.randomScalar()));
  const seal = (shape: VectorShape, marks: readonly number[], where = context) =>
    PreparedVector.prepare(suite, key, shape).seal(marks, where).sealed;
  const accepts = (shape: VectorShape, sealed: SealedVector, where = context, under = key) =>
    VectorBatch.verifyOne(suite, under, shape, sealed, where);
  const joined = ({ cells, proofs, sum }: SealedVector) => concatBytes(cells, proofs, sum);
  const split = (shape: VectorShape, bytes: Uint8Array): SealedVector => {
    const lengths = vectorLengths(suite, shape);
    return {
      cells: bytes.slice(0, lengths.cells),
      proofs: bytes.slice(lengths.cells, lengths.cells + lengths.proofs),
      sum: bytes.slice(lengths.cells + lengths.proofs),
    };
  };
  /** A copy with `delta` added to the scalar at `at` of a part. */
  const shifted = (bytes: Uint8Array, at: number, delta: bigint) => {
    const out = bytes.slice();
    const scalar = group.decodeScalar(out.subarray(at, at + sl));
    out.set(group.encodeScalar((scalar + delta + group.order) % group.order), at);
    return out;
  };

  describe(suite.id, () => {
    test('a flipped bit anywhere makes a vector bad, and it alone', () => {
      const batch = new VectorBatch(suite, key);
      const expected: number[] = [];
      const yes: VectorShape = { cells: 1, weights: [1], allowed: [0, 1] };
      const good = joined(seal(yes, [1]));
      for (let at = 0; at < good.length; at += slow ? 5 : 1) {
        const flipped = good.slice();
        flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
        batch.add(yes, split(yes, flipped), context);
        expected.push(expected.length);
      }
      batch.add(yes, split(yes, good), context);
      assert.deepEqual(batch.verify(), { bad: expected });
    });

    test('bad vectors are named among good ones of several shapes', () => {
      const batch = new VectorBatch(suite, key);
      const bad = new Set([0, 7, 8, 19]);
      for (let i = 0; i < 20; i++) {
        const shape = i % 3 === 0 ? blank : one;
        const sealed = seal(shape, shape === blank ? [0, 0, 1] : [0, 1]);
        const broken = {
          ...sealed,
          sum: shifted(sealed.sum, sealed.sum.length - sl, 1n),
        };
        batch.add(shape, bad.has(i) ? broken : sealed, context);
      }
      assert.deepEqual(batch.verify(), { bad: [...bad] });
    });

    test('errors that cancel each other under equal weights are found', () => {
      const [first, second] = [seal(one, [1, 0]), seal(one, [0, 1])];
      const s0 = 4 * pl + sl;
      const cell = 4 * pl + 3 * sl;
      const claims = { marks: [1, 0], sum: 0, shift: group.generator };
      const pairs: SealedVector[][] = [
        // In two vectors; in two cells of one vector; in the two branches of one cell.
        [
          { ...first, proofs: shifted(first.proofs, s0, 1n) },
          { ...second, proofs: shifted(second.proofs, s0, -1n) },
        ],
        [
          {
            ...first,
            proofs: shifted(shifted(first.proofs, s0, 1n), cell + s0, -1n),
          },
        ],
        [
          {
            ...first,
            proofs: shifted(shifted(first.proofs, s0, 1n), s0 + sl, -1n),
          },
        ],
        // In a cell and in the sum.
        [
          {
            ...first,
            proofs: shifted(first.proofs, s0, 1n),
            sum: shifted(first.sum, 2 * pl, -1n),
          },
        ],
      ];
      // In the two equations of one branch, over G and over K.
      const twoSides = [referenceSeal(suite, key, one, claims, context)];
      for (const vectors of [...pairs, twoSides]) {
        const residuals = vectors.flatMap((v) => referenceResiduals(suite, key, one, v, context));
        const wrong = residuals.filter((P) => !group.isIdentity(P));
        assert.equal(wrong.length, vectors === twoSides ? 2 : 4);
        assert.ok(group.isIdentity(residuals.reduce((a, b) => group.add(a, b), group.identity)));
        const batch = new VectorBatch(suite, key);
        for (const vector of vectors) batch.add(one, vector, context);
        assert.deepEqual(batch.verify(), { bad: [...vectors.keys()] });
      }
    });

    test('marks of 2 or −1 cannot be proved, whatever is claimed', () => {
      const wide: VectorShape = { cells: 2, weights: [1, 1], allowed: [1, 2] };
      const claims = [
        { marks: [2, 0], sum: 1 },
        { marks: [2, -1], sum: 0 },
        { marks: [-1, 2], sum: 0 },
      ];
      for (const { marks, sum } of claims) {
        for (const branches of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ]) {
          const sealed = referenceSeal(suite, key, wide, { marks, branches, sum }, context);
          assert.ok(!accepts(wide, sealed));
        }
      }
    });

    test('overvotes, undervotes and blank papers with marks cannot be proved', () => {
      for (let sum = 0; sum < 3; sum++) {
        for (const marks of [
          [0, 0, 0],
          [1, 0, 1],
          [1, 1, 1],
        ]) {
          assert.ok(!accepts(blank, referenceSeal(suite, key, blank, { marks, sum }, context)));
        }
      }
      for (const marks of [
        [1, 1],
        [0, 0],
      ]) {
        assert.ok(!accepts(one, referenceSeal(suite, key, one, { marks, sum: 0 }, context)));
      }
      // The prover isn't what fails: an allowed choice goes through.
      const honest = referenceSeal(suite, key, blank, { marks: [0, 0, 1], sum: 2 }, context);
      assert.ok(accepts(blank, honest));
    });

    test('a foreign proof over the sum is refused', () => {
      const wide: VectorShape = { ...one, allowed: [1, 2] };
      const over = seal(wide, [1, 1]);
      const honest = seal(one, [1, 0]);
      assert.ok(!accepts(one, { ...over, sum: honest.sum }));
      const another = seal(one, [1, 0]);
      assert.ok(!accepts(one, { ...honest, sum: another.sum }));
    });

    test('cells and their proofs can be neither swapped nor moved', () => {
      const sealed = seal(one, [1, 0]);
      const swap = (bytes: Uint8Array) => {
        const half = bytes.length / 2;
        return concatBytes(bytes.subarray(half), bytes.subarray(0, half));
      };
      assert.ok(!accepts(one, { ...sealed, cells: swap(sealed.cells) }));
      assert.ok(!accepts(one, { ...sealed, proofs: swap(sealed.proofs) }));
      const both = {
        ...sealed,
        cells: swap(sealed.cells),
        proofs: swap(sealed.proofs),
      };
      assert.ok(!accepts(one, both));
      // The first cell twice, with its proof.
      const twice = (bytes: Uint8Array) => {
        const half = bytes.subarray(0, bytes.length / 2);
        return concatBytes(half, half);
      };
      assert.ok(
        !accepts(one, {
          ...sealed,
          cells: twice(sealed.cells),
          proofs: twice(sealed.proofs),
        }),
      );
    });

    test('a vector holds under its own context, shape and key alone', () => {
      const sealed = seal(one, [1, 0]);
      assert.ok(accepts(one, sealed));
      assert.ok(!accepts(one, sealed, utf8ToBytes('contexu')));
      assert.ok(!accepts(one, sealed, new Uint8Array(0)));
      assert.ok(!accepts({ ...one, weights: [1, 2] }, sealed));
      assert.ok(!accepts({ ...one, weights: [2, 2], allowed: [2] }, sealed));
      const other = new EncryptionKey(group, group.generatorTable.multiply(5n));
      assert.ok(!accepts(one, sealed, context, other));
      // A wider set of allowed sums, with the proof padded to its length.
      assert.ok(!accepts({ ...one, allowed: [1, 2] }, sealed));
    });

    test('scalars out of range and the identity are refused', () => {
      const sealed = seal(one, [1, 0]);
      const length = 4 * pl + 3 * sl;
      for (const at of [4 * pl, 4 * pl + sl, length + 4 * pl + 2 * sl]) {
        const proofs = sealed.proofs.slice();
        proofs.fill(255, at, at + sl);
        assert.ok(!accepts(one, { ...sealed, proofs }));
      }
      for (let point = 0; point < 4; point++) {
        const proofs = sealed.proofs.slice();
        proofs.fill(0, pl * point, pl * (point + 1));
        assert.ok(!accepts(one, { ...sealed, proofs }));
      }
      for (let point = 0; point < 2; point++) {
        const cells = sealed.cells.slice();
        cells.fill(0, pl * point, pl * (point + 1));
        const sum = sealed.sum.slice();
        sum.fill(0, pl * point, pl * (point + 1));
        assert.ok(!accepts(one, { ...sealed, cells }));
        assert.ok(!accepts(one, { ...sealed, sum }));
      }
    });

    if (!slow) {
      test('a batch of more vectors than one sum takes', () => {
        const batch = new VectorBatch(suite, key);
        const small: VectorShape = { cells: 1, weights: [1], allowed: [1] };
        const good = seal(small, [1]);
        const broken = { ...good, sum: shifted(good.sum, good.sum.length - sl, 1n) };
        const bad = new Set([3, 1023, 1024, 1200]);
        for (let i = 0; i < 1201; i++) batch.add(small, bad.has(i) ? broken : good, context);
        assert.deepEqual(batch.verify(), { bad: [...bad] });
      });
    }

    test('an empty batch is good, and one of wrong lengths only is bad', () => {
      assert.deepEqual(new VectorBatch(suite, key).verify(), { bad: [] });
      const batch = new VectorBatch(suite, key);
      const { cells, proofs, sum } = seal(one, [1, 0]);
      batch.add(one, { cells: cells.subarray(1), proofs, sum }, context);
      batch.add(one, { cells, proofs: concatBytes(proofs, proofs), sum }, context);
      batch.add(one, { cells, proofs, sum: new Uint8Array(0) }, context);
      assert.deepEqual(batch.verify(), { bad: [0, 1, 2] });
    });

    test('no bytes crash it and none are accepted', () => {
      const lengths = vectorLengths(suite, one);
      const total = lengths.cells + lengths.proofs + lengths.sum;
      const bytes = fc.oneof(
        fc.uint8Array({ minLength: total, maxLength: total }),
        fc.uint8Array({ maxLength: total + 40 }),
      );
      fc.assert(
        fc.property(bytes, fc.uint8Array(), (random, where) => {
          assert.ok(!accepts(one, split(one, random), where));
        }),
        { numRuns: 100 },
      );
    });
  });
}
