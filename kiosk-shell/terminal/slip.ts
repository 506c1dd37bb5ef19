/** What the terminal's receipt printer puts on paper, in the voter's language. */
import type { ReceiptView } from '@kabina/booth/session';
import type { Locale } from '@kabina/elements/localization';
import type { Contest } from '@kabina/election/manifest';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';

const WORDS: Readonly<
  Record<Locale, { title: string; training: string; code: string; footer: readonly string[] }>
> = {
  ru: {
    title: 'Квитанция избирателя',
    training: 'ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ',
    code: 'Код бюллетеня:',
    footer: [
      'По этому коду вы найдёте свой бюллетень в открытом журнале. О вашем выборе квитанция не говорит.',
    ],
  },
  kk: {
    title: 'Сайлаушының түбіртегі',
    training: 'ЖАТТЫҒУ ДАУЫС БЕРУІ',
    code: 'Бюллетень коды:',
    footer: [
      'Осы код бойынша бюллетеніңізді ашық журналдан табасыз. Түбіртек таңдауыңыз туралы айтпайды.',
    ],
  },
  en: {
    title: 'Voter’s receipt',
    training: 'TRAINING ELECTION',
    code: 'Ballot code:',
    footer: [
      'With this code you find your ballot in the public log. The receipt says nothing about your choice.',
    ],
  },
};

/** No time stands on it: paper that lies about must not tell who voted when. */
export function slip(
  receipt: ReceiptView,
  contest: Contest,
  { training, locale }: { readonly training: boolean; readonly locale: Locale },
): ReceiptContent {
  const words = WORDS[locale];
  const title = contest.title[locale] ?? contest.title.ru;
  return {
    title: words.title,
    lines: [...(training ? [words.training] : []), title, words.code],
    code: receipt.trackingCode,
    qr: [receipt.text, receipt.trackingCode],
    footer: words.footer,
  };
}
