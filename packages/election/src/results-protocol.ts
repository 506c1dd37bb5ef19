/**
 * The results protocol («протокол об итогах голосования») as data: its lines and the relations
 * between them. Lines 1 to 5 and the rest are those of the form in Приложение 2 to the order of the
 * Central Election Commission on remote electronic voting of 2024; R5 and R6 follow our own counts.
 */
import type { Bodies } from './entries.ts';
import { votersOf, type Contest, type Localized, type Manifest } from './manifest.ts';
import { issuedAtStations, type BalanceBoard } from './station-balance.ts';
import type { ContestResult } from './tally.ts';

/** What the lines of a contest are made of. */
export interface ProtocolNumbers extends ContestResult {
  /** Voters on the list. */
  readonly voters: number;
  /** Permits issued outside the premises and not returned. */
  readonly remote: number;
  /** Permits issued in the premises and not returned. */
  readonly premises: number;
}

/** One line. */
export interface ProtocolLine {
  /** `1` … `5`, `5a`, `6` … */
  readonly no: string;
  readonly text: Localized;
  /** `null`: not decrypted. */
  readonly value: number | null;
  /** The option that the line is of. */
  readonly option?: string;
  readonly withdrawn?: true;
}

/** One relation and whether it holds; `undefined` where it doesn't apply. */
export interface Relation {
  readonly id: 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6';
  readonly text: string;
  readonly holds: boolean | undefined;
}

/** What stands in place of a number that is not decrypted. */
export const notDecrypted: Required<Localized> = {
  ru: 'не расшифровывается',
  kk: 'шифры ашылмайды',
  en: 'not decrypted',
};

/** Label of an option that was withdrawn. */
export const withdrawnLabel: Required<Localized> = {
  ru: 'выбыл',
  kk: 'шығып қалды',
  en: 'withdrawn',
};

/** Label of everything that belongs to a training election. */
export const trainingLabel: Required<Localized> = {
  ru: 'Тренировочное голосование',
  kk: 'Жаттығу дауыс беруі',
  en: 'Training election',
};

const texts = {
  voters: {
    ru: 'Число избирателей (участников референдума), включённых в список на момент окончания голосования',
    kk: 'Дауыс беру аяқталған сәтте тізімге енгізілген сайлаушылардың (референдумға қатысушылардың) саны',
    en: 'Voters (referendum participants) on the list at the end of voting',
  },
  remote: {
    ru: 'Число электронных бюллетеней, доступ к которым предоставлен вне помещения для голосования',
    kk: 'Дауыс беру үй-жайынан тыс қолжетімділік берілген электрондық бюллетеньдердің саны',
    en: 'Electronic ballot papers to which access was given outside the voting premises',
  },
  premises: {
    ru: 'Число электронных бюллетеней, доступ к которым предоставлен в помещении для голосования',
    kk: 'Дауыс беру үй-жайында қолжетімділік берілген электрондық бюллетеньдердің саны',
    en: 'Electronic ballot papers to which access was given in the voting premises',
  },
  ballots: {
    ru: 'Число электронных бюллетеней, по которым избиратели осуществили волеизъявление',
    kk: 'Сайлаушылар ерік білдірген электрондық бюллетеньдердің саны',
    en: 'Electronic ballot papers by which voters expressed their will',
  },
  invalid: {
    ru: 'Число недействительных электронных бюллетеней',
    kk: 'Жарамсыз электрондық бюллетеньдердің саны',
    en: 'Invalid electronic ballot papers',
  },
  blank: {
    ru: 'Число электронных бюллетеней без отметок',
    kk: 'Белгісі жоқ электрондық бюллетеньдердің саны',
    en: 'Electronic ballot papers without marks',
  },
} satisfies Record<string, Localized>;

function labelled(name: Localized, label: Required<Localized>): Localized {
  const languages = Object.keys(name) as (keyof Localized)[];
  return Object.fromEntries(
    languages.map((language) => [language, `${name[language]} (${label[language]})`]),
  ) as unknown as Localized;
}

/** Blank papers as lines 5 and 5a have them; `null` where not decrypted. */
function invalidAndBlank(contest: Contest, blank: number | null): [number | null, number | null] {
  if (blank === null) return [null, null];
  return contest.min === 0 && contest.blank === 'apart' ? [0, blank] : [blank, 0];
}

/** Whether the form has line 5a. */
function hasBlankLine(contest: Contest): boolean {
  return contest.min === 0 && contest.blank === 'apart';
}

/** The lines in order. `withdrawn` tells whether an option left. */
export function protocolLines(
  contest: Contest,
  numbers: ProtocolNumbers,
  withdrawn: (option: string) => boolean,
): ProtocolLine[] {
  const [invalid, blank] = invalidAndBlank(contest, numbers.blank);
  const lines: ProtocolLine[] = [
    { no: '1', text: texts.voters, value: numbers.voters },
    { no: '2', text: texts.remote, value: numbers.remote },
    { no: '3', text: texts.premises, value: numbers.premises },
    { no: '4', text: texts.ballots, value: numbers.ballots },
    { no: '5', text: texts.invalid, value: invalid },
  ];
  if (hasBlankLine(contest)) lines.push({ no: '5a', text: texts.blank, value: blank });
  contest.options.forEach((option, i) => {
    const left = withdrawn(option.id);
    lines.push({
      no: String(6 + i),
      text: left ? labelled(option.name, withdrawnLabel) : option.name,
      value: numbers.counts === null ? null : (numbers.counts[i] as number),
      option: option.id,
      ...(left ? { withdrawn: true as const } : {}),
    });
  });
  return lines;
}

/** Lines as the entry has them: number, Russian text, value. */
export function entryLines(lines: readonly ProtocolLine[]): Bodies['protocol']['lines'] {
  return lines.map((line) => [line.no, line.text.ru, line.value]);
}

/**
 * The relations between lines.
 *
 * @param lines numbers and values, as the entry or {@link protocolLines} has them
 * @param counted what the board says apart from the lines: permits with a counted ballot, permits
 *   issued and not returned
 */
export function protocolRelations(
  contest: Contest,
  lines: readonly (readonly [no: string, value: number | null])[],
  counted: { readonly ballots: number; readonly issued: number },
): Relation[] {
  const value = (no: string) => lines.find(([name]) => name === no)?.[1];
  const [l1, l2, l3, l4] = ['1', '2', '3', '4'].map((no) => value(no) ?? NaN) as [
    number,
    number,
    number,
    number,
  ];
  const l5 = value('5');
  const l5a = hasBlankLine(contest) ? value('5a') : 0;
  const options = contest.options.map((_, i) => value(String(6 + i)));
  const numbers = options.filter((one): one is number => typeof one === 'number');
  const decrypted =
    typeof l5 === 'number' && typeof l5a === 'number' && numbers.length === options.length;
  const V = decrypted ? l4 - l5 - l5a : NaN;
  const sum = numbers.reduce((total, one) => total + one, 0);
  const single = contest.max === 1;
  const least = Math.max(contest.min, 1);
  const k = contest.max;
  return [
    { id: 'R1', text: '1 ≥ 2 + 3', holds: l1 >= l2 + l3 },
    { id: 'R2', text: '2 + 3 ≥ 4', holds: l2 + l3 >= l4 },
    {
      id: 'R3',
      text: single && hasBlankLine(contest) ? '4 − 5 − 5a = Σ 6…' : '4 − 5 = Σ 6…',
      holds: single && decrypted ? V === sum : undefined,
    },
    {
      id: 'R4',
      text: `6… ≤ V, ${least} · V ≤ Σ 6… ≤ ${k} · V`,
      holds:
        !single && decrypted
          ? numbers.every((one) => one <= V) && least * V <= sum && sum <= k * V
          : undefined,
    },
    { id: 'R5', text: '4 = разрешения с учтённым бюллетенем', holds: l4 === counted.ballots },
    { id: 'R6', text: '2 + 3 = выданные разрешения', holds: l2 + l3 === counted.issued },
  ];
}

/**
 * Permits issued for a contest and not returned. Online: a permit needs every issuer's signature, so
 * the issuer that has issued least decides (the first of them, if several have). At stations, which
 * are premises: what their balances say.
 *
 * @param board has the stations' accounts; throws `TypeError` without it if there are stations
 */
export function issuedPermits(
  manifest: Manifest,
  issued: ReadonlyMap<string, Bodies['issued']>,
  contest: string,
  board?: BalanceBoard,
): { remote: number; premises: number } {
  if (manifest.stations.length > 0 && !board) throw new TypeError('the stations’ board is missing');
  const stations = board ? issuedAtStations(board, contest) : 0;
  let least: { remote: number; premises: number } | undefined;
  for (const { id } of manifest.issuers) {
    const sum = { remote: 0, premises: 0 };
    for (const [list, of, remote, premises] of issued.get(id)?.counts ?? []) {
      if (of !== contest || list !== 'online') continue;
      sum.remote += remote;
      sum.premises += premises;
    }
    if (!least || sum.remote + sum.premises < least.remote + least.premises) least = sum;
  }
  const { remote, premises } = least ?? { remote: 0, premises: 0 };
  return { remote, premises: premises + stations };
}

/** What the lines of a contest are made of, from what stands on the board. */
export function protocolNumbers(
  manifest: Manifest,
  issued: ReadonlyMap<string, Bodies['issued']>,
  result: ContestResult,
  board?: BalanceBoard,
): ProtocolNumbers {
  return {
    ...result,
    voters: votersOf(manifest, result.contest),
    ...issuedPermits(manifest, issued, result.contest, board),
  };
}
