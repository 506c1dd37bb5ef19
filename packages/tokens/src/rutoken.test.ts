/** What is Rutoken's own: byte orders, the verified PIN that is given up first, its directories. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gostKey, intercepted, text } from './cards.fixture.ts';
import { selectRutoken } from './rutoken.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport } from './testing/direct-transport.ts';
import { rutokenCard } from './testing/rutoken-card.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';

const pin = text('12345678');
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const certificate = selfSigned(gostKey);
const digest = new Uint8Array(32).map((_, i) => i + 1);

async function open(card: SimulatedCard) {
  const selected = await selectRutoken(directTransport(card));
  assert.ok(selected.ok, JSON.stringify(selected));
  return selected.value;
}

test('is experimental, with the serial number in hex', async () => {
  const card = await open(rutokenCard({ serial: Uint8Array.of(1, 2, 0xab, 0xcd) }));
  assert.equal(card.experimental, true);
  assert.equal(card.serial, '0102abcd');
});

test('the hash goes as it is, the signature comes turned around', async () => {
  const commands: [string, string][] = [];
  const card = await open(
    intercepted(rutokenCard({ key: gostKey, certificate }), (answer, command) => {
      commands.push([hex(command), hex(answer)]);
      return answer;
    }),
  );
  const signature = await card.sign(digest, pin);
  assert.ok(signature.ok);
  const [command, answer] = commands.at(-1)!;
  assert.equal(command, `002a9e9a20${hex(digest)}40`);
  assert.equal(hex(signature.value.toReversed()), answer.slice(0, -4));
});

test('a PIN that is still verified is given up, and no VERIFY is sent twice', async () => {
  const commands: string[] = [];
  const card = await open(
    intercepted(rutokenCard({ key: gostKey, certificate }), (answer, command) => {
      commands.push(hex(command));
      return answer;
    }),
  );
  for (let i = 0; i < 3; i++) assert.ok((await card.sign(digest, pin)).ok);
  const verifies = commands.filter((command) => command.startsWith('0020000208'));
  assert.equal(verifies.length, 3);
});

test('a certificate whose key is not there', async () => {
  const simulated = rutokenCard({ key: gostKey, certificate });
  const gone = (ins: number) =>
    intercepted(simulated, (answer, command) =>
      command[1] === ins ? Uint8Array.of(0x6a, 0x88) : answer,
    );
  for (const ins of [0x22, 0x2a]) {
    const result = await (await open(gone(ins))).sign(digest, pin);
    assert.equal(!result.ok && result.problem.code, 'card.no-key');
  }
  const keyFile = intercepted(simulated, (answer, command) =>
    hex(command).includes('100010006002') ? Uint8Array.of(0x6a, 0x82) : answer,
  );
  const result = await (await open(keyFile)).sign(digest, pin);
  assert.equal(!result.ok && result.problem.code, 'card.no-key');
});
