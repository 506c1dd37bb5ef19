/**
 * The manifest of test elections: all three kinds of contest, one that nobody votes in, and one that
 * gets too few ballots to be decrypted.
 */
import type { SuiteId } from '@kabina/crypto/suites';
import type { Contest, Manifest, Option } from './manifest.ts';
import { testAuthority } from './testing-members.ts';

/** What the manifest is made with. */
export interface TestManifestParts {
  readonly suite: SuiteId;
  /** Ed25519 public key of a signer. */
  readonly publicKey: (name: string) => Uint8Array;
  /** One per holder. */
  readonly hpkeKeys: readonly Uint8Array[];
  readonly modulus: (n: number) => Uint8Array;
  readonly exponent: number;
  readonly logKey: string;
  readonly witnessKeys: readonly string[];
}

function options(prefix: string, names: readonly string[]): Option[] {
  return names.map((name, i) => ({ id: `${prefix}-${i + 1}`, name: { ru: name } }));
}

const commission = { ru: 'Территориальная избирательная комиссия № 1' };

const contests: readonly Contest[] = [
  {
    id: 'mayor',
    title: { ru: 'Выборы главы', en: 'Mayor' },
    options: options(
      'mayor',
      'Арбузов Берёзов Вишнёв Грушин Дубов Елькин Жасминов Зверев Ивлев Клёнов'.split(' '),
    ),
    min: 1,
    max: 1,
    blank: 'invalid',
    least: 0,
    commission,
  },
  {
    id: 'council',
    title: { ru: 'Выборы депутатов совета', en: 'Council' },
    options: options('council', 'Аист Беркут Ворон Гусь Дрозд Жаворонок Зяблик Иволга'.split(' ')),
    min: 0,
    max: 3,
    blank: 'apart',
    least: 0,
    commission,
    district: { ru: 'Многомандатный округ № 3' },
  },
  {
    id: 'question',
    title: { ru: 'Референдум', en: 'Referendum' },
    options: options('question', ['ДА', 'НЕТ']),
    min: 1,
    max: 1,
    blank: 'invalid',
    least: 0,
    commission,
  },
  {
    id: 'empty',
    title: { ru: 'Округ, где никто не голосовал' },
    options: options('empty', ['Первый', 'Второй']),
    min: 1,
    max: 1,
    blank: 'invalid',
    least: 0,
    commission,
  },
  {
    id: 'few',
    title: { ru: 'Округ, где голосовали немногие' },
    options: options('few', ['Первый', 'Второй']),
    min: 1,
    max: 1,
    blank: 'invalid',
    least: 3,
    commission,
  },
];

/** The manifest of a test election. */
export function testManifest(parts: TestManifestParts): Manifest {
  const issuer = (id: string, name: string, first: number) => ({
    id,
    name: { ru: name },
    signingKey: parts.publicKey(`issuer/${id}`),
    keys: contests.map((contest, i) => ({
      contest: contest.id,
      list: 'online',
      modulus: parts.modulus(first + i),
      exponent: parts.exponent,
    })),
  });
  return {
    v: 1,
    kind: 'training',
    title: { ru: 'Проверочное голосование', kk: 'Сынақ дауыс беру', en: 'Test election' },
    suite: parts.suite,
    contests: [...contests],
    styles: [
      {
        id: 'town',
        title: { ru: 'Город' },
        contests: ['mayor', 'council', 'question'],
        voters: 6,
      },
      { id: 'village', title: { ru: 'Село' }, contests: ['question', 'empty', 'few'], voters: 4 },
    ],
    voters: { count: 10, root: new Uint8Array(32).fill(7) },
    stations: [],
    hours: {
      opens: '2026-09-18T08:00:00+03:00',
      issuingCloses: '2026-09-20T19:00:00+03:00',
      closes: '2026-09-20T20:00:00+03:00',
      pauses: [{ from: '2026-09-18T22:00:00+03:00', to: '2026-09-19T08:00:00+03:00' }],
    },
    revoting: { until: '2026-09-20T12:00:00+03:00' },
    trustees: {
      threshold: 2,
      holders: parts.hpkeKeys.map((hpkeKey, i) => ({
        index: i + 1,
        name: `Хранитель ${i + 1}`,
        signingKey: parts.publicKey(`trustee/${i + 1}`),
        hpkeKey,
      })),
    },
    issuers: [
      issuer('registrar', 'Регистратор', 0),
      issuer('observers', 'Наблюдатели', contests.length),
    ],
    kiosks: [],
    board: { origin: 'test.example/board', key: parts.logKey },
    box: { signingKey: parts.publicKey('box') },
    witnesses: { quorum: 2, keys: [...parts.witnessKeys] },
    commission: {
      name: commission,
      signingKey: parts.publicKey('commission'),
      members: [
        { name: 'Председатель П. П.', post: { ru: 'председатель' } },
        { name: 'Секретарь С. С.', post: { ru: 'секретарь' } },
      ],
      authority: { certificate: testAuthority, opening: 0, closing: 0, publishing: 2 },
    },
    pool: 1,
  };
}
