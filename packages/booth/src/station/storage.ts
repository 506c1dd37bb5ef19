// Where a station's kiosk keeps what it must not lose: a keeper for its cards, a queue for its ballots,
// and the browser's word that it will not delete either. A seam for processes without IndexedDB.

import { Outbox, type OutboxOptions } from '@kabina/outbox/outbox';
import { assureStorage } from '@kabina/outbox/storage';
import { IdbKeeper } from '../keeper-idb.ts';
import type { Keeper } from '../keeper.ts';

export interface KioskStorage {
  readonly keeper: Keeper;
  openOutbox(options: Omit<OutboxOptions, 'database'>): Promise<Outbox>;
  /** @throws OutboxError `storage.not-kept`, `outbox.full`, `storage.failed` */
  assure(need: number): Promise<void>;
}

/** Digits of the electionId in the names of databases and journals. */
export const NAME_DIGITS = 16;

/** Where a kiosk keeps its cards, unless it is told otherwise. */
export const stationDatabase = (electionId: string): string =>
  `kabina-station-${electionId.slice(0, NAME_DIGITS)}`;

/** Beside it, its ballots. */
export const queueDatabase = (name: string): string => `${name}-outbox`;

/** In the origin's IndexedDB. */
export function browserStorage(name: string): KioskStorage {
  return {
    keeper: new IdbKeeper(name),
    openOutbox: (options) => Outbox.open({ ...options, database: queueDatabase(name) }),
    assure: (need) => assureStorage({ need }),
  };
}
