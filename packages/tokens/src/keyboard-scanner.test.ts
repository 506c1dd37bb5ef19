/**
 * The keyboard scanner's judgement, fuzzed: keys at any times, against a rule written apart from it. What
 * fields and focus do is tested in a real browser (`keyboard-scanner.browser.test.ts`).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyboardScanner } from './keyboard-scanner.ts';

interface Press {
  readonly code: string;
  readonly gap: number;
}

/** A key as an event needs it; Node has no KeyboardEvent. */
function keydown({ code }: Press, timeStamp: number): Event {
  const event = new Event('keydown', { cancelable: true });
  const fields = { code, key: code === 'Enter' ? 'Enter' : 'ы', shiftKey: false, timeStamp };
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(event, name, { value });
  return event;
}

const press: fc.Arbitrary<Press> = fc.record({
  code: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('KeyA', 'Digit7', 'Minus') },
    { weight: 2, arbitrary: fc.constant('Enter') },
    { weight: 1, arbitrary: fc.constantFrom('Tab', 'ArrowLeft') },
  ),
  gap: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(1, 12, 40) },
    { weight: 1, arbitrary: fc.constantFrom(41, 60, 190, 191, 5_000) },
  ),
});
const LETTERS: Record<string, string> = { KeyA: 'a', Digit7: '7', Minus: '-' };

test('a key is held back only within a scanner’s burst, and a code is the burst before its Enter', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  Object.assign(globalThis, { HTMLInputElement: Map, HTMLTextAreaElement: Map });
  fc.assert(
    fc.property(fc.array(press, { maxLength: 60 }), (presses) => {
      const codes: string[] = [];
      const window = Object.assign(new EventTarget(), { document: { activeElement: null } });
      const take = (text: string) => codes.push(text) > 0;
      const scanner = keyboardScanner(window as unknown as Window, { take });
      void scanner.open();

      const expected: string[] = [];
      let run = '';
      let now = 0;
      for (const one of presses) {
        now += one.gap;
        context.mock.timers.tick(one.gap);
        const event = keydown(one, now);
        window.dispatchEvent(event);
        const letter = LETTERS[one.code];
        if (letter !== undefined) {
          run = one.gap <= 40 ? run + letter : letter;
          assert.equal(event.defaultPrevented, run.length >= 6);
        } else {
          const ends = one.code === 'Enter' && run.length >= 6 && one.gap < 190;
          assert.equal(event.defaultPrevented, ends);
          if (ends) expected.push(run);
          run = '';
        }
      }
      assert.deepEqual(codes, expected);
      void scanner.close();
    }),
    { numRuns: 500 },
  );
});
