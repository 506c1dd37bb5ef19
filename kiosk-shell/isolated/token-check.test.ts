/** What a check finds on a token that is good, old, or not what its certificate says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCertificate } from '@kabina/cms/certificate';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { findCard } from '@kabina/tokens/find-card';
import { selfSigned } from '@kabina/tokens/testing/certificate';
import { directTransport } from '@kabina/tokens/testing/direct-transport';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { simulatedKey, type SimulatedKey } from '@kabina/tokens/testing/simulated-key';
import type { TokenOutcome } from '../common/token-session.ts';
import { tokenCheck } from './token-check.ts';

const PIN = '141421';
/** The certificate holds from 2020 to 2049. */
const TODAY = new Date('2026-03-15T12:00:00Z');

interface Trial {
  readonly now?: Date;
  readonly pin?: string;
  /** The key on the card, where it is another than the certificate's. */
  readonly key?: SimulatedKey;
}

async function check({ now = TODAY, pin = PIN, key }: Trial = {}): Promise<TokenOutcome> {
  const own = simulatedKey('ecdsa-p256');
  const certificate = selfSigned(own);
  const signature = { key: key ?? own, certificate };
  const found = await findCard(directTransport(pivCard({ signature, pin: PIN })));
  assert.ok(found.ok);
  return tokenCheck(() => now).perform({
    card: found.value,
    certificate: parseCertificate(certificate),
    pin: utf8ToBytes(pin),
    options: {},
    sending: () => undefined,
  });
}

/** What was found, with the codes of what is not good. */
function found(outcome: TokenOutcome): string[] {
  assert.ok(outcome.done);
  return (outcome.findings ?? []).map(({ what, good, code }) => `${what} ${good ? 'good' : code}`);
}

test('a good token is found good', async () => {
  assert.deepEqual(found(await check()), ['certificate good', 'pin good', 'signature good']);
});

test('a certificate is good in its time alone', async () => {
  const late = found(await check({ now: new Date('2050-01-01T00:00:00Z') }));
  assert.equal(late[0], 'certificate token.expired');
  const early = found(await check({ now: new Date('2019-12-31T00:00:00Z') }));
  assert.equal(early[0], 'certificate token.not-yet');
});

test('a key that is not the certificate’s makes no good signature', async () => {
  const outcome = await check({ key: simulatedKey('ecdsa-p256') });
  assert.deepEqual(found(outcome), ['certificate good', 'signature card.no-key']);
});

test('a wrong PIN is the person’s to correct', async () => {
  const outcome = await check({ pin: '000000' });
  assert.ok(!outcome.done && 'problem' in outcome);
  assert.equal(outcome.problem.code, 'card.pin-wrong');
});
