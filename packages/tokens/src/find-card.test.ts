import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete, intercepted, KINDS, text } from './cards.fixture.ts';
import { findCard } from './find-card.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport } from './testing/direct-transport.ts';
import { openPgpCard } from './testing/openpgp-card.ts';
import { pivCard } from './testing/piv-card.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedKey } from './testing/simulated-key.ts';

const pin = text('123456');

/** Two applications on one card: SELECT by name chooses which of them hears the rest. */
function both(first: SimulatedCard, second: SimulatedCard): SimulatedCard {
  let chosen = first;
  return {
    atr: first.atr,
    reset: () => {
      first.reset();
      second.reset();
      chosen = first;
    },
    transmit: async (command) => {
      if (command[1] !== 0xa4 || command[2] !== 4) return chosen.transmit(command);
      for (const card of [first, second]) {
        const answer = await card.transmit(command.slice());
        if (answer.at(-2) !== 0x90 && answer.at(-2) !== 0x61) continue;
        chosen = card;
        return answer;
      }
      return Uint8Array.of(0x6a, 0x82);
    },
  };
}

test('each card is found by what it answers', async () => {
  for (const kind of KINDS) {
    const found = await findCard(directTransport(complete(kind)));
    assert.ok(found.ok, kind.application);
    assert.equal(found.value.application, kind.application);
    const input = new Uint8Array(32).fill(1);
    assert.ok((await found.value.sign(input, text(kind.pin))).ok, kind.application);
  }
});

test('a card without a certificate is found too', async () => {
  for (const kind of KINDS) {
    const found = await findCard(directTransport(kind.make({})));
    assert.ok(found.ok, kind.application);
    assert.equal(found.value.application, kind.application);
  }
});

test('of two applications the one with a certificate', async () => {
  const signature = simulatedKey('ecdsa-p256');
  const certificate = selfSigned(signature);
  const empty = pivCard();
  const full = openPgpCard({ signature, certificate });
  const found = await findCard(directTransport(both(empty, full)));
  assert.ok(found.ok);
  assert.equal(found.value.application, 'openpgp');
  assert.ok((await found.value.sign(new Uint8Array(32), pin)).ok);
  const neither = await findCard(directTransport(both(pivCard(), openPgpCard())));
  assert.ok(neither.ok);
  assert.equal(neither.value.application, 'piv');
  assert.deepEqual(await neither.value.triesLeft(), { ok: true, value: 3 });
});

test('a card that knows none of them', async () => {
  for (const status of [
    [0x6a, 0x82],
    [0x6d, 0x00],
    [0x90, 0x00],
    [0x69, 0x85],
  ]) {
    const stranger: SimulatedCard = {
      atr: new Uint8Array(),
      reset: () => undefined,
      transmit: () => Uint8Array.from(status),
    };
    const found = await findCard(directTransport(stranger));
    assert.match(found.ok ? '' : found.problem.code, /^card\.(unknown|malformed)$/);
  }
});

test('an application that can’t be used says why', async () => {
  const faulty = intercepted(openPgpCard(), (answer, command) =>
    command[1] === 0xca && command[3] === 0x6e ? Uint8Array.of(0x90, 0x00) : answer,
  );
  const found = await findCard(directTransport(faulty));
  assert.equal(!found.ok && found.problem.code, 'card.malformed');
});

test('removal at any moment is told as removal', async () => {
  for (const kind of KINDS) {
    for (let after = 0; ; after++) {
      const found = await findCard(directTransport(complete(kind), { removeAfter: after }));
      if (found.ok) break;
      assert.equal(found.problem.code, 'transport.removed', `${kind.application} ${after}`);
    }
  }
});
