/** What is PIV's own: P-384, compressed certificates, metadata, the serial number. */
import assert from 'node:assert/strict';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Card } from './card.ts';
import { intercepted, text } from './cards.fixture.ts';
import { selectPiv } from './piv.ts';
import { encodeTlv } from './tlv.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport } from './testing/direct-transport.ts';
import { pivCard, type PivCardOptions } from './testing/piv-card.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedKey } from './testing/simulated-key.ts';

const pin = text('123456');
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

async function open(card: SimulatedCard): Promise<Card> {
  const selected = await selectPiv(directTransport(card));
  assert.ok(selected.ok, JSON.stringify(selected));
  return selected.value;
}

const made = (options: PivCardOptions) => open(pivCard(options));

test('a key of P-384 signs a digest of 48 bytes', async () => {
  const key = simulatedKey('ecdsa-p384');
  const certificate = selfSigned(key);
  const card = await made({ signature: { key, certificate }, plain: true });
  const message = Buffer.from('протокол');
  const digest = createHash('sha384').update(message).digest();
  const signature = await card.sign(digest, pin);
  assert.ok(signature.ok);
  assert.ok(verify('sha384', message, new X509Certificate(certificate).publicKey, signature.value));
  const short = await card.sign(digest.subarray(16), pin);
  assert.equal(!short.ok && short.problem.code, 'card.unsupported');
});

test('a compressed certificate is unpacked, within bounds', async () => {
  const key = simulatedKey('ecdsa-p256');
  const der = selfSigned(key);
  const card = await made({ signature: { key, certificate: gzipSync(der), compressed: true } });
  const certificate = await card.certificate();
  assert.ok(certificate.ok);
  assert.deepEqual(certificate.value.der, der);
  const bomb = gzipSync(Buffer.concat([der, Buffer.alloc(10_000_000)]));
  for (const bad of [bomb, gzipSync(der).subarray(0, -9), Buffer.from('not gzip'), der]) {
    const faulty = await made({ signature: { key, certificate: bad, compressed: true } });
    const result = await faulty.certificate();
    assert.equal(!result.ok && result.problem.code, 'card.certificate');
  }
});

test('a certificate object with nothing in it is no certificate', async () => {
  const key = simulatedKey('ecdsa-p256');
  for (const contents of [new Uint8Array(), encodeTlv(0x70, new Uint8Array())]) {
    const faulty = intercepted(pivCard({ signature: { key } }), (answer, command) =>
      hex(command).includes('5c035fc10a')
        ? Buffer.concat([encodeTlv(0x53, contents), Buffer.of(0x90, 0)])
        : answer,
    );
    const result = await (await open(faulty)).certificate();
    assert.equal(!result.ok && result.problem.code, 'card.no-certificate');
  }
});

test('a plain card’s empty slot is told by the signature command', async () => {
  const key = simulatedKey('ecdsa-p256');
  const simulated = pivCard({ signature: { certificate: selfSigned(key) }, plain: true });
  const result = await (await open(simulated)).sign(new Uint8Array(32), pin);
  assert.equal(!result.ok && result.problem.code, 'card.no-key');
  assert.equal(simulated.triesLeft, 3);
});

test('a plain card’s agreement key is its certificate’s', async () => {
  const key = simulatedKey('ecdsa-p256');
  const management = { key, certificate: selfSigned(key) };
  const result = await (await made({ management, plain: true })).agreementKey();
  assert.ok(result.ok);
  assert.deepEqual(result.value, key.publicKey);
  const p384 = simulatedKey('ecdsa-p384');
  for (const plain of [true, false]) {
    const other = { key: p384, certificate: selfSigned(p384) };
    const refused = await (await made({ management: other, plain })).agreementKey();
    assert.equal(!refused.ok && refused.problem.code, 'card.unsupported');
  }
});

test('the serial number is the GUID, a YubiKey’s own, or nothing', async () => {
  const guid = new Uint8Array(16).fill(0xab);
  assert.equal((await made({ guid })).serial, 'ab'.repeat(16));
  assert.equal((await made({ guid: undefined })).serial, '20000000');
  assert.equal((await made({ guid: new Uint8Array(16) })).serial, '20000000');
  assert.equal((await made({ guid: undefined, plain: true })).serial, '');
});

test('the PIN goes padded, once, right before the signature', async () => {
  const key = simulatedKey('ecdsa-p256');
  const commands: string[] = [];
  const simulated = pivCard({ signature: { key, certificate: selfSigned(key) } });
  const card = await open(
    intercepted(simulated, (answer, command) => {
      commands.push(hex(command));
      return answer;
    }),
  );
  assert.ok((await card.sign(new Uint8Array(32), pin)).ok);
  const verifies = commands.filter((command) => command.startsWith('0020008008'));
  assert.deepEqual(verifies, ['0020008008313233343536ffff']);
  assert.ok(commands.at(-2)?.startsWith('00200080'));
  assert.ok(commands.at(-1)?.startsWith('0087119c'));
});

test('a card that is blocked by this very try has refused the PIN', async () => {
  const key = simulatedKey('ecdsa-p256');
  const simulated = pivCard({ signature: { key, certificate: selfSigned(key) }, tries: 1 });
  const strict = intercepted(simulated, (answer) =>
    hex(answer) === '63c0' ? Uint8Array.of(0x69, 0x83) : answer,
  );
  const card = await open(strict);
  const wrong = await card.sign(new Uint8Array(32), text('999999'), { lastTry: true });
  assert.ok(!wrong.ok);
  assert.equal(wrong.problem.code, 'card.pin-wrong');
  assert.equal(wrong.problem.triesLeft, 0);
});

test('a status that we have no name for is told', async () => {
  const key = simulatedKey('ecdsa-p256');
  const simulated = pivCard({ signature: { key, certificate: selfSigned(key) } });
  const faulty = intercepted(simulated, (answer, command) =>
    command[1] === 0x87 ? Uint8Array.of(0x69, 0x85) : answer,
  );
  const result = await (await open(faulty)).sign(new Uint8Array(32), pin);
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'card.refused');
  assert.equal(result.problem.status, 0x6985);
});
