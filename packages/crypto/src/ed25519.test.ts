import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexToBytes, utf8ToBytes } from './bytes.ts';
import { publicKey, sign, verify } from './ed25519.ts';

test('RFC 8032, section 7.1, test 2', () => {
  const seed = hexToBytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const key = hexToBytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
  const signature = hexToBytes(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );
  const message = Uint8Array.of(0x72);
  assert.deepEqual(publicKey(seed), key);
  assert.ok(verify(signature, message, key));
  const own = sign(message, seed);
  assert.ok(verify(own, message, key));
  assert.notDeepEqual(sign(message, seed), own);
  assert.ok(!verify(own, utf8ToBytes('another'), key));
  assert.ok(!verify(own.subarray(1), message, key));
});
