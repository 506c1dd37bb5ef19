/** Lists of stations on SQLite, in an issuer's one file. See `lists.ts` for what it promises. */
import type { Voter } from './identified.ts';
import type { ListStore, Marked, MarkOutcome, MoveOutcome } from './lists.ts';
import type { Sqlite } from './sqlite.ts';

// `handed` holds the lists that a station has in hand; `ended` has a row once marking has ended.
export const LIST_SCHEMA = `
CREATE TABLE IF NOT EXISTS handed (list TEXT PRIMARY KEY, complete INTEGER NOT NULL)
  WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS ended (what TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
`;

const ONLINE = 'online';
const NOTHING = new Uint8Array();

export class SqliteLists implements ListStore {
  readonly #db: Sqlite;
  readonly #voterOf: (row: Record<string, unknown>) => Voter;

  constructor(db: Sqlite, voterOf: (row: Record<string, unknown>) => Voter) {
    this.#db = db;
    this.#voterOf = voterOf;
  }

  async listed(): Promise<readonly { readonly list: string; readonly style: string }[]> {
    return this.#db
      .sql('SELECT DISTINCT list, style FROM voters')
      .all()
      .map((row) => ({ list: row['list'] as string, style: row['style'] as string }));
  }

  async take(list: string, position: number, limit: number): Promise<Voter[]> {
    return this.#db.transaction(() => {
      this.#hand(list);
      return this.#db
        .sql('SELECT * FROM voters WHERE list = ? AND position >= ? ORDER BY position LIMIT ?')
        .all(list, position, limit)
        .map(this.#voterOf);
    });
  }

  async transfer(number: string, mark: Uint8Array, list: string): Promise<MoveOutcome> {
    return this.#db.transaction((): MoveOutcome => {
      const from = this.#listOf(number);
      if (from === list) return 'there';
      if (from !== ONLINE && this.#isHanded(from)) return 'elsewhere';
      if (this.#isServed(mark)) return 'served';
      this.#hand(list);
      this.#move(number, list);
      return 'moved';
    });
  }

  async release(number: string, mark: Uint8Array, list: string): Promise<MoveOutcome> {
    return this.#db.transaction((): MoveOutcome => {
      const from = this.#listOf(number);
      if (from === ONLINE) return 'there';
      if (from !== list) return 'elsewhere';
      if (this.#isServed(mark)) return 'served';
      this.#move(number, ONLINE);
      return 'moved';
    });
  }

  async mark(
    list: string,
    voters: readonly Marked[],
    complete: boolean,
  ): Promise<MarkOutcome[] | undefined> {
    return this.#db.transaction(() => {
      if (this.#db.sql('SELECT 1 FROM ended').get() !== undefined) return undefined;
      this.#hand(list);
      const outcomes = voters.map((voter) => this.#mark(list, voter));
      if (complete) this.#db.sql('UPDATE handed SET complete = 1 WHERE list = ?').run(list);
      return outcomes;
    });
  }

  async completed(): Promise<string[]> {
    return this.#db
      .sql('SELECT list FROM handed WHERE complete = 1')
      .all()
      .map((row) => row['list'] as string);
  }

  async endMarking(): Promise<void> {
    this.#db.sql(`INSERT INTO ended VALUES ('marking') ON CONFLICT DO NOTHING`).run();
  }

  #mark(list: string, { number, mark, style, contests }: Marked): MarkOutcome {
    if (this.#listOf(number) !== list) return 'elsewhere';
    const other = this.#db.sql('SELECT 1 FROM served WHERE mark = ? AND list <> ?').get(mark, list);
    if (other !== undefined) return 'served';
    const insert = this.#db.sql(
      `INSERT INTO served VALUES (?, ?, ?, ?, 'premises', ?, ?) ON CONFLICT DO NOTHING`,
    );
    for (const contest of contests) insert.run(mark, contest, list, style, NOTHING, NOTHING);
    return 'marked';
  }

  #listOf(number: string): string | undefined {
    const row = this.#db.sql('SELECT list FROM voters WHERE number = ?').get(number);
    return row?.['list'] as string | undefined;
  }

  #isHanded(list: string | undefined): boolean {
    return this.#db.sql('SELECT 1 FROM handed WHERE list = ?').get(list ?? null) !== undefined;
  }

  #isServed(mark: Uint8Array): boolean {
    return this.#db.sql('SELECT 1 FROM served WHERE mark = ?').get(mark) !== undefined;
  }

  #hand(list: string): void {
    this.#db.sql('INSERT INTO handed VALUES (?, 0) ON CONFLICT DO NOTHING').run(list);
  }

  #move(number: string, list: string): void {
    this.#db.sql('UPDATE voters SET list = ? WHERE number = ?').run(list, number);
  }
}
