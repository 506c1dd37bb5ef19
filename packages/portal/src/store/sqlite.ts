/**
 * How the SQLite drivers open a database: write-ahead log with a full sync at every commit, freed
 * bytes overwritten, the log truncated at closing. Node's own `node:sqlite`.
 *
 * What a dead process leaves behind is the database and its write-ahead log; opening it again
 * replays the committed part. There is no other recovery.
 */
import { chmodSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** How long a statement waits for another process that holds the file (a backup, a fsck). */
const BUSY_TIMEOUT_MS = 5_000;

export class Sqlite {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(path: string, schema: string) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA foreign_keys = ON;
    `);
    this.#database.exec(schema);
    chmodSync(path, 0o600);
  }

  /** A prepared statement, kept by its text. */
  sql(text: string): StatementSync {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#prepared.set(text, statement);
    }
    return statement;
  }

  /** Runs `work` in one transaction; if it throws, nothing of it stays. */
  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Rewrites the file in key order: within a B-tree page SQLite lays rows down in order of arrival,
   * and freed pages keep their place, so without this the file tells who came after whom.
   */
  compact(): void {
    this.#database.exec('VACUUM');
    this.truncateLog();
  }

  /** Writes the log into the database and empties it: what was overwritten there is gone from both. */
  truncateLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#prepared.clear();
    this.truncateLog();
    this.#database.close();
  }
}
