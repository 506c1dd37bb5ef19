import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { VectorBatch } from './batch.ts';
import { EncryptionKey } from './elgamal.ts';
import { concatBytes, equalBytes, utf8ToBytes } from './bytes.ts';
import { gost256bStreebog, ristretto255Sha512 } from './suites.ts';
import { referenceResiduals, referenceSeal } from './vector.reference.ts';
import {
  checkOpening,
  checkShape,
  decodeCells,
  PreparedVector,
  sumCiphertexts,
  vectorLengths,
  type VectorShape,
} from './vector.ts';

const one: VectorShape = { cells: 3, weights: [1, 1, 1], allowed: [1] };
const upToTwo: VectorShape = { cells: 3, weights: [1, 1, 1], allowed: [1, 2] };
const blank: VectorShape = {
  cells: 4,
  weights: [1, 1, 1, 4],
  allowed: [1, 2, 4],
};
const odd: VectorShape = {
  cells: 2,
  weights: [5, 1000],
  allowed: [0, 5, 1000, 1005],
};
const single: VectorShape = { cells: 1, weights: [1], allowed: [0, 1] };
const choices: [VectorShape, number[][]][] = [
  [
    one,
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  ],
  [
    upToTwo,
    [
      [1, 0, 0],
      [0, 1, 1],
    ],
  ],
  [
    blank,
    [
      [0, 0, 0, 1],
      [1, 0, 0, 0],
      [1, 0, 1, 0],
    ],
  ],
  [
    odd,
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  ],
  [single, [[0], [1]]],
];
const context = utf8ToBytes('election, contest, tag');

for (const suite of [ristretto255Sha512, gost256bStreebog]) {
  const { group } = suite;
  const secret = group.randomScalar();
  const key = new EncryptionKey(group, group.generatorTable.multiply(secret));
  const seal = (shape: VectorShape, marks: readonly number[]) =>
    PreparedVector.prepare(suite, key, shape).seal(marks, context);

  describe(suite.id, () => {
    test('every allowed choice seals to what both verifiers accept', () => {
      for (const [shape, allowed] of choices) {
        for (const marks of allowed) {
          const { sealed, opening } = seal(shape, marks);
          const lengths = vectorLengths(suite, shape);
          assert.equal(sealed.cells.length, lengths.cells);
          assert.equal(sealed.proofs.length, lengths.proofs);
          assert.equal(sealed.sum.length, lengths.sum);
          assert.equal(opening.length, shape.cells * group.scalarLength);
          assert.ok(VectorBatch.verifyOne(suite, key, shape, sealed, context));
          const residuals = referenceResiduals(suite, key, shape, sealed, context);
          assert.equal(residuals.length, 4 * shape.cells + 2 * shape.allowed.length);
          assert.ok(residuals.every((P) => group.isIdentity(P)));
          assert.ok(checkOpening(suite, key, shape, sealed, marks, opening));
        }
      }
    });

    test('the key opens the cells to the marks and the sum to their weighted sum', () => {
      const marks = [1, 0, 1, 0];
      const cells = decodeCells(suite, blank, seal(blank, marks).sealed.cells);
      const open = (A: typeof group.identity, B: typeof group.identity) =>
        group.subtract(B, group.multiply(A, secret));
      cells.forEach(({ A, B }, i) => {
        const expected = group.multiply(group.generator, BigInt(marks[i] as number));
        assert.ok(group.equals(open(A, B), expected));
      });
      const sum = sumCiphertexts(group, cells, blank.weights);
      assert.ok(group.equals(open(sum.A, sum.B), group.multiply(group.generator, 2n)));
    });

    test('what another prover seals is accepted', () => {
      for (const [shape, allowed] of choices.slice(0, 4)) {
        const marks = allowed.at(-1) as number[];
        const total = marks.reduce((t, m, i) => t + m * (shape.weights[i] as number), 0);
        const sum = shape.allowed.indexOf(total);
        const sealed = referenceSeal(suite, key, shape, { marks, sum }, context);
        assert.ok(VectorBatch.verifyOne(suite, key, shape, sealed, context));
      }
    });

    test('an opening fits its own marks and cells alone', () => {
      const { sealed, opening } = seal(upToTwo, [1, 0, 0]);
      const check = (marks: number[], bytes: Uint8Array) =>
        checkOpening(suite, key, upToTwo, sealed, marks, bytes);
      assert.ok(check([1, 0, 0], opening));
      assert.ok(!check([0, 1, 0], opening));
      assert.ok(!check([1, 1, 0], opening));
      assert.ok(!check([1, 0], opening));
      assert.ok(!check([1, 0, 2], opening));
      assert.ok(!check([1, 0, 0], opening.subarray(1)));
      assert.ok(
        !check(
          [1, 0, 0],
          opening.map((byte) => byte ^ 1),
        ),
      );
      assert.ok(
        !check(
          [1, 0, 0],
          opening.map(() => 255),
        ),
      );
      const other = seal(upToTwo, [1, 0, 0]);
      assert.ok(!check([1, 0, 0], other.opening));
    });

    test('a prepared set serves once', () => {
      const prepared = PreparedVector.prepare(suite, key, one);
      assert.equal(prepared.used, false);
      prepared.seal([1, 0, 0], context);
      assert.equal(prepared.used, true);
      assert.throws(() => prepared.seal([1, 0, 0], context), {
        code: 'vector.used',
      });
      assert.throws(() => prepared.seal([0, 1, 0], context), {
        code: 'vector.used',
      });
      const erased = PreparedVector.prepare(suite, key, one);
      erased.erase();
      erased.erase();
      assert.equal(erased.used, true);
      assert.throws(() => erased.seal([1, 0, 0], context), {
        code: 'vector.used',
      });
    });

    test('marks that are not allowed are refused in one voice, and cost nothing', () => {
      const prepared = PreparedVector.prepare(suite, key, blank);
      const wrong: number[][] = [
        [0, 0, 0, 0], // nothing
        [1, 1, 1, 0], // too many
        [1, 0, 0, 1], // blank and marked
        [1, 1, 0, 1],
        [2, 0, 0, 0],
        [2, -1, 0, 0],
        [1, 1, -1, 0],
        [0.5, 0.5, 0, 0],
        [1.5, 0, 0, 0],
        [NaN, 0, 0, 0],
        [2 ** 32 + 1, 0, 0, 0],
        [1, 0, 0],
        [1, 0, 0, 0, 0],
        [],
      ];
      const messages = new Set<string>();
      for (const marks of wrong) {
        assert.throws(
          () => prepared.seal(marks, context),
          (error: Error & { code: string }) => {
            messages.add(error.message);
            return error.code === 'vector.marks';
          },
        );
      }
      assert.equal(messages.size, 1);
      assert.equal(prepared.used, false);
      const { sealed } = prepared.seal([1, 0, 0, 0], context);
      assert.ok(VectorBatch.verifyOne(suite, key, blank, sealed, context));
    });

    test('two sealings of one choice have no 16 bytes in common', () => {
      const pieces = ({
        cells,
        proofs,
        sum,
      }: {
        cells: Uint8Array;
        proofs: Uint8Array;
        sum: Uint8Array;
      }) => {
        const all = concatBytes(cells, proofs, sum);
        const out: string[] = [];
        for (let i = 0; i + 16 <= all.length; i++) out.push(all.subarray(i, i + 16).join());
        return out;
      };
      const first = new Set(pieces(seal(one, [1, 0, 0]).sealed));
      assert.ok(pieces(seal(one, [1, 0, 0]).sealed).every((piece) => !first.has(piece)));
    });

    test('challenges of both branches look alike whatever the mark', () => {
      // A simulated challenge must be as uniform as a hash: here, that none is short or repeated.
      const { pointLength: pl, scalarLength: sl } = group;
      const seen = new Set<bigint>();
      for (const marks of [
        [1, 0, 0],
        [0, 1, 0],
      ]) {
        const { proofs } = seal(one, marks).sealed;
        for (let i = 0; i < 3; i++) {
          const at = (4 * pl + 3 * sl) * i + 4 * pl;
          const c0 = group.decodeScalar(proofs.subarray(at, at + sl));
          assert.ok(c0 > 2n ** 190n);
          seen.add(c0);
        }
      }
      assert.equal(seen.size, 6);
    });

    test('cells decode strictly', () => {
      const { cells } = seal(one, [1, 0, 0]).sealed;
      assert.equal(decodeCells(suite, one, cells).length, 3);
      assert.throws(() => decodeCells(suite, one, cells.subarray(1)), {
        code: 'vector.length',
      });
      const identity = cells.slice();
      identity.fill(0, 0, group.pointLength);
      assert.throws(() => decodeCells(suite, one, identity), {
        code: 'encoding.identity',
      });
      assert.throws(
        () =>
          decodeCells(
            suite,
            one,
            cells.map(() => 255),
          ),
        {
          code: 'encoding.not-canonical',
        },
      );
    });

    test('any shape and any of its choices', () => {
      const cell = fc.record({
        weight: fc.integer({ min: 1, max: 40 }),
        mark: fc.integer({ min: 0, max: 1 }),
      });
      const cells = fc.array(cell, { minLength: 1, maxLength: 5 });
      const sums = fc.array(fc.nat({ max: 200 }), { maxLength: 5 });
      fc.assert(
        fc.property(cells, sums, (list, others) => {
          const weights = list.map(({ weight }) => weight);
          const marks = list.map(({ mark }) => mark);
          const sum = list.reduce((total, { weight, mark }) => total + weight * mark, 0);
          const highest = weights.reduce((total, weight) => total + weight, 0);
          const set = new Set([sum, ...others.filter((other) => other <= highest)]);
          const allowed = [...set].sort((x, y) => x - y);
          const shape = { cells: list.length, weights, allowed };
          const { sealed, opening } = seal(shape, marks);
          assert.ok(VectorBatch.verifyOne(suite, key, shape, sealed, context));
          assert.ok(checkOpening(suite, key, shape, sealed, marks, opening));
          const refused = { ...shape, allowed: allowed.filter((other) => other !== sum) };
          if (refused.allowed.length > 0) {
            assert.throws(() => seal(refused, marks), { code: 'vector.marks' });
          }
        }),
        { numRuns: suite === ristretto255Sha512 ? 40 : 8 },
      );
    });

    test('bytes that decode to cells are their encoding', () => {
      const { cells } = seal(one, [1, 0, 0]).sealed;
      const points = Array.from({ length: 6 }, (_, i) =>
        cells.slice(group.pointLength * i, group.pointLength * (i + 1)),
      );
      const encoded = fc.oneof(
        fc.constantFrom(...points),
        fc.uint8Array({ minLength: group.pointLength, maxLength: group.pointLength }),
      );
      fc.assert(
        fc.property(fc.array(encoded, { minLength: 6, maxLength: 6 }), (list) => {
          const bytes = concatBytes(...list);
          let decoded;
          try {
            decoded = decodeCells(suite, one, bytes);
          } catch (error) {
            assert.match((error as { code: string }).code, /^encoding\./);
            return;
          }
          const again = group.encodeAll(decoded.flatMap(({ A, B }) => [A, B]));
          assert.deepEqual(concatBytes(...again), bytes);
        }),
      );
    });

    test('the identity is no key', () => {
      assert.throws(() => new EncryptionKey(group, group.identity), {
        code: 'encoding.identity',
      });
      assert.throws(() => EncryptionKey.decode(group, new Uint8Array(group.pointLength)), {
        code: 'encoding.identity',
      });
      assert.ok(equalBytes(EncryptionKey.decode(group, key.bytes).bytes, key.bytes));
    });
  });
}

test('shapes that cannot be sealed are refused', () => {
  const wrong: VectorShape[] = [
    { cells: 0, weights: [], allowed: [0] },
    { cells: 1.5, weights: [1], allowed: [0] },
    { cells: 1025, weights: Array<number>(1025).fill(1), allowed: [1] },
    { cells: 2, weights: [1], allowed: [1] },
    { cells: 2, weights: [1, 0], allowed: [1] },
    { cells: 2, weights: [1, -1], allowed: [1] },
    { cells: 2, weights: [1, 2 ** 31], allowed: [1] },
    { cells: 2, weights: [1, 1], allowed: [] },
    { cells: 2, weights: [1, 1], allowed: [1, 1] },
    { cells: 2, weights: [1, 1], allowed: [2, 1] },
    { cells: 2, weights: [1, 1], allowed: [-1, 1] },
    { cells: 2, weights: [1, 1], allowed: [3] },
    { cells: 2, weights: [1, 1], allowed: [0.5] },
  ];
  for (const shape of wrong) assert.throws(() => checkShape(shape), { code: 'vector.shape' });
  checkShape(blank);
});

test('ten options, choose one, take 2,976 bytes; sixty of sixty can be prepared', () => {
  const suite = ristretto255Sha512;
  const lengths = vectorLengths(suite, {
    cells: 10,
    weights: Array<number>(10).fill(1),
    allowed: [1],
  });
  assert.equal(lengths.cells + lengths.proofs + lengths.sum, 2976);
  const key = new EncryptionKey(suite.group, suite.group.generatorTable.multiply(7n));
  const all = Array.from({ length: 60 }, (_, i) => i + 1);
  const shape = { cells: 60, weights: Array<number>(60).fill(1), allowed: all };
  const marks = all.map((i) => i & 1);
  const { sealed } = PreparedVector.prepare(suite, key, shape).seal(marks, context);
  assert.ok(VectorBatch.verifyOne(suite, key, shape, sealed, context));
});
