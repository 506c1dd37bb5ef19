/**
 * The group ristretto255 (RFC 9496 §4) behind the package's group interface.
 */
import { ristretto255 } from '@noble/curves/ed25519.js';
import { EncodingError } from './group.ts';
import type { FixedBase, Group, Point, Term } from './group.ts';
import { multiScalar } from './multi-scalar.ts';
import { randomBytes } from './bytes.ts';

type Element = InstanceType<typeof ristretto255.Point>;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const HALF = (ORDER + 1n) / 2n;
const ZERO = ristretto255.Point.ZERO;
const P = 2n ** 255n - 19n;

const inner = (point: Point): Element => point as unknown as Element;
const outer = (element: Element): Point => element as unknown as Point;

function checkScalar(scalar: bigint): void {
  if (scalar < 0n || scalar >= ORDER) throw new RangeError('scalar is out of [0, order)');
}

function littleEndian(bytes: Uint8Array): bigint {
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i] as number);
  return n;
}

function multiply(point: Element, scalar: bigint): Element {
  checkScalar(scalar);
  return scalar === 0n || point.equals(ZERO) ? ZERO : point.multiply(scalar);
}

function decode(bytes: Uint8Array, index: number): Point {
  if (bytes.length !== 32) {
    throw new EncodingError(
      'encoding.length',
      `a point takes 32 bytes, got ${bytes.length}`,
      index,
    );
  }
  const s = littleEndian(bytes);
  if (s === 0n) throw new EncodingError('encoding.identity', 'the identity is not allowed', index);
  if (s >= P || s % 2n === 1n) {
    throw new EncodingError('encoding.not-canonical', 'not a canonical field element', index);
  }
  try {
    return outer(ristretto255.Point.fromBytes(bytes));
  } catch {
    throw new EncodingError('encoding.off-curve', 'no such point', index);
  }
}

function table(point: Element): FixedBase {
  return { multiply: (scalar) => outer(multiply(point, scalar)) };
}

let generatorTable: FixedBase | undefined;

/** ristretto255. */
export const ristretto255Group: Group = {
  id: 'ristretto255',
  order: ORDER,
  pointLength: 32,
  scalarLength: 32,
  generator: outer(ristretto255.Point.BASE),
  identity: outer(ZERO),
  get generatorTable() {
    return (generatorTable ??= table(ristretto255.Point.BASE));
  },
  add: (a, b) => outer(inner(a).add(inner(b))),
  subtract: (a, b) => outer(inner(a).subtract(inner(b))),
  negate: (a) => outer(inner(a).negate()),
  equals: (a, b) => inner(a).equals(inner(b)),
  isIdentity: (a) => inner(a).equals(ZERO),
  multiply: (point, scalar) => outer(multiply(inner(point), scalar)),
  table: (point) => table(inner(point)),
  msm(terms: readonly Term[]) {
    for (const term of terms) checkScalar(term.scalar);
    const sum = multiScalar<Element, Element>(
      {
        zero: () => ZERO,
        add: (a, b) => a.add(b),
        subtract: (a, b) => a.subtract(b),
        addPoint: (a, b) => a.add(b),
        double: (a) => a.double(),
      },
      terms.map((term) => inner(term.point)),
      terms.map((term) => term.scalar),
    );
    return outer(sum);
  },
  encode: (point) => inner(point).toBytes(),
  encodeAll: (points) => points.map((point) => inner(point).toBytes()),
  encodeDoubles: (points) => points.map((point) => inner(point).double().toBytes()),
  half(scalar) {
    checkScalar(scalar);
    return (scalar * HALF) % ORDER;
  },
  decode: (bytes) => decode(bytes, 0),
  decodeAll: (list) => list.map(decode),
  decodeAggregate(bytes) {
    return bytes.length === 32 && bytes.every((byte) => byte === 0)
      ? outer(ZERO)
      : decode(bytes, 0);
  },
  encodeScalar(scalar) {
    checkScalar(scalar);
    const out = new Uint8Array(32);
    for (let i = 0, rest = scalar; i < 32; i++, rest >>= 8n) out[i] = Number(rest & 255n);
    return out;
  },
  decodeScalar(bytes) {
    if (bytes.length !== 32) {
      throw new EncodingError('encoding.length', `a scalar takes 32 bytes, got ${bytes.length}`);
    }
    const scalar = littleEndian(bytes);
    if (scalar >= ORDER) throw new EncodingError('encoding.scalar-range', 'scalar ≥ the order');
    return scalar;
  },
  scalarFromUniform(bytes64) {
    if (bytes64.length !== 64) throw new RangeError('64 bytes are needed');
    return littleEndian(bytes64) % ORDER;
  },
  randomScalar() {
    for (;;) {
      const scalar = littleEndian(randomBytes(64)) % ORDER;
      if (scalar !== 0n) return scalar;
    }
  },
};
