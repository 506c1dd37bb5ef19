/**
 * How long a voter waits: sealing one contest, the same code in Node and in Chromium's worker.
 *
 * `confirm` is what happens after «Подтвердить», everything else having been prepared while the
 * voter read; `cold` is preparation and confirmation together. The tables of G and K exist in both.
 */
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { suiteById } from '@kabina/crypto/suites';
import { PreparedVector, type VectorShape } from '@kabina/crypto/vector';

/** Milliseconds of each round. */
export interface SealingTimes {
  readonly confirm: number[];
  readonly cold: number[];
}

/** Choose one of `options`. */
export function chooseOne(options: number): VectorShape {
  return { cells: options, weights: new Array<number>(options).fill(1), allowed: [1] };
}

export function measureSealing(suiteId: string, options: number, rounds: number): SealingTimes {
  const suite = suiteById(suiteId);
  const key = new EncryptionKey(
    suite.group,
    suite.group.multiply(suite.group.generator, suite.group.randomScalar()),
  );
  const shape = chooseOne(options);
  const context = new Uint8Array(64);
  const confirm: number[] = [];
  const cold: number[] = [];
  const warmUps = Math.min(20, rounds);
  for (let round = -warmUps; round < rounds; round++) {
    const marks = new Array<number>(options).fill(0);
    marks[(round + warmUps) % options] = 1;
    const started = performance.now();
    const prepared = PreparedVector.prepare(suite, key, shape);
    const ready = performance.now();
    prepared.seal(marks, context);
    const sealed = performance.now();
    if (round < 0) continue;
    confirm.push(sealed - ready);
    cold.push(sealed - started);
  }
  return { confirm, cold };
}
