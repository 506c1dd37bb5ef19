import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from './channel.ts';
import { askTries, verifyPin, type PinEntry } from './pin.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport } from './transport.ts';

const VERIFY = { cla: 0, ins: 0x20, p1: 0, p2: 0x81 };
const PIN = Uint8Array.of(0x31, 0x32, 0x33, 0x34);

/** An application whose VERIFY is answered with the status. */
function application(status: number, tries: Result<number | undefined>) {
  const sent: string[] = [];
  const encoded: Uint8Array[] = [];
  const transport: ApduTransport = {
    reader: 'test',
    atr: new Uint8Array(),
    extended: false,
    ended: new Promise(() => undefined),
    close: () => Promise.resolve(),
    transmit: (command) => {
      sent.push(Buffer.from(command).toString('hex'));
      return Promise.resolve(ok(Uint8Array.of(status >> 8, status & 0xff)));
    },
  };
  const entry: PinEntry = {
    form: { least: 4, most: 8, digits: true },
    verify: VERIFY,
    tries: () => Promise.resolve(tries),
    encode: (pin) => {
      const copy = Uint8Array.from(pin);
      encoded.push(copy);
      return copy;
    },
    wrong: [0x6982],
  };
  return { channel: new Channel(transport), entry, sent, encoded };
}

test('the PIN is sent once and its copy overwritten, however it ends', async () => {
  for (const status of [0x9000, 0x63c2, 0x6982, 0x6983, 0x6a80]) {
    const { channel, entry, sent, encoded } = application(status, ok(3));
    await verifyPin(channel, entry, PIN);
    assert.deepEqual(sent, ['002000810431323334']);
    assert.deepEqual(encoded, [new Uint8Array(4)]);
  }
  assert.deepEqual(PIN, Uint8Array.of(0x31, 0x32, 0x33, 0x34));
});

test('nothing is sent while the tries can’t be known', async () => {
  const removed = fail('transport.removed', 'gone');
  const { channel, entry, sent } = application(0x9000, removed);
  assert.equal(await verifyPin(channel, entry, PIN), removed);
  assert.deepEqual(sent, []);
});

test('what each status means', async () => {
  const cases = [
    [0x9000, ok(undefined), 'ok', undefined],
    [0x63c2, ok(3), 'card.pin-wrong', 2],
    [0x63c0, ok(2), 'card.pin-wrong', 0],
    [0x6982, ok(2), 'card.pin-wrong', 2],
    [0x6982, ok(undefined), 'card.pin-wrong', undefined],
    [0x6983, ok(2), 'card.pin-wrong', 0],
    [0x6983, ok(undefined), 'card.pin-blocked', 0],
    [0x6a80, ok(2), 'card.refused', undefined],
    [0x6700, ok(undefined), 'card.refused', undefined],
  ] as const;
  for (const [status, tries, code, left] of cases) {
    const { channel, entry } = application(status, tries);
    const result = await verifyPin(channel, entry, PIN);
    assert.equal(result.ok ? 'ok' : result.problem.code, code, status.toString(16));
    assert.equal(result.ok ? undefined : result.problem.triesLeft, left);
  }
});

test('what an empty VERIFY says', async () => {
  const cases = [
    [0x63c5, 5],
    [0x63c0, 0],
    [0x6983, 0],
    [0x9000, undefined],
  ] as const;
  for (const [status, left] of cases) {
    const { channel, sent } = application(status, ok(undefined));
    assert.deepEqual(await askTries(channel, VERIFY), ok(left));
    assert.deepEqual(sent, ['00200081']);
  }
  const { channel } = application(0x6984, ok(undefined));
  const result = await askTries(channel, VERIFY);
  assert.equal(!result.ok && result.problem.status, 0x6984);
});
