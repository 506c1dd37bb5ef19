/** One simulated card of each application, for the tests that all of them must pass. */
import type { Application, Card } from './card.ts';
import { selectOpenPgp } from './openpgp-card.ts';
import { selectPiv } from './piv.ts';
import type { Result } from './result.ts';
import { selectRutoken } from './rutoken.ts';
import { selectSmartcardHsm } from './smartcard-hsm.ts';
import { selfSigned } from './testing/certificate.ts';
import { openPgpCard } from './testing/openpgp-card.ts';
import { pivCard } from './testing/piv-card.ts';
import { rutokenCard } from './testing/rutoken-card.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedKey, type SimulatedKey } from './testing/simulated-key.ts';
import { smartcardHsmCard } from './testing/smartcard-hsm-card.ts';
import type { ApduTransport } from './transport.ts';

export interface CardParts {
  readonly key?: SimulatedKey;
  readonly certificate?: Uint8Array;
  /** A key of P-256 that agrees. */
  readonly agreement?: SimulatedKey;
  readonly tries?: number;
}

export interface CardKind {
  readonly application: Application;
  readonly key: SimulatedKey;
  readonly pin: string;
  readonly wrongPin: string;
  /** Refused for its form. */
  readonly malformedPins: readonly string[];
  readonly agrees: boolean;
  /** Whether the card tells which key it signs with. */
  readonly knowsKey: boolean;
  readonly make: (parts: CardParts) => SimulatedCard & { readonly triesLeft: number };
  readonly select: (transport: ApduTransport) => Promise<Result<Card>>;
}

export const text = (value: string) => new TextEncoder().encode(value);

/** Stands for a GOST key, whose arithmetic is not in this package: its signature is recognised. */
export const gostKey: SimulatedKey = {
  algorithm: 'gost3410-2012-256',
  publicKey: new Uint8Array(64).map((_, i) => i + 1),
  sign: (input) => Uint8Array.from([...input, ...input.map((byte) => byte ^ 0xff)]),
};

export const KINDS: readonly CardKind[] = [
  {
    application: 'piv',
    key: simulatedKey('ecdsa-p256'),
    pin: '123456',
    wrongPin: '654321',
    malformedPins: ['', '12345', '123456789', '12345a'],
    agrees: true,
    knowsKey: true,
    make: ({ key, certificate, agreement, tries }) =>
      pivCard({
        signature: { ...(key && { key }), ...(certificate && { certificate }) },
        ...(agreement && { management: { key: agreement } }),
        ...(tries && { tries }),
      }),
    select: selectPiv,
  },
  {
    application: 'openpgp',
    key: simulatedKey('ecdsa-p256'),
    pin: '123456',
    wrongPin: '654321',
    malformedPins: ['', '12345', '1'.repeat(128)],
    agrees: true,
    knowsKey: true,
    make: ({ key, certificate, agreement, tries }) =>
      openPgpCard({
        ...(key && { signature: key }),
        ...(certificate && { certificate }),
        ...(agreement && { decryption: agreement }),
        ...(tries && { tries }),
      }),
    select: selectOpenPgp,
  },
  {
    application: 'smartcard-hsm',
    key: simulatedKey('ecdsa-p256'),
    pin: '648219',
    wrongPin: '648210',
    malformedPins: ['', '12345', '1'.repeat(16)],
    agrees: true,
    knowsKey: false,
    make: ({ key, certificate, agreement, tries }) =>
      smartcardHsmCard({
        ...(key && { signature: { key, ...(certificate && { certificate }) } }),
        ...(agreement && { agreement: { key: agreement } }),
        ...(tries && { tries }),
      }),
    select: selectSmartcardHsm,
  },
  {
    application: 'rutoken',
    key: gostKey,
    pin: '12345678',
    wrongPin: '87654321',
    malformedPins: ['', '12345', '1'.repeat(33)],
    agrees: false,
    knowsKey: false,
    make: ({ key, certificate, tries }) =>
      rutokenCard({
        ...(key && { key }),
        ...(certificate && { certificate }),
        ...(tries && { tries }),
      }),
    select: selectRutoken,
  },
];

/** The card with everything in it. */
export function complete(kind: CardKind, tries = 3): ReturnType<CardKind['make']> {
  const agreement = simulatedKey('ecdsa-p256');
  return kind.make({ key: kind.key, certificate: selfSigned(kind.key), agreement, tries });
}

/** The same card, whose answers somebody changes on the way. */
export function intercepted(
  card: SimulatedCard,
  change: (answer: Uint8Array, command: Uint8Array) => Uint8Array,
): SimulatedCard {
  return {
    atr: card.atr,
    reset: () => {
      card.reset();
    },
    transmit: async (command) => {
      const copy = command.slice();
      return change(await card.transmit(command), copy);
    },
  };
}
