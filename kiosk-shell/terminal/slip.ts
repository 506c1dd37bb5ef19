/** What the terminal's receipt printer puts on paper, in the voter's language. */
import type { ReceiptView } from '@kabina/booth/session';
import type { Locale } from '@kabina/elements/localization';
import type { Contest } from '@kabina/election/manifest';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';

const WORDS: Readonly<
  Record<
    Locale,
    { title: string; training: string; code: string; footer: readonly string[]; later: string }
  >
> = {
  ru: {
    title: 'Квитанция избирателя',
    training: 'ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ',
    code: 'Код бюллетеня:',
    footer: [
      'По этому коду вы найдёте свой бюллетень в открытом журнале. О вашем выборе квитанция не говорит.',
    ],
    later:
      'Бюллетень сохранён в терминале, он отправит его сам. Подпись терминала в QR-коде. Позже откройте его на странице проверки с любого устройства: квитанция дополнится ответом урны и записью в журнале.',
  },
  kk: {
    title: 'Сайлаушының түбіртегі',
    training: 'ЖАТТЫҒУ ДАУЫС БЕРУІ',
    code: 'Бюллетень коды:',
    footer: [
      'Осы код бойынша бюллетеніңізді ашық журналдан табасыз. Түбіртек таңдауыңыз туралы айтпайды.',
    ],
    later:
      'Бюллетень терминалда сақталды, терминал оны өзі жібереді. QR-кодта терминалдың қолтаңбасы бар. Кейін оны кез келген құрылғыдан тексеру бетінде ашыңыз: түбіртек жәшіктің жауабымен және журналдағы жазбамен толықтырылады.',
  },
  en: {
    title: 'Voter’s receipt',
    training: 'TRAINING ELECTION',
    code: 'Ballot code:',
    footer: [
      'With this code you find your ballot in the public log. The receipt says nothing about your choice.',
    ],
    later:
      'The ballot is saved in the terminal, which will send it by itself. The QR code holds the terminal’s signature. Open it later on the checking page on any device: the receipt will be completed with the ballot box’s answer and the entry in the log.',
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
    // Nobody has to wait for the line: what the kiosk has promised can be completed later.
    footer: receipt.state === 'queued' ? [words.later, ...words.footer] : words.footer,
  };
}
