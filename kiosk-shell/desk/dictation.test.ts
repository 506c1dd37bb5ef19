// Over the telephone every slip of the tongue is noticed, and where it happened.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dictated, DictationError, readDictated } from './dictation.ts';

const statement = fc.record({
  kiosk: fc.constantFrom('K1', 'K2', 'K10'),
  number: fc.integer({ min: 0, max: 200_000_000 }),
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

describe('a statement that is dictated', () => {
  it('is read back, however it was written down', () => {
    fc.assert(
      fc.property(statement, ({ kiosk, number, root }) => {
        const text = dictated(kiosk, number, root);
        assert.match(text, /^\d{4,9}-\d(\n(\d{5}-\d ){3}\d{5}-\d){4}\n\d{5}-\d$/);
        for (const written of [text, text.replaceAll('-', ''), text.replaceAll('\n', ', ')]) {
          assert.deepEqual(readDictated(kiosk, written), { number, root });
        }
      }),
    );
  });

  it('with one wrong digit or two swapped ones names the group', () => {
    const pick = fc.record({
      statement,
      group: fc.nat(17),
      at: fc.nat(5),
      by: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(pick, ({ statement: { kiosk, number, root }, group, at, by }) => {
        const groups = dictated(kiosk, number, root).replaceAll('-', '').split(/\s/);
        const digits = [...groups[group]!];
        const place = at % digits.length;
        const wrong = [...digits];
        wrong[place] = String((Number(digits[place]) + by) % 10);
        const heard = groups.with(group, wrong.join('')).join(' ');
        assert.throws(
          () => readDictated(kiosk, heard),
          (error: DictationError) => error.group === group + 1,
        );
        const next = (place + 1) % digits.length;
        if (next === 0 || digits[place] === digits[next]) return;
        const swapped = [...digits];
        [swapped[place], swapped[next]] = [digits[next]!, digits[place]!];
        assert.throws(() => readDictated(kiosk, groups.with(group, swapped.join('')).join(' ')), {
          code: 'held.text',
        });
      }),
    );
  });

  it('is of its kiosk, whole and in order', () => {
    const root = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
    const text = dictated('K1', 12, root);
    assert.throws(() => readDictated('K2', text), DictationError);
    const groups = text.split(/\s/);
    const moved = [groups[0]!, groups[2]!, groups[1]!, ...groups.slice(3)].join(' ');
    assert.throws(() => readDictated('K1', moved), DictationError);
    assert.throws(() => readDictated('K1', groups.slice(1).join(' ')), { group: 0 });
  });

  it('no text does anything but be read or be refused', () => {
    const noise = fc.oneof(fc.string(), fc.stringMatching(/^[\d -]{60,140}$/));
    fc.assert(
      fc.property(noise, (text) => {
        assert.throws(() => readDictated('K1', text), DictationError);
      }),
    );
  });
});
