import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VectorBatch } from './batch.ts';
import { EncryptionKey } from './elgamal.ts';
import { ristretto255Sha512 as suite } from './suites.ts';
import { PreparedVector, checkOpening } from './vector.ts';
const { group } = suite;
const key = new EncryptionKey(group, group.generatorTable.multiply(group.randomScalar()));
const ctx = new Uint8Array([1, 2, 3]);
test('smoke', () => {
  const shape = { cells: 4, weights: [1, 1, 1, 4], allowed: [1, 2, 4] };
  for (const marks of [
    [1, 0, 0, 0],
    [1, 1, 0, 0],
    [0, 0, 0, 1],
  ]) {
    const { sealed, opening } = PreparedVector.prepare(suite, key, shape).seal(marks, ctx);
    assert.ok(VectorBatch.verifyOne(suite, key, shape, sealed, ctx));
    assert.ok(!VectorBatch.verifyOne(suite, key, shape, sealed, new Uint8Array([1, 2])));
    assert.ok(checkOpening(suite, key, shape, sealed, marks, opening));
    assert.ok(!checkOpening(suite, key, shape, sealed, [0, 1, 0, 0], opening));
  }
});
