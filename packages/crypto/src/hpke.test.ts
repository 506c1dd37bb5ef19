import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, hexToBytes, utf8ToBytes } from './bytes.ts';
import { generateHpkeKey, hpkeOpen, hpkeSeal } from './hpke.ts';

/** Of RFC 9180's test-vectors.json: mode 0, kem 0x0020, kdf 0x0001, aead 0x0002, first encryption. */
const vector = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  skRm: '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d',
  enc: '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256',
  aad: '436f756e742d30',
  pt: '4265617574792069732074727574682c20747275746820626561757479',
  ct: 'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
};
const info = utf8ToBytes('info');
const aad = utf8ToBytes('aad');
const secret = utf8ToBytes('a share');
const none = new Uint8Array(0);

test('RFC 9180: the vector of this ciphersuite opens', async () => {
  const sealed = hexToBytes(vector.enc + vector.ct);
  const bytes = [vector.skRm, vector.info, vector.aad].map(hexToBytes);
  const [skRm, vectorInfo, vectorAad] = bytes as [Uint8Array, Uint8Array, Uint8Array];
  assert.deepEqual(await hpkeOpen(skRm, vectorInfo, vectorAad, sealed), hexToBytes(vector.pt));
});

test('what is sealed opens with its own key, info and aad alone', async () => {
  const { publicKey, privateKey } = await generateHpkeKey();
  assert.equal(publicKey.length, 32);
  assert.equal(privateKey.length, 32);
  const sealed = await hpkeSeal(publicKey, info, aad, secret);
  assert.equal(sealed.length, secret.length + 48);
  assert.deepEqual(await hpkeOpen(privateKey, info, aad, sealed), secret);
  // A view into a larger buffer is read as the view that it is.
  const view = concatBytes(none, new Uint8Array(5), sealed).subarray(5);
  assert.deepEqual(await hpkeOpen(privateKey, info, aad, view), secret);
  const other = await generateHpkeKey();
  const refuse = (open: Promise<Uint8Array>) => assert.rejects(open, { code: 'hpke.open' });
  await refuse(hpkeOpen(other.privateKey, info, aad, sealed));
  await refuse(hpkeOpen(privateKey, aad, aad, sealed));
  await refuse(hpkeOpen(privateKey, info, info, sealed));
  await refuse(hpkeOpen(privateKey, info, aad, sealed.subarray(1)));
  await refuse(hpkeOpen(privateKey, info, aad, sealed.subarray(0, 47)));
  await refuse(hpkeOpen(privateKey, info, aad, none));
  await refuse(hpkeOpen(privateKey.subarray(1), info, aad, sealed));
  for (let at = 0; at < sealed.length; at++) {
    // The highest bit of a point too, which X25519 itself ignores: the key schedule binds it.
    const flipped = sealed.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));
    await refuse(hpkeOpen(privateKey, info, aad, flipped));
  }
});

test('two sealings differ, and nothing can be sealed', async () => {
  const { publicKey, privateKey } = await generateHpkeKey();
  const first = await hpkeSeal(publicKey, info, aad, none);
  assert.notDeepEqual(await hpkeSeal(publicKey, info, aad, none), first);
  assert.deepEqual(await hpkeOpen(privateKey, info, aad, first), none);
});

test('keys that are none are refused', async () => {
  const { publicKey } = await generateHpkeKey();
  for (const key of [none, publicKey.subarray(1), concatBytes(publicKey, publicKey)]) {
    await assert.rejects(hpkeSeal(key, info, aad, secret), { code: 'hpke.key' });
  }
  // The all-zero point: every shared secret with it is zero (RFC 7748, section 6.1).
  await assert.rejects(hpkeSeal(new Uint8Array(32), info, aad, secret), { code: 'hpke.key' });
});

test('no bytes open', async () => {
  const { privateKey } = await generateHpkeKey();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async (bytes) => {
      await assert.rejects(hpkeOpen(privateKey, info, aad, bytes), { code: 'hpke.open' });
    }),
    { numRuns: 50 },
  );
});
