/**
 * A witness's memory in a SQLite file, in Node. SQLite gives what the specification asks for and a
 * file renamed into place wouldn't: comparing and setting as one step even if two processes were
 * started by mistake, and a commit that survives a power cut.
 */

import { DatabaseSync } from 'node:sqlite';
import type { WitnessRecord, WitnessStore } from './witness.ts';

export class NodeWitnessStore implements WitnessStore {
  readonly #database: DatabaseSync;

  /** Opens the file, and makes it if it isn't there; its folder must be. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 5000;
      CREATE TABLE IF NOT EXISTS latest (
        origin TEXT PRIMARY KEY,
        checkpoint TEXT NOT NULL,
        time INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  }

  close(): void {
    this.#database.close();
  }

  get(origin: string): Promise<WitnessRecord | undefined> {
    const row = this.#database
      .prepare('SELECT checkpoint, time FROM latest WHERE origin = ?')
      .get(origin);
    return Promise.resolve(
      row && { checkpoint: row['checkpoint'] as string, time: row['time'] as number },
    );
  }

  compareAndSet(
    origin: string,
    expected: WitnessRecord | undefined,
    next: WitnessRecord,
  ): Promise<boolean> {
    const { changes } =
      expected === undefined
        ? this.#database
            .prepare('INSERT OR IGNORE INTO latest VALUES (?, ?, ?)')
            .run(origin, next.checkpoint, next.time)
        : this.#database
            .prepare(
              `UPDATE latest SET checkpoint = ?, time = ?
               WHERE origin = ? AND checkpoint = ? AND time = ?`,
            )
            .run(next.checkpoint, next.time, origin, expected.checkpoint, expected.time);
    return Promise.resolve(Number(changes) === 1);
  }
}
