/** The few words that the terminal says by itself; the booth has its own. In three languages. */
import { getLocale, type Locale } from '@kabina/elements/localization';

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
