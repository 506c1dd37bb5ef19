/**
 * Inverses and square roots in the field of `field-gost256.ts`, by Fermat's and Euler's powers: the
 * same operations whatever the value.
 */
import {
  copy,
  equal,
  fieldElement,
  isZero,
  mul,
  negateIf,
  ONE,
  square,
  squareTimes,
} from './field-gost256.ts';
import type { FieldElement } from './field-gost256.ts';

/** `a^(2²⁴⁶−1)`, and `a³` on the way: all that inverse and square root have in common. */
function pow246(out: FieldElement, a: FieldElement, cube: FieldElement): void {
  const x = fieldElement();
  const y = fieldElement();
  square(x, a);
  mul(cube, x, a); // 2²−1
  square(x, cube);
  mul(x, x, a); // 2³−1
  squareTimes(y, x, 3);
  mul(x, y, x); // 2⁶−1
  square(x, x);
  mul(x, x, a); // 2⁷−1
  squareTimes(y, x, 7);
  mul(x, y, x); // 2¹⁴−1
  square(x, x);
  mul(x, x, a); // 2¹⁵−1
  squareTimes(y, x, 15);
  mul(x, y, x); // 2³⁰−1
  squareTimes(y, x, 30);
  mul(x, y, x); // 2⁶⁰−1
  square(x, x);
  mul(x, x, a); // 2⁶¹−1
  squareTimes(y, x, 61);
  mul(x, y, x); // 2¹²²−1
  square(x, x);
  mul(x, x, a); // 2¹²³−1
  squareTimes(y, x, 123);
  mul(out, y, x);
}

/** `1/a`, and 0 for 0: `a^(p−2)`, where p − 2 is 246 ones and 0110010101 in binary. */
export function invert(out: FieldElement, a: FieldElement): void {
  const cube = fieldElement();
  const power = fieldElement();
  pow246(power, a, cube);
  squareTimes(power, power, 3);
  mul(power, power, cube);
  squareTimes(power, power, 3);
  mul(power, power, a);
  squareTimes(power, power, 2);
  mul(power, power, a);
  squareTimes(power, power, 2);
  mul(out, power, a);
}

/**
 * A square root of `a`, and 1, or 0 if `a` has none: `a^((p+1)/4)`, since p ≡ 3 modulo 4; the
 * exponent is 246 ones and 01100110 in binary.
 */
export function squareRoot(out: FieldElement, a: FieldElement): number {
  const cube = fieldElement();
  const power = fieldElement();
  pow246(power, a, cube);
  squareTimes(power, power, 3);
  mul(power, power, cube);
  squareTimes(power, power, 4);
  mul(power, power, cube);
  square(power, power);
  square(cube, power);
  const good = equal(cube, a);
  negateIf(out, power, 0);
  return good;
}

/** The inverses of all, 0 for 0, with one inversion and three products each (Montgomery's trick). */
export function invertAll(list: readonly FieldElement[]): FieldElement[] {
  const product = copy(ONE);
  const factors: FieldElement[] = [];
  const before: FieldElement[] = [];
  for (const a of list) {
    // 1 in the place of 0.
    const factor = copy(a);
    factor[0] += isZero(a);
    factors.push(factor);
    before.push(copy(product));
    mul(product, product, factor);
  }
  invert(product, product);
  for (let i = list.length - 1; i >= 0; i--) {
    const out = before[i] as FieldElement;
    mul(out, out, product);
    mul(product, product, factors[i] as FieldElement);
    const keep = 1 - isZero(list[i] as FieldElement);
    out.forEach((limb, k) => (out[k] = limb * keep));
  }
  return before;
}
