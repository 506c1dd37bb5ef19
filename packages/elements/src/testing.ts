/** A small training election for stories and tests: one of twelve, up to three of eight, a question. */
import type { Paper, ReceiptView } from '@kabina/booth/session';
import type { Contest, Manifest } from '@kabina/election/manifest';
import {
  protocolLines,
  protocolRelations,
  type ProtocolLine,
  type Relation,
} from '@kabina/election/results-protocol';
import type { ContestResult } from '@kabina/election/tally';
import type { ProtocolForm, RollRow } from './kabina-results-protocol.ts';
import type { TurnoutPoint, TurnoutRow } from './kabina-turnout.ts';
import { ScriptedToken, tokenStates } from './testing-token.ts';
import type { SeatState, TrusteeSeat } from './trustee-seat.ts';

const commission = {
  ru: 'Территориальная избирательная комиссия № 7',
  kk: '№ 7 аумақтық сайлау комиссиясы',
  en: 'Territorial Election Commission No. 7',
};

/** Surname, names, and the descriptive line of the ballot paper. */
const people: readonly [string, string][] = [
  ['Абрамова Екатерина Павловна', 'учитель, школа № 12; самовыдвижение'],
  ['Белов Игорь Константинович', 'инженер, депо «Северное»; выдвинут партией «Ровная дорога»'],
  ['Гончаренко Ольга Николаевна', 'врач, поликлиника № 3; выдвинута партией «Зелёный двор»'],
  ['Дмитриев Сергей Александрович', 'пенсионер; самовыдвижение'],
  ['Ермекова Алия Бауыржановна', 'предприниматель; выдвинута партией «Городской союз»'],
  ['Зайцев Пётр Ильич', 'водитель; самовыдвижение'],
  ['Каримов Тимур Рашидович', 'архитектор; выдвинут партией «Ровная дорога»'],
  ['Лебедева Мария Викторовна', 'библиотекарь; выдвинута партией «Читающий город»'],
  ['Морозов Николай Андреевич', 'агроном; самовыдвижение'],
  ['Нестерова Дарья Олеговна', 'юрист; выдвинута партией «Городской союз»'],
  ['Орлов Виктор Семёнович', 'тренер, спортивная школа; самовыдвижение'],
  ['Преображенская-Добровольская Александра Константиновна', 'экономист; самовыдвижение'],
];

export const candidates: Contest = {
  id: 'council',
  title: {
    ru: 'Выборы депутата городского совета',
    kk: 'Қалалық кеңестің депутатын сайлау',
    en: 'Election of a member of the city council',
  },
  district: {
    ru: 'Одномандатный избирательный округ № 4',
    kk: '№ 4 бір мандатты сайлау округі',
    en: 'Single-member district No. 4',
  },
  options: people.map(([name, about], index) => ({
    id: `c${index + 1}`,
    name: { ru: name },
    description: { ru: about },
  })),
  min: 1,
  max: 1,
  blank: 'invalid',
  least: 10,
  commission,
};

export const projects: Contest = {
  id: 'projects',
  title: {
    ru: 'Какие дворы благоустроить в первую очередь',
    kk: 'Алдымен қай аулаларды абаттандыру керек',
    en: 'Which courtyards should be improved first',
  },
  options: [
    'Садовая, 3',
    'Лесная, 14',
    'Мира, 21',
    'Речная, 8',
    'Полевая, 5',
    'Школьная, 2',
    'Заречная, 30',
    'Новая, 11',
  ].map((name, index) => ({ id: `p${index + 1}`, name: { ru: `ул. ${name}` } })),
  min: 0,
  max: 3,
  blank: 'apart',
  least: 1,
  commission,
};

export const question: Contest = {
  id: 'question',
  title: {
    ru: 'Согласны ли вы, чтобы сквер у вокзала получил имя Н. И. Вавилова?',
    kk: 'Вокзал маңындағы скверге Н. И. Вавиловтың есімі берілуіне келісесіз бе?',
    en: 'Do you agree that the square at the station be named after N. I. Vavilov?',
  },
  options: [
    { id: 'yes', name: { ru: 'Да', kk: 'Иә', en: 'Yes' } },
    { id: 'no', name: { ru: 'Нет', kk: 'Жоқ', en: 'No' } },
  ],
  min: 1,
  max: 1,
  blank: 'invalid',
  least: 1,
  commission,
};

export const long: Contest = {
  ...candidates,
  id: 'long',
  title: { ru: 'Выборы по единому округу: шестьдесят строк' },
  options: Array.from({ length: 60 }, (_, index) => ({
    id: `l${index + 1}`,
    name: { ru: `Список № ${index + 1}. ${people[index % people.length]![0]}` },
  })),
};

const key = new Uint8Array(32).fill(7);

export function manifest(kind: Manifest['kind'], contests: Contest[]): Manifest {
  return {
    v: 1,
    kind,
    title: {
      ru: 'Голосование 20 сентября 2026 года',
      kk: '2026 жылғы 20 қыркүйектегі дауыс беру',
      en: 'Vote of 20 September 2026',
    },
    suite: 'ristretto255-sha512',
    contests,
    styles: [
      { id: 'all', title: { ru: 'Все' }, contests: contests.map(({ id }) => id), voters: 1200 },
    ],
    voters: { count: 1200, root: key },
    stations: [],
    hours: {
      opens: '2026-09-20T08:00:00+03:00',
      issuingCloses: '2026-09-20T20:00:00+03:00',
      closes: '2026-09-20T20:00:00+03:00',
      pauses: [],
    },
    revoting: { until: '2026-09-20T18:00:00+03:00' },
    trustees: {
      threshold: 5,
      holders: Array.from({ length: 7 }, (_, index) => ({
        index: index + 1,
        name: `Хранитель ${index + 1}`,
        signingKey: key,
        hpkeKey: key,
      })),
    },
    issuers: [
      {
        id: 'registrar',
        name: { ru: 'Регистратор', kk: 'Тіркеуші', en: 'Registrar' },
        signingKey: key,
        keys: [],
      },
      {
        id: 'observers',
        name: { ru: 'Штаб наблюдателей', kk: 'Байқаушылар штабы', en: 'Observers’ office' },
        signingKey: key,
        keys: [],
      },
    ],
    kiosks: [],
    board: { origin: 'board.example/training', key: '' },
    box: { signingKey: key },
    witnesses: { quorum: 2, keys: [] },
    commission: { name: commission, signingKey: key, members: [] },
    pool: 1,
  };
}

export const training = manifest('training', [candidates, projects, question]);
export const binding = manifest('binding', [candidates, projects, question]);

export const receipt: ReceiptView = {
  contest: 'council',
  revision: 0,
  state: 'accepted',
  trackingCode: 'BWY6-PPFC-1K8N-R2TZ',
  text: `kabina-receipt:${'pGVlbnRyeVgg5f0c6b1e5f0c6b1eZGNvcmVYIA'.repeat(9)}`,
};

export const papers: readonly Paper[] = [
  {
    contest: 'council',
    state: 'recorded',
    revision: 0,
    mayRevise: true,
    receipt: { ...receipt, state: 'recorded', index: 70_000 },
  },
  { contest: 'projects', state: 'ready', revision: 0, mayRevise: false },
  {
    contest: 'question',
    state: 'failed',
    revision: 0,
    mayRevise: false,
    error: { code: 'permits.served', retryable: false },
  },
];

/** On a station's kiosk with the line down. */
export const queuedReceipt: ReceiptView = { ...receipt, contest: 'question', state: 'queued' };

export const queuedPapers: readonly Paper[] = ['council', 'projects', 'question'].map(
  (contest) => ({
    contest,
    state: 'queued',
    revision: 0,
    mayRevise: false,
    receipt: { ...queuedReceipt, contest },
  }),
);

export const result: ContestResult = {
  contest: 'council',
  ballots: 731,
  counts: [112, 64, 9, 35, 141, 27, 80, 96, 18, 77, 41, 31],
  blank: 0,
};

const numbers = { ...result, voters: 1200, remote: 655, premises: 90 };

export const lines: readonly ProtocolLine[] = protocolLines(
  candidates,
  numbers,
  (option) => option === 'c3',
);

export const relations: readonly Relation[] = protocolRelations(
  candidates,
  lines.map(({ no, value }) => [no, value] as const),
  { ballots: 731, issued: 745 },
);

export const form: ProtocolForm = {
  copy: 1,
  repeated: false,
  complaints: 0,
  signedAt: '2026-09-20T20:41:00+03:00',
  certifiedCopies: 2,
};

const roll: readonly RollRow[] = [
  {
    name: 'Соколова И. П.',
    post: { ru: 'Председатель', kk: 'Төраға', en: 'Chair' },
    state: 'awaited',
    dissent: false,
  },
  {
    name: 'Ахметов Б. С.',
    post: { ru: 'Заместитель председателя', kk: 'Төрағаның орынбасары', en: 'Deputy chair' },
    state: 'awaited',
    dissent: false,
  },
  {
    name: 'Тен А. В.',
    post: { ru: 'Секретарь', kk: 'Хатшы', en: 'Secretary' },
    state: 'awaited',
    dissent: false,
  },
  {
    name: 'Преображенская-Добровольская А. К.',
    post: { ru: 'Член комиссии', kk: 'Комиссия мүшесі', en: 'Member' },
    state: 'awaited',
    dissent: true,
  },
  {
    name: 'Юсупов Р. М.',
    post: { ru: 'Член комиссии', kk: 'Комиссия мүшесі', en: 'Member' },
    state: 'absent',
    reason: 'болен',
    dissent: false,
  },
];

/** The roll when so many of its five members have signed; the last is absent. */
export function rollSigned(count: number): readonly RollRow[] {
  return roll.map((row, index) =>
    index >= count || row.state === 'absent'
      ? row
      : {
          ...row,
          state: 'signed',
          signedAt: `2026-09-20T20:${41 + index}:00+03:00`,
          certificate: `${row.name}, ${index === 1 ? 'ГОСТ Р 34.10-2012' : 'ECDSA P-256'}`,
        },
  );
}

const opening = Date.UTC(2026, 8, 20, 5);

export const turnout: { readonly points: TurnoutPoint[]; readonly rows: TurnoutRow[] } = {
  points: Array.from({ length: 60 }, (_, minute) => {
    const grown = 1 - Math.exp(-minute / 25);
    return {
      at: opening + minute * 720_000,
      issued: Math.round(820 * grown),
      ballots: Math.round(800 * grown * (minute / 62)),
    };
  }),
  rows: [candidates, projects, question].map(({ title }, index) => ({
    title,
    voters: 1200,
    issued: 745 - index * 31,
    ballots: 731 - index * 44,
  })),
};

/** A seat that shows one state and does nothing; whoever may take a token has it at once. */
export function seat(state: SeatState): TrusteeSeat {
  return Object.assign(new EventTarget(), {
    token: new ScriptedToken({
      purpose: 'share',
      subject: { ru: 'Доля ключа, место № 3', kk: 'Кілт үлесі, № 3 орын', en: 'Key share, seat 3' },
      state: tokenStates['waiting']!,
    }),
    index: 3,
    name: 'Мельникова Т. С.',
    holders: 7,
    threshold: 5,
    training: true,
    state,
    unlock: () => Promise.resolve(),
    decrypt: () => Promise.resolve(),
    retry: () => Promise.resolve(),
  });
}
