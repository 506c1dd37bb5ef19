// Delivery of cards to a kiosk, before the voting and with a line: seeds first, then every issuer's
// signatures, then the `delivered` entry on the board; only then may a card be opened.
//
// If the process dies on any line, the same batch is asked for again with the same bytes: its seeds are
// durable before the first request, its entry before it is sent.

import { bytesToHex, equalBytes, randomBytes } from '@kabina/crypto/bytes';
import { HpkeError } from '@kabina/crypto/hpke';
import { cardIssuer, cosignEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { servedStyles, stationList, type BallotStyle } from '@kabina/election/manifest';
import { cardCommitment, cardId, sealDeposit, type Deposit } from '@kabina/election/station-card';
import {
  decodeCardBatch,
  decodeSignedBatch,
  encodeDeliveryRequest,
  type CardBatch,
} from '@kabina/election/station-delivery';
import { SEED_LENGTH, type Deposited } from '../ballot-maker.ts';
import { BoothError } from '../errors.ts';
import type { Batch } from './card-records.ts';
import type { KioskServices } from './services.ts';
import { batchSize, placeSize } from './sizes.ts';

type Answered = NonNullable<Batch['answered']>;
type Delivered = EntryOf<'delivered'>['body']['cards'];

/** Of each card: for each contest what each issuer is asked, and its deposit, whose blindings are secret. */
interface Asked {
  readonly blinded: readonly (readonly (readonly Uint8Array[])[])[];
  readonly deposits: readonly Deposit[];
}

/**
 * Of a closed kiosk: a batch that was cut off was received or not, as the board has it. One that no
 * issuer was asked to confirm was not; what its issuer refuses now can never be.
 * @throws BoothError `network.…`: nobody can say; `keeper.…`; OutboxError `journal.…`
 */
export async function settleDelivery(services: KioskServices): Promise<void> {
  const batch = await services.places.batch();
  if (batch === undefined) return;
  try {
    if (batch.answered !== undefined) await deliverBatch(services, batch);
    else await services.places.change({ batch: null });
  } catch (error) {
    const refused = error instanceof BoothError && error.code.startsWith('deliveries.');
    if (!refused || error.retryable) throw error;
    await services.places.change({ batch: null });
  }
}

/**
 * Brings the cards of a style up to that number, in batches; a batch that was cut off comes first.
 *
 * @throws BoothError `deliveries.…`, `network.…`, `permits.bad`, `keeper.…`; OutboxError `journal.…`
 */
export async function deliverCards(
  services: KioskServices,
  style: string,
  cards: number,
  progress: () => void,
): Promise<void> {
  const { manifest, station } = services;
  const found = servedStyles(manifest, station).find(({ id }) => id === style);
  if (found === undefined) {
    throw new BoothError('deliveries.style', `the station does not serve the style ${style}`);
  }
  const { places } = services;
  for (;;) {
    let batch = await places.batch();
    if (batch === undefined) {
      const there = [...places.all.values()].filter((mark) => mark.style === style).length;
      const length = Math.min(cards - there, batchSize(manifest, found));
      if (length <= 0) return;
      const seeds = Array.from({ length }, () => randomBytes(SEED_LENGTH));
      batch = { number: (await places.lastBatch()) + 1, style, seeds };
      await places.change({ batch });
    }
    await deliverBatch(services, batch);
    progress();
  }
}

async function deliverBatch(services: KioskServices, batch: Batch): Promise<void> {
  const { manifest, places, client } = services;
  const style = manifest.styles.find(({ id }) => id === batch.style)!;
  let { answered } = batch;
  if (answered === undefined) {
    answered = await askIssuers(services, style, batch);
    await places.change({ batch: { ...batch, answered } });
  }
  await client.confirmDelivery(cardIssuer(manifest).id, answered.entry);
  const size = placeSize(manifest, style);
  const made = answered.cards.map(({ id, sealed, plain }, i) => ({
    id,
    style: style.id,
    state: 'ready' as const,
    secret: { seed: batch.seeds[i]!, sealed, plain },
    cast: [],
    size,
  }));
  await places.change({ places: made, batch: null });
  for (const seed of batch.seeds) seed.fill(0);
}

async function askIssuers(
  services: KioskServices,
  style: BallotStyle,
  batch: Batch,
): Promise<Answered> {
  const asked = await blindAll(services, style, batch.seeds);
  try {
    return await askEach(services, style, batch, asked);
  } finally {
    for (const { blindings } of asked.deposits) for (const one of blindings) one.fill(0);
  }
}

async function askEach(
  services: KioskServices,
  style: BallotStyle,
  { number, seeds }: Batch,
  asked: Asked,
): Promise<Answered> {
  const { manifest, election, station, kiosk, signer, client, call } = services;
  const plain: Uint8Array[][][] = seeds.map(() => style.contests.map(() => []));
  const last = cardIssuer(manifest);
  for (const [place, { id }] of manifest.issuers.entries()) {
    const cards = asked.blinded.map((contests) => contests.map((all) => all[place]!));
    const body = { election, station, kiosk, style: style.id, batch: number, cards };
    const request = await encodeDeliveryRequest(body, signer);
    const answer = await client.deliver(id, request);
    if (id === last.id) {
      const { delivered, sealed } = await sealCards(services, cards, asked.deposits, answer);
      const head = { station, kiosk, style: style.id, batch: number };
      const entry = await cosignEntry(
        { type: 'delivered', election, body: { ...head, cards: delivered }, signatures: [] },
        signer,
      );
      return {
        entry: encodeEntry(entry),
        cards: delivered.map(({ key }, i) => ({
          id: bytesToHex(cardId(election, key)),
          sealed: sealed[i]!,
          plain: plain[i]!,
        })),
      };
    }
    const signed = decoded(() => decodeSignedBatch(answer)).cards;
    const fits = signed.length === seeds.length;
    if (!fits || signed.some(({ length }) => length !== style.contests.length)) throw badAnswer();
    for (const [i, seed] of seeds.entries()) {
      (await call('enter', seed, stationList(station))).fill(0);
      for (const [j, contest] of style.contests.entries()) {
        plain[i]![j]!.push(await call('unblind', contest, id, signed[i]![j]!));
      }
    }
  }
  throw new TypeError('a manifest has issuers');
}

async function blindAll(
  { station, call }: KioskServices,
  style: BallotStyle,
  seeds: readonly Uint8Array[],
): Promise<Asked> {
  const blinded: Uint8Array[][][] = [];
  const deposits: Deposit[] = [];
  for (const seed of seeds) {
    (await call('enter', seed, stationList(station))).fill(0);
    const asked: Uint8Array[][] = [];
    const own: Deposited[] = [];
    for (const contest of style.contests) {
      asked.push((await call('requests', contest)).map((request) => request.blinded));
      own.push(await call('deposited', contest));
    }
    blinded.push(asked);
    deposits.push({
      blindings: own.map(({ blinding }) => blinding),
      keys: own.map(({ key }) => key),
    });
  }
  return { blinded, deposits };
}

/** The cards of the last issuer, each with the deposit of its ballot keys. */
async function sealCards(
  { election }: KioskServices,
  asked: readonly (readonly Uint8Array[])[],
  deposits: readonly Deposit[],
  answer: Uint8Array,
): Promise<{ delivered: Delivered; sealed: Uint8Array[] }> {
  const { cards }: CardBatch = decoded(() => decodeCardBatch(answer));
  const different = new Set(cards.map(({ key }) => bytesToHex(key))).size;
  if (cards.length !== asked.length || different !== cards.length) throw badAnswer();
  // The issuer countersigns what it has signed: it has to be what was asked.
  const own = cards.map(({ key }, i) => cardCommitment(election, cardId(election, key), asked[i]!));
  if (!cards.every(({ commitment }, i) => equalBytes(commitment, own[i]!))) throw badAnswer();
  try {
    const delivered = await Promise.all(
      cards.map(async ({ key, commitment }, i) => ({
        key,
        commitment,
        deposit: await sealDeposit(election, key, deposits[i]!),
      })),
    );
    return { delivered, sealed: cards.map(({ sealed }) => sealed) };
  } catch (cause) {
    if (cause instanceof HpkeError) throw badAnswer(cause);
    throw cause;
  }
}

function decoded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ElectionError) throw badAnswer(cause);
    throw cause;
  }
}

function badAnswer(cause?: unknown): BoothError {
  const message = 'the answer is not for the cards that were asked for';
  return new BoothError('deliveries.answer', message, { retryable: true, cause });
}
