import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeBase64url, encodeBase64url } from './base64url.ts';

describe('base64url (RFC 4648, section 5)', () => {
  it('writes what Node writes and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64url(bytes);
        assert.equal(text, Buffer.from(bytes).toString('base64url'));
        assert.deepEqual(decodeBase64url(text), bytes);
      }),
    );
  });

  it('reads nothing that it would not write', () => {
    for (const text of ['A', 'AB', 'AAB', 'AA==', 'A+', 'A/', 'AA\n', 'ÀA', 'AA A']) {
      assert.equal(decodeBase64url(text), undefined, text);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes !== undefined) assert.equal(encodeBase64url(bytes), text);
      }),
    );
  });
});
