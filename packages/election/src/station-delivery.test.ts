import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { publicKey } from '@kabina/crypto/ed25519';
import { decode, encode } from './cbor.ts';
import { ElectionError } from './errors.ts';
import {
  decodeCardBatch,
  decodeDeliveryRequest,
  decodeSignedBatch,
  encodeCardBatch,
  encodeDeliveryRequest,
  encodeSignedBatch,
  MAX_BATCH,
  MAX_DELIVERY_BYTES,
  seedSigner,
  type DeliveryRequest,
} from './station-delivery.ts';
import { testSeed } from './testing.ts';

const seed = testSeed('kiosk/K1');
const signer = seedSigner('kiosk/K1', seed);
const keyOf = (station: string, kiosk: string) =>
  station === '101' && kiosk === 'K1' ? publicKey(seed) : undefined;
const blinded = new Uint8Array(384).fill(5);
const request: DeliveryRequest = {
  election: testSeed('an election'),
  station: '101',
  kiosk: 'K1',
  style: 'town',
  batch: 1,
  cards: [
    [blinded, blinded],
    [blinded, blinded],
  ],
};
const encoded = await encodeDeliveryRequest(request, signer);

describe('a request', () => {
  test('is read back', () => assert.deepEqual(decodeDeliveryRequest(encoded, keyOf), request));
  test('of a kiosk that the station does not have', async () => {
    const other = await encodeDeliveryRequest({ ...request, kiosk: 'K2' }, signer);
    assert.throws(() => decodeDeliveryRequest(other, keyOf), { code: 'delivery.kiosk' });
  });
  test('that another has signed, or that was changed', async () => {
    const forged = await encodeDeliveryRequest(request, seedSigner('kiosk/K1', testSeed('x')));
    assert.throws(() => decodeDeliveryRequest(forged, keyOf), { code: 'delivery.signature' });
    const [body, signature] = decode(encoded) as [DeliveryRequest, Uint8Array];
    const changed = encode([{ ...body, batch: 2 }, signature]);
    assert.throws(() => decodeDeliveryRequest(changed, keyOf), { code: 'delivery.signature' });
  });
  test('of more cards than a batch may have', async () => {
    const cards = Array.from({ length: MAX_BATCH + 1 }, () => [blinded]);
    const large = await encodeDeliveryRequest({ ...request, cards }, signer);
    assert.throws(() => decodeDeliveryRequest(large, keyOf), { code: 'shape.length' });
  });
  test('and answers of the largest batch fit', async () => {
    const cards = Array.from({ length: MAX_BATCH }, () => new Array<Uint8Array>(20).fill(blinded));
    const large = await encodeDeliveryRequest({ ...request, cards }, signer);
    assert.ok(large.length <= MAX_DELIVERY_BYTES);
    assert.deepEqual(decodeDeliveryRequest(large, keyOf).cards, cards);
    assert.deepEqual(decodeSignedBatch(encodeSignedBatch({ cards })), { cards });
    const made = { key: seed, commitment: seed, sealed: new Uint8Array(20 * 390) };
    const sealed = cards.map(() => made);
    assert.deepEqual(decodeCardBatch(encodeCardBatch({ cards: sealed })), { cards: sealed });
  });
});

describe('fuzzing: nothing but an ElectionError', () => {
  const answer = encodeSignedBatch({ cards: [[blinded]] });
  const sealed = encodeCardBatch({
    cards: [{ key: seed, commitment: seed, sealed: new Uint8Array(60) }],
  });
  const decoders: readonly [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    ['a request', encoded, (bytes) => decodeDeliveryRequest(bytes, keyOf)],
    ['a signed batch', answer, decodeSignedBatch],
    ['a batch of cards', sealed, decodeCardBatch],
  ];
  for (const [what, good, read] of decoders) {
    const reads = (bytes: Uint8Array) => {
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof ElectionError, String(error));
      }
    };
    test(`${what}: any bytes`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          assert.throws(() => read(bytes), ElectionError);
        }),
      );
    });
    test(`${what}: a changed byte, a cut end`, () => {
      fc.assert(
        fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
          reads(good.with(at, byte));
          reads(good.subarray(0, at));
        }),
        { numRuns: 200 },
      );
    });
    test(`${what}: any structure`, () => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          // Numbers that are no integers can't be said in these encodings.
          let bytes: Uint8Array;
          try {
            bytes = encode(value);
          } catch {
            return;
          }
          assert.throws(() => read(bytes), ElectionError);
        }),
      );
    });
  }
});
