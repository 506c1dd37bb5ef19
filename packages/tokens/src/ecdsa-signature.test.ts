import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromDer, plausible, toDer } from './ecdsa-signature.ts';
import { simulatedKey } from './testing/simulated-key.ts';

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('OpenSSL’s DER and ours are the same', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  for (let i = 0; i < 20; i++) {
    const der = sign('sha384', Buffer.from([i]), privateKey);
    const raw = fromDer(der, 48);
    assert.ok(raw);
    assert.equal(hex(toDer(raw)), hex(der));
  }
});

test('numbers of any size come back', () => {
  const half = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const small = fc.tuple(half, fc.integer({ min: 0, max: 31 })).map(([value, zeros]) => {
    const copy = value.slice();
    copy.fill(0, 0, zeros);
    copy[31]! |= 1;
    return copy;
  });
  fc.assert(
    fc.property(small, small, (r, s) => {
      const raw = Buffer.concat([r, s]);
      assert.equal(hex(fromDer(toDer(raw), 32)!), hex(raw));
    }),
  );
});

test('what is no signature is refused', () => {
  const good = '3006 020101 020101';
  assert.ok(fromDer(bytes(good), 32));
  const bad = [
    '',
    '3003 020101', // one number
    '3009 020101 020101 020101', // three
    '3006 020100 020101', // zero
    '3006 020181 020101', // negative
    '3007 02020001 020101', // longer than needed
    '3006 030101 020101', // no number
    '3081 06 020101 020101', // BER
    `${good} 00`,
    `3026 0221${'01'.repeat(33)} 020101`, // longer than the curve's
  ];
  for (const text of bad) assert.equal(fromDer(bytes(text), 32), undefined, text);
});

test('halves of zeros or another length are not plausible', () => {
  const raw = simulatedKey('ecdsa-p256').sign(createHash('sha256').digest());
  assert.ok(plausible(raw, 32));
  assert.ok(!plausible(raw.subarray(1), 32));
  assert.ok(!plausible(raw.fill(0, 32), 32));
});

test('any bytes are a signature or are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (input) => {
      const raw = fromDer(input, 32);
      if (raw) assert.equal(hex(toDer(raw)), hex(input));
    }),
  );
});
