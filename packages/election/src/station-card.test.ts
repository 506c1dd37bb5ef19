import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import { HpkeError } from '@kabina/crypto/hpke';
import { ElectionError } from './errors.ts';
import {
  askedFor,
  CARD_SECRET_LENGTH,
  cardCommitment,
  cardFromText,
  cardId,
  cardKey,
  cardToText,
  cardToTyped,
  kioskTag,
  openDeposit,
  openFromCard,
  sealDeposit,
  sealToCard,
} from './station-card.ts';
import { flipped, testSeed } from './testing.ts';
import { EXPONENT, testModulus } from './testing-rsa.ts';

const election = testSeed('an election');
const secret = testSeed('a card').subarray(0, CARD_SECRET_LENGTH);
const card = await cardKey(election, secret);
const stranger = await cardKey(election, testSeed('another card').subarray(0, CARD_SECRET_LENGTH));
const keys = [testSeed('key 1'), testSeed('key 2')];
const blindings = [testSeed('blinding 1'), testSeed('blinding 2')];
const issuer = ['mayor', 'council'].map((contest, i) => ({
  contest,
  list: 'station/101',
  modulus: testModulus(10 + i),
  exponent: EXPONENT,
}));
const style = { election, issuer };

/** A card for which `signed` were signed, and others deposited. */
async function deposited(signed: readonly Uint8Array[], others: readonly Uint8Array[]) {
  const asked = askedFor(style, { blindings, keys: signed });
  const commitment = cardCommitment(election, cardId(election, card.publicKey), asked);
  const sealed = await sealDeposit(election, card.publicKey, { blindings, keys: others });
  return { commitment, sealed };
}

const isOurs = (error: unknown) => error instanceof ElectionError || error instanceof HpkeError;

describe('what is printed', () => {
  test('is read back, scanned and typed', () => {
    const scanned = cardFromText(cardToText(election, 'K1', secret));
    assert.deepEqual(scanned.secret, secret);
    assert.deepEqual(scanned.election, election.subarray(0, 8));
    assert.deepEqual(scanned.kiosk, kioskTag(election, 'K1'));
    const typed = cardToTyped(secret);
    assert.match(typed, /^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
    assert.deepEqual(cardFromText(typed), { secret });
    const byHand = typed
      .toLowerCase()
      .replaceAll('-', ' ')
      .replaceAll('0', 'o')
      .replaceAll('1', 'i');
    assert.deepEqual(cardFromText(byHand), { secret });
  });
  test('misread in any one place is no card, and the error does not show what was read', () => {
    for (const text of [cardToText(election, 'K1', secret), cardToTyped(secret)]) {
      fc.assert(
        fc.property(fc.nat(text.length - 1), fc.constantFrom(...'0Z7Qq-_'), (i, symbol) => {
          const changed = text.slice(0, i) + symbol + text.slice(i + 1);
          let read;
          try {
            read = cardFromText(changed);
          } catch (error) {
            assert.ok(error instanceof ElectionError && error.code === 'card.text');
            assert.ok(!error.message.includes(changed.slice(-8)));
            return;
          }
          // Only what stands before the secret is not covered by the checksum.
          assert.deepEqual(read.secret, secret);
        }),
      );
    }
  });
  test('any text is a card or is refused', () => {
    const refuses = (text: string) => {
      try {
        cardFromText(text);
      } catch (error) {
        assert.ok(error instanceof ElectionError, String(error));
      }
    };
    fc.assert(fc.property(fc.string({ maxLength: 100 }), refuses), { numRuns: 1000 });
    const base64 = fc.string({
      unit: fc.constantFrom(...'AZaz09-_'),
      minLength: 43,
      maxLength: 43,
    });
    fc.assert(fc.property(base64, (text) => refuses(`kabina-card:${text}`)));
  });
});

test('a key belongs to one election: the same secret gives another card in another', async () => {
  const other = await cardKey(testSeed('another election'), secret);
  assert.notDeepEqual(other.publicKey, card.publicKey);
  assert.deepEqual(await cardKey(election, secret), card);
  const ids = [cardId(election, card.publicKey), cardId(other.publicKey, card.publicKey)];
  assert.notEqual(bytesToHex(ids[0]!), bytesToHex(ids[1]!));
});

describe('what is sealed to a card', () => {
  const signatures = [randomBytes(384), randomBytes(384)];
  test('opens with it alone, in this election alone', async () => {
    const sealed = await sealToCard(election, card.publicKey, signatures);
    assert.deepEqual(await openFromCard(election, card, sealed), signatures);
    await assert.rejects(openFromCard(election, stranger, sealed), HpkeError);
    await assert.rejects(openFromCard(testSeed('x'), card, sealed), HpkeError);
    await assert.rejects(openFromCard(election, card, flipped(sealed, 40)), HpkeError);
  });
  test('deposits open to what the card issuer has signed', async () => {
    const { commitment, sealed } = await deposited(keys, keys);
    const opened = await openDeposit(style, card, { commitment, deposit: sealed });
    assert.deepEqual(opened, { blindings, keys });
  });
  test('a deposit of something else is named so', async () => {
    const { commitment, sealed } = await deposited(keys, keys);
    const refused = (change: Partial<{ commitment: Uint8Array; deposit: Uint8Array }>) =>
      assert.rejects(openDeposit(style, card, { commitment, deposit: sealed, ...change }), {
        code: 'card.deposit',
      });
    // The kiosk votes with the keys that were signed, and has deposited others.
    await refused({ deposit: (await deposited(keys, keys.toReversed())).sealed });
    await refused({ commitment: (await deposited(keys.toReversed(), keys)).commitment });
    // Its own keys, under another request of its own.
    const other = { blindings: blindings.toReversed(), keys };
    await refused({ deposit: await sealDeposit(election, card.publicKey, other) });
    const short = { blindings: blindings.slice(1), keys: keys.slice(1) };
    await refused({ deposit: await sealDeposit(election, card.publicKey, short) });
    // What was signed for this card is not another card's.
    const asked = askedFor(style, { blindings, keys });
    const id = cardId(election, stranger.publicKey);
    await refused({ commitment: cardCommitment(election, id, asked) });
    await refused({ deposit: flipped(sealed, 50) });
    // A deposit is no permit, and a permit no deposit: each has a context of its own.
    await refused({ deposit: await sealToCard(election, card.publicKey, signatures) });
    await assert.rejects(openFromCard(election, card, sealed), HpkeError);
  });
  test('any bytes are refused with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const deposit = { commitment: testSeed('c'), deposit: bytes };
        await assert.rejects(openFromCard(election, card, bytes), isOurs);
        await assert.rejects(openDeposit(style, card, deposit), { code: 'card.deposit' });
      }),
    );
  });
  test('a sealed text that is no list of signatures', async () => {
    const empty = await sealToCard(election, card.publicKey, []);
    await assert.rejects(openFromCard(election, card, empty), { code: 'shape.length' });
    const short = await sealToCard(election, card.publicKey, [randomBytes(10)]);
    await assert.rejects(openFromCard(election, card, short), { code: 'shape.length' });
  });
});
