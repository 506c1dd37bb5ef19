/**
 * The voter register as a CSV file (RFC 4180, UTF-8): strict columns, every fault with its line.
 * A voter's position is their place in order of `number`, so that every issuer builds the same tree
 * from the list whatever the order of its rows.
 */
import { parse } from 'csv-parse/sync';
import { bytesToHex, frame, hexToBytes, uint32 } from '@kabina/crypto/bytes';
import { leafHash, merkleRoot } from '@kabina/log/merkle';
import type { Voter } from '../store/identified.ts';

const COLUMNS = ['number', 'name', 'document', 'style', 'phone', 'login', 'salt'] as const;
/** May stand last: the station to which a voter was attached beforehand; empty for online. */
const STATION = 'station';
type Column = (typeof COLUMNS)[number] | typeof STATION;

const ONLINE = 'online';
const STATION_LIST = 'station/';

/** How many faults are told at once. */
const MAX_FAULTS = 20;

export type FaultCode =
  | 'register.csv'
  | 'register.columns'
  | 'register.empty'
  | 'register.field'
  | 'register.style'
  | 'register.station'
  | 'register.duplicate';

export interface Fault {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly code: FaultCode;
  readonly message: string;
}

/** A register that can't be imported; nothing of it is. */
export class RegisterError extends Error {
  override readonly name = 'RegisterError';
  readonly code: FaultCode;
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(
      faults.map(({ line, code, message }) => `строка ${line}: ${message} (${code})`).join('\n'),
    );
    this.code = faults[0]?.code ?? 'register.csv';
    this.faults = faults;
  }
}

const FORMS: Readonly<Record<Column, RegExp>> = {
  number: /^[\p{L}\p{N}][\p{L}\p{N} ./-]{0,63}$/u,
  name: /^\S.{0,198}\S$/u,
  document: /^\S.{0,98}\S$/u,
  style: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  phone: /^\+\d{7,15}$/,
  login: /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
  salt: /^[0-9a-f]{32}$/,
  station: /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/,
};

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function rowsOf(csv: string): ParsedRow[] {
  try {
    return parse(csv, {
      bom: true,
      info: true,
      relax_column_count: true,
    }) as unknown as ParsedRow[];
  } catch (error) {
    const { lines, message } = error as { lines?: number; message: string };
    throw new RegisterError([{ line: lines ?? 1, code: 'register.csv', message }]);
  }
}

class Faults {
  readonly list: Fault[] = [];

  add(line: number, code: FaultCode, message: string): void {
    if (this.list.length < MAX_FAULTS) this.list.push({ line, code, message });
  }
}

function fieldsOf(
  { record, info }: ParsedRow,
  columns: readonly Column[],
  faults: Faults,
): Record<Column, string> | undefined {
  if (record.length !== columns.length) {
    const message = `${record.length} полей, нужно ${columns.length}`;
    faults.add(info.lines, 'register.columns', message);
    return undefined;
  }
  const fields = { station: '' } as Record<Column, string>;
  let good = true;
  columns.forEach((column, i) => {
    const value = (record[i] as string).normalize('NFC');
    fields[column] = value;
    if (FORMS[column].test(value) && !/\p{Cc}/u.test(value)) return;
    good = false;
    // The value itself may be a person's data: only its column is named.
    faults.add(info.lines, 'register.field', `поле ${column} заполнено неверно`);
  });
  return good ? fields : undefined;
}

const byNumber = (a: { number: string }, b: { number: string }): number =>
  a.number < b.number ? -1 : a.number > b.number ? 1 : 0;

/**
 * Reads a register. `styles` are the ids of ballot styles that exist, `serves` says whether a
 * station exists and has a style's cards. Throws {@link RegisterError} with up to
 * {@link MAX_FAULTS} faults.
 */
export function parseRegister(
  csv: string,
  styles: ReadonlySet<string>,
  serves: (station: string, style: string) => boolean = () => false,
): Voter[] {
  const [header, ...rows] = rowsOf(csv);
  const names = header?.record.join(',') ?? '';
  const columns = header?.record.at(-1) === STATION ? ([...COLUMNS, STATION] as const) : COLUMNS;
  if (names !== columns.join(',')) {
    const message = `первая строка должна быть ${COLUMNS.join(',')} и, если нужно, ${STATION}`;
    throw new RegisterError([{ line: 1, code: 'register.columns', message }]);
  }
  if (rows.length === 0) {
    throw new RegisterError([{ line: 1, code: 'register.empty', message: 'в списке никого нет' }]);
  }
  const faults = new Faults();
  const seen = new Map<string, number>();
  const voters: Omit<Voter, 'position'>[] = [];
  for (const row of rows) {
    const line = row.info.lines;
    const fields = fieldsOf(row, columns, faults);
    if (fields === undefined) continue;
    const { style, station, salt, ...rest } = fields;
    if (!styles.has(style)) {
      faults.add(line, 'register.style', `нет вида бюллетеней «${style}»`);
    } else if (station !== '' && !serves(station, style)) {
      const message = `на участке «${station}» нет бюллетеней вида «${style}»`;
      faults.add(line, 'register.station', message);
    }
    for (const column of ['number', 'login', 'salt'] as const) {
      const key = `${column} ${fields[column]}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, line);
      else faults.add(line, 'register.duplicate', `поле ${column} уже было в строке ${first}`);
    }
    const list = station === '' ? ONLINE : STATION_LIST + station;
    voters.push({ ...rest, style, salt: hexToBytes(salt), list });
  }
  if (faults.list.length > 0) throw new RegisterError(faults.list);
  return voters.sort(byNumber).map((voter, position) => ({ ...voter, position }));
}

/** The register of these voters, as {@link parseRegister} reads it. */
export function formatRegister(voters: readonly Omit<Voter, 'position'>[]): string {
  const quote = (value: string): string =>
    /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  const attached = voters.some(({ list }) => list !== ONLINE);
  const columns = attached ? ([...COLUMNS, STATION] as const) : COLUMNS;
  const value = (voter: Omit<Voter, 'position'>, column: Column): string => {
    if (column === 'salt') return bytesToHex(voter.salt);
    if (column !== STATION) return voter[column];
    return voter.list === ONLINE ? '' : voter.list.slice(STATION_LIST.length);
  };
  const lines = voters.map((voter) =>
    columns.map((column) => quote(value(voter, column))).join(','),
  );
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** Merkle root (RFC 6962) of the salted voter list: what the manifest carries. */
export function voterListRoot(voters: readonly Voter[]): Uint8Array {
  return merkleRoot(
    voters.map(({ position, salt, number, name, document, style }) =>
      leafHash(frame('kabina/v1/voter', uint32(position), salt, number, name, document, style)),
    ),
  );
}
