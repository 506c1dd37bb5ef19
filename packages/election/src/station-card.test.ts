import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import { HpkeError } from '@kabina/crypto/hpke';
import { ElectionError } from './errors.ts';
import {
  CARD_SECRET_LENGTH,
  cardFromText,
  cardId,
  cardKey,
  cardToText,
  cardToTyped,
  depositCommitment,
  kioskTag,
  openDeposit,
  openFromCard,
  sealDeposit,
  sealToCard,
} from './station-card.ts';
import { flipped, testSeed } from './testing.ts';

const election = testSeed('an election');
const secret = testSeed('a card').subarray(0, CARD_SECRET_LENGTH);
const card = await cardKey(election, secret);
const stranger = await cardKey(election, testSeed('another card').subarray(0, CARD_SECRET_LENGTH));
const keys = [testSeed('key 1'), testSeed('key 2')];

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
  test('deposits open to what was committed to', async () => {
    const sealed = await sealDeposit(election, card.publicKey, keys);
    const deposit = await openDeposit(election, card, sealed);
    assert.deepEqual(deposit.keys, keys);
    const id = cardId(election, card.publicKey);
    assert.deepEqual(depositCommitment(election, id, deposit), sealed.commitment);
    const again = await sealDeposit(election, card.publicKey, keys);
    assert.notDeepEqual(again.commitment, sealed.commitment);
  });
  test('a deposit of something else is named so', async () => {
    const sealed = await sealDeposit(election, card.publicKey, keys);
    const other = await sealDeposit(election, card.publicKey, keys.toReversed());
    const refused = (change: Partial<typeof sealed>) =>
      assert.rejects(openDeposit(election, card, { ...sealed, ...change }), {
        code: 'card.deposit',
      });
    await refused({ commitment: other.commitment });
    await refused({ deposit: other.deposit });
    await refused({ deposit: flipped(sealed.deposit, 50) });
    // A deposit is no permit, and a permit no deposit: each has a context of its own.
    await refused({ deposit: await sealToCard(election, card.publicKey, signatures) });
    await assert.rejects(openFromCard(election, card, sealed.deposit), HpkeError);
  });
  test('any bytes are refused with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const deposit = { commitment: testSeed('c'), deposit: bytes };
        await assert.rejects(openFromCard(election, card, bytes), isOurs);
        await assert.rejects(openDeposit(election, card, deposit), { code: 'card.deposit' });
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
