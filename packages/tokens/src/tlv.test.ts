import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenError } from './errors.ts';
import { decodeOne, decodePadded, decodeTlv, encodeTlv, valueOf } from './tlv.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const malformed = (error: unknown) => error instanceof TokenError && error.code === 'tlv.malformed';

test('tags of one to three bytes, lengths of one to five', () => {
  assert.equal(hex(encodeTlv(0x53, bytes('0102'))), '53020102');
  assert.equal(hex(encodeTlv(0x7f49, [bytes('8601'), bytes('04')])), '7f4903860104');
  assert.equal(hex(encodeTlv(0x5fc10a, new Uint8Array())), '5fc10a00');
  assert.equal(hex(encodeTlv(0x04, new Uint8Array(127)).subarray(0, 2)), '047f');
  assert.equal(hex(encodeTlv(0x04, new Uint8Array(128)).subarray(0, 3)), '048180');
  assert.equal(hex(encodeTlv(0x04, new Uint8Array(256)).subarray(0, 4)), '04820100');
  assert.equal(hex(encodeTlv(0x04, new Uint8Array(65_536)).subarray(0, 5)), '0483010000');
});

test('a longer length than needed is BER and not DER', () => {
  for (const text of ['04810101', '0482000101', '048200ff'.concat('00'.repeat(255))]) {
    assert.equal(decodeTlv(bytes(text)).length, 1);
    assert.throws(() => decodeTlv(bytes(text), 'der'), malformed);
  }
});

test('what is cut off, indefinite or no tag is refused', () => {
  const bad = [
    '04',
    '0402',
    '040201',
    '0480',
    '0485',
    '04850000000001',
    '0000',
    'ff00',
    '5f',
    '5f81',
  ];
  // A tag of four bytes, tags of more bytes than they need, something left over.
  bad.push('5f81818100', '5f1e00', '5f800100', '040101 05');
  for (const text of bad) assert.throws(() => decodeTlv(bytes(text)), malformed, text);
  for (const tag of [0, -1, 1.5, 0xff, 0x5f, 0x5f1e, 0x1000000, 0x0453]) {
    assert.throws(() => encodeTlv(tag, new Uint8Array()), malformed, String(tag));
  }
});

test('one object is one and no other', () => {
  assert.deepEqual(decodeOne(0x53, bytes('530101')), bytes('01'));
  for (const text of ['', '540101', '530101 530101']) {
    assert.throws(() => decodeOne(0x53, bytes(text)), malformed, text);
  }
});

test('padding ends a file, and nothing else', () => {
  assert.equal(decodePadded(bytes('040101 040102 0000')).length, 2);
  assert.equal(decodePadded(bytes('040101 ffff')).length, 1);
  assert.equal(decodePadded(bytes('0000')).length, 0);
  assert.throws(() => decodePadded(bytes('0403 0100')), malformed);
  assert.throws(() => decodeTlv(bytes('040101 0000')), malformed);
});

test('the first object with the tag counts', () => {
  const objects = decodeTlv(bytes('040101 040102'));
  assert.deepEqual(valueOf(objects, 0x04), bytes('01'));
  assert.equal(valueOf(objects, 0x05), undefined);
});

test('objects come back as they were', () => {
  const tag = fc.constantFrom(0x04, 0x30, 0x53, 0x7e, 0x5f2f, 0x7f21, 0x5fc10a);
  const objects = fc.array(fc.record({ tag, value: fc.uint8Array({ maxLength: 300 }) }));
  fc.assert(
    fc.property(objects, (list) => {
      const row = Buffer.concat(list.map(({ tag: name, value }) => encodeTlv(name, value)));
      const plain = (all: readonly { tag: number; value: Uint8Array }[]) =>
        all.map(({ tag: name, value }) => [name, hex(value)]);
      assert.deepEqual(plain(decodeTlv(row, 'der')), plain(list));
    }),
  );
});

test('any bytes are objects or are refused; DER encodes to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
      try {
        const objects = decodeTlv(input, 'der');
        const again = Buffer.concat(objects.map(({ tag, value }) => encodeTlv(tag, value)));
        assert.equal(hex(again), hex(input));
      } catch (error) {
        assert.ok(malformed(error), String(error));
      }
      try {
        decodeTlv(input);
        decodePadded(input);
      } catch (error) {
        assert.ok(malformed(error), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
