/** What is the SmartCard-HSM's own: which key is which, card-verifiable requests, long files. */
import assert from 'node:assert/strict';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { Card } from './card.ts';
import { intercepted, text } from './cards.fixture.ts';
import { selectSmartcardHsm } from './smartcard-hsm.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport } from './testing/direct-transport.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedKey } from './testing/simulated-key.ts';
import { smartcardHsmCard } from './testing/smartcard-hsm-card.ts';

const pin = text('648219');
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

async function open(card: SimulatedCard): Promise<Card> {
  const selected = await selectSmartcardHsm(directTransport(card));
  assert.ok(selected.ok, JSON.stringify(selected));
  return selected.value;
}

test('a key of P-384 signs a digest of 48 bytes', async () => {
  const key = simulatedKey('ecdsa-p384');
  const certificate = selfSigned(key);
  const card = await open(smartcardHsmCard({ signature: { key, certificate } }));
  const message = Buffer.from('протокол');
  const signature = await card.sign(createHash('sha384').update(message).digest(), pin);
  assert.ok(signature.ok);
  assert.ok(verify('sha384', message, new X509Certificate(certificate).publicKey, signature.value));
});

test('the serial number is the device certificate’s holder', async () => {
  assert.equal((await open(smartcardHsmCard({ serial: 'DENK0100001' }))).serial, 'DENK0100001');
});

test('a certificate of several pieces is read whole', async () => {
  const key = simulatedKey('ecdsa-p256');
  for (const length of [1, 200, 220, 240, 600]) {
    const certificate = selfSigned(key, { name: 'a'.repeat(length) });
    const card = await open(smartcardHsmCard({ signature: { key, certificate } }));
    const read = await card.certificate();
    assert.ok(read.ok);
    assert.deepEqual(read.value.der, certificate);
  }
});

test('the agreement key is the one that may derive, known by its request or certificate', async () => {
  const signature = { key: simulatedKey('ecdsa-p256') };
  const key = simulatedKey('ecdsa-p256');
  for (const agreement of [{ key }, { key, certificate: selfSigned(key) }]) {
    const card = await open(smartcardHsmCard({ signature, agreement }));
    const point = await card.agreementKey();
    assert.ok(point.ok);
    assert.deepEqual(point.value, key.publicKey);
  }
  const alone = await open(
    smartcardHsmCard({ signature: { ...signature, certificate: selfSigned(signature.key) } }),
  );
  const none = await alone.agreementKey();
  assert.equal(!none.ok && none.problem.code, 'card.no-key');
});

test('a key that may only derive signs nothing, whatever certificate it has', async () => {
  const key = simulatedKey('ecdsa-p256');
  const card = await open(smartcardHsmCard({ agreement: { key, certificate: selfSigned(key) } }));
  const result = await card.sign(new Uint8Array(32), pin);
  assert.equal(!result.ok && result.problem.code, 'card.certificate');
});

test('keys without a description are tried in their order', async () => {
  const key = simulatedKey('ecdsa-p256');
  const simulated = smartcardHsmCard({ signature: { key, certificate: selfSigned(key) } });
  const bare = intercepted(simulated, (answer, command) =>
    hex(command).startsWith('00a4000002c4') ? Uint8Array.of(0x6a, 0x82) : answer,
  );
  assert.ok((await (await open(bare)).sign(new Uint8Array(32), pin)).ok);
});

test('a key that has gone since is told', async () => {
  const key = simulatedKey('ecdsa-p256');
  const simulated = smartcardHsmCard({ signature: { key, certificate: selfSigned(key) } });
  const faulty = intercepted(simulated, (answer, command) =>
    command[1] === 0x68 ? Uint8Array.of(0x6a, 0x88) : answer,
  );
  const result = await (await open(faulty)).sign(new Uint8Array(32), pin);
  assert.equal(!result.ok && result.problem.code, 'card.no-key');
});

test('a file without end is refused', async () => {
  const key = simulatedKey('ecdsa-p256');
  const simulated = smartcardHsmCard({ signature: { key, certificate: selfSigned(key) } });
  const faulty = intercepted(simulated, (answer, command) =>
    command[1] === 0xb1 ? Buffer.concat([Buffer.alloc(256, 0x30), Buffer.of(0x90, 0)]) : answer,
  );
  const selected = await selectSmartcardHsm(directTransport(faulty));
  assert.equal(!selected.ok && selected.problem.code, 'card.malformed');
});
