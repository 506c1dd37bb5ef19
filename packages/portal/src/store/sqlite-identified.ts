/** The identified zone on SQLite: one file per issuer. See `identified.ts` for what it promises. */
import type { DeliveryStore } from './deliveries.ts';
import type { ListStore } from './lists.ts';
import { Sqlite } from './sqlite.ts';
import { DELIVERY_SCHEMA, SqliteDeliveries } from './sqlite-deliveries.ts';
import { LIST_SCHEMA, SqliteLists } from './sqlite-lists.ts';
import type {
  AccessCode,
  CodeTry,
  IdentifiedStore,
  IssuedCount,
  OneTimeCode,
  Place,
  Served,
  Session,
  Voter,
} from './identified.ts';

// `attached` is the list that the register says, `list` where the voter is now.
const SCHEMA = `
CREATE TABLE IF NOT EXISTS voters (
  number TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, name TEXT NOT NULL,
  document TEXT NOT NULL, style TEXT NOT NULL, phone TEXT NOT NULL, login TEXT NOT NULL UNIQUE,
  salt BLOB NOT NULL, search TEXT NOT NULL, attached TEXT NOT NULL, list TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX IF NOT EXISTS voters_of_list ON voters (list, position);
CREATE TABLE IF NOT EXISTS served (
  mark BLOB, contest TEXT, list TEXT NOT NULL, style TEXT NOT NULL, place TEXT NOT NULL,
  blinded BLOB NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (mark, contest)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS sessions (
  token BLOB PRIMARY KEY, number TEXT NOT NULL, place TEXT NOT NULL, ready INTEGER NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX IF NOT EXISTS sessions_of_voter ON sessions (number);
CREATE TABLE IF NOT EXISTS codes (
  owner BLOB PRIMARY KEY, hash BLOB NOT NULL, expires INTEGER NOT NULL, tries INTEGER NOT NULL,
  sent INTEGER NOT NULL, next INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS access (
  hash BLOB PRIMARY KEY, number TEXT NOT NULL UNIQUE, expires INTEGER NOT NULL,
  openings INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
`;

type Row = Record<string, unknown>;

const searchable = (text: string): string => text.toLocaleLowerCase('ru').replaceAll('ё', 'е');

function voterOf(row: Row): Voter {
  return {
    position: row['position'] as number,
    number: row['number'] as string,
    name: row['name'] as string,
    document: row['document'] as string,
    style: row['style'] as string,
    phone: row['phone'] as string,
    login: row['login'] as string,
    salt: row['salt'] as Uint8Array,
    list: row['list'] as string,
  };
}

function servedOf(row: Row): Served {
  return {
    mark: row['mark'] as Uint8Array,
    contest: row['contest'] as string,
    list: row['list'] as string,
    style: row['style'] as string,
    place: row['place'] as Place,
    blinded: row['blinded'] as Uint8Array,
    answer: row['answer'] as Uint8Array,
  };
}

export class SqliteIdentifiedStore implements IdentifiedStore {
  readonly deliveries: DeliveryStore;
  readonly lists: ListStore;
  readonly #db: Sqlite;

  constructor(path: string) {
    this.#db = new Sqlite(path, SCHEMA + DELIVERY_SCHEMA + LIST_SCHEMA);
    this.deliveries = new SqliteDeliveries(this.#db);
    this.lists = new SqliteLists(this.#db, voterOf);
  }

  async importVoters(voters: readonly Voter[]): Promise<void> {
    this.#db.transaction(() => {
      const moved = this.#movedVoters();
      this.#db.sql('DELETE FROM voters').run();
      const insert = this.#db.sql('INSERT INTO voters VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      for (const v of voters) {
        const search = searchable(`${v.number} ${v.name} ${v.document}`);
        const { number, position, name, document, style, phone, login, salt } = v;
        const rest = [phone, login, salt, search, v.list, moved.get(number) ?? v.list];
        insert.run(number, position, name, document, style, ...rest);
      }
    });
  }

  #movedVoters(): ReadonlyMap<string, string> {
    const rows = this.#db.sql('SELECT number, list FROM voters WHERE list <> attached').all();
    return new Map(rows.map((row) => [row['number'] as string, row['list'] as string]));
  }

  async voterCount(): Promise<number> {
    return this.#db.sql('SELECT count(*) AS n FROM voters').get()?.['n'] as number;
  }

  async voterByNumber(number: string): Promise<Voter | undefined> {
    const row = this.#db.sql('SELECT * FROM voters WHERE number = ?').get(number);
    return row && voterOf(row);
  }

  async voterByLogin(login: string): Promise<Voter | undefined> {
    const row = this.#db.sql('SELECT * FROM voters WHERE login = ?').get(login);
    return row && voterOf(row);
  }

  async findVoters(text: string, limit: number): Promise<Voter[]> {
    return this.#db
      .sql('SELECT * FROM voters WHERE instr(search, ?) > 0 ORDER BY position LIMIT ?')
      .all(searchable(text), limit)
      .map(voterOf);
  }

  async votersFrom(position: number, limit: number): Promise<Voter[]> {
    return this.#db
      .sql('SELECT * FROM voters WHERE position >= ? ORDER BY position LIMIT ?')
      .all(position, limit)
      .map(voterOf);
  }

  async voterCountByStyle(): Promise<ReadonlyMap<string, number>> {
    return this.#byStyle('SELECT style, count(*) AS n FROM voters GROUP BY style');
  }

  async serve(number: string, served: Served): Promise<Served | undefined> {
    const { mark, contest, list, style, place, blinded, answer } = served;
    return this.#db.transaction(() => {
      const known = this.#db
        .sql('SELECT * FROM served WHERE mark = ? AND contest = ?')
        .get(mark, contest);
      if (known !== undefined) return servedOf(known);
      const voter = this.#db.sql('SELECT list FROM voters WHERE number = ?').get(number);
      if (voter?.['list'] !== list) return undefined;
      this.#db
        .sql('INSERT INTO served VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(mark, contest, list, style, place, blinded, answer);
      return served;
    });
  }

  async servedOf(mark: Uint8Array): Promise<Served[]> {
    return this.#db
      .sql('SELECT * FROM served WHERE mark = ? ORDER BY contest')
      .all(mark)
      .map(servedOf);
  }

  async issuedCounts(): Promise<IssuedCount[]> {
    const rows = this.#db
      .sql(
        `SELECT list, contest, sum(place = 'remote') AS remote, sum(place = 'premises') AS premises
         FROM served GROUP BY list, contest ORDER BY list, contest`,
      )
      .all();
    return rows.map((row) => ({
      list: row['list'] as string,
      contest: row['contest'] as string,
      remote: row['remote'] as number,
      premises: row['premises'] as number,
    }));
  }

  async turnoutByStyle(): Promise<ReadonlyMap<string, number>> {
    return this.#byStyle('SELECT style, count(DISTINCT mark) AS n FROM served GROUP BY style');
  }

  async openSession(session: Session): Promise<void> {
    this.#db.transaction(() => {
      const { token, number, place, ready, expires } = session;
      if (ready) this.#db.sql('DELETE FROM sessions WHERE number = ?').run(number);
      this.#db
        .sql('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)')
        .run(token, number, place, ready ? 1 : 0, expires);
    });
  }

  async session(token: Uint8Array, minute: number): Promise<Session | undefined> {
    const row = this.#db
      .sql('SELECT * FROM sessions WHERE token = ? AND expires > ?')
      .get(token, minute);
    return (
      row && {
        token: row['token'] as Uint8Array,
        number: row['number'] as string,
        place: row['place'] as Place,
        ready: row['ready'] === 1,
        expires: row['expires'] as number,
      }
    );
  }

  async readySession(token: Uint8Array): Promise<void> {
    this.#db.transaction(() => {
      const session = this.#db.sql('SELECT number FROM sessions WHERE token = ?').get(token);
      if (session === undefined) return;
      this.#db
        .sql('DELETE FROM sessions WHERE number = ? AND token <> ?')
        .run(session['number'] as string, token);
      this.#db.sql('UPDATE sessions SET ready = 1 WHERE token = ?').run(token);
    });
  }

  async endSession(token: Uint8Array): Promise<void> {
    this.#db.sql('DELETE FROM sessions WHERE token = ?').run(token);
  }

  async startCode(code: OneTimeCode, now: number, wait: (sent: number) => number): Promise<number> {
    return this.#db.transaction(() => {
      const former = this.#db
        .sql('SELECT sent, next FROM codes WHERE owner = ?')
        .get(code.owner) as { sent: number; next: number } | undefined;
      if (former !== undefined && former.next > now) return former.next - now;
      const sent = (former?.sent ?? 0) + 1;
      this.#db
        .sql('INSERT OR REPLACE INTO codes VALUES (?, ?, ?, ?, ?, ?)')
        .run(code.owner, code.hash, code.expires, code.tries, sent, now + wait(sent));
      return 0;
    });
  }

  async tryCode(owner: Uint8Array, hash: Uint8Array, now: number): Promise<CodeTry> {
    return this.#db.transaction((): CodeTry => {
      const row = this.#db
        .sql('SELECT hash, tries FROM codes WHERE owner = ? AND expires > ?')
        .get(owner, now) as { hash: Uint8Array; tries: number } | undefined;
      if (row === undefined || row.tries < 1) return { outcome: 'expired' };
      if (Buffer.compare(row.hash, hash) === 0) {
        // Whoever has just shown a code may ask for another at once.
        this.#db.sql('DELETE FROM codes WHERE owner = ?').run(owner);
        return { outcome: 'right' };
      }
      this.#db.sql('UPDATE codes SET tries = tries - 1 WHERE owner = ?').run(owner);
      return { outcome: 'wrong', triesLeft: row.tries - 1 };
    });
  }

  async codeState(owner: Uint8Array, now: number): Promise<{ wait: number; triesLeft: number }> {
    const row = this.#db.sql('SELECT * FROM codes WHERE owner = ?').get(owner);
    if (row === undefined) return { wait: 0, triesLeft: 0 };
    const alive = (row['expires'] as number) > now;
    return {
      wait: Math.max(0, (row['next'] as number) - now),
      triesLeft: alive ? (row['tries'] as number) : 0,
    };
  }

  async putAccessCode(code: AccessCode): Promise<boolean> {
    return this.#db.transaction(() => {
      const taken = this.#db
        .sql('SELECT 1 FROM access WHERE hash = ? AND number <> ?')
        .get(code.hash, code.number);
      if (taken !== undefined) return false;
      this.#db.sql('DELETE FROM access WHERE number = ?').run(code.number);
      this.#db
        .sql('INSERT INTO access VALUES (?, ?, ?, ?)')
        .run(code.hash, code.number, code.expires, code.openings);
      return true;
    });
  }

  async redeemAccessCode(hash: Uint8Array, minute: number): Promise<string | undefined> {
    const row = this.#db
      .sql(
        `UPDATE access SET openings = openings - 1
         WHERE hash = ? AND expires > ? AND openings > 0 RETURNING number`,
      )
      .get(hash, minute);
    return row?.['number'] as string | undefined;
  }

  async sweep(minute: number): Promise<void> {
    this.#db.transaction(() => {
      this.#db.sql('DELETE FROM sessions WHERE expires <= ?').run(minute);
      this.#db.sql('DELETE FROM access WHERE expires <= ?').run(minute);
    });
  }

  async forgetVisitors(): Promise<void> {
    this.#db.transaction(() => {
      for (const table of ['sessions', 'codes', 'access']) {
        this.#db.sql(`DELETE FROM ${table}`).run();
      }
    });
  }

  async compact(): Promise<void> {
    this.#db.compact();
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #byStyle(sql: string): ReadonlyMap<string, number> {
    return new Map(
      this.#db
        .sql(sql)
        .all()
        .map((row) => [row['style'] as string, row['n'] as number]),
    );
  }
}
