import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOOTH_CODES } from '@kabina/booth/errors';
import { errorText, knownCodes } from './error-text.ts';

// What else stations, services and machines say is compared with their sources by `test/words`.
test('every code of the booth has a text of its own, with a way on', () => {
  assert.deepEqual(
    BOOTH_CODES.filter((code) => !knownCodes.includes(code)),
    [],
  );
  for (const code of knownCodes) {
    const { message, advice } = errorText(code);
    assert.match(message, /^[А-ЯЁ].*[.]$/, code);
    assert.match(advice, /^[А-ЯЁ].*[.]$/, code);
  }
});

test('a code that nobody has foreseen has a text too', () => {
  assert.equal(errorText('ballots.new-kind').message, errorText('ballots.refused').message);
  assert.notEqual(errorText('whatever').advice, '');
});
