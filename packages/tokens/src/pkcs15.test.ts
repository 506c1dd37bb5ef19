import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenError } from './errors.ts';
import { certificates, directoryPaths, gostKeys, keyUsage, samePair } from './pkcs15.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A GOST key with id 45, usage sign, reference 1, as OpenSC writes it. */
const KEY = bytes(
  `
  a4 34 30 11 0c08 474f5354206b6579 03020780 040102
        30 0a 040145 03020520 020101
        a1 13 30 11 300c 040a 3f001000100060020001 020101`.replaceAll(/\s/g, ''),
);
const CERTIFICATE = bytes(
  `
  30 22 30 0d 0c0b 4365727469666963617465
        30 03 040145
        a1 0c 30 0a 3008 0406 3f0050003301`.replaceAll(/\s/g, ''),
);
const OBJECTS = bytes(
  `
  a0 0a 3008 0406 3f0050006002
  a4 06 3004 0402 6004
  a8 0a 3008 0406 3f0050006005 0000`.replaceAll(/\s/g, ''),
);

test('directories of one kind, absolute or not', () => {
  assert.deepEqual(directoryPaths(OBJECTS, 0xa0), [bytes('3f0050006002')]);
  assert.deepEqual(directoryPaths(OBJECTS, 0xa4), [bytes('6004')]);
  assert.deepEqual(directoryPaths(OBJECTS, 0xa1), []);
});

test('a key and its certificate', () => {
  const [key, ...others] = gostKeys(Buffer.concat([KEY, Buffer.alloc(20)]));
  assert.ok(key);
  assert.equal(others.length, 0);
  assert.deepEqual(key.usage, { sign: true, derive: false });
  assert.equal(key.reference, 1);
  assert.deepEqual(Buffer.from(key.path).toString('hex'), '3f001000100060020001');
  const [certificate] = certificates(CERTIFICATE);
  assert.ok(certificate);
  assert.ok(samePair(key, certificate));
  assert.ok(!samePair(key, { ...certificate, id: bytes('46') }));
});

test('keys of other kinds and entries without a path are passed over', () => {
  assert.deepEqual(gostKeys(CERTIFICATE), []);
  assert.deepEqual(certificates(KEY), []);
  assert.deepEqual(certificates(bytes('30 07 3000 3003 040145')), []);
});

test('usage: sign, non-repudiation, derive, nothing said', () => {
  const entry = (usage: string) => bytes(`a0 ${usage}`);
  assert.deepEqual(keyUsage(entry('0b 3000 3007 040101 03020520')), { sign: true, derive: false });
  assert.deepEqual(keyUsage(entry('0c 3000 3008 040101 0303060040')), {
    sign: true,
    derive: false,
  });
  assert.deepEqual(keyUsage(entry('0c 3000 3008 040101 0303070080')), {
    sign: false,
    derive: true,
  });
  assert.deepEqual(keyUsage(entry('07 3000 3003 040101')), {});
  assert.deepEqual(keyUsage(new Uint8Array()), {});
});

test('any bytes are read or refused', () => {
  const changed = fc
    .tuple(fc.constantFrom(KEY, CERTIFICATE, OBJECTS), fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([file, at, byte]) => {
      const copy = file.slice();
      copy[at % copy.length] = byte;
      return copy;
    });
  const readers = [
    keyUsage,
    gostKeys,
    certificates,
    (file: Uint8Array) => directoryPaths(file, 0xa0),
  ];
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 60 })), (file) => {
      for (const read of readers) {
        try {
          read(file);
        } catch (error) {
          assert.ok(error instanceof TokenError, String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
