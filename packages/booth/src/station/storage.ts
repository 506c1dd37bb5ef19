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

/** In the origin's IndexedDB: databases `NAME` and `NAME-outbox`. */
export function browserStorage(name: string): KioskStorage {
  return {
    keeper: new IdbKeeper(name),
    openOutbox: (options) => Outbox.open({ ...options, database: `${name}-outbox` }),
    assure: (need) => assureStorage({ need }),
  };
}
