/**
 * The election file: a small JSON description of a voting that a commission's technician can write
 * by hand, read strictly and turned into the parts of a manifest that don't hold keys.
 *
 * One district is one contest. Unless `styles` says otherwise, it is one ballot style too.
 */
import type { SuiteId } from '@kabina/crypto/suites';
import type { BallotStyle, Contest, Localized } from '@kabina/election/manifest';

/** What is wrong in an election file, and where. */
export class ElectionFileError extends Error {
  override readonly name = 'ElectionFileError';
  readonly code = 'election-file.invalid';
  /** A path such as `districts[2].candidates[0].name`. */
  readonly path: string;
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.path = path;
  }
}

/** An election without its keys and hours. */
export interface ElectionPlan {
  readonly title: Localized;
  readonly suite: SuiteId;
  readonly contests: readonly Contest[];
  /** `voters` is not known yet: 0 in each. */
  readonly styles: readonly BallotStyle[];
  /** Per contest id, per option in order: the weight of the option in a rehearsal. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

class Reader {
  readonly path: string;
  readonly value: unknown;
  constructor(path: string, value: unknown) {
    this.path = path;
    this.value = value;
  }

  fail(message: string): never {
    throw new ElectionFileError(this.path === '' ? 'file' : this.path, message);
  }

  object(allowed: readonly string[]): Record<string, Reader> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.fail('must be an object');
    const fields: Record<string, Reader> = {};
    for (const [key, inner] of Object.entries(value)) {
      if (!allowed.includes(key)) this.fail(`unknown field "${key}"`);
      fields[key] = new Reader(this.path === '' ? key : `${this.path}.${key}`, inner);
    }
    return fields;
  }

  need(field: Reader | undefined, key: string): Reader {
    return field ?? this.fail(`"${key}" is missing`);
  }

  list(): Reader[] {
    const { value } = this;
    if (!Array.isArray(value)) this.fail('must be a list');
    if (value.length === 0) this.fail('must not be empty');
    return value.map((inner: unknown, i) => new Reader(`${this.path}[${i}]`, inner));
  }

  text(): string {
    const { value } = this;
    if (typeof value !== 'string' || value.trim() === '')
      this.fail('must be a text that is not empty');
    return value.trim();
  }

  count(least: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
      this.fail(`must be a whole number of at least ${least}`);
    }
    return value;
  }

  oneOf<const T extends string>(...allowed: readonly T[]): T {
    const found = allowed.find((name) => name === this.value);
    return found ?? this.fail(`must be one of ${allowed.join(', ')}`);
  }
}

/** A Russian text with its translations, where the file has them. */
function localized(ru: Reader, others: Reader | undefined): Localized {
  const fields = others?.object(['kk', 'en']);
  return {
    ru: ru.text(),
    ...(fields?.['kk'] === undefined ? {} : { kk: fields['kk'].text() }),
    ...(fields?.['en'] === undefined ? {} : { en: fields['en'].text() }),
  };
}

function readDistrict(district: Reader): { contest: Contest; weights: number[]; district: number } {
  const f = district.object([
    'district',
    'name',
    'names',
    'minMarks',
    'maxMarks',
    'blank',
    'least',
    'candidates',
  ]);
  const number = district.need(f['district'], 'district').count(0);
  const name = localized(district.need(f['name'], 'name'), f['names']);
  const seen = new Set<string>();
  const weights: number[] = [];
  const options = district
    .need(f['candidates'], 'candidates')
    .list()
    .map((candidate) => {
      const c = candidate.object(['id', 'name', 'names', 'description', 'descriptions', 'votes']);
      const id = candidate.need(c['id'], 'id').text();
      if (seen.has(id)) candidate.fail(`the id "${id}" stands twice in this district`);
      seen.add(id);
      weights.push(c['votes']?.count(0) ?? 1);
      return {
        id,
        name: localized(candidate.need(c['name'], 'name'), c['names']),
        ...(c['description'] === undefined
          ? {}
          : { description: localized(c['description'], c['descriptions']) }),
      };
    });
  const min = f['minMarks']?.count(0) ?? 1;
  const max = f['maxMarks']?.count(1) ?? 1;
  if (max > options.length) district.fail('"maxMarks" is more than there are candidates');
  if (min > max) district.fail('"minMarks" is more than "maxMarks"');
  const contest: Contest = {
    id: `d${number}`,
    title: name,
    options,
    min,
    max,
    blank: f['blank']?.oneOf('invalid', 'apart') ?? 'invalid',
    least: f['least']?.count(0) ?? 0,
    commission: {
      ru: 'Территориальная избирательная комиссия',
      kk: 'Аумақтық сайлау комиссиясы',
      en: 'Territorial election commission',
    },
  };
  return { contest, weights, district: number };
}

/**
 * Reads an election file's JSON.
 *
 * @throws {ElectionFileError} naming the place, for anything that is not as the README describes.
 */
export function readElectionFile(json: string): ElectionPlan {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ElectionFileError('file', `is not JSON (${(cause as Error).message})`);
  }
  const file = new Reader('', value);
  const f = file.object(['title', 'titles', 'suite', 'dates', 'source', 'districts', 'styles']);
  const districts = file.need(f['districts'], 'districts').list().map(readDistrict);
  const numbers = new Set(districts.map((d) => d.district));
  if (numbers.size !== districts.length) f['districts']?.fail('two districts have the same number');
  const styles: BallotStyle[] =
    f['styles'] === undefined
      ? districts.map(({ contest, district }) => ({
          id: `s${district}`,
          title: contest.title,
          contests: [contest.id],
          voters: 0,
        }))
      : f['styles'].list().map((style, i) => {
          const s = style.object(['name', 'names', 'districts']);
          const contests = style
            .need(s['districts'], 'districts')
            .list()
            .map((d) => {
              const number = d.count(0);
              if (!numbers.has(number)) d.fail(`there is no district ${number}`);
              return `d${number}`;
            });
          return {
            id: `s${i + 1}`,
            title: localized(style.need(s['name'], 'name'), s['names']),
            contests,
            voters: 0,
          };
        });
  return {
    title: localized(file.need(f['title'], 'title'), f['titles']),
    suite: f['suite']?.oneOf('ristretto255-sha512', 'gost256b-streebog') ?? 'ristretto255-sha512',
    contests: districts.map((d) => d.contest),
    styles,
    weights: new Map(districts.map((d) => [d.contest.id, d.weights])),
  };
}
