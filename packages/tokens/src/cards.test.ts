/** What every card application must do, whichever it is: signatures, PINs, problems, removal. */
import assert from 'node:assert/strict';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Card } from './card.ts';
import { complete, intercepted, KINDS, text, type CardKind } from './cards.fixture.ts';
import type { Result, TokenCode } from './result.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport, type DirectOptions } from './testing/direct-transport.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedKey } from './testing/simulated-key.ts';
import type { ApduTransport } from './transport.ts';

const MESSAGE = Buffer.from('протокол');
const DIGEST = new Uint8Array(createHash('sha256').update(MESSAGE).digest());

const code = (result: Result<unknown>): TokenCode | 'ok' =>
  result.ok ? 'ok' : result.problem.code;

async function open(kind: CardKind, card: SimulatedCard, options?: DirectOptions): Promise<Card> {
  const selected = await kind.select(directTransport(card, options));
  assert.ok(selected.ok, JSON.stringify(selected));
  return selected.value;
}

/** Everything that a card can be asked, one after another. */
async function askAll(card: Card, pin: Uint8Array): Promise<Result<unknown>[]> {
  const point = simulatedKey('ecdsa-p256').publicKey;
  return [
    await card.certificate(),
    await card.triesLeft(),
    await card.sign(DIGEST, pin),
    await card.agreementKey(),
    await card.agree(point, pin),
  ];
}

/** A transport that keeps every buffer that it was given, and a copy of what was in it. */
function watched(transport: ApduTransport): {
  transport: ApduTransport;
  buffers: Uint8Array[];
  copies: Uint8Array[];
} {
  const buffers: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  const transmit = (command: Uint8Array) => {
    buffers.push(command);
    copies.push(command.slice());
    return transport.transmit(command);
  };
  return { transport: { ...transport, transmit }, buffers, copies };
}

for (const kind of KINDS) {
  const pin = text(kind.pin);
  const wrongPin = text(kind.wrongPin);

  describe(kind.application, () => {
    test('signs, and the certificate is of the key that signed', async () => {
      const card = await open(kind, complete(kind));
      assert.equal(card.application, kind.application);
      assert.ok(card.serial.length > 0);
      const certificate = await card.certificate();
      assert.ok(certificate.ok);
      assert.equal(certificate.value.algorithm, kind.key.algorithm);
      // Node's Buffer has a slice that does not copy.
      const given = Buffer.from(kind.pin);
      const signature = await card.sign(DIGEST, given);
      assert.ok(signature.ok);
      assert.equal(given.toString(), kind.pin, 'the caller’s PIN is the caller’s');
      if (kind.key.algorithm === 'gost3410-2012-256') {
        assert.deepEqual(signature.value, kind.key.sign(DIGEST));
      } else {
        const { publicKey } = new X509Certificate(certificate.value.der);
        assert.ok(verify('sha256', MESSAGE, publicKey, signature.value));
      }
    });

    test('agrees on the secret that the other side has', async () => {
      const other = simulatedKey('ecdsa-p256');
      const card = await open(kind, complete(kind));
      const mine = await card.agreementKey();
      if (!kind.agrees) {
        assert.equal(code(mine), 'card.unsupported');
        assert.equal(code(await card.agree(other.publicKey, pin)), 'card.unsupported');
        return;
      }
      assert.ok(mine.ok);
      const secret = await card.agree(other.publicKey, pin);
      assert.ok(secret.ok);
      assert.deepEqual(secret.value, other.agree!(mine.value));
    });

    test('a wrong PIN costs one try and says how many are left', async () => {
      const simulated = complete(kind);
      const card = await open(kind, simulated);
      assert.deepEqual(await card.triesLeft(), { ok: true, value: 3 });
      const refused = await card.sign(DIGEST, wrongPin);
      assert.ok(!refused.ok);
      assert.equal(refused.problem.code, 'card.pin-wrong');
      assert.equal(refused.problem.triesLeft, 2);
      assert.equal(simulated.triesLeft, 2);
      assert.equal(code(await card.sign(DIGEST, pin)), 'ok');
      assert.equal(simulated.triesLeft, 3);
    });

    test('the last try is used only by a person who wants it', async () => {
      const simulated = complete(kind, 1);
      const card = await open(kind, simulated);
      const held = await card.sign(DIGEST, pin);
      assert.ok(!held.ok);
      assert.equal(held.problem.code, 'card.pin-last-try');
      assert.equal(held.problem.triesLeft, 1);
      assert.equal(simulated.triesLeft, 1);
      assert.equal(code(await card.sign(DIGEST, pin, { lastTry: true })), 'ok');
      const wrong = await (await open(kind, simulated)).sign(DIGEST, wrongPin, { lastTry: true });
      assert.ok(!wrong.ok);
      assert.equal(wrong.problem.code, 'card.pin-wrong');
      assert.equal(wrong.problem.triesLeft, 0);
    });

    test('a blocked card gets no PIN', async () => {
      const simulated = complete(kind, 1);
      const first = await open(kind, simulated);
      await first.sign(DIGEST, wrongPin, { lastTry: true });
      const { transport, copies } = watched(directTransport(simulated));
      const card = await kind.select(transport);
      assert.ok(card.ok);
      assert.deepEqual(await card.value.triesLeft(), { ok: true, value: 0 });
      assert.equal(code(await card.value.sign(DIGEST, pin, { lastTry: true })), 'card.pin-blocked');
      assert.ok(!copies.some((copy) => Buffer.from(copy).includes(kind.pin)));
    });

    test('a malformed PIN and a wrong input cost nothing', async () => {
      const simulated = complete(kind);
      const card = await open(kind, simulated);
      for (const malformed of kind.malformedPins) {
        assert.equal(code(await card.sign(DIGEST, text(malformed))), 'card.pin-malformed');
      }
      for (const length of [0, 31, 33, 48]) {
        assert.equal(code(await card.sign(new Uint8Array(length), wrongPin)), 'card.unsupported');
      }
      const notPoints = [new Uint8Array(65), new Uint8Array(33).fill(4), new Uint8Array()];
      for (const point of notPoints) {
        assert.equal(code(await card.agree(point, wrongPin)), 'card.unsupported');
      }
      assert.equal(simulated.triesLeft, 3);
    });

    test('a point off the curve ends in a problem', async () => {
      if (!kind.agrees) return;
      const card = await open(kind, complete(kind));
      const point = new Uint8Array(65).fill(4);
      assert.equal(code(await card.agree(point, pin)), 'card.refused');
    });

    test('without a certificate, without a key, with another’s certificate', async () => {
      const { key } = kind;
      const certificate = selfSigned(key);
      const bare = await open(kind, kind.make({ key }));
      assert.equal(code(await bare.certificate()), 'card.no-certificate');
      assert.equal(code(await bare.sign(DIGEST, wrongPin)), 'card.no-certificate');
      assert.equal(code(await bare.triesLeft()), 'ok');
      if (kind.agrees) {
        assert.equal(code(await bare.agreementKey()), 'card.no-key');
        const point = simulatedKey('ecdsa-p256').publicKey;
        assert.equal(code(await bare.agree(point, wrongPin)), 'card.no-key');
      }
      if (kind.application !== 'smartcard-hsm') {
        const keyless = kind.make({ certificate });
        const card = await open(kind, keyless);
        assert.equal(code(await card.sign(DIGEST, wrongPin)), 'card.no-key');
        assert.equal(keyless.triesLeft, kind.make({}).triesLeft);
      }
      if (kind.knowsKey) {
        const other = selfSigned(simulatedKey('ecdsa-p256'));
        const simulated = kind.make({ key, certificate: other });
        const mixed = await open(kind, simulated);
        assert.equal(code(await mixed.sign(DIGEST, wrongPin)), 'card.no-key');
        assert.equal(simulated.triesLeft, 3);
      }
    });

    test('what is no certificate is refused', async () => {
      const { key } = kind;
      for (const bad of ['3003020101', '30', '04020102']) {
        const certificate = new Uint8Array(Buffer.from(bad, 'hex'));
        const card = await open(kind, kind.make({ key, certificate }));
        assert.match(code(await card.certificate()), /^card\.(no-)?certificate$|^card\.malformed$/);
      }
      const p256 = selfSigned(simulatedKey('ecdsa-p256'));
      const other = kind.application === 'rutoken' ? p256 : selfSigned(KINDS[3]!.key);
      const card = await open(kind, kind.make({ key, certificate: other }));
      const result = await card.sign(DIGEST, wrongPin);
      assert.match(code(result), /^card\.(certificate|unsupported)$/);
    });

    test('another card has no such application', async () => {
      for (const other of KINDS.filter((one) => one !== kind)) {
        const result = await kind.select(directTransport(complete(other)));
        assert.equal(code(result), 'card.unknown', other.application);
      }
    });

    test('removal at any moment is told as removal', async () => {
      for (let after = 0, ended = false; !ended; after++) {
        assert.ok(after < 200);
        const simulated = complete(kind);
        const transport = directTransport(simulated, { removeAfter: after });
        const card = await kind.select(transport);
        if (!card.ok) {
          assert.equal(card.problem.code, 'transport.removed');
          continue;
        }
        const results = await askAll(card.value, pin);
        const codes = new Set(results.map(code));
        codes.delete('ok');
        if (!kind.agrees) codes.delete('card.unsupported');
        ended = codes.size === 0;
        if (!ended) assert.deepEqual([...codes], ['transport.removed']);
        assert.equal(simulated.triesLeft, 3, 'a right PIN never costs a try');
      }
    });

    test('a closed transport is told as closed', async () => {
      const transport = directTransport(complete(kind));
      const card = await kind.select(transport);
      assert.ok(card.ok);
      await transport.close();
      assert.equal(code(await card.value.sign(DIGEST, pin)), 'transport.closed');
    });

    test('two signatures asked for at once are both made', async () => {
      const card = await open(kind, complete(kind));
      const both = await Promise.all([card.sign(DIGEST, pin), card.sign(DIGEST, pin)]);
      assert.deepEqual(both.map(code), ['ok', 'ok']);
    });

    test('works with extended lengths too', async () => {
      const card = await open(kind, complete(kind), { extended: true });
      assert.equal(code(await card.sign(DIGEST, pin)), 'ok');
    });

    test('commands are overwritten and the PIN is told to nobody', async () => {
      const { transport, buffers, copies } = watched(directTransport(complete(kind)));
      const card = await kind.select(transport);
      assert.ok(card.ok);
      const results = [
        ...(await askAll(card.value, pin)),
        ...(await askAll(card.value, wrongPin)),
        await card.value.sign(DIGEST, text('1')),
      ];
      assert.ok(copies.some((copy) => Buffer.from(copy).includes(kind.pin)));
      for (const buffer of buffers) assert.ok(buffer.every((byte) => byte === 0));
      for (const result of results) {
        const told = result.ok ? '' : JSON.stringify(result.problem);
        assert.ok(!told.includes(kind.pin) && !told.includes(kind.wrongPin));
      }
    });

    test('an answer with anything changed in it ends in a result', async () => {
      const simulated = complete(kind, 15);
      const changes = fc.record({
        at: fc.integer({ min: 0, max: 40 }),
        byte: fc.integer({ min: 0, max: 255 }),
        place: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(changes, async ({ at, byte, place, cut }) => {
          let count = 0;
          const faulty = intercepted(simulated, (answer) => {
            if (count++ !== at) return answer;
            const index = Math.min(answer.length - 1, Math.floor(place * answer.length));
            if (cut) return answer.slice(0, index);
            const changed = answer.slice();
            changed[index] = byte;
            return changed;
          });
          const card = await kind.select(directTransport(faulty));
          const results = card.ok ? await askAll(card.value, pin) : [card];
          for (const result of results) assert.equal(typeof result.ok, 'boolean');
        }),
        { numRuns: 80 },
      );
    });

    test('answers of any bytes end in a result', async () => {
      const status = fc.constantFrom([0x90, 0], [0x61, 4], [0x6c, 2], [0x63, 0xc3], [0x6a, 0x82]);
      const answer = fc
        .tuple(fc.uint8Array({ maxLength: 40 }), status)
        .map(([data, end]) => Uint8Array.of(...data, ...end));
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 30 }), async (answers) => {
          let count = 0;
          const noise: SimulatedCard = {
            atr: new Uint8Array(),
            reset: () => undefined,
            transmit: () => answers[count++ % answers.length]!,
          };
          // A card that says that it has the application, and then anything.
          const first = complete(kind);
          let started = 0;
          const card: SimulatedCard = {
            ...noise,
            transmit: (command) =>
              started++ < 2 ? first.transmit(command) : noise.transmit(command),
          };
          const selected = await kind.select(directTransport(card));
          const results = selected.ok ? await askAll(selected.value, pin) : [selected];
          for (const result of results) assert.equal(typeof result.ok, 'boolean');
        }),
        { numRuns: 60 },
      );
    });
  });
}
