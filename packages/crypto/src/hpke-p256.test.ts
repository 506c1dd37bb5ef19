import assert from 'node:assert/strict';
import { test } from 'node:test';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { utf8ToBytes } from './bytes.ts';
import { p256Open, p256Seal } from './hpke-p256.ts';

const info = utf8ToBytes('info');
const aad = utf8ToBytes('aad');
const secret = utf8ToBytes('a data key of thirty-two bytes..');

/** A card's part, by noble: an independent implementation of the product. */
function card() {
  const { secretKey } = p256.keygen();
  return {
    publicKey: p256.getPublicKey(secretKey, false),
    agree: (point: Uint8Array) =>
      Promise.resolve(p256.getSharedSecret(secretKey, point, true).slice(1)),
  };
}

test('what the library seals opens with the product from outside, info and aad alone', async () => {
  const { publicKey, agree } = card();
  const sealed = await p256Seal(publicKey, info, aad, secret);
  assert.equal(sealed.length, secret.length + 81);
  assert.deepEqual(await p256Open(publicKey, agree, info, aad, sealed), secret);
  const refuse = (opening: Promise<Uint8Array>) => assert.rejects(opening, { code: 'hpke.open' });
  await refuse(p256Open(publicKey, agree, aad, aad, sealed));
  await refuse(p256Open(publicKey, agree, info, info, sealed));
  const other = card();
  await refuse(p256Open(other.publicKey, other.agree, info, aad, sealed));
  await refuse(p256Open(publicKey, agree, info, aad, sealed.subarray(0, 80)));
});

test('one changed byte opens nothing', async () => {
  const { publicKey, agree } = card();
  const sealed = await p256Seal(publicKey, info, aad, secret);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 65, max: sealed.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const changed = sealed.slice();
        changed[at] = (changed[at] as number) ^ flip;
        await assert.rejects(p256Open(publicKey, agree, info, aad, changed), {
          code: 'hpke.open',
        });
      },
    ),
    { numRuns: 40 },
  );
});

test('the card is not asked for a product with what is no point of the curve', async () => {
  const { publicKey, agree } = card();
  const sealed = await p256Seal(publicKey, info, aad, secret);
  const off = sealed.slice(0, 65);
  off[64]! ^= 1;
  const hybrid = sealed.slice(0, 65);
  hybrid[0] = 6 + (hybrid[64]! & 1);
  const nowhere = Uint8Array.of(4, ...new Uint8Array(64));
  const beyond = Uint8Array.of(4, ...new Uint8Array(64).fill(0xff));
  let asked = 0;
  const counting = (point: Uint8Array) => {
    asked++;
    return agree(point);
  };
  for (const enc of [off, hybrid, nowhere, beyond, new Uint8Array(65)]) {
    const changed = sealed.slice();
    changed.set(enc);
    await assert.rejects(p256Open(publicKey, counting, info, aad, changed), { code: 'hpke.open' });
  }
  assert.equal(asked, 0);
  await p256Open(publicKey, counting, info, aad, sealed);
  assert.equal(asked, 1);
  // Nor is anything sealed to such a key: it could never be opened.
  await assert.rejects(p256Seal(hybrid, info, aad, secret), { code: 'hpke.key' });
});

test('a product that is none opens nothing, even what was sealed with it', async () => {
  const { publicKey, agree } = card();
  const sealed = await p256Seal(publicKey, info, aad, secret);
  const product = await agree(sealed.slice(0, 65));
  for (const wrong of [new Uint8Array(32), new Uint8Array(0), Uint8Array.of(...product, 0)]) {
    const answer = () => Promise.resolve(wrong);
    await assert.rejects(p256Open(publicKey, answer, info, aad, sealed), { code: 'hpke.open' });
    assert.deepEqual(wrong, new Uint8Array(wrong.length), 'the answer is overwritten');
  }
});

test('the key under which it opened is overwritten', async (t) => {
  const { publicKey, agree } = card();
  const sealed = await p256Seal(publicKey, info, aad, secret);
  const importing = t.mock.method(crypto.subtle, 'importKey');
  await p256Open(publicKey, agree, info, aad, sealed);
  const keys = importing.mock.calls
    .map(({ arguments: [, bytes, algorithm] }) => ({ bytes, algorithm }))
    .filter(({ algorithm }) => algorithm === 'AES-GCM');
  assert.deepEqual(
    keys.map(({ bytes }) => bytes),
    [new Uint8Array(32)],
  );
});

test('a card that was pulled says so itself', async () => {
  const { publicKey } = card();
  const sealed = await p256Seal(publicKey, info, aad, secret);
  const gone = () => Promise.reject(new Error('transport.removed'));
  await assert.rejects(p256Open(publicKey, gone, info, aad, sealed), /transport\.removed/);
});

test('no key is refused before anything is sealed', async () => {
  for (const length of [0, 64, 65, 66]) {
    const sealing = p256Seal(new Uint8Array(length).fill(4), info, aad, secret);
    await assert.rejects(sealing, { code: 'hpke.key' });
  }
});
