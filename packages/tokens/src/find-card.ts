/** Which application is on the card, found by what the card answers and never by a reader's name. */
import type { Card } from './card.ts';
import { selectOpenPgp } from './openpgp-card.ts';
import { selectPiv } from './piv.ts';
import { fail, ok, type Result } from './result.ts';
import { selectRutoken } from './rutoken.ts';
import { selectSmartcardHsm } from './smartcard-hsm.ts';
import type { ApduTransport } from './transport.ts';

/** From the most particular name to the one that has none. */
const APPLICATIONS = [selectSmartcardHsm, selectPiv, selectOpenPgp, selectRutoken];

/**
 * The application that can sign; of several on one card (a YubiKey has PIV and OpenPGP) the first
 * with a certificate, and the first of all where none has one.
 *
 * @returns `card.unknown` where no application answers, and `transport.*`. Never rejects.
 */
export async function findCard(transport: ApduTransport): Promise<Result<Card>> {
  let first: (typeof APPLICATIONS)[number] | undefined;
  let problem: Result<never> | undefined;
  for (const select of APPLICATIONS) {
    const card = await select(transport);
    if (!card.ok) {
      if (card.problem.code.startsWith('transport.')) return card;
      // An application that is there and can't be used says more than that none is known.
      if (card.problem.code !== 'card.unknown') problem ??= card;
      continue;
    }
    const certificate = await card.value.certificate();
    if (certificate.ok) return ok(card.value);
    if (certificate.problem.code.startsWith('transport.')) return certificate;
    first ??= select;
  }
  // Another application has been selected since.
  if (first) return first(transport);
  return problem ?? fail('card.unknown', 'The card has no application that this program knows.');
}
