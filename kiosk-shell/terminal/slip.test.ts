/** The slip in three languages: every letter is printed, and no option of the paper stands on it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReceiptView } from '@kabina/booth/session';
import type { Locale } from '@kabina/elements/localization';
import type { Contest } from '@kabina/election/manifest';
import { printable, receiptPage } from '@kabina/tokens/receipt-page';
import { slip } from './slip.ts';

const contest: Contest = {
  id: 'mayor',
  title: { ru: 'Выборы главы города', kk: 'Қала басшысын сайлау', en: 'Election of the mayor' },
  options: [{ id: 'a', name: { ru: 'Абрамова', kk: 'Әбрамова', en: 'Abramova' } }],
  min: 1,
  max: 1,
} as unknown as Contest;
const receipt: ReceiptView = {
  contest: 'mayor',
  revision: 0,
  state: 'accepted',
  trackingCode: 'ABCD-EFGH-JKMN-PQRS',
  text: `kabina-receipt:${'Ab_-9'.repeat(120)}`,
};

const LANGUAGES: Record<Locale, RegExp> = {
  ru: /Выборы главы города/,
  kk: /Қала басшысын сайлау/,
  en: /Election of the mayor/,
};

for (const [locale, title] of Object.entries(LANGUAGES) as [Locale, RegExp][]) {
  test(`${locale}: it is in the voter's language, whole, and says no choice`, () => {
    const content = slip(receipt, contest, { training: true, locale });
    const text = [content.title, ...content.lines, content.code, ...content.footer].join(' ');
    assert.match(text, title);
    assert.match(text, /ABCD-EFGH-JKMN-PQRS/);
    assert.doesNotMatch(text, /Абрамова|Әбрамова|Abramova/);
    assert.match(text, /ТРЕНИРОВОЧНОЕ|ЖАТТЫҒУ|TRAINING/);
    for (const page of [true, false]) assert.doesNotMatch(printable(text, page), /\?/);
    const bytes = Buffer.from(receiptPage(content, { columns: 32 })).toString('latin1');
    assert.ok(bytes.includes(receipt.text), 'the QR code has the receipt');
    assert.doesNotMatch(
      [slip(receipt, contest, { training: false, locale }).lines].join(),
      /ТРЕНИРОВОЧНОЕ|ЖАТТЫҒУ|TRAINING/,
    );
  });

  test(`${locale}: a ballot that waits in the kiosk can be completed later, and says so`, () => {
    const queued = slip({ ...receipt, state: 'queued' }, contest, { training: false, locale });
    const text = queued.footer.join(' ');
    assert.ok(
      queued.footer.length > slip(receipt, contest, { training: false, locale }).footer.length,
    );
    assert.match(text, /с любого устройства|кез келген құрылғыдан|any device/);
    for (const page of [true, false]) assert.doesNotMatch(printable(text, page), /\?/);
    const bytes = Buffer.from(receiptPage(queued, { columns: 32 })).toString('latin1');
    assert.ok(bytes.includes(receipt.text));
  });
}
