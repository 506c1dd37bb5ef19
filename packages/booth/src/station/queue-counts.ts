// How many ballots lie in a station's kiosk, without opening the kiosk: for the technician's page.

import { countItems, type ItemCounts } from '@kabina/outbox/counts';
import { queueDatabase, stationDatabase } from './storage.ts';

/** @param electionId 64 hexadecimal digits. Undefined where this browser has no queue of that election. */
export function queueCounts(electionId: string): Promise<ItemCounts | undefined> {
  return countItems(queueDatabase(stationDatabase(electionId)));
}
