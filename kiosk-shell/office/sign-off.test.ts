import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localMinute, readSignOff, withOffset } from './sign-off.ts';

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

const whole = {
  'signed-0': 'on',
  'dissent-0': 'on',
  'reason-1': 'в отпуске',
  complaints: '2',
  copies: '3',
  signedAt: '2026-09-20T21:05',
};

test('reads who signed, who is away and why, and the numbers', () => {
  const signOff = readSignOff(form(whole), 2);
  assert.ok(typeof signOff !== 'string');
  assert.equal(signOff.complaints, 2);
  assert.equal(signOff.certifiedCopies, 3);
  assert.deepEqual(signOff.members, [
    { signed: true, dissent: true },
    { signed: false, dissent: false, reason: 'в отпуске' },
  ]);
});

test('the moment has an offset and stays the same moment', () => {
  const iso = withOffset('2026-09-20T21:05');
  assert.match(iso, /^2026-09-20T21:05:00[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(iso), new Date('2026-09-20T21:05').getTime());
  assert.equal(localMinute(new Date(iso)), '2026-09-20T21:05');
});

test('says what is missing', () => {
  assert.match(String(readSignOff(form({ ...whole, 'reason-1': ' ' }), 2)), /причину/);
  assert.match(String(readSignOff(form({ ...whole, signedAt: '' }), 2)), /час и минуту/);
  const nobody = { ...whole, 'reason-0': 'болеет' } as Record<string, string>;
  delete nobody['signed-0'];
  assert.match(String(readSignOff(form(nobody), 2)), /хотя бы один/);
});
