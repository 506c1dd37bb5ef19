import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BASE32, group, normalise } from './code-alphabet.ts';

test('what is typed by hand is read as it was meant', () => {
  assert.equal(normalise('abcde-fghjk', 'base32'), 'ABCDEFGHJK');
  assert.equal(normalise(' O0o Il1 ', 'base32'), '000111');
  assert.equal(normalise('АВЕКМНОРСТУХ', 'base32'), 'ABEKMH0PCTYX');
  assert.equal(normalise('12 34-5a6', 'digits'), '123456');
  assert.equal(normalise('  Ivanov ', 'text'), 'Ivanov');
});

test('groups are separated as they are printed, and no longer', () => {
  assert.equal(group('ABCDE', [5, 5]), 'ABCDE');
  assert.equal(group('ABCDEF', [5, 5]), 'ABCDE-F');
  assert.equal(group('ABCDEFGHJKMNP', [5, 5]), 'ABCDE-FGHJK');
  assert.equal(group('ABCDE', []), 'ABCDE');
});

test('normalising what was grouped gives the code back', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...BASE32), maxLength: 10 }), (code) => {
      assert.equal(normalise(group(code, [5, 5]), 'base32'), code);
      assert.equal(normalise(normalise(code, 'base32'), 'base32'), code);
    }),
  );
});

test('whatever is typed, only symbols of the alphabet are left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
      assert.match(normalise(typed, 'base32'), /^[0-9A-HJKMNP-TV-Z]*$/);
      assert.match(normalise(typed, 'digits'), /^\d*$/);
    }),
  );
});
