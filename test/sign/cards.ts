/** Simulated cards with a key, a member's certificate and a PIN on them: tokens for training. */
import { generateKey, issue, type Authority } from '@kabina/cms/authority';
import type { KeyAlgorithm } from '@kabina/tokens/card';
import { openPgpCard } from '@kabina/tokens/testing/openpgp-card';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { rutokenCard } from '@kabina/tokens/testing/rutoken-card';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import type { SimulatedKey } from '@kabina/tokens/testing/simulated-key';
import { smartcardHsmCard } from '@kabina/tokens/testing/smartcard-hsm-card';
import { randomInt } from 'node:crypto';

export const CARDS = ['piv', 'openpgp', 'smartcard-hsm', 'gost'] as const;
export type CardName = (typeof CARDS)[number];

/** The key that a card gets unless another is asked for: what `openssl cms` verifies. */
export const KEY_OF: Readonly<Record<CardName, KeyAlgorithm>> = {
  piv: 'ecdsa-p256',
  openpgp: 'ecdsa-p256',
  'smartcard-hsm': 'ecdsa-p256',
  gost: 'gost3410-2012-256',
};

/** A card that a person holds, and what the person knows. */
export interface SimulatedToken {
  readonly card: SimulatedCard;
  /** Eight digits, which all cards take. */
  readonly pin: string;
}

const PIN_DIGITS = 8;
const DAY_MS = 24 * 3600 * 1000;

type MakeCard = (token: {
  key: SimulatedKey;
  certificate: Uint8Array;
  pin: string;
}) => SimulatedCard;

const MAKE: Readonly<Record<CardName, MakeCard>> = {
  piv: ({ pin, ...signature }) => pivCard({ signature, pin }),
  openpgp: ({ key, certificate, pin }) => openPgpCard({ signature: key, certificate, pin }),
  'smartcard-hsm': ({ pin, ...signature }) => smartcardHsmCard({ signature, pin }),
  gost: rutokenCard,
};

/**
 * A card of a fresh key for a member.
 *
 * @param name the member's, as the certificate has it; 1 to 64 characters
 * @throws {CmsError} `cms.name`
 */
export function simulatedToken(
  card: CardName,
  name: string,
  authority: Authority,
  algorithm: KeyAlgorithm = KEY_OF[card],
): SimulatedToken {
  const key = generateKey(algorithm);
  const certificate = issue(authority, {
    ...{ name, algorithm, publicKey: key.publicKey },
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  });
  const pin = String(randomInt(10 ** PIN_DIGITS)).padStart(PIN_DIGITS, '0');
  return { card: MAKE[card]({ key, certificate, pin }), pin };
}
