/** What is OpenPGP's own: Ed25519, derived PINs, silent refusals, the certificate's instance. */
import assert from 'node:assert/strict';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Card } from './card.ts';
import { intercepted, text } from './cards.fixture.ts';
import { TokenError } from './errors.ts';
import { selectOpenPgp } from './openpgp-card.ts';
import { derivePin, readDerivation } from './openpgp-kdf.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport } from './testing/direct-transport.ts';
import { openPgpCard, type OpenPgpCardOptions } from './testing/openpgp-card.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedKey } from './testing/simulated-key.ts';

const pin = text('123456');
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const bytes = (value: string) => new Uint8Array(Buffer.from(value.replaceAll(' ', ''), 'hex'));

async function open(card: SimulatedCard, extended = false): Promise<Card> {
  const selected = await selectOpenPgp(directTransport(card, { extended }));
  assert.ok(selected.ok, JSON.stringify(selected));
  return selected.value;
}

function signer(options: OpenPgpCardOptions = {}): {
  simulated: ReturnType<typeof openPgpCard>;
  certificate: Uint8Array;
} {
  const signature = simulatedKey('ecdsa-p256');
  const certificate = selfSigned(signature);
  return { simulated: openPgpCard({ signature, certificate, ...options }), certificate };
}

test('Ed25519 signs the message itself, also a long one', async () => {
  const signature = simulatedKey('ed25519');
  const certificate = selfSigned(signature);
  const { publicKey } = new X509Certificate(certificate);
  for (const extended of [true, false]) {
    const card = await open(openPgpCard({ signature, certificate, extended }), true);
    for (const length of [0, 32, 255, 256, 1000]) {
      const message = new Uint8Array(length).fill(length);
      const result = await card.sign(message, pin);
      assert.ok(result.ok, JSON.stringify(result));
      assert.ok(verify(null, message, publicKey, result.value));
    }
  }
});

test('the serial number is manufacturer and number', async () => {
  const card = await open(openPgpCard({ serial: bytes('12 34 56 78') }));
  assert.equal(card.serial, 'fffe12345678');
});

test('a card that derives PINs gets the derived one', async () => {
  const salt = bytes('01 02 03 04 05 06 07 08');
  const { simulated } = signer({ salt });
  const seen: string[] = [];
  const card = await open(
    intercepted(simulated, (answer, command) => {
      if (command[1] === 0x20) seen.push(hex(command.subarray(5)));
      return answer;
    }),
  );
  assert.ok((await card.sign(new Uint8Array(32), pin)).ok);
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.length, 64);
  const wrong = await card.sign(new Uint8Array(32), text('654321'));
  assert.equal(!wrong.ok && wrong.problem.code, 'card.pin-wrong');
});

test('the derivation is OpenPGP’s iterated and salted one', () => {
  // RFC 4880, 3.7.1.3: salt and passphrase, again and again, up to the count of bytes.
  const object = bytes('81 01 03 82 01 08 83 04 00 01 86 a0 84 08 01 02 03 04 05 06 07 08');
  const derivation = readDerivation(object);
  assert.ok(derivation);
  const block = Buffer.concat([bytes('0102030405060708'), pin]);
  const all = Buffer.alloc(100_000);
  for (let at = 0; at < all.length; at += block.length) block.copy(all, at);
  assert.equal(hex(derivePin(derivation, pin)), sha256(all));
});

test('a derivation of another kind is refused before any PIN is sent', async () => {
  const bad = [
    '81 01 01',
    '81 01 03 82 01 02 83 04 00 01 86 a0 84 08 01 02 03 04 05 06 07 08',
    '81 01 03 82 01 08 83 04 ff ff ff ff 84 08 01 02 03 04 05 06 07 08',
    '81 01 03 82 01 08 83 04 00 01 86 a0',
  ];
  for (const object of bad) {
    assert.equal(readDerivation(bytes(object)), undefined, object);
    const { simulated } = signer({ salt: bytes('0102030405060708') });
    const faulty = intercepted(simulated, (answer, command) =>
      hex(command).startsWith('00ca00f9')
        ? Buffer.concat([bytes(object), Buffer.of(0x90, 0)])
        : answer,
    );
    const selected = await selectOpenPgp(directTransport(faulty));
    assert.equal(!selected.ok && selected.problem.code, 'card.unsupported');
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (object) => {
      try {
        readDerivation(object);
      } catch (error) {
        assert.ok(error instanceof TokenError);
      }
    }),
  );
});

test('a card that refuses without a counter is asked for it', async () => {
  const { simulated } = signer({ silent: true });
  const card = await open(simulated);
  for (const left of [2, 1]) {
    const wrong = await card.sign(new Uint8Array(32), text('654321'));
    assert.ok(!wrong.ok);
    assert.equal(wrong.problem.code, 'card.pin-wrong');
    assert.equal(wrong.problem.triesLeft, left);
  }
});

test('an old YubiKey’s form of SELECT DATA is tried', async () => {
  const { simulated, certificate } = signer();
  const faulty: SimulatedCard = {
    atr: simulated.atr,
    reset: () => {
      simulated.reset();
    },
    transmit: (command) => {
      if (command[1] !== 0xa5) return simulated.transmit(command);
      if (command[5] !== 0x06) return Uint8Array.of(0x6a, 0x80);
      return simulated.transmit(
        Buffer.concat([command.subarray(0, 4), Buffer.of(6), command.subarray(6)]),
      );
    },
  };
  const read = await (await open(faulty)).certificate();
  assert.ok(read.ok);
  assert.deepEqual(read.value.der, certificate);
});

test('both forms of an ECDH answer give x', async () => {
  const decryption = simulatedKey('ecdsa-p256');
  const other = simulatedKey('ecdsa-p256');
  const simulated = openPgpCard({ decryption });
  const whole = intercepted(simulated, (answer, command) =>
    command[1] === 0x2a
      ? Buffer.concat([
          Buffer.of(4),
          answer.subarray(0, 32),
          Buffer.alloc(32, 9),
          answer.subarray(32),
        ])
      : answer,
  );
  const expected = decryption.agree!(other.publicKey);
  for (const card of [simulated, whole]) {
    const secret = await (await open(card)).agree(other.publicKey, pin);
    assert.ok(secret.ok);
    assert.deepEqual(secret.value, expected);
  }
});

test('a key of another kind is unsupported', async () => {
  const signature = simulatedKey('ecdsa-p256');
  const card = await open(openPgpCard({ signature, decryption: simulatedKey('ecdsa-p384') }));
  const agreement = await card.agreementKey();
  assert.equal(!agreement.ok && agreement.problem.code, 'card.unsupported');
});

function sha256(value: Uint8Array): string {
  return hex(new Uint8Array(createHash('sha256').update(value).digest()));
}
