/** The members' PIN: known again, kept nowhere, of one election alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { StationMemory } from './station-memory.ts';

/** log2 of scrypt's N: nobody attacks a test. */
const COST = 14;

function storage(): { kept: Map<string, string>; memory: Pick<Storage, 'getItem' | 'setItem'> } {
  const kept = new Map<string, string>();
  const memory = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  return { kept, memory };
}

test('the PIN is known again after a restart, no other is, and its bytes are overwritten', async () => {
  const { kept, memory } = storage();
  const first = new StationMemory(memory, 'ab', COST);
  assert.equal(first.hasPin, false);
  assert.equal(await first.isPin(utf8ToBytes('135790')), false);
  const pin = utf8ToBytes('135790');
  await first.setPin(pin);
  assert.ok(pin.every((byte) => byte === 0));
  first.markReady();

  const again = new StationMemory(memory, 'ab', COST);
  assert.ok(again.ready);
  assert.ok(again.hasPin);
  const given = utf8ToBytes('135790');
  assert.equal(await again.isPin(given), true);
  assert.ok(given.every((byte) => byte === 0));
  assert.equal(await again.isPin(utf8ToBytes('135791')), false);
  assert.equal(await again.isPin(utf8ToBytes('')), false);
  assert.doesNotMatch(JSON.stringify([...kept]), /135790/);

  const other = new StationMemory(memory, 'cd', COST);
  assert.equal(other.hasPin || other.ready || other.online, false);
});

test('what can’t be read is a terminal that was not set up', () => {
  const { kept, memory } = storage();
  new StationMemory(memory, 'ab', COST).markReady();
  kept.set([...kept.keys()][0]!, '{"ready":tr');
  assert.equal(new StationMemory(memory, 'ab', COST).ready, false);
});
