/** The anonymous zone on SQLite: one file of the ballot box. See `anonymous.ts` for what it promises. */
import { Sqlite } from './sqlite.ts';
import type {
  AnonymousStore,
  BallotOutcome,
  ChallengeOutcome,
  PooledBallot,
  PooledChallenge,
  Revision,
  Waiting,
} from './anonymous.ts';

// `cores` is the one table that casts and openings share: its primary key is what makes an
// accepted core impossible to open and an opened one impossible to cast.
const SCHEMA = `
CREATE TABLE IF NOT EXISTS cores (
  core BLOB PRIMARY KEY, opened INTEGER NOT NULL, permit BLOB, revision INTEGER
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS revisions (
  permit BLOB, revision INTEGER, contest TEXT NOT NULL, core BLOB NOT NULL, leaf BLOB NOT NULL,
  promise BLOB NOT NULL, PRIMARY KEY (permit, revision)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS pool (leaf BLOB PRIMARY KEY, entry BLOB NOT NULL) WITHOUT ROWID, STRICT;
`;

type Row = Record<string, unknown>;

function revisionOf(row: Row): Revision {
  return {
    permit: row['permit'] as Uint8Array,
    revision: row['revision'] as number,
    contest: row['contest'] as string,
    core: row['core'] as Uint8Array,
    leaf: row['leaf'] as Uint8Array,
    promise: row['promise'] as Uint8Array,
  };
}

export class SqliteAnonymousStore implements AnonymousStore {
  readonly #db: Sqlite;

  constructor(path: string) {
    this.#db = new Sqlite(path, SCHEMA);
  }

  async acceptBallots(ballots: readonly PooledBallot[]): Promise<BallotOutcome[]> {
    return this.#db.transaction(() => ballots.map((ballot) => this.#acceptBallot(ballot)));
  }

  #acceptBallot(ballot: PooledBallot): BallotOutcome {
    const known = this.#revision(ballot.permit, ballot.revision);
    if (known !== undefined) {
      return Buffer.compare(known.leaf, ballot.leaf) === 0 ? 'repeated' : 'revision-taken';
    }
    const elsewhere = this.#db
      .sql('SELECT 1 FROM revisions WHERE permit = ? AND contest <> ? LIMIT 1')
      .get(ballot.permit, ballot.contest);
    if (elsewhere !== undefined) return 'other-contest';
    const core = this.#db.sql('SELECT opened FROM cores WHERE core = ?').get(ballot.core);
    if (core !== undefined) return core['opened'] === 1 ? 'core-opened' : 'revision-taken';
    this.#putBallot(ballot);
    this.#db.sql('INSERT INTO pool VALUES (?, ?)').run(ballot.late ?? ballot.leaf, ballot.entry);
    return 'accepted';
  }

  #putBallot({ permit, revision, contest, core, leaf, promise }: Revision): void {
    this.#db
      .sql('INSERT INTO cores VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING')
      .run(core, permit, revision);
    this.#db
      .sql('INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(permit, revision, contest, core, leaf, promise);
  }

  async poolLate({ leaf, entry }: Waiting): Promise<void> {
    this.#db.sql('INSERT INTO pool VALUES (?, ?) ON CONFLICT DO NOTHING').run(leaf, entry);
  }

  async acceptChallenge(challenge: PooledChallenge): Promise<ChallengeOutcome> {
    return this.#db.transaction(() => {
      const core = this.#db.sql('SELECT opened FROM cores WHERE core = ?').get(challenge.core);
      if (core !== undefined) return core['opened'] === 1 ? 'repeated' : 'core-cast';
      this.#putOpened(challenge.core);
      this.#db.sql('INSERT INTO pool VALUES (?, ?)').run(challenge.leaf, challenge.entry);
      return 'accepted';
    });
  }

  #putOpened(core: Uint8Array): void {
    this.#db.sql('INSERT INTO cores VALUES (?, 1, NULL, NULL) ON CONFLICT DO NOTHING').run(core);
  }

  async revision(permit: Uint8Array, revision: number): Promise<Revision | undefined> {
    return this.#revision(permit, revision);
  }

  async isOpened(core: Uint8Array): Promise<boolean> {
    return this.#db.sql('SELECT opened FROM cores WHERE core = ?').get(core)?.['opened'] === 1;
  }

  async revisionsOf(permit: Uint8Array): Promise<Revision[]> {
    return this.#db
      .sql('SELECT * FROM revisions WHERE permit = ? ORDER BY revision')
      .all(permit)
      .map(revisionOf);
  }

  async ballotsByCore(from: Uint8Array, to: Uint8Array): Promise<Revision[]> {
    return this.#db
      .sql(
        `SELECT revisions.* FROM cores JOIN revisions USING (permit, revision)
         WHERE cores.core BETWEEN ? AND ? AND opened = 0 ORDER BY cores.core`,
      )
      .all(from, to)
      .map(revisionOf);
  }

  async poolSize(): Promise<number> {
    return this.#db.sql('SELECT count(*) AS n FROM pool').get()?.['n'] as number;
  }

  async pool(): Promise<Waiting[]> {
    return this.#db
      .sql('SELECT leaf, entry FROM pool ORDER BY leaf')
      .all()
      .map((row) => ({ leaf: row['leaf'] as Uint8Array, entry: row['entry'] as Uint8Array }));
  }

  async leavePool(leaves: readonly Uint8Array[]): Promise<void> {
    this.#db.transaction(() => {
      const remove = this.#db.sql('DELETE FROM pool WHERE leaf = ?');
      for (const leaf of leaves) remove.run(leaf);
    });
  }

  async adopt(ballots: readonly Revision[], openedCores: readonly Uint8Array[]): Promise<void> {
    this.#db.transaction(() => {
      for (const ballot of ballots) this.#putBallot(ballot);
      for (const core of openedCores) this.#putOpened(core);
    });
  }

  async compact(): Promise<void> {
    this.#db.compact();
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #revision(permit: Uint8Array, revision: number): Revision | undefined {
    const row = this.#db
      .sql('SELECT * FROM revisions WHERE permit = ? AND revision = ?')
      .get(permit, revision);
    return row && revisionOf(row);
  }
}
