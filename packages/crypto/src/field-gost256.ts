/**
 * The field of p = 2²⁵⁶ − 617, over which the curve of `gost-curve.ts` is defined, in floating
 * point like `field25519.ts`: doubles hold 53 bits exactly, and on BigInt a product takes three
 * times as long and a time that depends on the values.
 *
 * An element is the sum of eleven doubles, its limbs. Limb `i` is a multiple of 2^(24·i) and carries
 * its own exponent, so that the value is just the sum. Limbs are signed.
 *
 * How large a limb may be. Say that an element has *growth* g if |limb i| ≤ 1.01·g·2^(24·i+23).
 * - A product, a square and a linear combination have growth 1.
 * - A sum or a difference has the sum of its operands' growths.
 * - `mul` is exact if the growths of its operands multiply to at most 11 (a square: growth 3), and
 *   `mulAdd` if its two products of growths add up to no more: a column of eleven products of limbs
 *   then stays below 2⁵³ units.
 * - `toBytes`, `isZero` and `equal` take growth 8 or less.
 * Nothing here branches on a value or indexes by one. Functions write their result to `out`, which
 * may be an operand.
 */

/** Eleven doubles; see the file's comment. */
export type FieldElement = [
  ...[number, number, number, number, number, number],
  ...[number, number, number, number, number],
];

const LIMBS = 11;
const BITS = 24;
const FULL = 2 ** BITS - 1;
/** The limb of 2²⁴⁰ and above has only these bits of a residue. */
const TOP_BITS = 16;
/** 2²⁵⁶ ≡ 617. */
const EXCESS = 617;
/** A limb times this has moved down by 256 bits. */
const FOLD = EXCESS * 2 ** -256;
const UNITS: readonly number[] = Array.from({ length: LIMBS }, (_, i) => 2 ** (BITS * i));
// Adding C_i and taking it away again rounds to a multiple of 2^(24·i).
const C1 = 1.5 * 2 ** 76;
const C2 = 1.5 * 2 ** 100;
const C3 = 1.5 * 2 ** 124;
const C4 = 1.5 * 2 ** 148;
const C5 = 1.5 * 2 ** 172;
const C6 = 1.5 * 2 ** 196;
const C7 = 1.5 * 2 ** 220;
const C8 = 1.5 * 2 ** 244;
const C9 = 1.5 * 2 ** 268;
const C10 = 1.5 * 2 ** 292;
const C11 = 1.5 * 2 ** 316;
const C12 = 1.5 * 2 ** 340;
const C13 = 1.5 * 2 ** 364;
const C14 = 1.5 * 2 ** 388;
const C15 = 1.5 * 2 ** 412;
const C16 = 1.5 * 2 ** 436;
const C17 = 1.5 * 2 ** 460;
const C18 = 1.5 * 2 ** 484;
const C19 = 1.5 * 2 ** 508;
const C20 = 1.5 * 2 ** 532;
const C21 = 1.5 * 2 ** 556;

// An array that was made with fractions keeps raw doubles in V8, however it is copied and filled.
const TEMPLATE = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].fill(0);

/** A new element, zero. */
export function fieldElement(): FieldElement {
  return TEMPLATE.slice() as FieldElement;
}

/** A copy. */
export function copy(a: FieldElement): FieldElement {
  return a.slice() as FieldElement;
}

export const ZERO = fieldElement();
export const ONE = fieldElement();
ONE[0] = 1;

/** `a + b`. Growths add. */
// prettier-ignore
export function add(out: FieldElement, a: FieldElement, b: FieldElement): void {
  out[0] = a[0] + b[0]; out[1] = a[1] + b[1]; out[2] = a[2] + b[2]; out[3] = a[3] + b[3];
  out[4] = a[4] + b[4]; out[5] = a[5] + b[5]; out[6] = a[6] + b[6]; out[7] = a[7] + b[7];
  out[8] = a[8] + b[8]; out[9] = a[9] + b[9]; out[10] = a[10] + b[10];
}

/** `a − b`. Growths add. */
// prettier-ignore
export function sub(out: FieldElement, a: FieldElement, b: FieldElement): void {
  out[0] = a[0] - b[0]; out[1] = a[1] - b[1]; out[2] = a[2] - b[2]; out[3] = a[3] - b[3];
  out[4] = a[4] - b[4]; out[5] = a[5] - b[5]; out[6] = a[6] - b[6]; out[7] = a[7] - b[7];
  out[8] = a[8] - b[8]; out[9] = a[9] - b[9]; out[10] = a[10] - b[10];
}

/** `−a` if `bit` is 1, `a` if it is 0. The same growth. */
export function negateIf(out: FieldElement, a: FieldElement, bit: number): void {
  for (let i = 0; i < LIMBS; i++) out[i] = (a[i] as number) * (1 - 2 * bit);
}

/** `k·a + m·b + n·c` for small integers; the growths times their factors at most 2048 together. */
// prettier-ignore
export function combine(
  out: FieldElement,
  k: number, a: FieldElement, m: number, b: FieldElement, n: number, c: FieldElement,
): void {
  let r0 = k*a[0] + m*b[0] + n*c[0];
  let r1 = k*a[1] + m*b[1] + n*c[1];
  let r2 = k*a[2] + m*b[2] + n*c[2];
  let r3 = k*a[3] + m*b[3] + n*c[3];
  let r4 = k*a[4] + m*b[4] + n*c[4];
  let r5 = k*a[5] + m*b[5] + n*c[5];
  let r6 = k*a[6] + m*b[6] + n*c[6];
  let r7 = k*a[7] + m*b[7] + n*c[7];
  let r8 = k*a[8] + m*b[8] + n*c[8];
  let r9 = k*a[9] + m*b[9] + n*c[9];
  let r10 = k*a[10] + m*b[10] + n*c[10];
  let t;
  t = r10 + C11 - C11; r10 -= t; r0 += t * FOLD; t = r9 + C10 - C10; r9 -= t; r10 += t;
  t = r8 + C9 - C9; r8 -= t; r9 += t; t = r7 + C8 - C8; r7 -= t; r8 += t;
  t = r6 + C7 - C7; r6 -= t; r7 += t; t = r5 + C6 - C6; r5 -= t; r6 += t;
  t = r4 + C5 - C5; r4 -= t; r5 += t; t = r3 + C4 - C4; r3 -= t; r4 += t;
  t = r2 + C3 - C3; r2 -= t; r3 += t; t = r1 + C2 - C2; r1 -= t; r2 += t;
  t = r0 + C1 - C1; r0 -= t; r1 += t;
  out[0] = r0; out[1] = r1; out[2] = r2; out[3] = r3; out[4] = r4; out[5] = r5; out[6] = r6;
  out[7] = r7; out[8] = r8; out[9] = r9; out[10] = r10;
}

/** `a · b`. */
// prettier-ignore
export function mul(out: FieldElement, a: FieldElement, b: FieldElement): void {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7],
  a8 = a[8], a9 = a[9], a10 = a[10];
  const b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7],
  b8 = b[8], b9 = b[9], b10 = b[10];
  let r0 = a0*b0;
  let r1 = a0*b1 + a1*b0;
  let r2 = a0*b2 + a1*b1 + a2*b0;
  let r3 = a0*b3 + a1*b2 + a2*b1 + a3*b0;
  let r4 = a0*b4 + a1*b3 + a2*b2 + a3*b1 + a4*b0;
  let r5 = a0*b5 + a1*b4 + a2*b3 + a3*b2 + a4*b1 + a5*b0;
  let r6 = a0*b6 + a1*b5 + a2*b4 + a3*b3 + a4*b2 + a5*b1 + a6*b0;
  let r7 = a0*b7 + a1*b6 + a2*b5 + a3*b4 + a4*b3 + a5*b2 + a6*b1 + a7*b0;
  let r8 = a0*b8 + a1*b7 + a2*b6 + a3*b5 + a4*b4 + a5*b3 + a6*b2 + a7*b1 + a8*b0;
  let r9 = a0*b9 + a1*b8 + a2*b7 + a3*b6 + a4*b5 + a5*b4 + a6*b3 + a7*b2 + a8*b1 + a9*b0;
  let r10 = a0*b10 + a1*b9 + a2*b8 + a3*b7 + a4*b6 + a5*b5 + a6*b4 + a7*b3 + a8*b2 + a9*b1 + a10*b0;
  let r11 = a1*b10 + a2*b9 + a3*b8 + a4*b7 + a5*b6 + a6*b5 + a7*b4 + a8*b3 + a9*b2 + a10*b1;
  let r12 = a2*b10 + a3*b9 + a4*b8 + a5*b7 + a6*b6 + a7*b5 + a8*b4 + a9*b3 + a10*b2;
  let r13 = a3*b10 + a4*b9 + a5*b8 + a6*b7 + a7*b6 + a8*b5 + a9*b4 + a10*b3;
  let r14 = a4*b10 + a5*b9 + a6*b8 + a7*b7 + a8*b6 + a9*b5 + a10*b4;
  let r15 = a5*b10 + a6*b9 + a7*b8 + a8*b7 + a9*b6 + a10*b5;
  let r16 = a6*b10 + a7*b9 + a8*b8 + a9*b7 + a10*b6;
  let r17 = a7*b10 + a8*b9 + a9*b8 + a10*b7;
  let r18 = a8*b10 + a9*b9 + a10*b8;
  let r19 = a9*b10 + a10*b9;
  let r20 = a10*b10;
  let c;
  // The upper half: one carry each makes them small enough to be multiplied by FOLD.
  c = r20 + C21 - C21; r20 -= c; r10 += c * FOLD; c = r19 + C20 - C20; r19 -= c; r20 += c;
  c = r18 + C19 - C19; r18 -= c; r19 += c; c = r17 + C18 - C18; r17 -= c; r18 += c;
  c = r16 + C17 - C17; r16 -= c; r17 += c; c = r15 + C16 - C16; r15 -= c; r16 += c;
  c = r14 + C15 - C15; r14 -= c; r15 += c; c = r13 + C14 - C14; r13 -= c; r14 += c;
  c = r12 + C13 - C13; r12 -= c; r13 += c; c = r11 + C12 - C12; r11 -= c; r12 += c;
  r0 += r11 * FOLD; r1 += r12 * FOLD; r2 += r13 * FOLD; r3 += r14 * FOLD; r4 += r15 * FOLD;
  r5 += r16 * FOLD; r6 += r17 * FOLD; r7 += r18 * FOLD; r8 += r19 * FOLD; r9 += r20 * FOLD;
  // The lower half: two chains at a time, and once more where they meet.
  c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
  c = r1 + C2 - C2; r1 -= c; r2 += c; c = r7 + C8 - C8; r7 -= c; r8 += c;
  c = r2 + C3 - C3; r2 -= c; r3 += c; c = r8 + C9 - C9; r8 -= c; r9 += c;
  c = r3 + C4 - C4; r3 -= c; r4 += c; c = r9 + C10 - C10; r9 -= c; r10 += c;
  c = r4 + C5 - C5; r4 -= c; r5 += c; c = r10 + C11 - C11; r10 -= c; r0 += c * FOLD;
  c = r5 + C6 - C6; r5 -= c; r6 += c; c = r0 + C1 - C1; r0 -= c; r1 += c;
  c = r6 + C7 - C7; r6 -= c; r7 += c; c = r1 + C2 - C2; r1 -= c; r2 += c;
  out[0] = r0; out[1] = r1; out[2] = r2; out[3] = r3; out[4] = r4; out[5] = r5; out[6] = r6;
  out[7] = r7; out[8] = r8; out[9] = r9; out[10] = r10;
}

/** `a·b + e·f`, for one and a half times the cost of `mul`. */
// prettier-ignore
export function mulAdd(
  out: FieldElement, a: FieldElement, b: FieldElement, e: FieldElement, f: FieldElement,
): void {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7],
  a8 = a[8], a9 = a[9], a10 = a[10];
  const b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7],
  b8 = b[8], b9 = b[9], b10 = b[10];
  const e0 = e[0], e1 = e[1], e2 = e[2], e3 = e[3], e4 = e[4], e5 = e[5], e6 = e[6], e7 = e[7],
  e8 = e[8], e9 = e[9], e10 = e[10];
  const f0 = f[0], f1 = f[1], f2 = f[2], f3 = f[3], f4 = f[4], f5 = f[5], f6 = f[6], f7 = f[7],
  f8 = f[8], f9 = f[9], f10 = f[10];
  let r0 = a0*b0 + e0*f0;
  let r1 = a0*b1 + a1*b0 + e0*f1 + e1*f0;
  let r2 = a0*b2 + a1*b1 + a2*b0 + e0*f2 + e1*f1 + e2*f0;
  let r3 = a0*b3 + a1*b2 + a2*b1 + a3*b0 + e0*f3 + e1*f2 + e2*f1 + e3*f0;
  let r4 = a0*b4 + a1*b3 + a2*b2 + a3*b1 + a4*b0 + e0*f4 + e1*f3 + e2*f2 + e3*f1 + e4*f0;
  let r5 = a0*b5 + a1*b4 + a2*b3 + a3*b2 + a4*b1 + a5*b0 + e0*f5 + e1*f4 + e2*f3 + e3*f2 + e4*f1
    + e5*f0;
  let r6 = a0*b6 + a1*b5 + a2*b4 + a3*b3 + a4*b2 + a5*b1 + a6*b0 + e0*f6 + e1*f5 + e2*f4 + e3*f3
    + e4*f2 + e5*f1 + e6*f0;
  let r7 = a0*b7 + a1*b6 + a2*b5 + a3*b4 + a4*b3 + a5*b2 + a6*b1 + a7*b0 + e0*f7 + e1*f6 + e2*f5
    + e3*f4 + e4*f3 + e5*f2 + e6*f1 + e7*f0;
  let r8 = a0*b8 + a1*b7 + a2*b6 + a3*b5 + a4*b4 + a5*b3 + a6*b2 + a7*b1 + a8*b0 + e0*f8 + e1*f7
    + e2*f6 + e3*f5 + e4*f4 + e5*f3 + e6*f2 + e7*f1 + e8*f0;
  let r9 = a0*b9 + a1*b8 + a2*b7 + a3*b6 + a4*b5 + a5*b4 + a6*b3 + a7*b2 + a8*b1 + a9*b0 + e0*f9
    + e1*f8 + e2*f7 + e3*f6 + e4*f5 + e5*f4 + e6*f3 + e7*f2 + e8*f1 + e9*f0;
  let r10 = a0*b10 + a1*b9 + a2*b8 + a3*b7 + a4*b6 + a5*b5 + a6*b4 + a7*b3 + a8*b2 + a9*b1 + a10*b0
    + e0*f10 + e1*f9 + e2*f8 + e3*f7 + e4*f6 + e5*f5 + e6*f4 + e7*f3 + e8*f2 + e9*f1 + e10*f0;
  let r11 = a1*b10 + a2*b9 + a3*b8 + a4*b7 + a5*b6 + a6*b5 + a7*b4 + a8*b3 + a9*b2 + a10*b1
    + e1*f10 + e2*f9 + e3*f8 + e4*f7 + e5*f6 + e6*f5 + e7*f4 + e8*f3 + e9*f2 + e10*f1;
  let r12 = a2*b10 + a3*b9 + a4*b8 + a5*b7 + a6*b6 + a7*b5 + a8*b4 + a9*b3 + a10*b2 + e2*f10
    + e3*f9 + e4*f8 + e5*f7 + e6*f6 + e7*f5 + e8*f4 + e9*f3 + e10*f2;
  let r13 = a3*b10 + a4*b9 + a5*b8 + a6*b7 + a7*b6 + a8*b5 + a9*b4 + a10*b3 + e3*f10 + e4*f9
    + e5*f8 + e6*f7 + e7*f6 + e8*f5 + e9*f4 + e10*f3;
  let r14 = a4*b10 + a5*b9 + a6*b8 + a7*b7 + a8*b6 + a9*b5 + a10*b4 + e4*f10 + e5*f9 + e6*f8
    + e7*f7 + e8*f6 + e9*f5 + e10*f4;
  let r15 = a5*b10 + a6*b9 + a7*b8 + a8*b7 + a9*b6 + a10*b5 + e5*f10 + e6*f9 + e7*f8 + e8*f7
    + e9*f6 + e10*f5;
  let r16 = a6*b10 + a7*b9 + a8*b8 + a9*b7 + a10*b6 + e6*f10 + e7*f9 + e8*f8 + e9*f7 + e10*f6;
  let r17 = a7*b10 + a8*b9 + a9*b8 + a10*b7 + e7*f10 + e8*f9 + e9*f8 + e10*f7;
  let r18 = a8*b10 + a9*b9 + a10*b8 + e8*f10 + e9*f9 + e10*f8;
  let r19 = a9*b10 + a10*b9 + e9*f10 + e10*f9;
  let r20 = a10*b10 + e10*f10;
  let c;
  // The upper half: one carry each makes them small enough to be multiplied by FOLD.
  c = r20 + C21 - C21; r20 -= c; r10 += c * FOLD; c = r19 + C20 - C20; r19 -= c; r20 += c;
  c = r18 + C19 - C19; r18 -= c; r19 += c; c = r17 + C18 - C18; r17 -= c; r18 += c;
  c = r16 + C17 - C17; r16 -= c; r17 += c; c = r15 + C16 - C16; r15 -= c; r16 += c;
  c = r14 + C15 - C15; r14 -= c; r15 += c; c = r13 + C14 - C14; r13 -= c; r14 += c;
  c = r12 + C13 - C13; r12 -= c; r13 += c; c = r11 + C12 - C12; r11 -= c; r12 += c;
  r0 += r11 * FOLD; r1 += r12 * FOLD; r2 += r13 * FOLD; r3 += r14 * FOLD; r4 += r15 * FOLD;
  r5 += r16 * FOLD; r6 += r17 * FOLD; r7 += r18 * FOLD; r8 += r19 * FOLD; r9 += r20 * FOLD;
  // The lower half: two chains at a time, and once more where they meet.
  c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
  c = r1 + C2 - C2; r1 -= c; r2 += c; c = r7 + C8 - C8; r7 -= c; r8 += c;
  c = r2 + C3 - C3; r2 -= c; r3 += c; c = r8 + C9 - C9; r8 -= c; r9 += c;
  c = r3 + C4 - C4; r3 -= c; r4 += c; c = r9 + C10 - C10; r9 -= c; r10 += c;
  c = r4 + C5 - C5; r4 -= c; r5 += c; c = r10 + C11 - C11; r10 -= c; r0 += c * FOLD;
  c = r5 + C6 - C6; r5 -= c; r6 += c; c = r0 + C1 - C1; r0 -= c; r1 += c;
  c = r6 + C7 - C7; r6 -= c; r7 += c; c = r1 + C2 - C2; r1 -= c; r2 += c;
  out[0] = r0; out[1] = r1; out[2] = r2; out[3] = r3; out[4] = r4; out[5] = r5; out[6] = r6;
  out[7] = r7; out[8] = r8; out[9] = r9; out[10] = r10;
}

/** `a^(2^times)`, `times ≥ 1`: squarings with the limbs kept in variables. */
// prettier-ignore
export function squareTimes(out: FieldElement, a: FieldElement, times: number): void {
  let a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7],
  a8 = a[8], a9 = a[9], a10 = a[10];
  for (let i = 0; i < times; i++) {
    const d0 = a0 + a0, d1 = a1 + a1, d2 = a2 + a2, d3 = a3 + a3, d4 = a4 + a4, d5 = a5 + a5,
    d6 = a6 + a6, d7 = a7 + a7, d8 = a8 + a8, d9 = a9 + a9;
    let r0 = a0*a0;
    let r1 = d0*a1;
    let r2 = d0*a2 + a1*a1;
    let r3 = d0*a3 + d1*a2;
    let r4 = d0*a4 + d1*a3 + a2*a2;
    let r5 = d0*a5 + d1*a4 + d2*a3;
    let r6 = d0*a6 + d1*a5 + d2*a4 + a3*a3;
    let r7 = d0*a7 + d1*a6 + d2*a5 + d3*a4;
    let r8 = d0*a8 + d1*a7 + d2*a6 + d3*a5 + a4*a4;
    let r9 = d0*a9 + d1*a8 + d2*a7 + d3*a6 + d4*a5;
    let r10 = d0*a10 + d1*a9 + d2*a8 + d3*a7 + d4*a6 + a5*a5;
    let r11 = d1*a10 + d2*a9 + d3*a8 + d4*a7 + d5*a6;
    let r12 = d2*a10 + d3*a9 + d4*a8 + d5*a7 + a6*a6;
    let r13 = d3*a10 + d4*a9 + d5*a8 + d6*a7;
    let r14 = d4*a10 + d5*a9 + d6*a8 + a7*a7;
    let r15 = d5*a10 + d6*a9 + d7*a8;
    let r16 = d6*a10 + d7*a9 + a8*a8;
    let r17 = d7*a10 + d8*a9;
    let r18 = d8*a10 + a9*a9;
    let r19 = d9*a10;
    let r20 = a10*a10;
    let c;
    // The upper half: one carry each makes them small enough to be multiplied by FOLD.
    c = r20 + C21 - C21; r20 -= c; r10 += c * FOLD; c = r19 + C20 - C20; r19 -= c; r20 += c;
    c = r18 + C19 - C19; r18 -= c; r19 += c; c = r17 + C18 - C18; r17 -= c; r18 += c;
    c = r16 + C17 - C17; r16 -= c; r17 += c; c = r15 + C16 - C16; r15 -= c; r16 += c;
    c = r14 + C15 - C15; r14 -= c; r15 += c; c = r13 + C14 - C14; r13 -= c; r14 += c;
    c = r12 + C13 - C13; r12 -= c; r13 += c; c = r11 + C12 - C12; r11 -= c; r12 += c;
    r0 += r11 * FOLD; r1 += r12 * FOLD; r2 += r13 * FOLD; r3 += r14 * FOLD; r4 += r15 * FOLD;
    r5 += r16 * FOLD; r6 += r17 * FOLD; r7 += r18 * FOLD; r8 += r19 * FOLD; r9 += r20 * FOLD;
    // The lower half: two chains at a time, and once more where they meet.
    c = r0 + C1 - C1; r0 -= c; r1 += c; c = r6 + C7 - C7; r6 -= c; r7 += c;
    c = r1 + C2 - C2; r1 -= c; r2 += c; c = r7 + C8 - C8; r7 -= c; r8 += c;
    c = r2 + C3 - C3; r2 -= c; r3 += c; c = r8 + C9 - C9; r8 -= c; r9 += c;
    c = r3 + C4 - C4; r3 -= c; r4 += c; c = r9 + C10 - C10; r9 -= c; r10 += c;
    c = r4 + C5 - C5; r4 -= c; r5 += c; c = r10 + C11 - C11; r10 -= c; r0 += c * FOLD;
    c = r5 + C6 - C6; r5 -= c; r6 += c; c = r0 + C1 - C1; r0 -= c; r1 += c;
    c = r6 + C7 - C7; r6 -= c; r7 += c; c = r1 + C2 - C2; r1 -= c; r2 += c;
    a0 = r0; a1 = r1; a2 = r2; a3 = r3; a4 = r4; a5 = r5; a6 = r6; a7 = r7; a8 = r8; a9 = r9;
    a10 = r10;
  }
  out[0] = a0; out[1] = a1; out[2] = a2; out[3] = a3; out[4] = a4; out[5] = a5; out[6] = a6;
  out[7] = a7; out[8] = a8; out[9] = a9; out[10] = a10;
}

/** `a²`. */
export function square(out: FieldElement, a: FieldElement): void {
  squareTimes(out, a, 1);
}

/** Working space of {@link reduce}; holds nothing between calls. */
const digits = new Int32Array(LIMBS);
/** Working space of {@link equal}. */
const difference = fieldElement();

/** The limbs of the residue in `[0, p)` as integers, unit 2^(24·i), left in `digits`. */
function reduce(a: FieldElement): void {
  // A multiple of p is added that makes every limb positive: 8·2⁸·p = 8·(2²⁶⁴ − 1) − 8·(2⁸·617 − 1).
  for (let i = 0; i < LIMBS; i++) {
    digits[i] = (a[i] as number) / (UNITS[i] as number) + 8 * FULL;
  }
  let carry = carryDigits(-8 * (256 * EXCESS - 1));
  carry = carryDigits(EXCESS * carry);
  digits[0] = (digits[0] as number) + EXCESS * carry;
  // Now below 2²⁵⁶. It is p or more if adding 617 carries out.
  carry = EXCESS;
  for (let i = 0; i < LIMBS - 1; i++) carry = ((digits[i] as number) + carry) >> BITS;
  carry = ((digits[LIMBS - 1] as number) + carry) >> TOP_BITS;
  carryDigits(EXCESS * carry);
}

/** Adds `carry` at the bottom of `digits`, carries up, and answers what comes out at 2²⁵⁶. */
function carryDigits(carry: number): number {
  for (let i = 0; i < LIMBS - 1; i++) {
    const digit = (digits[i] as number) + carry;
    carry = digit >> BITS;
    digits[i] = digit & FULL;
  }
  const top = (digits[LIMBS - 1] as number) + carry;
  digits[LIMBS - 1] = top & (2 ** TOP_BITS - 1);
  return top >> TOP_BITS;
}

/** 1 if `a` is zero, else 0. */
export function isZero(a: FieldElement): number {
  reduce(a);
  let all = 0;
  for (let i = 0; i < LIMBS; i++) all |= digits[i] as number;
  return 1 - ((all | -all) >>> 31);
}

/** 1 if `a` and `b` are equal, else 0. Growth of both together at most 8. */
export function equal(a: FieldElement, b: FieldElement): number {
  sub(difference, a, b);
  return isZero(difference);
}

/** Writes the canonical 32 bytes, big-endian, from `at` on. */
export function toBytes(out: Uint8Array, at: number, a: FieldElement): void {
  reduce(a);
  for (let i = 0; i < 32; i++) {
    out[at + 31 - i] = (digits[Math.floor(i / 3)] as number) >> (8 * (i % 3));
  }
}

/** Reads 32 bytes, big-endian, from `at` on. Answers 1, or 0 if they are not a number below p. */
export function fromBytes(out: FieldElement, bytes: Uint8Array, at: number): number {
  let ones = 255;
  for (let i = 0; i < LIMBS; i++) {
    let limb = 0;
    for (let k = Math.min(3 * i + 2, 31); k >= 3 * i; k--) {
      const byte = bytes[at + 31 - k] as number;
      limb = (limb << 8) | byte;
      if (k > 1) ones &= byte;
    }
    out[i] = limb * (UNITS[i] as number);
  }
  const low = ((bytes[at + 30] as number) << 8) | (bytes[at + 31] as number);
  combine(out, 1, out, 0, ZERO, 0, ZERO);
  return ones === 255 && low >= 2 ** 16 - EXCESS ? 0 : 1;
}
