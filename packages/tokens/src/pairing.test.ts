import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makePairingSecret, pairingKey, prove, proves, readPairingSecret } from './pairing.ts';

const SYMBOLS = '7Q2MX0D4KBZ9A1C3E5G6';

describe('the pairing secret', () => {
  it('is written in four groups of five, and read back', () => {
    const secret = makePairingSecret();
    assert.match(secret, /^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    assert.equal(readPairingSecret(secret), secret.replaceAll('-', ''));
    assert.notEqual(makePairingSecret(), secret);
  });

  it('is read as people type it', () => {
    assert.equal(readPairingSecret(' 7q2mx odakb-z9aLc 3e5g6\n'), '7Q2MX0DAKBZ9A1C3E5G6');
  });

  it('is nothing shorter, longer or of other symbols', () => {
    for (const typed of ['', SYMBOLS.slice(1), `${SYMBOLS}7`, SYMBOLS.replace('Q', 'U'), 'Ж']) {
      assert.equal(readPairingSecret(typed), undefined, typed);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (typed) => {
        const symbols = readPairingSecret(typed);
        if (symbols !== undefined) assert.equal(readPairingSecret(symbols), symbols);
      }),
    );
  });
});

describe('a proof', () => {
  const handshake = {
    endpoint: '127.0.0.1:8800',
    agentNonce: new Uint8Array(32).fill(1),
    pageNonce: new Uint8Array(32).fill(2),
  };

  it('holds for its side, its address, its nonces and its secret alone', async () => {
    const key = await pairingKey(SYMBOLS);
    const proof = await prove(key, 'page', handshake);
    assert.equal(await proves(key, 'page', handshake, proof), true);
    assert.equal(await proves(key, 'agent', handshake, proof), false);
    for (const other of [
      { ...handshake, endpoint: '127.0.0.1:8801' },
      { ...handshake, agentNonce: new Uint8Array(32).fill(3) },
      { ...handshake, pageNonce: new Uint8Array(32).fill(3) },
      { ...handshake, agentNonce: handshake.pageNonce, pageNonce: handshake.agentNonce },
    ]) {
      assert.equal(await proves(key, 'page', other, proof), false);
    }
    const stranger = await pairingKey(readPairingSecret(makePairingSecret())!);
    assert.equal(await proves(stranger, 'page', handshake, proof), false);
  });

  it('is made with a key that no script can read out', async () => {
    const key = await pairingKey(SYMBOLS);
    await assert.rejects(crypto.subtle.exportKey('raw', key));
  });
});
