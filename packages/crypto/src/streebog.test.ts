/** Streebog: the examples of RFC 6986 and RFC 7836, and OpenSSL over many lengths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openssl, opensslSkip } from '../test/openssl-gost.ts';
import { bytesToHex, hexToBytes, randomBytes } from './bytes.ts';
import { hmacStreebog512, streebog256, streebog512 } from './streebog.ts';

/** A number as RFC 6986 prints it, most significant byte first, as octets. */
const printed = (hex: string): Uint8Array => hexToBytes(hex.replace(/\s/g, '')).reverse();

test('RFC 6986, section 10.1: M1', () => {
  const message = printed(`
    323130393837363534333231303938373635343332313039383736353433323130393837363534333231303938373635
    343332313039383736353433323130`);
  assert.deepEqual(
    streebog512(message),
    printed(`
      486f64c1917879417fef082b3381a4e211c324f074654c38823a7b76f830ad00
      fa1fbae42b1285c0352f227524bc9ab16254288dd6863dccd5b9f54a1ad0541b`),
  );
  assert.deepEqual(
    streebog256(message),
    printed('00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d'),
  );
});

test('RFC 6986, section 10.2: M2', () => {
  const message = printed(`
    fbe2e5f0eee3c820fbeafaebef20fffbf0e1e0f0f520e0ed20e8ece0ebe5f0f2f120fff0eeec20f120faf2fee5e2202c
    e8f6f3ede220e8e6eee1e8f0f2d1202ce8f0f2e5e220e5d1`);
  assert.deepEqual(
    streebog512(message),
    printed(`
      28fbc9bada033b1460642bdcddb90c3fb3e56c497ccd0f62b8a2ad4935e85f03
      7613966de4ee00531ae60f3b5a47f8dae06915d5f2f194996fcabf2622e6881e`),
  );
  assert.deepEqual(
    streebog256(message),
    printed('508f7e553c06501d749a66fc28c6cac0b005746d97537fa85d9e40904efed29d'),
  );
});

test('RFC 7836, appendix B: HMAC_GOSTR3411_2012_512', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(
    bytesToHex(hmacStreebog512(key, hexToBytes('0126bdb87800af214341456563780100'))),
    'a59bab22ecae19c65fbde6e5f4e9f5d8549d31f037f9df9b905500e171923a77' +
      '3d5f1530f2ed7e964cb2eedc29e9ad2f3afe93b2814f79f5000ffc0366c251e6',
  );
});

test('OpenSSL gives the same hashes', { skip: opensslSkip }, () => {
  const lengths = [
    ...Array(4).keys(),
    31,
    32,
    33,
    62,
    63,
    64,
    65,
    66,
    127,
    128,
    129,
    191,
    192,
    193,
  ];
  for (const length of [...lengths, 1000, 3000, 65537]) {
    const message = randomBytes(length);
    const judge = (name: string) => openssl(['dgst', `-${name}`, '-binary', 'm'], { m: message });
    assert.deepEqual(streebog512(message), judge('md_gost12_512'), `${length} bytes`);
    assert.deepEqual(streebog256(message), judge('md_gost12_256'), `${length} bytes`);
  }
  // Carries through every word of the sum of blocks.
  const ones = new Uint8Array(192).fill(255);
  assert.deepEqual(
    streebog512(ones),
    openssl(['dgst', '-md_gost12_512', '-binary', 'm'], { m: ones }),
  );
});

test('OpenSSL gives the same HMAC', { skip: opensslSkip }, () => {
  for (const length of [1, 32, 63, 64, 65, 200]) {
    const key = randomBytes(length);
    const message = randomBytes(length * 3);
    const args = ['dgst', '-md_gost12_512', '-mac', 'HMAC', '-macopt', `hexkey:${bytesToHex(key)}`];
    assert.deepEqual(
      hmacStreebog512(key, message),
      openssl([...args, '-binary', 'm'], { m: message }),
    );
  }
});

test('a view into a larger buffer hashes as its own bytes do', () => {
  const whole = randomBytes(300);
  assert.deepEqual(streebog512(whole.subarray(3, 203)), streebog512(whole.slice(3, 203)));
});
