/**
 * The field of 2²⁵⁵ − 19 in floating point, as in D. J. Bernstein, "Curve25519: new Diffie-Hellman
 * speed records" (https://cr.yp.to/ecdh/curve25519-20060209.pdf, §4). JavaScript has no integer
 * product wider than 32 bits but multiplies doubles exactly up to 53 bits; on BigInt the same
 * squaring takes about seven times as long, and its time depends on the value.
 *
 * An element is the sum of twelve doubles, its limbs. Limb `i` is a multiple of 2^⌈21.25·i⌉ and
 * carries its own exponent, so that the value is just the sum: no shifts, no weights. Limbs are
 * signed.
 *
 * How large a limb may be. Say that an element has *growth* g if |limb i| ≤ 1.02·g·2^(⌈21.25·(i+1)⌉−1).
 * - A product or a square has growth 1.
 * - A sum or a difference has the sum of its operands' growths; {@link fromBytes} gives growth 2.
 * - `mul` is exact if the growths of its operands multiply to at most 15 (a square: growth 3), for
 *   then every column of the product stays below 2⁵³ units; the test computes the bound.
 * - `toBytes`, `isZero` and `isNegative` take growth 4 or less.
 * Every function below names the growth of what it gives where that is not 1.
 *
 * Nothing here branches on a value or indexes by one, but for `isCanonical`, which reads public bytes.
 */

/** Twelve doubles; see the file's comment. Functions write their result to `out`, which may be an operand. */
export type FieldElement = [
  ...[number, number, number, number, number, number],
  ...[number, number, number, number, number, number],
];

const LIMBS = 12;
/** Exponent of the least unit of each limb, and 255 behind the last. */
const EXPONENTS = [0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255] as const;
const UNITS: readonly number[] = EXPONENTS.map((exponent) => 2 ** exponent);
const INVERSE_UNITS: readonly number[] = EXPONENTS.map((exponent) => 2 ** -exponent);
const WIDTHS: readonly number[] = EXPONENTS.slice(1).map((exponent, i) => exponent - EXPONENTS[i]!);
/** 2²⁵⁵ ≡ 19: a limb times this has moved down by 255 bits. */
const FOLD = 19 * 2 ** -255;
// Adding C_i and taking it away again rounds to a multiple of 2^EXPONENTS[i].
const C1 = 1.5 * 2 ** 74;
const C2 = 1.5 * 2 ** 95;
const C3 = 1.5 * 2 ** 116;
const C4 = 1.5 * 2 ** 137;
const C5 = 1.5 * 2 ** 159;
const C6 = 1.5 * 2 ** 180;
const C7 = 1.5 * 2 ** 201;
const C8 = 1.5 * 2 ** 222;
const C9 = 1.5 * 2 ** 244;
const C10 = 1.5 * 2 ** 265;
const C11 = 1.5 * 2 ** 286;
const C12 = 1.5 * 2 ** 307;

// An array that was made with fractions keeps raw doubles in V8, however it is copied and filled.
const TEMPLATE = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].fill(0);

/** A new element, zero. */
export function fieldElement(): FieldElement {
  return TEMPLATE.slice() as FieldElement;
}

/** A copy. */
export function copy(a: FieldElement): FieldElement {
  return a.slice() as FieldElement;
}

/** The element of an integer in `[0, 2²⁵⁵)`. For constants. */
export function fieldConstant(value: bigint): FieldElement {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  const out = fieldElement();
  fromBytes(out, bytes);
  mul(out, out, ONE); // for the carries
  return out;
}

export const ZERO = fieldElement();
export const ONE = fieldElement();
ONE[0] = 1;
/** √−1, the even one (RFC 9496 §4.1). */
export const SQRT_M1 =
  fieldConstant(19681161376707505956807079304988542015446066515923890162744021073123829784752n);

/** `a + b`. Growths add. */
// prettier-ignore
export function add(out: FieldElement, a: FieldElement, b: FieldElement): void {
  out[0] = a[0] + b[0]; out[1] = a[1] + b[1]; out[2] = a[2] + b[2]; out[3] = a[3] + b[3];
  out[4] = a[4] + b[4]; out[5] = a[5] + b[5]; out[6] = a[6] + b[6]; out[7] = a[7] + b[7];
  out[8] = a[8] + b[8]; out[9] = a[9] + b[9]; out[10] = a[10] + b[10]; out[11] = a[11] + b[11];
}

/** `a − b`. Growths add. */
// prettier-ignore
export function sub(out: FieldElement, a: FieldElement, b: FieldElement): void {
  out[0] = a[0] - b[0]; out[1] = a[1] - b[1]; out[2] = a[2] - b[2]; out[3] = a[3] - b[3];
  out[4] = a[4] - b[4]; out[5] = a[5] - b[5]; out[6] = a[6] - b[6]; out[7] = a[7] - b[7];
  out[8] = a[8] - b[8]; out[9] = a[9] - b[9]; out[10] = a[10] - b[10]; out[11] = a[11] - b[11];
}

/** `a` if `bit` is 0, `b` if it is 1. The larger growth. */
export function select(out: FieldElement, a: FieldElement, b: FieldElement, bit: number): void {
  for (let i = 0; i < LIMBS; i++) out[i] = (a[i] as number) * (1 - bit) + (b[i] as number) * bit;
}

/** `a` if `bit` is 0, `−a` if it is 1. The same growth. */
export function negateIf(out: FieldElement, a: FieldElement, bit: number): void {
  for (let i = 0; i < LIMBS; i++) out[i] = (a[i] as number) * (1 - 2 * bit);
}

/** `a · b`. The columns of the schoolbook product, those past 2²⁵⁵ folded; then two chains of carries. */
// prettier-ignore
export function mul(out: FieldElement, a: FieldElement, b: FieldElement): void {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5],
    a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
  const b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5],
    b6 = b[6], b7 = b[7], b8 = b[8], b9 = b[9], b10 = b[10], b11 = b[11];
  const f1 = b1 * FOLD, f2 = b2 * FOLD, f3 = b3 * FOLD, f4 = b4 * FOLD, f5 = b5 * FOLD, f6 = b6 * FOLD,
    f7 = b7 * FOLD, f8 = b8 * FOLD, f9 = b9 * FOLD, f10 = b10 * FOLD, f11 = b11 * FOLD;
  let r0 = a0*b0 + a1*f11 + a2*f10 + a3*f9 + a4*f8 + a5*f7 + a6*f6 + a7*f5 + a8*f4 + a9*f3 + a10*f2 + a11*f1;
  let r1 = a0*b1 + a1*b0 + a2*f11 + a3*f10 + a4*f9 + a5*f8 + a6*f7 + a7*f6 + a8*f5 + a9*f4 + a10*f3 + a11*f2;
  let r2 = a0*b2 + a1*b1 + a2*b0 + a3*f11 + a4*f10 + a5*f9 + a6*f8 + a7*f7 + a8*f6 + a9*f5 + a10*f4 + a11*f3;
  let r3 = a0*b3 + a1*b2 + a2*b1 + a3*b0 + a4*f11 + a5*f10 + a6*f9 + a7*f8 + a8*f7 + a9*f6 + a10*f5 + a11*f4;
  let r4 = a0*b4 + a1*b3 + a2*b2 + a3*b1 + a4*b0 + a5*f11 + a6*f10 + a7*f9 + a8*f8 + a9*f7 + a10*f6 + a11*f5;
  let r5 = a0*b5 + a1*b4 + a2*b3 + a3*b2 + a4*b1 + a5*b0 + a6*f11 + a7*f10 + a8*f9 + a9*f8 + a10*f7 + a11*f6;
  let r6 = a0*b6 + a1*b5 + a2*b4 + a3*b3 + a4*b2 + a5*b1 + a6*b0 + a7*f11 + a8*f10 + a9*f9 + a10*f8 + a11*f7;
  let r7 = a0*b7 + a1*b6 + a2*b5 + a3*b4 + a4*b3 + a5*b2 + a6*b1 + a7*b0 + a8*f11 + a9*f10 + a10*f9 + a11*f8;
  let r8 = a0*b8 + a1*b7 + a2*b6 + a3*b5 + a4*b4 + a5*b3 + a6*b2 + a7*b1 + a8*b0 + a9*f11 + a10*f10 + a11*f9;
  let r9 = a0*b9 + a1*b8 + a2*b7 + a3*b6 + a4*b5 + a5*b4 + a6*b3 + a7*b2 + a8*b1 + a9*b0 + a10*f11 + a11*f10;
  let r10 = a0*b10 + a1*b9 + a2*b8 + a3*b7 + a4*b6 + a5*b5 + a6*b4 + a7*b3 + a8*b2 + a9*b1 + a10*b0 + a11*f11;
  let r11 = a0*b11 + a1*b10 + a2*b9 + a3*b8 + a4*b7 + a5*b6 + a6*b5 + a7*b4 + a8*b3 + a9*b2 + a10*b1 + a11*b0;
  let c;
  c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
  c = r1 + C2 - C2; r1 -= c; r2 += c; c = r7 + C8 - C8; r7 -= c; r8 += c;
  c = r2 + C3 - C3; r2 -= c; r3 += c; c = r8 + C9 - C9; r8 -= c; r9 += c;
  c = r3 + C4 - C4; r3 -= c; r4 += c; c = r9 + C10 - C10; r9 -= c; r10 += c;
  c = r4 + C5 - C5; r4 -= c; r5 += c; c = r10 + C11 - C11; r10 -= c; r11 += c;
  c = r5 + C6 - C6; r5 -= c; r6 += c; c = r11 + C12 - C12; r11 -= c; r0 += c * FOLD;
  c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
  out[0] = r0; out[1] = r1; out[2] = r2; out[3] = r3; out[4] = r4; out[5] = r5;
  out[6] = r6; out[7] = r7; out[8] = r8; out[9] = r9; out[10] = r10; out[11] = r11;
}

/** `a^(2^times)`, `times ≥ 1`: squarings with the limbs kept in variables. */
// prettier-ignore
export function squareTimes(out: FieldElement, a: FieldElement, times: number): void {
  let a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5],
    a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
  for (let i = 0; i < times; i++) {
    const d0 = a0 + a0, d1 = a1 + a1, d2 = a2 + a2, d3 = a3 + a3, d4 = a4 + a4, d5 = a5 + a5,
      d6 = a6 + a6, d7 = a7 + a7, d8 = a8 + a8, d9 = a9 + a9, d10 = a10 + a10;
    const f6 = a6 * FOLD, f7 = a7 * FOLD, f8 = a8 * FOLD, f9 = a9 * FOLD, f10 = a10 * FOLD, f11 = a11 * FOLD;
    let r0 = a0*a0 + d1*f11 + d2*f10 + d3*f9 + d4*f8 + d5*f7 + a6*f6;
    let r1 = d0*a1 + d2*f11 + d3*f10 + d4*f9 + d5*f8 + d6*f7;
    let r2 = d0*a2 + a1*a1 + d3*f11 + d4*f10 + d5*f9 + d6*f8 + a7*f7;
    let r3 = d0*a3 + d1*a2 + d4*f11 + d5*f10 + d6*f9 + d7*f8;
    let r4 = d0*a4 + d1*a3 + a2*a2 + d5*f11 + d6*f10 + d7*f9 + a8*f8;
    let r5 = d0*a5 + d1*a4 + d2*a3 + d6*f11 + d7*f10 + d8*f9;
    let r6 = d0*a6 + d1*a5 + d2*a4 + a3*a3 + d7*f11 + d8*f10 + a9*f9;
    let r7 = d0*a7 + d1*a6 + d2*a5 + d3*a4 + d8*f11 + d9*f10;
    let r8 = d0*a8 + d1*a7 + d2*a6 + d3*a5 + a4*a4 + d9*f11 + a10*f10;
    let r9 = d0*a9 + d1*a8 + d2*a7 + d3*a6 + d4*a5 + d10*f11;
    let r10 = d0*a10 + d1*a9 + d2*a8 + d3*a7 + d4*a6 + a5*a5 + a11*f11;
    let r11 = d0*a11 + d1*a10 + d2*a9 + d3*a8 + d4*a7 + d5*a6;
    let c;
    c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
    c = r1 + C2 - C2; r1 -= c; r2 += c; c = r7 + C8 - C8; r7 -= c; r8 += c;
    c = r2 + C3 - C3; r2 -= c; r3 += c; c = r8 + C9 - C9; r8 -= c; r9 += c;
    c = r3 + C4 - C4; r3 -= c; r4 += c; c = r9 + C10 - C10; r9 -= c; r10 += c;
    c = r4 + C5 - C5; r4 -= c; r5 += c; c = r10 + C11 - C11; r10 -= c; r11 += c;
    c = r5 + C6 - C6; r5 -= c; r6 += c; c = r11 + C12 - C12; r11 -= c; r0 += c * FOLD;
    c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
    a0 = r0; a1 = r1; a2 = r2; a3 = r3; a4 = r4; a5 = r5;
    a6 = r6; a7 = r7; a8 = r8; a9 = r9; a10 = r10; a11 = r11;
  }
  out[0] = a0; out[1] = a1; out[2] = a2; out[3] = a3; out[4] = a4; out[5] = a5;
  out[6] = a6; out[7] = a7; out[8] = a8; out[9] = a9; out[10] = a10; out[11] = a11;
}

/** `a²`. */
export function square(out: FieldElement, a: FieldElement): void {
  squareTimes(out, a, 1);
}

/** `a^(2²⁵²−3)`, that is `a^((p−5)/8)`, and `a³` on the way; the addition chain of ref10. */
function pow22523(out: FieldElement, a: FieldElement, cube: FieldElement): void {
  const x = fieldElement();
  const y = fieldElement();
  square(x, a);
  mul(cube, x, a); // 2²−1
  squareTimes(x, cube, 2);
  mul(x, x, cube); // 2⁴−1
  square(x, x);
  mul(x, x, a); // 2⁵−1
  squareTimes(y, x, 5);
  mul(x, y, x); // 2¹⁰−1
  squareTimes(y, x, 10);
  mul(y, y, x); // 2²⁰−1
  const z = fieldElement();
  squareTimes(z, y, 20);
  mul(y, z, y); // 2⁴⁰−1
  squareTimes(y, y, 10);
  mul(x, y, x); // 2⁵⁰−1
  squareTimes(y, x, 50);
  mul(y, y, x); // 2¹⁰⁰−1
  squareTimes(z, y, 100);
  mul(y, z, y); // 2²⁰⁰−1
  squareTimes(y, y, 50);
  mul(x, y, x); // 2²⁵⁰−1
  squareTimes(x, x, 2);
  mul(out, x, a); // 2²⁵²−3
}

/** `1/a`, and 0 for 0: `a^(p−2)` with p − 2 = 2³·(2²⁵²−3) + 3. */
export function invert(out: FieldElement, a: FieldElement): void {
  const cube = fieldElement();
  const power = fieldElement();
  pow22523(power, a, cube);
  squareTimes(power, power, 3);
  mul(out, power, cube);
}

/** The inverses of all, 0 for 0, with one inversion and three products each (Montgomery's trick). */
export function invertAll(list: readonly FieldElement[]): FieldElement[] {
  const products: FieldElement[] = [];
  const zeros: number[] = [];
  const product = copy(ONE);
  const factor = fieldElement();
  for (const a of list) {
    const zero = isZero(a);
    zeros.push(zero);
    products.push(copy(product));
    select(factor, a, ONE, zero);
    mul(product, product, factor);
  }
  invert(product, product);
  for (let i = list.length - 1; i >= 0; i--) {
    const before = products[i] as FieldElement;
    const zero = zeros[i] as number;
    mul(before, before, product);
    select(before, before, ZERO, zero);
    select(factor, list[i] as FieldElement, ONE, zero);
    mul(product, product, factor);
  }
  return products;
}

/**
 * SQRT_RATIO_M1 of RFC 9496 §4.2: 1 and the non-negative √(u/v) if `u/v` is a square; 0 and
 * √(√−1·u/v) if it is not; `(0, 0)` where only `v` is zero, `(1, 0)` where `u` is.
 */
export function sqrtRatio(out: FieldElement, u: FieldElement, v: FieldElement): number {
  const uv3 = fieldElement();
  const power = fieldElement();
  const check = fieldElement();
  square(uv3, v);
  mul(uv3, uv3, v);
  square(power, uv3);
  mul(power, power, v); // v⁷
  mul(uv3, uv3, u);
  mul(power, power, u);
  pow22523(power, power, check);
  const root = uv3;
  mul(root, uv3, power);
  square(check, root);
  mul(check, check, v);
  const turned = fieldElement();
  mul(turned, u, SQRT_M1);
  const correct = equal(check, u);
  negateIf(check, check, 1);
  const flipped = equal(check, u);
  const flippedTurned = equal(check, turned);
  mul(turned, root, SQRT_M1);
  select(out, root, turned, flipped | flippedTurned);
  absolute(out, out);
  return correct | flipped;
}

/** The one of `a` and `−a` that is not negative. */
export function absolute(out: FieldElement, a: FieldElement): void {
  negateIf(out, a, isNegative(a));
}

/** Working space: what {@link reduce} leaves for its caller. */
const digits = new Int32Array(LIMBS);
/** Working space of {@link equal}. */
const difference = fieldElement();

/** The limbs of the residue in `[0, p)` as integers, unit 2^EXPONENTS[i], left in `digits`. */
function reduce(a: FieldElement): void {
  // 4p is added so that every limb is positive: 4p = 4·(2²⁵⁵ − 1) − 72.
  for (let i = 0; i < LIMBS; i++) {
    const all = (1 << (WIDTHS[i] as number)) - 1;
    digits[i] = ((a[i] as number) * (INVERSE_UNITS[i] as number) + 4 * all) | 0;
  }
  digits[0] = (digits[0] as number) - 72;
  let carry = carryDigits(0);
  carry = carryDigits(19 * carry);
  digits[0] = (digits[0] as number) + 19 * carry;
  // Now below 2²⁵⁵. It is p or more if adding 19 carries out.
  carry = 19;
  for (let i = 0; i < LIMBS; i++) {
    const width = WIDTHS[i] as number;
    carry = ((digits[i] as number) + carry) >> width;
  }
  carryDigits(19 * carry);
}

/** Adds `carry` at the bottom of `digits`, carries up, and answers what comes out at the top. */
function carryDigits(carry: number): number {
  for (let i = 0; i < LIMBS; i++) {
    const width = WIDTHS[i] as number;
    const digit = (digits[i] as number) + carry;
    carry = digit >> width;
    digits[i] = digit & ((1 << width) - 1);
  }
  return carry;
}

/** 1 if `a` is zero, else 0. */
export function isZero(a: FieldElement): number {
  reduce(a);
  let all = 0;
  for (let i = 0; i < LIMBS; i++) all |= digits[i] as number;
  return 1 - ((all | -all) >>> 31);
}

/** 1 if `a` and `b` are equal, else 0. Growth of both together at most 4. */
export function equal(a: FieldElement, b: FieldElement): number {
  sub(difference, a, b);
  return isZero(difference);
}

/** 1 if `a` is negative, that is if its residue in `[0, p)` is odd (RFC 9496 §4.1), else 0. */
export function isNegative(a: FieldElement): number {
  reduce(a);
  return (digits[0] as number) & 1;
}

/** The canonical 32 bytes, little-endian. */
export function toBytes(a: FieldElement): Uint8Array {
  reduce(a);
  const bytes = new Uint8Array(32);
  let at = 0;
  let buffer = 0;
  let buffered = 0;
  for (let i = 0; i < LIMBS; i++) {
    buffer |= (digits[i] as number) << buffered;
    buffered += WIDTHS[i] as number;
    for (; buffered >= 8; buffered -= 8) {
      bytes[at++] = buffer;
      buffer >>>= 8;
    }
  }
  bytes[at] = buffer;
  return bytes;
}

/** The value of 32 bytes, little-endian, the highest bit left out; not necessarily below p. Growth 2. */
export function fromBytes(out: FieldElement, bytes: Uint8Array): void {
  let at = 0;
  let buffer = 0;
  let buffered = 0;
  for (let i = 0; i < LIMBS; i++) {
    const width = WIDTHS[i] as number;
    for (; buffered < width; buffered += 8) buffer |= (bytes[at++] as number) << buffered;
    out[i] = (buffer & ((1 << width) - 1)) * (UNITS[i] as number);
    buffer >>>= width;
    buffered -= width;
  }
}

/** Whether 32 bytes, little-endian, are a number below p. */
export function isCanonical(bytes: Uint8Array): boolean {
  if (bytes[31] !== 0x7f) return (bytes[31] as number) < 0x7f;
  for (let i = 30; i > 0; i--) if (bytes[i] !== 0xff) return true;
  return (bytes[0] as number) < 0xed;
}
