/**
 * What depends on the browser: WebCrypto's generator and X25519, and that everything runs there as
 * it does in Node.
 */
import type {} from 'mocha';
import { expect } from 'chai';
import { VectorBatch } from './batch.ts';
import { blind, checkBlinded } from './blind-rsa.ts';
import { hexToBytes, utf8ToBytes } from './bytes.ts';
import { EncryptionKey } from './elgamal.ts';
import { publicKey, sign, verify } from './ed25519.ts';
import { generateHpkeKey, hpkeOpen, hpkeSeal } from './hpke.ts';
import { proveKnowledge, verifyKnowledge } from './proofs.ts';
import { suiteById } from './suites.ts';
import { checkOpening, PreparedVector } from './vector.ts';

const context = utf8ToBytes('context');

describe('crypto in Chromium', () => {
  for (const id of ['ristretto255-sha512', 'gost256b-streebog']) {
    it(`seals, checks and opens with ${id}`, () => {
      const suite = suiteById(id);
      const secret = suite.group.randomScalar();
      const key = new EncryptionKey(suite.group, suite.group.generatorTable.multiply(secret));
      const shape = { cells: 3, weights: [1, 1, 3], allowed: [1, 2, 3] };
      const marks = [0, 0, 1];
      const { sealed, opening } = PreparedVector.prepare(suite, key, shape).seal(marks, context);
      expect(VectorBatch.verifyOne(suite, key, shape, sealed, context)).to.equal(true);
      expect(VectorBatch.verifyOne(suite, key, shape, sealed, utf8ToBytes('x'))).to.equal(false);
      expect(checkOpening(suite, key, shape, sealed, marks, opening)).to.equal(true);
      const proof = proveKnowledge(suite, secret, context);
      expect(verifyKnowledge(suite, key.point, proof, context)).to.equal(true);
    });
  }

  it('encrypts and opens with HPKE', async () => {
    const keys = await generateHpkeKey();
    const sealed = await hpkeSeal(keys.publicKey, context, context, utf8ToBytes('a share'));
    const opened = await hpkeOpen(keys.privateKey, context, context, sealed);
    expect(opened).to.deep.equal(utf8ToBytes('a share'));
    // RFC 9180, mode 0, kem 0x0020, kdf 0x0001, aead 0x0002.
    const vector = await hpkeOpen(
      hexToBytes('497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d'),
      utf8ToBytes('Ode on a Grecian Urn'),
      utf8ToBytes('Count-0'),
      hexToBytes(
        '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256' +
          'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
      ),
    );
    expect(vector).to.deep.equal(utf8ToBytes('Beauty is truth, truth beauty'));
  });

  it('blinds and signs', () => {
    // The prime 2³²¹⁷ − 1 serves as a modulus of the voter's side.
    const key = { modulus: new Uint8Array(403).fill(0xff), exponent: 65537 };
    key.modulus[0] = 1;
    checkBlinded(key, blind(key, context, new Uint8Array(32)).blinded);
    const seed = new Uint8Array(32).fill(1);
    expect(verify(sign(context, seed), context, publicKey(seed))).to.equal(true);
  });
});
