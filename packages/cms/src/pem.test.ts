/** RFC 7468, strictly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CmsError } from './errors.ts';
import { fromPem, toPem } from './pem.ts';

const refused = (error: unknown) => error instanceof CmsError && error.code === 'cms.pem';

test('bytes go to PEM and back, also with line breaks of Windows or none at the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (der) => {
      const text = toPem(der, 'CERTIFICATE');
      assert.ok(text.split('\n').every((line) => line.length <= 64));
      assert.deepEqual(fromPem(text, 'CERTIFICATE'), der);
      assert.deepEqual(fromPem(text.trimEnd(), 'CERTIFICATE'), der);
      assert.deepEqual(fromPem(text.replaceAll('\n', '\r\n'), 'CERTIFICATE'), der);
    }),
  );
});

test('anything else is refused', () => {
  const text = toPem(new Uint8Array(100).fill(7), 'CMS');
  for (const bad of [
    '',
    `\n${text}`,
    `${text}\n`,
    text + text,
    `subject=x\n${text}`,
    text.replace('BwcH', 'Bwc*'),
    text.replace('BwcH', 'BwcH '),
    text.replace('BwcH', 'BwcH\n'),
    text.replaceAll('=', ''),
    text.replace('-----END', '----END'),
    text.replace('END CMS', 'END CERTIFICATE'),
    // The last character holds bits beyond the last byte.
    text.replace('Bw==', 'Bx=='),
  ])
    assert.throws(() => fromPem(bad, 'CMS'), refused, bad);
  assert.throws(() => fromPem(text, 'CERTIFICATE'), refused);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, char) => {
      const changed = text.slice(0, at) + char + text.slice(at + 1);
      try {
        // Another letter of base64 is another content, and never the same.
        const der = fromPem(changed, 'CMS');
        assert.equal(toPem(der, 'CMS'), changed.trimEnd() + '\n');
      } catch (error) {
        assert.ok(refused(error));
      }
    }),
    { numRuns: 500 },
  );
});
