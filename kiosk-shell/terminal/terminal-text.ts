/** The few words that the terminal says to voters by itself; the booth has its own. In three languages. */
import { getLocale, type Locale } from '@kabina/elements/localization';
import type { VotingNow } from './hours.ts';

/** The same in every language: before a voter has chosen one, all three stand together. */
export type Said = Readonly<Record<Locale, string>>;

const WARNING: Readonly<
  Record<Locale, { title: string; left: (seconds: number) => string; lost: string; stay: string }>
> = {
  ru: {
    title: 'Вы ещё здесь?',
    left: (seconds) => `Сеанс закончится через ${seconds} с.`,
    lost: 'Что не опущено в урну, будет забыто. Опущенные бюллетени не пропадут.',
    stay: 'Продолжить',
  },
  kk: {
    title: 'Сіз осындасыз ба?',
    left: (seconds) => `Сеанс ${seconds} секундтан кейін аяқталады.`,
    lost: 'Жәшікке салынбаған бюллетеньдер ұмытылады. Салынғандары жоғалмайды.',
    stay: 'Жалғастыру',
  },
  en: {
    title: 'Are you still here?',
    left: (seconds) => `The session ends in ${seconds} s.`,
    lost: 'What is not in the ballot box will be forgotten. Ballots in the box are not lost.',
    stay: 'Go on',
  },
};

/** In the language that the voter has chosen. */
export function warning(): (typeof WARNING)[Locale] {
  return WARNING[getLocale()];
}

export const TRAINING: Said = {
  ru: 'Тренировочное голосование',
  kk: 'Жаттығу дауыс беруі',
  en: 'Training election',
};
export const BOOTH: Said = {
  ru: 'Кабина для голосования',
  kk: 'Дауыс беру кабинасы',
  en: 'Voting booth',
};
export const PREPARING: Said = {
  ru: 'Выборы готовятся…',
  kk: 'Сайлау дайындалып жатыр…',
  en: 'The election is being prepared…',
};
export const GETTING_READY: Said = {
  ru: 'Терминал готовится…',
  kk: 'Терминал дайындалып жатыр…',
  en: 'The terminal is getting ready…',
};
export const BEGIN: Said = {
  ru: 'Коснитесь, чтобы начать',
  kk: 'Бастау үшін түртіңіз',
  en: 'Touch to begin',
};
export const BEGIN_WITH_CARD: Said = {
  ru: 'Поднесите карточку или коснитесь, чтобы начать',
  kk: 'Бастау үшін карточканы жақындатыңыз немесе түртіңіз',
  en: 'Present your card or touch to begin',
};

export const INTERRUPTED = {
  title: {
    ru: 'Сеанс был прерван',
    kk: 'Сеанс үзіліп қалды',
    en: 'The session was interrupted',
  },
  lead: {
    ru: 'Ничего не потеряно. Продолжить можно по той же карточке.',
    kk: 'Ештеңе жоғалған жоқ. Сол карточкамен жалғастыруға болады.',
    en: 'Nothing is lost. Go on with the same card.',
  },
  resume: {
    ru: 'Продолжить по той же карточке',
    kk: 'Сол карточкамен жалғастыру',
    en: 'Go on with the same card',
  },
  end: {
    ru: 'Завершить сеанс (для членов комиссии)',
    kk: 'Сеансты аяқтау (комиссия мүшелері үшін)',
    en: 'End the session (members only)',
  },
} as const satisfies Record<string, Said>;

export const CLOSED = {
  title: {
    ru: 'Этот терминал закрыт',
    kk: 'Бұл терминал жабылды',
    en: 'This terminal is closed',
  },
  lead: {
    ru: 'Голосование на нём закончено.',
    kk: 'Мұнда дауыс беру аяқталды.',
    en: 'Voting here has ended.',
  },
} as const satisfies Record<string, Said>;

export const STOPPED = {
  title: {
    ru: 'Терминал не работает',
    kk: 'Терминал жұмыс істемейді',
    en: 'This terminal is out of order',
  },
  lead: {
    ru: 'Подойдите к члену комиссии. Сохранённые бюллетени не пропали.',
    kk: 'Комиссия мүшесіне жүгініңіз. Сақталған бюллетеньдер жоғалған жоқ.',
    en: 'Please ask a member of the commission. Ballots that were saved are not lost.',
  },
} as const satisfies Record<string, Said>;

/** To who holds a card that was not opened yet. */
export const SUSPENDED: Said = {
  ru: 'Сохраните карточку: она не испорчена и откроется, когда голосование возобновят. О времени спросите члена комиссии.',
  kk: 'Карточкаңызды сақтаңыз: ол бүлінген жоқ, дауыс беру жалғасқанда ашылады. Уақытын комиссия мүшесінен сұраңыз.',
  en: 'Keep your card: it is good and will open once voting is resumed. Ask a member of the commission when.',
};

const NOW: Readonly<Record<VotingNow['is'], (moment: Said) => Said>> = {
  open: () => ({
    ru: 'Голосование идёт',
    kk: 'Дауыс беру жүріп жатыр',
    en: 'Voting is open',
  }),
  before: ({ ru, kk, en }) => ({
    ru: `Голосование откроется: ${ru}`,
    kk: `Дауыс беру ашылады: ${kk}`,
    en: `Voting opens: ${en}`,
  }),
  pause: ({ ru, kk, en }) => ({
    ru: `Перерыв до ${ru}`,
    kk: `Үзіліс, жалғасады: ${kk}`,
    en: `Break until ${en}`,
  }),
  suspended: () => ({
    ru: 'Голосование приостановлено комиссией',
    kk: 'Комиссия дауыс беруді тоқтата тұрды',
    en: 'The commission has suspended voting',
  }),
  over: () => ({
    ru: 'Голосование закончено',
    kk: 'Дауыс беру аяқталды',
    en: 'Voting is over',
  }),
};

/** Whether voting is open, by the clock of this machine and what it has heard. */
export function hoursWords(now: VotingNow): Said {
  const moment = 'until' in now ? new Date(now.until) : undefined;
  const said = (locale: Locale): string =>
    moment?.toLocaleString(locale, { dateStyle: 'long', timeStyle: 'short' }) ?? '';
  return NOW[now.is]({ ru: said('ru'), kk: said('kk'), en: said('en') });
}
