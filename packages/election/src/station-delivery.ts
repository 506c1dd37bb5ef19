/**
 * What a kiosk and the issuers say to each other when cards are delivered (PROTOCOL.md, "Stations").
 *
 * For each card of a batch the kiosk has a seed of its own, and asks every issuer in the manifest's
 * order to blind-sign its ballot keys under the station's keys. All but the last answer with the
 * blind signatures; the last makes the cards and seals its signatures to them. Then the kiosk signs
 * a `delivered` entry and the last issuer countersigns it.
 */
import { sign, verify } from '@kabina/crypto/ed25519';
import { frame } from '@kabina/crypto/bytes';
import { decode, encode } from './cbor.ts';
import type { Signer } from './entries.ts';
import { ElectionError } from './errors.ts';
import { id } from './manifest.ts';
import { bytes, fields, integer, list, tuple, type TypeOf } from './schema.ts';

/** Bytes of a request or an answer: 200 cards of 20 contests fit. */
export const MAX_DELIVERY_BYTES = 4 << 20;
/** Most cards of a batch: its `delivered` entry has to fit into the log. */
export const MAX_BATCH = 200;

const blinded = bytes(384, 1024);
const requestBody = fields({
  election: bytes(32),
  station: id,
  kiosk: id,
  style: id,
  /** Of this kiosk, from 1. */
  batch: integer(1, 10_000),
  /** For each card a blinded message for each contest, in the style's order. */
  cards: list(list(blinded, 1, 100), 1, MAX_BATCH),
});
const signedRequest = tuple(requestBody, bytes(64));
const plainAnswer = fields({ cards: list(list(blinded, 1, 100), 1, MAX_BATCH) });
const cardsAnswer = fields({
  cards: list(
    fields({
      /** X25519 */
      key: bytes(32),
      /** `cardCommitment` of what the kiosk has asked for this card. */
      commitment: bytes(32),
      /** `sealToCard` */
      sealed: bytes(48, 200_000),
    }),
    1,
    MAX_BATCH,
  ),
});

/** What a kiosk asks of every issuer for one batch. */
export type DeliveryRequest = TypeOf<typeof requestBody>;
/** Blind signatures of an issuer that is not the last: for each card one for each contest. */
export type SignedBatch = TypeOf<typeof plainAnswer>;
/** The last issuer's: cards, with its blind signatures sealed to each. */
export type CardBatch = TypeOf<typeof cardsAnswer>;

const input = (body: DeliveryRequest): Uint8Array => frame('kabina/v1/delivery', encode(body));

/** Encodes a request, signed by the kiosk. */
export async function encodeDeliveryRequest(
  body: DeliveryRequest,
  signer: Signer,
): Promise<Uint8Array> {
  return encode([body, await signer.sign(input(body))]);
}

/** A {@link Signer} for a key that is at hand: in tests, and in a process that holds its own seed. */
export function seedSigner(by: string, seed: Uint8Array): Signer {
  return { by, sign: (message) => Promise.resolve(sign(message, seed)) };
}

/**
 * Reads a request.
 *
 * @param kioskKey gives the key of a kiosk of that station, or undefined
 * @throws ElectionError `cbor.…`, `shape.…`, `delivery.kiosk`, `delivery.signature`
 */
export function decodeDeliveryRequest(
  encoded: Uint8Array,
  kioskKey: (station: string, kiosk: string) => Uint8Array | undefined,
): DeliveryRequest {
  const read = decode(encoded, { maxBytes: MAX_DELIVERY_BYTES });
  const [body, signature] = signedRequest(read, 'delivery');
  const key = kioskKey(body.station, body.kiosk);
  if (key === undefined) throw new ElectionError('delivery.kiosk', 'no such kiosk in the station');
  if (!verify(signature, input(body), key)) {
    throw new ElectionError('delivery.signature', 'the kiosk has not signed this request');
  }
  return body;
}

export function encodeSignedBatch(batch: SignedBatch): Uint8Array {
  return encode(plainAnswer(batch, 'delivery'));
}

/** Strict: throws `ElectionError`. */
export function decodeSignedBatch(encoded: Uint8Array): SignedBatch {
  return plainAnswer(decode(encoded, { maxBytes: MAX_DELIVERY_BYTES }), 'delivery');
}

export function encodeCardBatch(batch: CardBatch): Uint8Array {
  return encode(cardsAnswer(batch, 'delivery'));
}

/** Strict: throws `ElectionError`. */
export function decodeCardBatch(encoded: Uint8Array): CardBatch {
  return cardsAnswer(decode(encoded, { maxBytes: MAX_DELIVERY_BYTES }), 'delivery');
}
