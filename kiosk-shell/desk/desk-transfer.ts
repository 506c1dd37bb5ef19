/** A voter of another list who has come to this station: all issuers have to hand them over. */
import type { DeskClient, DeskSecrets, ListedVoter } from './desk-client.ts';
import { DeskError } from './desk-error.ts';
import { joined, type KeptVoter } from './desk-voters.ts';

/**
 * Asks every issuer; one that has said yes is asked back if another says no.
 *
 * @param issuers ids, in the manifest's order
 * @throws DeskError what an issuer refuses with; `desk.served` or `desk.elsewhere` where they do not
 *   agree; retryable without a line: the same transfer is asked for again when it is back
 */
export async function transferred(
  client: DeskClient,
  issuers: readonly string[],
  secrets: DeskSecrets,
  number: string,
): Promise<KeptVoter> {
  const rows: ListedVoter[] = [];
  const asked: string[] = [];
  try {
    for (const id of issuers) {
      rows.push(await client.transfer(id, secrets[id] ?? '', number));
      asked.push(id);
    }
  } catch (error) {
    if (error instanceof DeskError && !error.retryable) {
      for (const id of asked) {
        await client.release(id, secrets[id] ?? '', number).catch(() => undefined);
      }
    }
    throw error;
  }
  const voter = joined(rows);
  if (voter?.state === 'free') return voter;
  throw new DeskError(
    voter?.state === 'served' ? 'desk.served' : 'desk.elsewhere',
    'the issuers don’t agree that the voter may be served',
  );
}
