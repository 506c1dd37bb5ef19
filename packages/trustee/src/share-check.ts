/**
 * Whether a holder's share will work on the night: it is opened, held against the public share on
 * the board, and forgotten. Nothing of it leaves.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import { suiteById } from '@kabina/crypto/suites';
import type { BoardState } from '@kabina/election/board';
import type { Vault } from './vault.ts';

/**
 * - `good`: the share in the vault is the one that the board knows of this holder;
 * - `none`: the vault holds no share (the ceremony is not over, or it is another holder's vault);
 * - `other`: it holds a share that the board does not know.
 *
 * @throws {TrusteeError} `trustee.record-broken` if the record was changed
 */
export async function checkShareAtRest(
  vault: Vault,
  state: BoardState,
  index: number,
): Promise<'good' | 'none' | 'other'> {
  const stored = await vault.get('share');
  const shares = state.publicShares.length > 0 ? state.publicShares : state.ceremony?.publicShares;
  const known = shares?.find(([holder]) => holder === index)?.[1];
  if (stored === undefined || known === undefined || state.manifest === undefined) return 'none';
  const { group } = suiteById(state.manifest.suite);
  try {
    const made = group.generatorTable.multiply(group.decodeScalar(stored));
    return equalBytes(group.encode(made), known) ? 'good' : 'other';
  } finally {
    stored.fill(0);
  }
}
