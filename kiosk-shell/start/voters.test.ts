import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachedTo } from './voters.ts';

test('the voters of a station stand on its list, the others online', () => {
  const csv = 'number,login,salt\r\n1,voter1,aa\r\n2,voter2,bb\r\n3,voter3,cc\r\n';
  assert.equal(
    attachedTo('101', csv, 2),
    'number,login,salt,station\r\n1,voter1,aa,\r\n2,voter2,bb,\r\n3,voter3,cc,101\r\n',
  );
});
