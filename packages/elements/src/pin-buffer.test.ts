import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PinBuffer } from './pin-buffer.ts';

function typed(most: number, digits: string): PinBuffer {
  const buffer = new PinBuffer(most);
  for (const digit of digits) buffer.add(digit.charCodeAt(0));
  return buffer;
}

test('gives what was typed once, and keeps nothing of it', () => {
  const buffer = typed(8, '123456');
  buffer.erase();
  assert.equal(new TextDecoder().decode(buffer.take()), '12345');
  assert.equal(buffer.length, 0);
  assert.deepEqual(buffer.take(), new Uint8Array());
});

test('takes no more than the card does, and says so', () => {
  const buffer = typed(2, '12');
  assert.equal(buffer.add(0x33), false);
  assert.equal(new TextDecoder().decode(buffer.take()), '12');
});

test('what was erased or wiped never comes back', () => {
  const buffer = typed(4, '99');
  buffer.erase();
  buffer.erase();
  buffer.erase();
  buffer.add(0x31);
  assert.deepEqual([...buffer.take()], [0x31]);
  buffer.add(0x32);
  buffer.wipe();
  assert.equal(buffer.length, 0);
});

test('the PIN that was given shares no bytes with the one typed next', () => {
  const buffer = typed(4, '1234');
  const first = buffer.take();
  buffer.add(0x39);
  assert.equal(new TextDecoder().decode(first), '1234');
});
