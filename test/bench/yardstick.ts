/**
 * The yardstick of every measurement: `@noble/curves`' ristretto255 `Point.BASE.multiply`, median of
 * 500 after 200 warm-ups, in a process of its own. Prints milliseconds.
 */
import { randomBytes } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { percentile } from './statistics.ts';

const { Point } = ristretto255;
const scalars = Array.from(
  { length: 700 },
  () => BigInt(`0x${randomBytes(32).toString('hex')}`) % Point.Fn.ORDER,
);
const times = scalars.map((scalar) => {
  const started = performance.now();
  Point.BASE.multiply(scalar);
  return performance.now() - started;
});
console.log(percentile(times.slice(200), 0.5));
