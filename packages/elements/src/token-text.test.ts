import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endingText, knownTokenCodes, tokenErrorText } from './token-text.ts';

test('every code has sentences of its own, and no word of a technician', () => {
  const seen = new Set<string>();
  for (const code of knownTokenCodes) {
    const { message, advice } = tokenErrorText(code);
    assert.match(message, /^[А-ЯЁ].*[.]$/, code);
    assert.match(advice, /^[А-ЯЁ].*[.]$/, code);
    assert.doesNotMatch(
      `${message} ${advice}`,
      /APDU|CCID|PC\/SC|pcscd|WebUSB|USB-класс|слот/i,
      code,
    );
    assert.equal(seen.has(message), false, `${code} reads as another code does`);
    seen.add(message);
  }
});

test('a code that nobody has foreseen has a text too, and any loss of the line is one', () => {
  assert.match(tokenErrorText('card.from-the-future').message, /[.]$/);
  assert.equal(
    tokenErrorText('network.offline').message,
    tokenErrorText('network.unreachable').message,
  );
});

test('an ordinary page is told what may drive a token in its place', () => {
  assert.match(tokenErrorText('transport.denied').advice, /приложении киоска.*агент киоска/);
});

test('the end of a certificate is told thirty days before, not earlier', () => {
  assert.equal(endingText(31), undefined);
  assert.match(endingText(30)!, /осталось дней: 30/);
  assert.match(endingText(0)!, /сегодня/);
  assert.match(endingText(-1)!, /вышел/);
});
