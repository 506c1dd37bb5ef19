import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hexToBytes, bytesToHex } from '@kabina/crypto/bytes';
import { decode, encode } from './cbor.ts';
import { ElectionError } from './errors.ts';

const hex = (value: unknown) => bytesToHex(encode(value));

describe('RFC 8949, appendix A', () => {
  const vectors: readonly [unknown, string][] = [
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [1000000, '1a000f4240'],
    [1000000000000, '1b000000e8d4a51000'],
    [-1, '20'],
    [-1000, '3903e7'],
    [false, 'f4'],
    [true, 'f5'],
    [null, 'f6'],
    [Uint8Array.of(1, 2, 3, 4), '4401020304'],
    ['IETF', '6449455446'],
    ['水', '63e6b0b4'],
    [[1, [2, 3], [4, 5]], '8301820203820405'],
    [{ a: 1, b: [2, 3] }, 'a26161016162820203'],
  ];
  for (const [value, encoded] of vectors) {
    test(encoded, () => {
      assert.equal(hex(value), encoded);
      assert.deepEqual(decode(hexToBytes(encoded)), value);
    });
  }
  test('keys stand in bytewise order of their encodings (§4.2.1): shorter ones first', () => {
    assert.equal(hex({ aa: 1, b: 2, a: 3 }), 'a3616103616202626161' + '01');
  });
});

describe('what is refused', () => {
  const bad: readonly [string, string, string][] = [
    ['nothing', '', 'cbor.malformed'],
    ['a longer head than needed', '1817', 'cbor.not-canonical'],
    ['a longer length than needed', '5801ff', 'cbor.not-canonical'],
    ['indefinite length', '9f01ff', 'cbor.malformed'],
    ['a tag', 'c001', 'cbor.malformed'],
    ['a float', 'f93c00', 'cbor.malformed'],
    ['undefined', 'f7', 'cbor.malformed'],
    ['a simple value', 'f818', 'cbor.malformed'],
    ['trailing bytes', '0000', 'cbor.malformed'],
    ['a truncated string', '6261', 'cbor.malformed'],
    ['a list longer than the bytes', '9a7fffffff00', 'cbor.malformed'],
    ['a string of 2⁶³ bytes', '5b8000000000000000', 'cbor.malformed'],
    ['keys out of order', 'a2616201616101', 'cbor.not-canonical'],
    ['a key twice', 'a2616101616102', 'cbor.malformed'],
    ['a key that is a number', 'a10102', 'cbor.malformed'],
    ['broken UTF-8', '61ff', 'cbor.not-canonical'],
    ['a reserved head', '1c', 'cbor.malformed'],
  ];
  for (const [what, encoded, code] of bad) {
    test(what, () => assert.throws(() => decode(hexToBytes(encoded)), { code }));
  }
  test('too deep, before anything is built', () => {
    assert.throws(() => decode(new Uint8Array(60_000).fill(0x81)), { code: 'cbor.depth' });
  });
  test('too many bytes', () => {
    assert.throws(() => decode(new Uint8Array(65_536)), { code: 'cbor.size' });
  });
  test('values that have no form', () => {
    for (const value of [undefined, 1.5, new Date(), Symbol('x'), 2n ** 70n]) {
      assert.throws(() => decode(encode(value)), ElectionError);
    }
  });
});

describe('fuzzing', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), {
        maxKeys: 6,
        noNullPrototype: true,
      }),
    ),
  })).value;
  test('what was encoded decodes to itself', () => {
    fc.assert(
      fc.property(value, (one) => {
        const encoded = encode(one);
        const decoded = decode(encoded, { maxDepth: 64, maxBytes: 10_000_000 });
        assert.deepEqual(encode(decoded), encoded);
      }),
    );
  });
  test('any bytes either are the one encoding of a value or throw an ElectionError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          assert.deepEqual(encode(decode(bytes)), bytes);
        } catch (error) {
          assert.ok(error instanceof ElectionError);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
