/** In Chromium, because the language data are its own. */
import { expect } from 'chai';
import { setLocale } from './localization.ts';
import { date, dateTime, share, whole } from './numbers.ts';

const evening = '2026-09-20T20:41:00+03:00';
/** No-break spaces, of which there are two kinds, read as spaces. */
const plain = (text: string) => text.replace(/\s/g, ' ');

describe('numbers', () => {
  after(() => setLocale('ru'));

  for (const [locale, words] of [
    ['ru', ['20 сентября 2026 г. в 20:41', '20 сентября 2026 г.', '70 000', '12,50 %']],
    ['kk', ['2026 ж. 20 қыркүйек, 20:41', '2026 ж. 20 қыркүйек', '70 000', '12,50 %']],
    ['en', ['September 20, 2026 at 8:41 PM', 'September 20, 2026', '70,000', '12.50%']],
  ] as const) {
    it(`are written as in ${locale}, at the hour of the place`, async () => {
      await setLocale(locale);
      const written = [dateTime(evening), date(evening), whole(70_000), share(1, 8)];
      expect(written.map(plain)).to.deep.equal(words);
    });
  }

  it('leaves a text that is no time as it is', () => {
    expect(date('soon')).to.equal('soon');
  });
});
