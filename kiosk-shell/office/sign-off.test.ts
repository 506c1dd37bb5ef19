import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localMinute, readProtocolForm, readRoll, withOffset } from './sign-off.ts';

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

const nobody = { signature: undefined };

test('reads complaints, copies, hour and minute', () => {
  const read = readProtocolForm(
    form({ complaints: '2', copies: '3', signedAt: '2026-09-20T21:05' }),
  );
  assert.ok(typeof read !== 'string');
  assert.deepEqual([read.complaints, read.certifiedCopies], [2, 3]);
  assert.equal(Date.parse(read.signedAt), new Date('2026-09-20T21:05').getTime());
  const without = readProtocolForm(form({ complaints: '2', copies: '3', signedAt: '' }));
  assert.match(String(without), /час и минуту/);
});

test('the moment has an offset and stays the same moment', () => {
  const iso = withOffset('2026-09-20T21:05');
  assert.match(iso, /^2026-09-20T21:05:00[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(iso), new Date('2026-09-20T21:05').getTime());
  assert.equal(localMinute(new Date(iso)), '2026-09-20T21:05');
});

test('without tokens the form says who signs, who is away and why', () => {
  const fields = { 'signed-0': 'on', 'dissent-0': 'on', 'reason-1': 'в отпуске' };
  assert.deepEqual(readRoll(form(fields), [nobody, nobody], false), [
    { signed: true, dissent: true },
    { signed: false, dissent: false, reason: 'в отпуске' },
  ]);
});

test('with tokens the board says who has signed, whatever the form says', () => {
  const fields = { 'signed-1': 'on', 'reason-1': 'токен не сработал', 'dissent-0': 'on' };
  const members = [{ signature: { dissent: false } }, nobody];
  assert.deepEqual(readRoll(form(fields), members, true), [
    { signed: true, dissent: false },
    { signed: false, dissent: false, reason: 'токен не сработал' },
  ]);
});

test('says what is missing', () => {
  const noReason = readRoll(form({ 'signed-0': 'on', 'reason-1': ' ' }), [nobody, nobody], false);
  assert.match(String(noReason), /причину/);
  const none = readRoll(form({ 'reason-0': 'болеет' }), [nobody], false);
  assert.match(String(none), /хотя бы один/);
});
