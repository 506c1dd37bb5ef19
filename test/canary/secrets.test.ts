/** A search that finds nothing must be one that would have found something. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomBytes } from '@kabina/crypto/bytes';
import { findIn, formsOf, type Secret } from './secrets.ts';

describe('the search for planted secrets', () => {
  it('finds a planted secret in every form, in the middle of other bytes', () => {
    const planted: readonly Secret[] = [
      { name: 'bytes', value: randomBytes(32) },
      { name: 'text', value: 'янтарь-лестница-7' },
      { name: 'code', value: '493027', word: true },
    ];
    for (const secret of planted) {
      const forms = formsOf(secret);
      for (const [form, bytes] of forms) {
        const content = Buffer.concat([Buffer.from('… '), bytes, Buffer.from(' …')]);
        const found = findIn('file', content, [[secret, forms]]);
        assert.ok(
          found.some((finding) => finding.form === form),
          `${secret.name} as ${form}`,
        );
        assert.deepEqual(findIn('file', Buffer.from('nothing here'), [[secret, forms]]), []);
      }
    }
  });

  it('finds bytes inside a longer base64 text, wherever they begin', () => {
    const secret: Secret = { name: 'bytes', value: randomBytes(32) };
    for (let before = 0; before < 6; before++) {
      const around = Buffer.concat([
        randomBytes(before),
        secret.value as Uint8Array,
        randomBytes(5),
      ]);
      for (const encoding of ['base64', 'base64url'] as const) {
        const found = findIn('file', Buffer.from(around.toString(encoding)), [
          [secret, formsOf(secret)],
        ]);
        assert.ok(found.length > 0, `${before} bytes before, ${encoding}`);
      }
    }
  });

  it('does not take a code inside a longer number for a finding', () => {
    const secret: Secret = { name: 'code', value: '493027', word: true };
    const content = Buffer.from('1493027 4930271 a493027');
    assert.deepEqual(findIn('file', content, [[secret, formsOf(secret)]]), []);
  });
});
