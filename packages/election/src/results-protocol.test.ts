import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { election, good } from '../test/spoil.ts';
import { contestById, type Contest } from './manifest.ts';
import {
  issuedPermits,
  notDecrypted,
  protocolLines,
  protocolRelations,
  trainingLabel,
  withdrawnLabel,
  type ProtocolLine,
  type ProtocolNumbers,
} from './results-protocol.ts';

const contest = (id: string) => contestById(election.manifest, id);
const numbers = (change: Partial<ProtocolNumbers>): ProtocolNumbers => ({
  contest: 'question',
  voters: 10,
  remote: 5,
  premises: 2,
  ballots: 6,
  counts: [4, 2],
  blank: 0,
  ...change,
});
const short = (lines: readonly ProtocolLine[]) =>
  lines.map(({ no, value }) => [no, value] as const);
const never = () => false;
function broken(
  of: Contest,
  change: Partial<ProtocolNumbers>,
  counted = { ballots: 6, issued: 7 },
) {
  const lines = protocolLines(of, numbers(change), never);
  return protocolRelations(of, short(lines), counted)
    .filter(({ holds }) => holds === false)
    .map(({ id }) => id);
}

describe('lines', () => {
  test('of a contest with one mark', () => {
    const lines = protocolLines(contest('question'), numbers({}), never);
    assert.deepEqual(short(lines), [
      ['1', 10],
      ['2', 5],
      ['3', 2],
      ['4', 6],
      ['5', 0],
      ['6', 4],
      ['7', 2],
    ]);
    assert.equal(lines[4]?.text.ru, 'Число недействительных электронных бюллетеней');
    assert.equal(lines[5]?.text.ru, 'ДА');
  });
  test('of blank papers counted apart: line 5a', () => {
    const council = contest('council');
    const counts = new Array<number>(8).fill(1);
    const lines = protocolLines(council, numbers({ counts, blank: 2 }), never);
    assert.deepEqual(short(lines).slice(4, 7), [
      ['5', 0],
      ['5a', 2],
      ['6', 1],
    ]);
    const invalid = protocolLines(
      { ...council, blank: 'invalid' },
      numbers({ counts, blank: 2 }),
      never,
    );
    assert.deepEqual(short(invalid).slice(4, 6), [
      ['5', 2],
      ['6', 1],
    ]);
  });
  test('of a contest that is not decrypted: no numbers from line 5 on', () => {
    const lines = protocolLines(contest('few'), numbers({ counts: null, blank: null }), never);
    assert.deepEqual(short(lines).slice(3), [
      ['4', 6],
      ['5', null],
      ['6', null],
      ['7', null],
    ]);
  });
  test('an option that was withdrawn keeps its line, labelled', () => {
    const [line] = protocolLines(
      contest('question'),
      numbers({}),
      (id) => id === 'question-1',
    ).slice(5);
    assert.equal(line?.text.ru, 'ДА (выбыл)');
    assert.equal(line?.withdrawn, true);
    assert.equal(line?.value, 4);
  });
  test('every fixed text is in three languages', () => {
    const lines = protocolLines(
      contest('council'),
      numbers({ counts: new Array(8).fill(0) }),
      never,
    );
    const texts = [
      ...lines.slice(0, 6).map(({ text }) => text),
      notDecrypted,
      withdrawnLabel,
      trainingLabel,
    ];
    for (const text of texts) assert.ok(text.ru && text.kk && text.en);
  });
});

describe('relations', () => {
  const question = contest('question');
  test('hold', () => {
    assert.deepEqual(broken(question, {}), []);
    const all = protocolRelations(question, short(protocolLines(question, numbers({}), never)), {
      ballots: 6,
      issued: 7,
    });
    assert.deepEqual(
      all.map(({ id, holds }) => [id, holds]),
      [
        ['R1', true],
        ['R2', true],
        ['R3', true],
        ['R4', undefined],
        ['R5', true],
        ['R6', true],
      ],
    );
  });
  const cases: [string, string[], Partial<ProtocolNumbers>][] = [
    ['more permits than voters', ['R1'], { voters: 6 }],
    ['more ballots than permits', ['R2', 'R6'], { remote: 3 }],
    ['options that do not add up', ['R3'], { counts: [4, 1] }],
    ['another number of ballots than counted', ['R3', 'R5'], { ballots: 5 }],
    ['another number of permits than issued', ['R6'], { premises: 3 }],
  ];
  for (const [what, expected, change] of cases) {
    test(what, () => assert.deepEqual(broken(question, change), expected));
  }
  test('R4, of up to three marks', () => {
    const council = contest('council');
    const counts = (...list: number[]) => [...list, ...new Array<number>(8 - list.length).fill(0)];
    const check = (list: number[], blank: number) => broken(council, { counts: list, blank });
    assert.deepEqual(check(counts(5, 4, 3), 1), []);
    assert.deepEqual(check(counts(5, 5, 5), 1), []);
    assert.deepEqual(check(counts(5, 5, 5, 1), 1), ['R4']);
    assert.deepEqual(check(counts(6, 0), 1), ['R4']);
    assert.deepEqual(check(counts(4), 1), ['R4']);
    assert.deepEqual(check(counts(), 6), []);
  });
  test('R3 and R4 do not apply where nothing is decrypted', () => {
    assert.deepEqual(broken(question, { counts: null, blank: null }), []);
    assert.deepEqual(broken(contest('council'), { counts: null, blank: null }), []);
  });
});

test('permits issued are those of the issuer that has issued least', () => {
  const counts = (remote: number, premises: number) => [['online', 'question', remote, premises]];
  const issued = new Map([
    ['registrar', { issuer: 'registrar', counts: counts(5, 3), root: new Uint8Array(32) }],
    ['observers', { issuer: 'observers', counts: counts(6, 1), root: new Uint8Array(32) }],
  ]) as unknown as Parameters<typeof issuedPermits>[1];
  const of = (contestId: string) => issuedPermits(election.manifest, issued, contestId);
  assert.deepEqual(of('question'), { remote: 6, premises: 1 });
  assert.deepEqual(of('mayor'), { remote: 0, premises: 0 });
  assert.deepEqual(issuedPermits(election.manifest, new Map(), 'question'), {
    remote: 0,
    premises: 0,
  });
  assert.equal(good.expected.length, 5);
});
