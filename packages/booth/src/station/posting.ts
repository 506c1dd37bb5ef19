// Signed entries on their way to the board: the same one may be brought again, by the kiosk or from its
// file, and stands there once.

import { bytesToHex } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';
import type { PortalClient } from '../client.ts';

/**
 * Resolves once the entry is on the board, now or from before.
 * @throws BoothError: the box's refusal, `network.…`
 */
export async function postOnce(client: PortalClient, entry: Uint8Array): Promise<void> {
  try {
    await client.post(entry);
  } catch (error) {
    // Its answer may have been lost, and nothing is written twice.
    if ((await client.proof(bytesToHex(leafHash(entry)))) === undefined) throw error;
  }
}
