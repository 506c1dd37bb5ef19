/** RFC 8032's vectors, the edge cases of "Taming the many EdDSAs", and `@noble/curves` as judge. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { bytesToHex, concatBytes, hexToBytes } from './bytes.ts';
import { ed25519Signature as scheme } from './ed25519-signature.ts';
import { fromLittleEndian, toLittleEndian } from './scalar-digits.ts';
import type { SignedItem } from './suites.ts';

interface Vectors {
  rfc8032: Record<'name' | 'seed' | 'publicKey' | 'message' | 'signature', string>[];
  taming: (Record<'why' | 'publicKey' | 'message' | 'signature', string> & { good: boolean })[];
}
const vectors = JSON.parse(
  readFileSync(new URL('vectors/ed25519.json', import.meta.url), 'utf8'),
) as Vectors;

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const verify = ({ signature, message, publicKey }: SignedItem) =>
  scheme.verify(signature, message, publicKey);

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 200 });

function signed(s: Uint8Array, m: Uint8Array): SignedItem {
  return { signature: scheme.sign(m, s), message: m, publicKey: scheme.publicKey(s) };
}

function item(vector: Record<'publicKey' | 'message' | 'signature', string>): SignedItem {
  return {
    publicKey: hexToBytes(vector.publicKey),
    message: hexToBytes(vector.message),
    signature: hexToBytes(vector.signature),
  };
}

/** A signature that holds but for points of small order in A and R, which the parts are given. */
function withTorsion(a: bigint, r: bigint, inKey: string, inNonce: string, m: Uint8Array) {
  const publicKey = Point.BASE.multiply(a).add(Point.fromHex(inKey)).toBytes();
  const R = Point.BASE.multiply(r).add(Point.fromHex(inNonce)).toBytes();
  const k = fromLittleEndian(sha512(concatBytes(R, publicKey, m))) % ORDER;
  const signature = concatBytes(R, toLittleEndian((r + k * a) % ORDER, 32));
  return { signature, message: m, publicKey };
}

describe('Ed25519', () => {
  it('RFC 8032 §7.1', () => {
    assert.equal(vectors.rfc8032.length, 5);
    for (const vector of vectors.rfc8032) {
      assert.equal(bytesToHex(scheme.publicKey(hexToBytes(vector.seed))), vector.publicKey);
      assert.ok(verify(item(vector)), vector.name);
    }
  });

  it('one rule for the edge cases, alone and in a batch', () => {
    const items = vectors.taming.map(item);
    const expected = vectors.taming.map(({ good }) => good);
    assert.deepEqual(items.map(verify), expected);
    assert.deepEqual(scheme.verifyBatch(items), expected);
    for (let i = 0; i < 20; i++) {
      const repeated = [...items, ...items.filter((_, j) => expected[j])];
      assert.deepEqual(scheme.verifyBatch(repeated), [...expected, true, true, true, true]);
    }
  });

  it('signs what it and the judge accept, never twice alike', () => {
    fc.assert(
      fc.property(seed, message, (s, m) => {
        const made = signed(s, m);
        assert.deepEqual(made.publicKey, ed25519.getPublicKey(s));
        assert.ok(verify(made));
        assert.ok(ed25519.verify(made.signature, m, made.publicKey, { zip215: false }));
        assert.ok(scheme.verify(ed25519.sign(m, s), m, made.publicKey));
        assert.notDeepEqual(scheme.sign(m, s).subarray(0, 32), made.signature.subarray(0, 32));
      }),
      { numRuns: 30 },
    );
    for (const length of [0, 31, 33]) {
      assert.throws(() => scheme.sign(new Uint8Array(1), new Uint8Array(length)), RangeError);
      assert.throws(() => scheme.publicKey(new Uint8Array(length)), RangeError);
    }
  });

  it('refuses any changed bit, any other length and S + L', () => {
    fc.assert(
      fc.property(seed, message, fc.nat({ max: 96 * 8 - 1 }), (s, m, bit) => {
        const good = signed(s, m);
        const all = concatBytes(good.signature, good.publicKey);
        all[bit >> 3] = (all[bit >> 3] as number) ^ (1 << (bit & 7));
        const changed = { ...good, signature: all.slice(0, 64), publicKey: all.slice(64) };
        assert.equal(verify(changed), false);
        assert.equal(verify({ ...good, message: concatBytes(m, Uint8Array.of(0)) }), false);
        const S = fromLittleEndian(good.signature.subarray(32)) + ORDER;
        const signature = concatBytes(good.signature.subarray(0, 32), toLittleEndian(S, 32));
        assert.equal(verify({ ...good, signature }), false);
      }),
      { numRuns: 40 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 40 }), (x, y) => {
        assert.equal(scheme.verify(x, new Uint8Array(0), y), false);
      }),
    );
  });

  it('multiplies by the cofactor, alone and in batches, and refuses small keys', () => {
    const scalar = fc.bigInt({ min: 1n, max: ORDER - 1n });
    const part = fc.constantFrom(...ED25519_TORSION_SUBGROUP);
    fc.assert(
      fc.property(scalar, scalar, part, part, message, seed, (a, r, inKey, inNonce, m, s) => {
        const mixed = withTorsion(a, r, inKey, inNonce, m);
        assert.ok(verify(mixed));
        const wrong = { ...mixed, message: concatBytes(m, Uint8Array.of(1)) };
        const batch = [mixed, signed(s, m), wrong, mixed];
        assert.deepEqual(scheme.verifyBatch(batch), [true, true, false, true]);
        const small = { ...mixed, publicKey: hexToBytes(inKey) };
        assert.equal(verify(small), false);
        assert.deepEqual(scheme.verifyBatch([small, mixed]), [false, true]);
      }),
      { numRuns: 25 },
    );
    // A nonce of small order is no key: R = 0 and S = k·a.
    const [identity] = ED25519_TORSION_SUBGROUP;
    const publicKey = Point.BASE.multiply(5n).toBytes();
    const R = hexToBytes(identity as string);
    const k = fromLittleEndian(sha512(concatBytes(R, publicKey))) % ORDER;
    const signature = concatBytes(R, toLittleEndian((5n * k) % ORDER, 32));
    assert.ok(scheme.verify(signature, new Uint8Array(0), publicKey));
  });

  it('names the bad ones of a batch', () => {
    const items = Array.from({ length: 40 }, (_, i) =>
      signed(new Uint8Array(32).fill(i + 1), Uint8Array.of(i)),
    );
    assert.deepEqual(scheme.verifyBatch([]), []);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 39 }), { maxLength: 6 }), (bad) => {
        const batch = items.map((good, i) =>
          bad.includes(i) ? { ...good, message: Uint8Array.of(i, i) } : good,
        );
        assert.deepEqual(
          scheme.verifyBatch(batch),
          batch.map((_, i) => !bad.includes(i)),
        );
      }),
      { numRuns: 10 },
    );
    // Two that are wrong by opposite amounts don't make one another good.
    const [first, second] = [items[0] as SignedItem, items[1] as SignedItem];
    const shifted = ({ signature, ...rest }: SignedItem, by: bigint) => {
      const S = (fromLittleEndian(signature.subarray(32)) + by) % ORDER;
      return { ...rest, signature: concatBytes(signature.subarray(0, 32), toLittleEndian(S, 32)) };
    };
    const pair = [shifted(first, 1n), shifted(second, ORDER - 1n)];
    assert.deepEqual(scheme.verifyBatch(pair), [false, false]);
  });

  it('leaves the bytes that it is given as they are, in a Buffer too', () => {
    const good = signed(new Uint8Array(32).fill(9), Uint8Array.of(1, 2, 3));
    // A key with the sign bit set is the one that decoding would change.
    const keys = Array.from({ length: 20 }, (_, i) => new Uint8Array(32).fill(i));
    for (const key of keys) {
      const made = signed(key, good.message);
      const publicKey = Buffer.from(made.publicKey);
      const signature = Buffer.from(made.signature);
      assert.ok(scheme.verify(signature, made.message, publicKey));
      assert.ok(publicKey.equals(made.publicKey) && signature.equals(made.signature));
      const seedBefore = Buffer.from(key);
      scheme.sign(made.message, seedBefore);
      assert.ok(seedBefore.equals(key));
    }
  });
});
