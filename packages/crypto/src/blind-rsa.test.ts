import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, privateDecrypt, verify as nodeVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import fc from 'fast-check';
import { blind, checkBlinded, finalize, verify, type RsaPublicKey } from './blind-rsa.ts';
import { bytesToHex, hexToBytes, utf8ToBytes } from './bytes.ts';

const vector = JSON.parse(
  readFileSync(new URL('vectors/rfc9474.json', import.meta.url), 'utf8'),
) as Record<
  'n' | 'e' | 'd' | 'msg' | 'inv' | 'encoded_msg' | 'blinded_msg' | 'blind_sig' | 'sig',
  string
>;
const rfcKey: RsaPublicKey = { modulus: hexToBytes(vector.n), exponent: Number(`0x${vector.e}`) };

const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
const jwk = pair.publicKey.export({ format: 'jwk' });
const key: RsaPublicKey = {
  modulus: new Uint8Array(Buffer.from(jwk.n as string, 'base64url')),
  exponent: 65537,
};
const message = utf8ToBytes('kabina/v1/permit');
const seed = new Uint8Array(32).fill(7);
/** The issuer: one raw private operation. */
const sign = (blinded: Uint8Array) =>
  new Uint8Array(
    privateDecrypt({ key: pair.privateKey, padding: constants.RSA_NO_PADDING }, blinded),
  );

test('RFC 9474, appendix A.4: RSABSSA-SHA384-PSSZERO-Deterministic', () => {
  const prepared = hexToBytes(vector.msg);
  const inv = hexToBytes(vector.inv.padStart(2 * rfcKey.modulus.length, '0'));
  const signature = finalize(rfcKey, prepared, inv, hexToBytes(vector.blind_sig));
  assert.equal(bytesToHex(signature), vector.sig);
  assert.ok(verify(rfcKey, prepared, signature));
  // Blinding hides the vector's encoding of the message: blinded · inv^e is that encoding.
  const n = BigInt(`0x${vector.n}`);
  const unblind = (blinded: bigint, unblinder: bigint) => {
    let power = unblinder;
    for (let i = 0; i < 16; i++) power = (power * power) % n;
    return (((blinded * power) % n) * unblinder) % n; // e = 2¹⁶ + 1
  };
  const encoded = BigInt(`0x${vector.encoded_msg}`);
  assert.equal(unblind(BigInt(`0x${vector.blinded_msg}`), BigInt(`0x${vector.inv}`)), encoded);
  const ours = blind(rfcKey, prepared, seed);
  const integer = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes)}`);
  assert.equal(unblind(integer(ours.blinded), integer(ours.unblinder)), encoded);
});

test('an issuer on OpenSSL signs, and OpenSSL verifies', () => {
  const { blinded, unblinder } = blind(key, message, seed);
  checkBlinded(key, blinded);
  const signature = finalize(key, message, unblinder, sign(blinded));
  assert.ok(verify(key, message, signature));
  const options = {
    key: pair.publicKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 0,
  };
  assert.ok(nodeVerify('sha384', message, options, signature));
  assert.ok(!nodeVerify('sha384', utf8ToBytes('another'), options, signature));
});

test('a modulus whose length isn’t a multiple of 8 bits', () => {
  for (const modulusLength of [3073, 3079]) {
    const odd = generateKeyPairSync('rsa', { modulusLength });
    const modulus = Buffer.from(odd.publicKey.export({ format: 'jwk' }).n as string, 'base64url');
    const oddKey = { modulus: new Uint8Array(modulus), exponent: 65537 };
    const { blinded, unblinder } = blind(oddKey, message, seed);
    const answer = privateDecrypt(
      { key: odd.privateKey, padding: constants.RSA_NO_PADDING },
      blinded,
    );
    const signature = finalize(oddKey, message, unblinder, new Uint8Array(answer));
    const options = { key: odd.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 };
    assert.ok(nodeVerify('sha384', message, options, signature));
  }
});

test('@cloudflare/blindrsa-ts agrees in every role', async () => {
  const suite = RSABSSA.SHA384.PSSZero.Deterministic();
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
  const publicJwk = pair.publicKey.export({ format: 'jwk' });
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']);
  const privateJwk = pair.privateKey.export({ format: 'jwk' });
  const privateKey = await crypto.subtle.importKey('jwk', privateJwk, algorithm, true, ['sign']);
  // Theirs blinded and finished, ours verified; ours blinded, theirs signed and verified.
  const theirs = await suite.blind(publicKey, suite.prepare(message));
  checkBlinded(key, theirs.blindedMsg);
  const signature = await suite.finalize(publicKey, message, sign(theirs.blindedMsg), theirs.inv);
  assert.ok(verify(key, message, signature));
  const { blinded, unblinder } = blind(key, message, seed);
  const answer = await suite.blindSign(privateKey, blinded);
  assert.deepEqual(answer, sign(blinded));
  const ours = finalize(key, message, unblinder, answer);
  assert.ok(await suite.verify(publicKey, ours, message));
  // Without a salt there is one signature of a message.
  assert.deepEqual(ours, signature);
});

test('the same request comes again from the same seed, and another from anything else', () => {
  const first = blind(key, message, seed);
  assert.deepEqual(blind(key, message, seed), first);
  const others = [
    blind(key, message, new Uint8Array(32).fill(8)),
    blind(key, utf8ToBytes('another'), seed),
    blind({ ...key, modulus: rfcKey.modulus }, message, seed),
  ];
  for (const other of others) {
    assert.notDeepEqual(other.blinded, first.blinded);
    assert.notDeepEqual(other.unblinder, first.unblinder);
  }
});

test('signatures that are none', () => {
  const { blinded, unblinder } = blind(key, message, seed);
  const signature = finalize(key, message, unblinder, sign(blinded));
  assert.ok(!verify(key, utf8ToBytes('another'), signature));
  assert.ok(!verify(rfcKey, message, signature));
  assert.ok(!verify(key, message, signature.subarray(1)));
  assert.ok(!verify(key, message, new Uint8Array([0, ...signature])));
  assert.ok(!verify(key, message, key.modulus));
  for (let at = 0; at < signature.length; at += 17) {
    assert.ok(
      !verify(
        key,
        message,
        signature.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      ),
    );
  }
  // s + n is the same number modulo n, and no signature.
  const plusN = BigInt(`0x${bytesToHex(signature)}`) + BigInt(`0x${bytesToHex(key.modulus)}`);
  const hex = plusN.toString(16);
  if (hex.length === 2 * key.modulus.length) assert.ok(!verify(key, message, hexToBytes(hex)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.ok(!verify(key, message, bytes));
    }),
    { numRuns: 50 },
  );
});

test('an issuer’s wrong answer is found by the voter', () => {
  const { blinded, unblinder } = blind(key, message, seed);
  const finish = (answer: Uint8Array, as = unblinder, what = message) =>
    finalize(key, what, as, answer);
  const answer = sign(blinded);
  assert.throws(() => finish(blinded), { code: 'blind.signature' });
  assert.throws(() => finish(answer, blinded), { code: 'blind.signature' });
  assert.throws(() => finish(answer, unblinder, utf8ToBytes('x')), { code: 'blind.signature' });
  assert.throws(() => finish(answer.subarray(1)), { code: 'blind.length' });
  assert.throws(() => finish(key.modulus), { code: 'blind.range' });
  assert.throws(() => finish(new Uint8Array(key.modulus.length)), { code: 'blind.range' });
});

test('what an issuer refuses to touch', () => {
  const { blinded } = blind(key, message, seed);
  checkBlinded(key, blinded);
  const length = key.modulus.length;
  const refuse = (bytes: Uint8Array, code: string) =>
    assert.throws(() => checkBlinded(key, bytes), { code });
  refuse(new Uint8Array(0), 'blind.length');
  refuse(blinded.subarray(1), 'blind.length');
  refuse(new Uint8Array([0, ...blinded]), 'blind.length');
  refuse(new Uint8Array(length), 'blind.range');
  refuse(key.modulus, 'blind.range');
  refuse(new Uint8Array(length).fill(255), 'blind.range');
  const justBelow = key.modulus.slice();
  justBelow[length - 1] = (justBelow[length - 1] as number) - 1;
  checkBlinded(key, justBelow);
});

test('keys and seeds that are none', () => {
  const refuse = (bad: RsaPublicKey) =>
    assert.throws(() => blind(bad, message, seed), { code: 'blind.key' });
  const { modulus } = key;
  refuse({ modulus: modulus.subarray(1), exponent: 65537 });
  refuse({ modulus: new Uint8Array(0), exponent: 65537 });
  refuse({ modulus: new Uint8Array([0, ...modulus]), exponent: 65537 });
  refuse({
    modulus: modulus.map((byte, i) => (i === modulus.length - 1 ? byte ^ 1 : byte)),
    exponent: 65537,
  });
  refuse({ modulus: new Uint8Array(2000).fill(255), exponent: 65537 });
  for (const exponent of [0, 1, 2, 65536, -3, 3.5, NaN, 2 ** 32 + 1]) refuse({ modulus, exponent });
  assert.throws(() => blind(key, message, new Uint8Array(31)), { code: 'blind.seed' });
});
