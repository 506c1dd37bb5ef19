/** Every text of the page in every language, with the same placeholders. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languages, named, say, texts, whole, type TextId } from '../page/texts.ts';

describe('the texts of the page', () => {
  it('are there in all languages, with the same placeholders', () => {
    const holders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    for (const [id, text] of Object.entries(texts)) {
      assert.deepEqual(Object.keys(text), [...languages], id);
      for (const language of languages) {
        assert.notEqual(text[language].trim(), '', `${id} in ${language}`);
        assert.deepEqual(holders(text[language]), holders(text.ru), `${id} in ${language}`);
        if (language === 'en') assert.doesNotMatch(text.en, /[а-яё]/i, id);
        else assert.match(text[language], /[а-яё+=]/i, `${id} in ${language}`);
      }
      // Kazakh that was only copied from Russian: some words are the same in both.
      const copied = text.ru === text.kk && text.ru.includes(' ');
      assert.equal(copied, false, `${id} is not translated`);
    }
  });

  it('are filled with numbers in the form of the language', () => {
    const id: TextId = 'ofExpected';
    assert.equal(say('en', id, { checked: 12345, expected: 'all' }), '12,345 of all');
    assert.equal(say('ru', id, { checked: 12345, expected: 1 }), `${whole('ru', 12345)} из 1`);
    assert.equal(named('en', { ru: 'Референдум' }), 'Референдум');
    assert.equal(named('en', { ru: 'Референдум', en: 'Referendum' }), 'Referendum');
  });
});
