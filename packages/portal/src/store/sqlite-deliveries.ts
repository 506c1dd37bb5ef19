/** Deliveries on SQLite, in an issuer's one file. See `deliveries.ts` for what it promises. */
import type { CardBatchState, Delivery, DeliveryStore } from './deliveries.ts';
import type { Sqlite } from './sqlite.ts';

export const DELIVERY_SCHEMA = `
CREATE TABLE IF NOT EXISTS deliveries (
  kiosk TEXT, batch INTEGER, station TEXT NOT NULL, style TEXT NOT NULL, cards INTEGER NOT NULL,
  request BLOB NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (kiosk, batch)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS cards (
  kiosk TEXT, batch INTEGER, secrets BLOB, entry BLOB, listed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (kiosk, batch)
) WITHOUT ROWID, STRICT;
`;

type Row = Record<string, unknown>;

function deliveryOf(row: Row): Delivery {
  return {
    kiosk: row['kiosk'] as string,
    batch: row['batch'] as number,
    station: row['station'] as string,
    style: row['style'] as string,
    cards: row['cards'] as number,
    request: row['request'] as Uint8Array,
    answer: row['answer'] as Uint8Array,
  };
}

export class SqliteDeliveries implements DeliveryStore {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  async delivery(kiosk: string, batch: number): Promise<Delivery | undefined> {
    return this.#delivery(kiosk, batch);
  }

  async deliver(
    delivery: Delivery,
    limit: number,
    secrets?: Uint8Array,
  ): Promise<Delivery | undefined> {
    const { kiosk, batch, station, style, cards, request, answer } = delivery;
    return this.#db.transaction(() => {
      const known = this.#delivery(kiosk, batch);
      if (known !== undefined) return known;
      if (this.#delivered(station, style) + cards > limit) return undefined;
      this.#db
        .sql('INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(kiosk, batch, station, style, cards, request, answer);
      if (secrets !== undefined) {
        this.#db
          .sql('INSERT INTO cards (kiosk, batch, secrets) VALUES (?, ?, ?)')
          .run(kiosk, batch, secrets);
      }
      return delivery;
    });
  }

  async delivered(station: string, style: string): Promise<number> {
    return this.#delivered(station, style);
  }

  async confirm(kiosk: string, batch: number, entry: Uint8Array): Promise<Uint8Array> {
    return this.#db.transaction(() => {
      this.#db
        .sql('UPDATE cards SET entry = ? WHERE kiosk = ? AND batch = ? AND entry IS NULL')
        .run(entry, kiosk, batch);
      return this.#card(kiosk, batch)?.['entry'] as Uint8Array;
    });
  }

  async confirmation(kiosk: string, batch: number): Promise<Uint8Array | undefined> {
    return (this.#card(kiosk, batch)?.['entry'] as Uint8Array | null | undefined) ?? undefined;
  }

  async onBoard(kiosk: string, batch: number): Promise<void> {
    this.#db.sql('UPDATE cards SET listed = 1 WHERE kiosk = ? AND batch = ?').run(kiosk, batch);
  }

  async batchesOf(station: string): Promise<CardBatchState[]> {
    return this.#db
      .sql(
        `SELECT kiosk, style, batch, deliveries.cards AS cards, secrets IS NULL AS printed
         FROM deliveries JOIN cards USING (kiosk, batch)
         WHERE station = ? AND listed = 1 ORDER BY kiosk, batch`,
      )
      .all(station)
      .map((row) => ({
        kiosk: row['kiosk'] as string,
        style: row['style'] as string,
        batch: row['batch'] as number,
        cards: row['cards'] as number,
        printed: row['printed'] === 1,
      }));
  }

  async secrets(kiosk: string, batch: number): Promise<Uint8Array | undefined> {
    return (this.#card(kiosk, batch)?.['secrets'] as Uint8Array | null | undefined) ?? undefined;
  }

  async erase(kiosk: string, batch: number): Promise<void> {
    this.#db.sql('UPDATE cards SET secrets = NULL WHERE kiosk = ? AND batch = ?').run(kiosk, batch);
    // `secure_delete` has overwritten them in the pages; the log still has the pages as they were.
    this.#db.truncateLog();
  }

  #delivery(kiosk: string, batch: number): Delivery | undefined {
    const row = this.#db
      .sql('SELECT * FROM deliveries WHERE kiosk = ? AND batch = ?')
      .get(kiosk, batch);
    return row && deliveryOf(row);
  }

  #delivered(station: string, style: string): number {
    const row = this.#db
      .sql('SELECT sum(cards) AS n FROM deliveries WHERE station = ? AND style = ?')
      .get(station, style);
    return (row?.['n'] as number | null | undefined) ?? 0;
  }

  #card(kiosk: string, batch: number): Row | undefined {
    return this.#db.sql('SELECT * FROM cards WHERE kiosk = ? AND batch = ?').get(kiosk, batch);
  }
}
