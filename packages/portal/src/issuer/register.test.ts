/** The voter register: what is read, and every fault with its line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesToHex } from '@kabina/crypto/bytes';
import { formatRegister, parseRegister, RegisterError, voterListRoot } from './register.ts';
import { shareOut, syntheticVoters } from './synthetic.ts';

const STYLES = new Set(['town', 'village']);
const HEADER = 'number,name,document,style,phone,login,salt';
const SALT = 'ab'.repeat(16);
const row = (over: Partial<Record<string, string>> = {}): string =>
  Object.values({
    number: '0001',
    name: 'Ёлкина Анна Петровна',
    document: '45 00 123456',
    style: 'town',
    phone: '+79990001122',
    login: 'anna',
    salt: SALT,
    ...over,
  }).join(',');
const csv = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

function faults(text: string): [number, string][] {
  try {
    parseRegister(text, STYLES);
  } catch (error) {
    assert.ok(error instanceof RegisterError);
    return error.faults.map(({ line, code }) => [line, code]);
  }
  throw new Error('the register was read');
}

test('voters are placed in order of their numbers, whatever the order of rows', () => {
  const first = row();
  const second = row({ number: '0002', login: 'boris', salt: 'cd'.repeat(16), style: 'village' });
  const [a, b] = [
    parseRegister(csv(first, second), STYLES),
    parseRegister(csv(second, first), STYLES),
  ];
  assert.deepEqual(a, b);
  assert.deepEqual(
    a.map(({ position, number }) => [position, number]),
    [
      [0, '0001'],
      [1, '0002'],
    ],
  );
  assert.deepEqual(voterListRoot(a), voterListRoot(b));
  const other = parseRegister(csv(first, second.replace('village', 'town')), STYLES);
  assert.notDeepEqual(voterListRoot(other), voterListRoot(a));
});

test('a byte order mark, CRLF and quoted fields are fine', () => {
  const quoted = row({ name: '"Петров, Пётр ""мл."""' });
  const [voter] = parseRegister(`\uFEFF${HEADER}\r\n${quoted}\r\n`, STYLES);
  assert.equal(voter!.name, 'Петров, Пётр "мл."');
});

test('a last column attaches voters to stations that serve their style', () => {
  const header = `${HEADER},station`;
  const read = (...stations: string[]) =>
    parseRegister(
      `${header}\n${stations
        .map((station, i) =>
          row({ number: `000${i}`, login: `v${i}`, salt: `0${i}`.repeat(16), station }),
        )
        .join('\n')}\n`,
      STYLES,
      (station, style) => station === '101' && style === 'town',
    );
  const voters = read('101', '', '101');
  assert.deepEqual(
    voters.map(({ list }) => list),
    ['station/101', 'online', 'station/101'],
  );
  const written = formatRegister(voters);
  assert.ok(written.startsWith(`${header}\n`));
  assert.deepEqual(
    parseRegister(written, STYLES, () => true),
    voters,
  );
  // Where nobody is attached the column is left out.
  assert.ok(formatRegister(read('')).startsWith(`${HEADER}\n`));
  for (const [station, code] of [
    ['102', 'register.station'],
    ['../1', 'register.field'],
  ] as const) {
    assert.throws(() => read(station), { code });
  }
  const village = `${header}\n${row({ style: 'village', station: '101' })}\n`;
  const serves = (_: string, style: string) => style === 'town';
  assert.throws(() => parseRegister(village, STYLES, serves), { code: 'register.station' });
});

test('every fault has its code and line', () => {
  assert.deepEqual(faults(''), [[1, 'register.columns']]);
  assert.deepEqual(faults('number,name\n'), [[1, 'register.columns']]);
  assert.deepEqual(faults(csv()), [[1, 'register.empty']]);
  assert.deepEqual(faults(csv(row(), '0002,Петров')), [[3, 'register.columns']]);
  assert.deepEqual(faults(csv(row({ style: 'forest' }))), [[2, 'register.style']]);
  for (const wrong of [
    { number: '' },
    { number: '=1+1' },
    { name: ' ' },
    { name: 'x'.repeat(201) },
    { document: '' },
    { phone: '89990001122' },
    { login: 'анна' },
    { salt: 'ab' },
    { salt: SALT.toUpperCase() },
  ]) {
    assert.deepEqual(faults(csv(row(wrong))), [[2, 'register.field']], JSON.stringify(wrong));
  }
  const twin = row({ login: 'other', salt: 'cd'.repeat(16) });
  assert.deepEqual(faults(csv(row(), twin)), [[3, 'register.duplicate']]);
  assert.deepEqual(faults(csv(row(), row())), Array(3).fill([3, 'register.duplicate']));
  assert.deepEqual(faults(`${HEADER}\n"0001`), [[2, 'register.csv']]);
  const many = Array.from({ length: 50 }, () => row({ phone: '' }));
  assert.equal(faults(csv(...many)).length, 20, 'not more than twenty are told');
});

test('a fault never repeats what the field said', () => {
  assert.throws(
    () => parseRegister(csv(row({ phone: 'a private note' })), STYLES),
    (error: Error) => !error.message.includes('private'),
  );
});

test('whatever the file is, it is read or refused with a code', () => {
  const files = fc.oneof(
    fc.string(),
    fc
      .array(fc.array(fc.string(), { maxLength: 8 }))
      .map((rows) => csv(...rows.map((r) => r.join(',')))),
  );
  fc.assert(
    fc.property(files, (text) => {
      try {
        parseRegister(text, STYLES);
      } catch (error) {
        assert.ok(error instanceof RegisterError, String(error));
      }
    }),
  );
});

test('synthetic voters are shared out by weight and make a good register', () => {
  const styles = [
    { id: 'town', voters: 2 },
    { id: 'village', voters: 1 },
  ];
  assert.deepEqual(shareOut(10, styles), [7, 3]);
  assert.deepEqual(
    shareOut(
      5,
      styles.map(({ id }) => ({ id, voters: 0 })),
    ),
    [3, 2],
  );
  const voters = syntheticVoters(500, styles);
  const read = parseRegister(formatRegister(voters), STYLES);
  assert.equal(read.length, 500);
  assert.equal(read.filter(({ style }) => style === 'town').length, 333);
  assert.deepEqual(
    read.map(({ number, salt }) => `${number} ${bytesToHex(salt)}`),
    voters.map(({ number, salt }) => `${number} ${bytesToHex(salt)}`),
  );
});
