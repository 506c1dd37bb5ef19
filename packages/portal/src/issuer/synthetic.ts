/**
 * Synthetic voters for training: Russian names, made-up documents and telephone numbers from the
 * range that is never given out. The same count and styles give the same people; only salts are
 * fresh. Nobody here exists.
 */
import { randomBytes } from '@kabina/crypto/bytes';
import type { Voter } from '../store/identified.ts';

const SURNAMES = [
  'Иванов',
  'Смирнов',
  'Кузнецов',
  'Попов',
  'Васильев',
  'Петров',
  'Соколов',
  'Михайлов',
  'Новиков',
  'Фёдоров',
  'Морозов',
  'Волков',
  'Алексеев',
  'Лебедев',
  'Семёнов',
  'Егоров',
  'Павлов',
  'Козлов',
  'Степанов',
  'Николаев',
  'Орлов',
  'Андреев',
  'Макаров',
  'Никитин',
  'Захаров',
  'Зайцев',
  'Соловьёв',
];
const MEN = [
  'Александр',
  'Алексей',
  'Андрей',
  'Артём',
  'Борис',
  'Виктор',
  'Глеб',
  'Дмитрий',
  'Егор',
  'Иван',
  'Кирилл',
  'Максим',
  'Олег',
  'Пётр',
  'Тимур',
];
const WOMEN = [
  'Алина',
  'Анна',
  'Вера',
  'Дарья',
  'Екатерина',
  'Жанна',
  'Ирина',
  'Ксения',
  'Лариса',
  'Мария',
  'Наталья',
  'Ольга',
  'Светлана',
  'Татьяна',
];
const FATHERS = [
  'Александров',
  'Андреев',
  'Борисов',
  'Викторов',
  'Иванов',
  'Максимов',
  'Олегов',
  'Павлов',
  'Петров',
  'Романов',
  'Степанов',
];

export interface StyleShare {
  readonly id: string;
  /** Weight among the styles; equal where all are 0. */
  readonly voters: number;
}

/** `count` shared out by weight: largest remainders, ties in the order of the styles. */
export function shareOut(count: number, styles: readonly StyleShare[]): number[] {
  const sum = styles.reduce((total, style) => total + style.voters, 0);
  const weight = (style: StyleShare): number =>
    sum === 0 ? 1 / styles.length : style.voters / sum;
  const exact = styles.map((style) => count * weight(style));
  const shares = exact.map(Math.floor);
  const rest = count - shares.reduce((total, share) => total + share, 0);
  const order = exact
    .map((value, i) => ({ i, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of order.slice(0, rest)) shares[i] = (shares[i] as number) + 1;
  return shares;
}

function nameOf(i: number): string {
  const pick = (list: readonly string[], step: number): string =>
    list[Math.floor(i / step) % list.length] as string;
  const woman = i % 2 === 1;
  const surname = pick(SURNAMES, 1) + (woman ? 'а' : '');
  const given = pick(woman ? WOMEN : MEN, 2);
  return `${surname} ${given} ${pick(FATHERS, 3)}${woman ? 'на' : 'ич'}`;
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** `count` voters; logins are `voter1`, `voter2`, … in the order of the list. */
export function syntheticVoters(
  count: number,
  styles: readonly StyleShare[],
): Omit<Voter, 'position'>[] {
  const shares = shareOut(count, styles);
  const ofStyle = styles.flatMap((style, i) => Array<string>(shares[i] as number).fill(style.id));
  return ofStyle.map((style, i) => ({
    number: digits(i + 1, 8),
    name: nameOf(i),
    document: `00 00 ${digits(i + 1, 8)}`,
    style,
    phone: `+7000${digits(i + 1, 7)}`,
    login: `voter${i + 1}`,
    salt: randomBytes(16),
    list: 'online',
  }));
}
