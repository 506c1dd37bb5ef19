import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EncryptionKey } from './elgamal.ts';
import { gost256bStreebog, ristretto255Sha512, type Suite } from './suites.ts';
import { VectorChallenges } from './vector-statement.ts';

function key(suite: Suite, secret: bigint): EncryptionKey {
  return new EncryptionKey(suite.group, suite.group.generatorTable.multiply(secret));
}

test('a challenge depends on every part of the statement', () => {
  const suite = ristretto255Sha512;
  const shape = { cells: 2, weights: [1, 1], allowed: [1, 2] };
  const context = Uint8Array.of(1, 2);
  const cells = new Uint8Array(128);
  const flipped = cells.map((byte, i) => (i === 127 ? 1 : byte));
  const K = key(suite, 2n);
  const statements = [
    new VectorChallenges(suite, K, shape, context, cells),
    new VectorChallenges(gost256bStreebog, key(gost256bStreebog, 2n), shape, context, cells),
    new VectorChallenges(suite, key(suite, 3n), shape, context, cells),
    new VectorChallenges(suite, K, { ...shape, cells: 3, weights: [1, 1, 1] }, context, cells),
    new VectorChallenges(suite, K, { ...shape, weights: [1, 2] }, context, cells),
    new VectorChallenges(suite, K, { ...shape, weights: [2, 1] }, context, cells),
    new VectorChallenges(suite, K, { ...shape, allowed: [1] }, context, cells),
    new VectorChallenges(suite, K, { ...shape, allowed: [0, 1] }, context, cells),
    new VectorChallenges(suite, K, shape, Uint8Array.of(1), cells),
    new VectorChallenges(suite, K, shape, Uint8Array.of(1, 3), cells),
    new VectorChallenges(suite, K, shape, context, flipped),
  ];
  const commitments = new Uint8Array(128);
  const other = commitments.map((byte, i) => (i === 0 ? 1 : byte));
  const challenges = statements.flatMap((statement) => [
    statement.cell(0, commitments),
    statement.cell(1, commitments),
    statement.cell(0, other),
    statement.sum(commitments),
    statement.sum(other),
  ]);
  assert.equal(new Set(challenges).size, 5 * statements.length);
  const [first] = statements as [VectorChallenges];
  assert.equal(first.cell(0, commitments), challenges[0]);
});

test('a challenge is as long as the order', () => {
  const { group } = ristretto255Sha512;
  const shape = { cells: 1, weights: [1], allowed: [1] };
  const K = key(ristretto255Sha512, 2n);
  const all = Array.from({ length: 64 }, (_, i) =>
    new VectorChallenges(ristretto255Sha512, K, shape, Uint8Array.of(i), new Uint8Array(64)).cell(
      0,
      new Uint8Array(128),
    ),
  );
  // Of 64 uniform scalars one is above half the order, but for a chance of 2⁻⁶⁴.
  assert.ok(all.some((c) => c > group.order / 2n));
  assert.ok(all.every((c) => c >= 0n && c < group.order));
});
