/** X.690: one structure, one encoding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexToBytes } from '@kabina/crypto/bytes';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { checkDer, decode, element, integerOf } from './der.ts';
import { CmsError } from './errors.ts';

const refused = (error: unknown) => error instanceof CmsError && error.code === 'cms.der';
const hex = (text: string) => hexToBytes(text.replaceAll(' ', ''));

test('DER is let through', () => {
  for (const good of [
    '0500',
    '0101ff',
    '010100',
    '020100',
    '02020080',
    '0201ff',
    '0203010000',
    '030100',
    '03020780',
    '0400',
    '06032a8648',
    '0c02d0b6',
    '170d3236303130313030303030305a',
    '180f32303530303130313030303030305a',
    '3000',
    '3106 020101 020102',
    '3106 020101 020101',
    'a003020101',
    '800101',
    `048180${'00'.repeat(128)}`,
  ])
    checkDer(hex(good), 1000);
});

test('what is BER and not DER, or neither, is refused', () => {
  for (const [why, bad] of Object.entries({
    empty: '',
    'cut off in the header': '30',
    'cut off in the content': '0402aa',
    'cut off in the length': '0482ff',
    'cut off inside': '30020201',
    'bytes after the end': '050000',
    'indefinite length': '30800000',
    'length longer than it need be': '04810100',
    'length with a zero before it': `04820080${'00'.repeat(128)}`,
    'enormous length': '0484ffffffff',
    'long tag': '1f8101 00',
    'tag of an application': '6000',
    'private tag': 'c000',
    'boolean of another value': '010101',
    'boolean of two bytes': '0102ffff',
    'empty integer': '0200',
    'integer with zeros before it': '02020001',
    'integer with ones before it': '0202ff80',
    'empty bit string': '0300',
    'bits beyond the end': '03020781',
    'more unused bits than a byte has': '03020800',
    'unused bits of nothing': '030101',
    'null with content': '050100',
    'empty object identifier': '0600',
    'object identifier that goes on': '060180',
    'object identifier with zeros before a part': '06032a8001',
    'not UTF-8': '0c01ff',
    'time without seconds': '170b323630313031303030305a',
    'time with a zone': '17113236303130313030303030302b30303030',
    'time with a fraction': '181132303530303130313030303030302e315a',
    'string in pieces': '2404 0402aaaa',
    'primitive sequence': '1000',
    'real number': '0900',
    'unordered set': '3106 020102 020101',
  }))
    assert.throws(() => checkDer(hex(bad), 1000), refused, why);
  let deep = element(0x05);
  for (let i = 0; i < 40; i++) deep = element(0x30, deep);
  assert.throws(() => checkDer(deep, 1000), refused);
});

test('more bytes or elements than are allowed are not looked at', () => {
  const tooLarge = (error: unknown) => error instanceof CmsError && error.code === 'cms.too-large';
  assert.throws(() => checkDer(new Uint8Array(11), 10), tooLarge);
  const nulls = Uint8Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? 5 : 0));
  assert.throws(() => checkDer(element(0x30, nulls), 1e6), tooLarge);
  checkDer(element(0x30, nulls.subarray(2)), 1e6);
});

test('bytes that the schema would leave out in silence are refused', () => {
  // AlgorithmIdentifier with a third element.
  assert.throws(() => decode(hex('3007 06012a 0500 0500'), AlgorithmIdentifier, 100), refused);
  assert.throws(() => decode(hex('3003 020101'), AlgorithmIdentifier, 100), refused);
  assert.equal(decode(hex('3005 06012a 0500'), AlgorithmIdentifier, 100).algorithm, '1.2');
});

test('elements of any length are written as they are read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), (length) => {
      checkDer(element(0x04, new Uint8Array(length)), 80_000);
    }),
    { numRuns: 30 },
  );
  for (const length of [0, 127, 128, 255, 256, 65535, 65536])
    checkDer(element(0x04, new Uint8Array(length)), 80_000);
  assert.deepEqual(integerOf('80'), hex('0080'));
  assert.deepEqual(integerOf('7f'), hex('7f'));
});

test('random bytes only ever raise CmsError', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((content) => element(0x30, content)),
  );
  fc.assert(
    fc.property(bytes, (der) => {
      try {
        decode(der, AlgorithmIdentifier, 100);
      } catch (error) {
        assert.ok(error instanceof CmsError);
      }
    }),
    { numRuns: 1000 },
  );
});
