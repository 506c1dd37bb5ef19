/** GOST R 34.10-2012: the example of RFC 7091, the standard's corner cases, and OpenSSL both ways. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weierstrass, type WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { numberToBytesBE, numberToBytesLE } from '@noble/curves/utils.js';
import fc from 'fast-check';
import { concatBytes, randomBytes, utf8ToBytes } from './bytes.ts';
import { gost256bGroup } from './gost256b.ts';
import {
  gost3410Signature,
  gostKeyFromXY,
  gostKeyToXY,
  gostSignDigest,
  gostVerifyDigest,
  signHash,
  verifyHash,
  type SigningCurve,
} from './gost-signature.ts';
import { EncodingError } from './group.ts';
import { streebog256 } from './streebog.ts';
import {
  openssl,
  opensslSkip,
  privateKeyDer,
  publicKeyDer,
  publicKeyOf,
} from '../test/openssl-gost.ts';

// RFC 7091, section 7.1.
const example = weierstrass({
  p: 0x8000000000000000000000000000000000000000000000000000000000000431n,
  a: 7n,
  b: 0x5fbff498aa938ce739b8e022fbafef40563f6e6a3472fc2a514c0ce9dae23b7en,
  n: 0x8000000000000000000000000000000150fe8a1892976154c59cfc193accf5b3n,
  h: 1n,
  Gx: 2n,
  Gy: 0x8e2a8a0e65147d4bd6316030e16d19c85c97f0a9ca267122b96abbcea7e8fc8n,
});
const exampleCurve: SigningCurve<WeierstrassPoint<bigint>> = {
  order: example.Fn.ORDER,
  baseX: (k) => example.BASE.multiply(k).x,
  sumX(a, b, key) {
    const sum = example.BASE.multiplyUnsafe(a).add(key.multiplyUnsafe(b));
    return sum.is0() ? undefined : sum.x;
  },
};
const secret = 0x7a929ade789bb9be10ed359dd39a72c11b60961f49397eee1d19ce9891ec3b28n;
const key = example.fromAffine({
  x: 0x7f2b49e270db6d90d8595bec458b50c58585ba1d4e9b788f6689dbd8e56fd80bn,
  y: 0x26f1b489d6701dd185c8413a977b3cbbaf64d1c593d26627dffb101a87ff77dan,
});
const e = 0x2dfbc1b372d89a1188c09c52e0eec61fce52032ab1022e8e67ece6672b043ee5n;
const k = 0x77105c9b20bcd3122823c8cf6fcc7b956de33814e95b7fe64fed924594dceab3n;
const r = 0x41aa28d2f1ab148280cd9ed56feda41974053554a42767b83ad043fd39dc0493n;
const s = 0x1456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c40n;

test('RFC 7091, section 7.1: key, signature and verification', () => {
  const hash = numberToBytesLE(e, 32);
  assert.ok(example.BASE.multiply(secret).equals(key));
  assert.deepEqual(signHash(exampleCurve, hash, secret, k), { r, s });
  assert.equal(verifyHash(exampleCurve, hash, key, { r, s }), true);
  assert.equal(verifyHash(exampleCurve, numberToBytesLE(e + 1n, 32), key, { r, s }), false);
  assert.equal(verifyHash(exampleCurve, hash, key, { r, s: s + 1n }), false);
  assert.equal(verifyHash(exampleCurve, hash, key, { r: r + 1n, s }), false);
});

test('a hash that is 0 modulo the order is signed as 1', () => {
  const q = exampleCurve.order;
  const signature = signHash(exampleCurve, new Uint8Array(32), secret, k);
  assert.ok(signature);
  assert.equal(signature.s, (r * secret + k) % q);
  for (const same of [0n, 1n, q]) {
    assert.equal(verifyHash(exampleCurve, numberToBytesLE(same, 32), key, signature), true);
  }
  assert.equal(verifyHash(exampleCurve, numberToBytesLE(2n, 32), key, signature), false);
});

test('r and s outside [1, q) are refused, also where they are equal modulo q', () => {
  const hash = numberToBytesLE(e, 32);
  const q = exampleCurve.order;
  for (const bad of [
    { r: 0n, s },
    { r, s: 0n },
    { r: r + q, s },
    { r, s: s + q },
    { r: r - q, s },
    { r: q, s },
    { r, s: q },
  ]) {
    assert.equal(verifyHash(exampleCurve, hash, key, bad), false);
  }
});

test('a nonce that would make s or r zero is refused', () => {
  const q = exampleCurve.order;
  // s = r·d + k·e = 0 for d = −k·e/r.
  const bad = (((q - k) * e) % q) * example.Fn.inv(r);
  assert.equal(signHash(exampleCurve, numberToBytesLE(e, 32), bad % q, k), undefined);
  const zeroX = { ...exampleCurve, baseX: () => q };
  assert.equal(signHash(zeroX, numberToBytesLE(e, 32), secret, k), undefined);
});

test('a sum that is the identity is no signature', () => {
  // z₁P + z₂Q vanishes when s = r·d, as if the nonce had been 0.
  const forged = (r * secret) % exampleCurve.order;
  assert.equal(verifyHash(exampleCurve, numberToBytesLE(e, 32), key, { r, s: forged }), false);
});

test('a signature does not bind its key: what is signed must name it', () => {
  // From C = z₁P + z₂Q with x = r, another key: Q' = z₂⁻¹·(−C − z₁P).
  const v = example.Fn.inv(e);
  const [z1, z2] = [example.Fn.mul(s, v), example.Fn.mul(exampleCurve.order - r, v)];
  const baseTerm = example.BASE.multiply(z1);
  const C = baseTerm.add(key.multiply(z2));
  const other = C.negate().subtract(baseTerm).multiply(example.Fn.inv(z2));
  assert.equal(other.equals(key), false);
  assert.equal(verifyHash(exampleCurve, numberToBytesLE(e, 32), other, { r, s }), true);
});

test('signs, verifies, and every signature has a nonce of its own', () => {
  const seed = randomBytes(32);
  const message = utf8ToBytes('бюллетень');
  const publicKey = gost3410Signature.publicKey(seed);
  const first = gost3410Signature.sign(message, seed);
  const second = gost3410Signature.sign(message, seed);
  assert.notDeepEqual(first.subarray(32), second.subarray(32));
  const other = gost3410Signature.publicKey(randomBytes(32));
  assert.deepEqual(
    gost3410Signature.verifyBatch([
      { signature: first, message, publicKey },
      { signature: second, message, publicKey },
      { signature: first, message: utf8ToBytes('бюллетень.'), publicKey },
      { signature: first, message, publicKey: other },
      { signature: first.subarray(1), message, publicKey },
      { signature: first, message, publicKey: new Uint8Array(33) },
      { signature: concatBytes(first.subarray(32), first.subarray(0, 32)), message, publicKey },
    ]),
    [true, true, false, false, false, false, false],
  );
  assert.throws(() => gost3410Signature.sign(message, new Uint8Array(31)), RangeError);
});

test('a digest that is signed by itself is a signature of its message', () => {
  const seed = randomBytes(32);
  const message = utf8ToBytes('протокол');
  const digest = streebog256(message);
  const publicKey = gost3410Signature.publicKey(seed);
  const signature = gostSignDigest(digest, seed);
  assert.equal(gost3410Signature.verify(signature, message, publicKey), true);
  assert.equal(gostVerifyDigest(signature, digest, publicKey), true);
  assert.equal(gostVerifyDigest(signature, streebog256(digest), publicKey), false);
  assert.equal(gostVerifyDigest(signature, digest.subarray(1), publicKey), false);
  assert.equal(gostVerifyDigest(signature.subarray(1), digest, publicKey), false);
  assert.equal(gostVerifyDigest(signature, digest, new Uint8Array(33)), false);
  assert.throws(() => gostSignDigest(message, seed), RangeError);
});

test('no bytes make verify throw, and none verify by chance', () => {
  const seed = randomBytes(32);
  const message = utf8ToBytes('message');
  const publicKey = gost3410Signature.publicKey(seed);
  const signature = gost3410Signature.sign(message, seed);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
      assert.equal(gost3410Signature.verify(a, message, publicKey), false);
      assert.equal(gost3410Signature.verify(signature, message, b), false);
    }),
  );
  fc.assert(
    fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bad = signature.slice();
      bad[at] = (bad[at] as number) ^ flip;
      assert.equal(gost3410Signature.verify(bad, message, publicKey), false);
    }),
    { numRuns: 20 },
  );
});

test('x ‖ y and the compressed key lead to each other, and only on the curve', () => {
  const publicKey = gost3410Signature.publicKey(randomBytes(32));
  const xy = gostKeyToXY(publicKey);
  assert.deepEqual(gostKeyFromXY(xy), publicKey);
  const bad = xy.slice();
  bad[40] = (bad[40] as number) ^ 1;
  const code = (expected: string) => (error: unknown) =>
    error instanceof EncodingError && error.code === expected;
  assert.throws(() => gostKeyFromXY(bad), code('encoding.off-curve'));
  assert.throws(() => gostKeyFromXY(xy.subarray(1)), code('encoding.length'));
  assert.throws(() => gostKeyToXY(new Uint8Array(33)), code('encoding.identity'));
});

test('OpenSSL derives the same public key from a secret scalar', { skip: opensslSkip }, () => {
  const q = gost256bGroup.order;
  for (const d of [
    1n,
    2n,
    q - 1n,
    ...Array.from({ length: 5 }, () => gost256bGroup.randomScalar()),
  ]) {
    const ours = gostKeyToXY(gost256bGroup.encode(gost256bGroup.generatorTable.multiply(d)));
    assert.deepEqual(publicKeyOf(privateKeyDer(d)), ours);
  }
});

test('OpenSSL verifies our signatures and refuses altered ones', { skip: opensslSkip }, () => {
  for (const length of [0, 1, 63, 64, 65, 3000]) {
    const seed = randomBytes(32);
    const message = randomBytes(length);
    const signature = gost3410Signature.sign(message, seed);
    const files = {
      'key.der': publicKeyDer(gostKeyToXY(gost3410Signature.publicKey(seed))),
      message,
      signature,
    };
    const args = ['dgst', '-md_gost12_256', '-keyform', 'DER', '-verify', 'key.der'];
    const command = [...args, '-signature', 'signature', 'message'];
    assert.equal(new TextDecoder().decode(openssl(command, files)), 'Verified OK\n');
    assert.throws(() =>
      openssl(command, { ...files, message: concatBytes(message, message, new Uint8Array(1)) }),
    );
  }
});

test('we verify OpenSSL’s signatures', { skip: opensslSkip }, () => {
  for (const length of [0, 1, 63, 64, 65, 3000]) {
    const d = gost256bGroup.randomScalar();
    const message = randomBytes(length);
    const args = ['dgst', '-md_gost12_256', '-keyform', 'DER', '-sign', 'key.der', '-binary'];
    const signature = openssl([...args, 'message'], { 'key.der': privateKeyDer(d), message });
    const publicKey = gostKeyFromXY(publicKeyOf(privateKeyDer(d)));
    assert.equal(gost3410Signature.verify(signature, message, publicKey), true);
    assert.equal(
      gost3410Signature.verify(
        signature,
        concatBytes(message, message, numberToBytesBE(0n, 1)),
        publicKey,
      ),
      false,
    );
  }
});
