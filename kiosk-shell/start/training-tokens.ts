/**
 * Members' tokens of a training election, simulated in this process: an authority made for the
 * occasion certifies a key for each member, every one on a card of another kind, so that people learn
 * the road that a real token takes. The office reaches them as it would reach real ones, through the
 * agent's bridge.
 *
 * Such a token proves nothing about who holds it: a binding election has real ones.
 */
import { randomInt } from 'node:crypto';
import { createAuthority, issue, type Authority } from '@kabina/cms/authority';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import type { MembersAuthority } from '@kabina/election/manifest';
import type { Act } from '@kabina/election/members';
import { findCard } from '@kabina/tokens/find-card';
import { openPgpCard } from '@kabina/tokens/testing/openpgp-card';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import { simulatedKey } from '@kabina/tokens/testing/simulated-key';
import { simulatedReaders } from '@kabina/tokens/testing/simulated-readers';
import type { ReaderSource } from '@kabina/tokens/transport';
import { parseCertificate } from '@kabina/cms/certificate';
import type { Commission } from '../office/commission.ts';
import { signingWork } from '../office/member-tokens.ts';

const HOUR_MS = 3_600_000;

/** A member's simulated token. */
export interface TrainingToken {
  /** Of the member. */
  readonly name: string;
  /** As its reader is called. */
  readonly reader: string;
  /** Secret of a token that guards nothing: it is printed for the trainees. */
  readonly pin: string;
}

function pinOf(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

/** Cards of different kinds in turn. */
function makeCard(i: number, authority: Authority, name: string, pin: string): SimulatedCard {
  const algorithm = 'ecdsa-p256';
  const [signing, agreeing] = [simulatedKey(algorithm), simulatedKey(algorithm)];
  const now = Date.now();
  const certificate = issue(authority, {
    name,
    algorithm,
    publicKey: signing.publicKey,
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + 90 * 24 * HOUR_MS),
  });
  return i % 2 === 0
    ? pivCard({ signature: { key: signing, certificate }, management: { key: agreeing }, pin })
    : openPgpCard({ signature: signing, decryption: agreeing, certificate, pin });
}

export class TrainingTokens {
  readonly tokens: readonly TrainingToken[];
  readonly authority: MembersAuthority;
  readonly source: ReaderSource;

  /** @param members full names, as on the roll */
  constructor(members: readonly string[]) {
    const now = Date.now();
    const authority = createAuthority({
      algorithm: 'ecdsa-p256',
      name: 'Учебный удостоверяющий центр',
      notBefore: new Date(now - HOUR_MS),
      notAfter: new Date(now + 90 * 24 * HOUR_MS),
    });
    const quorum = Math.floor(members.length / 2) + 1;
    this.authority = {
      certificate: authority.certificate,
      opening: quorum,
      closing: quorum,
      publishing: quorum,
    };
    const made = members.map((name, i) => {
      const pin = pinOf();
      const reader = `Учебный токен ${i + 1}: ${name}`;
      return { name, reader, pin, card: makeCard(i, authority, name, pin) };
    });
    this.tokens = made.map(({ name, reader, pin }) => ({ name, reader, pin }));
    this.source = simulatedReaders(made.map(({ reader, card }) => ({ name: reader, card })));
  }

  /** All members sign an act, as they would at the office page. */
  async sign(commission: Commission, act: Act): Promise<void> {
    for (const [i, { pin }] of this.tokens.entries()) {
      const connected = await this.source.readers[i]!.connect();
      if (!connected.ok) throw new Error(connected.problem.message);
      const transport = connected.value;
      try {
        const card = await findCard(transport);
        const read = card.ok ? await card.value.certificate() : card;
        if (!card.ok || !read.ok) throw new Error('the training token does not answer');
        const outcome = await signingWork(commission, act, i + 1).perform({
          card: card.value,
          certificate: parseCertificate(read.value.der),
          pin: utf8ToBytes(pin),
          options: {},
          sending: () => undefined,
        });
        if (!outcome.done) throw new Error('the training token does not sign');
      } finally {
        await transport.close();
      }
    }
  }
}
