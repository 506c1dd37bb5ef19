/**
 * What the desk puts on paper: the delivery note, the zero report at the first opening, turnout at the
 * set hours, the evening slip of a day among several, the balance at closing. Numbers alone: nothing
 * of a voter, and no order.
 */
import type { DeskPile, DeskStatus } from '@kabina/elements/desk';
import type { Locale } from '@kabina/elements/localization';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';

export type SlipKind = 'delivery' | 'zero' | 'turnout' | 'evening' | 'balance';

export const SLIPS: readonly SlipKind[] = ['delivery', 'zero', 'turnout', 'evening', 'balance'];

/** Hours at which turnout is reported, on the station's clock. */
const TURNOUT_HOURS = [10, 12, 15, 18];
/** Until the next one a missed report is still asked for, at most this long, in minutes. */
const REMIND = 60;

interface Words {
  readonly titles: Readonly<Record<SlipKind, string>>;
  readonly training: string;
  readonly voters: string;
  readonly served: string;
  readonly cards: string;
  readonly received: string;
  readonly given: string;
  readonly spoiled: string;
  readonly left: string;
  readonly dead: string;
  readonly out: string;
  readonly held: string;
  readonly waiting: string;
  readonly signatures: readonly string[];
}

const WORDS: Readonly<Record<Locale, Words>> = {
  ru: {
    titles: {
      delivery: 'Накладная: карточки доступа',
      zero: 'Нулевой отчёт',
      turnout: 'Явка',
      evening: 'Итог дня',
      balance: 'Баланс карточек при закрытии',
    },
    training: 'ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ',
    voters: 'Избирателей в списке',
    served: 'Отмечено избирателей',
    cards: 'Карточек',
    received: 'получено',
    given: 'взято',
    spoiled: 'испорчено',
    left: 'на столе',
    dead: 'терминал не работает',
    out: 'Карточек на выезде',
    held: 'бюллетеней в очереди',
    waiting: 'Ждёт отправки',
    signatures: [
      'Председатель ____________',
      'Член комиссии __________',
      'Наблюдатель ____________',
    ],
  },
  kk: {
    titles: {
      delivery: 'Жүкқұжат: кіру карточкалары',
      zero: 'Нөлдік есеп',
      turnout: 'Келу',
      evening: 'Күн қорытындысы',
      balance: 'Жабу кезіндегі карточкалар балансы',
    },
    training: 'ЖАТТЫҒУ ДАУЫС БЕРУІ',
    voters: 'Тізімдегі сайлаушылар',
    served: 'Белгіленген сайлаушылар',
    cards: 'Карточкалар',
    received: 'алынды',
    given: 'берілді',
    spoiled: 'бүлінді',
    left: 'үстелде',
    dead: 'терминал жұмыс істемейді',
    out: 'Жолдағы карточкалар',
    held: 'кезектегі бюллетеньдер',
    waiting: 'Жіберуді күтуде',
    signatures: ['Төраға ________________', 'Комиссия мүшесі _______', 'Бақылаушы _____________'],
  },
  en: {
    titles: {
      delivery: 'Delivery note: access cards',
      zero: 'Zero report',
      turnout: 'Turnout',
      evening: 'End of the day',
      balance: 'Balance of cards at closing',
    },
    training: 'TRAINING ELECTION',
    voters: 'Voters on the list',
    served: 'Voters marked',
    cards: 'Cards',
    received: 'received',
    given: 'drawn',
    spoiled: 'spoiled',
    left: 'on the table',
    dead: 'the terminal is out of order',
    out: 'Cards out with trips',
    held: 'ballots waiting',
    waiting: 'To be sent',
    signatures: ['Chair _________________', 'Member ________________', 'Observer ______________'],
  },
};

export function slipTitle(kind: SlipKind, locale: Locale): string {
  return WORDS[locale].titles[kind];
}

/** @param now the hour that stands on the slip */
export function deskSlip(
  kind: SlipKind,
  status: DeskStatus,
  { locale, now }: { readonly locale: Locale; readonly now: Date },
): ReceiptContent {
  const words = WORDS[locale];
  const at = now.toLocaleString(locale, { dateStyle: 'short', timeStyle: 'short' });
  const { title, station, kind: election } = status;
  return {
    title: words.titles[kind],
    lines: [
      ...(election === 'training' ? [words.training] : []),
      title[locale] ?? title.ru,
      station.name[locale] ?? station.name.ru,
      at,
      ...(kind === 'delivery' ? [] : [`${words.voters}: ${status.voters}`]),
      ...(kind === 'turnout' ? [] : pileLines(kind, status.piles, words, locale)),
      ...(kind === 'evening' || kind === 'balance' ? closingLines(status, words) : []),
    ],
    // In large letters: the number that is read out.
    code: largest(kind, status, words),
    qr: [],
    footer: kind === 'turnout' ? [] : words.signatures,
  };
}

function largest(kind: SlipKind, { served, voters, piles }: DeskStatus, words: Words): string {
  if (kind === 'delivery') {
    const cards = piles.reduce((total, { received }) => total + received, 0);
    return `${words.cards}: ${cards}`;
  }
  if (kind !== 'turnout') return `${words.served}: ${served}`;
  const percent = voters === 0 ? 0 : (100 * served) / voters;
  return `${served} / ${voters} (${percent.toFixed(1)}%)`;
}

function pileLines(
  kind: SlipKind,
  piles: readonly DeskPile[],
  words: Words,
  locale: Locale,
): string[] {
  return piles.flatMap((pile) => {
    const style = pile.styleTitle[locale] ?? pile.styleTitle.ru;
    const numbers =
      kind === 'delivery'
        ? `${words.received} ${pile.received}`
        : `${words.received} ${pile.received}, ${words.given} ${pile.given}, ` +
          `${words.spoiled} ${pile.spoiled}, ${words.left} ${pile.left}`;
    const dead = pile.dead ? [`  (${words.dead})`] : [];
    return [`${pile.kioskName}, ${style}:`, `  ${numbers}`, ...dead];
  });
}

function closingLines({ trips, held, waiting }: DeskStatus, words: Words): string[] {
  const out = trips
    .filter(({ back }) => back === undefined)
    .reduce((total, trip) => total + trip.out, 0);
  return [
    ...(out === 0 ? [] : [`${words.out}: ${out}`]),
    ...held.map(({ kiosk, number }) => `${kiosk}, ${words.held}: ${number}`),
    `${words.waiting}: ${waiting}`,
  ];
}

/** The set hour whose turnout should be printed by now (`2026-09-18 12`), or undefined. */
export function turnoutDue(now: Date): string | undefined {
  const minutes = now.getHours() * 60 + now.getMinutes();
  const hour = TURNOUT_HOURS.find((one) => minutes >= one * 60 && minutes < one * 60 + REMIND);
  if (hour === undefined) return undefined;
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].join('-');
  return `${day} ${hour}`;
}

/** The zero report is wanted before the first voter is marked. */
export function zeroDue(status: DeskStatus, printed: readonly string[]): boolean {
  const untouched = status.served === 0 && status.piles.every(({ given }) => given === 0);
  return status.at === 'open' && untouched && !printed.includes('zero');
}
