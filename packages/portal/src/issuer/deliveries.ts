/**
 * Cards for kiosks of stations (PROTOCOL.md, "Stations"). Every issuer blind-signs a batch under the
 * station's keys. The last one, the card issuer, makes the cards: it seals its signatures to them,
 * keeps their secrets until they are on paper, and countersigns what the kiosk says it has received.
 *
 * A batch is stored with its answer in one transaction before the answer goes out, and a
 * countersigned entry before it is sent to the board: whoever asks again after a lost answer gets
 * the same bytes, whatever died in between.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { encode } from '@kabina/election/cbor';
import {
  cardIssuer,
  checkSignatures,
  cosignEntry,
  decodeEntry,
  encodeEntry,
  type Entry,
  type EntryOf,
} from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { stationList, type Issuer, type Manifest } from '@kabina/election/manifest';
import {
  CARD_SECRET_LENGTH,
  cardCommitment,
  cardId,
  cardKey,
  cardToText,
  cardToTyped,
  sealToCard,
} from '@kabina/election/station-card';
import {
  decodeCardBatch,
  decodeDeliveryRequest,
  encodeCardBatch,
  encodeSignedBatch,
  seedSigner,
  type CardBatch,
  type DeliveryRequest,
} from '@kabina/election/station-delivery';
import { Schedule, type Clock } from '../clock.ts';
import { crashPoint } from '../crash.ts';
import { PortalError, type ErrorCode } from '../errors.ts';
import { Serial } from '../serial.ts';
import type { CardBatchState, Delivery, DeliveryStore } from '../store/deliveries.ts';
import type { BlindSigner } from './keys.ts';
import { kioskKey, serves } from './stations.ts';
import { BoardRefusal, type BoardWatch } from './watch.ts';

/** A station may have this many cards for each voter of a style in the whole election, … */
const CARDS_PER_VOTER = 2;
/** … and these besides: a style may have no voter here beforehand. */
const SPARE_CARDS = 50;

export interface DeliveriesOptions {
  readonly manifest: Manifest;
  readonly election: Uint8Array;
  readonly issuer: Issuer;
  readonly store: DeliveryStore;
  readonly signers: readonly BlindSigner[];
  /** Seed of the issuer's signing key. */
  readonly seed: Uint8Array;
  readonly watch: BoardWatch;
  readonly clock: Clock;
}

/** A card as it is printed. Secret. */
export interface PrintedCard {
  readonly text: string;
  readonly typed: string;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #schedule: Schedule;
  /** One batch at a time: between two cards the loop serves voters. */
  readonly #serial = new Serial();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.manifest);
  }

  /** Answers a request: an encoded `SignedBatch`, or the card issuer's `CardBatch`. */
  async deliver(bytes: Uint8Array): Promise<Uint8Array> {
    const request = this.#read(bytes);
    const hash = createHash('sha256').update(encode(request)).digest();
    return this.#serial.run(async () => {
      const { store } = this.#options;
      const known = await store.delivery(request.kiosk, request.batch);
      if (known !== undefined) return answerOf(known, hash);
      const limit = this.#limit(request);
      await this.#open();
      // Before the work; the transaction counts again.
      const there = await store.delivered(request.station, request.style);
      if (there + request.cards.length > limit) throw new PortalError('deliveries.full');
      const { answer, secrets } = await this.#answer(request);
      crashPoint('deliveries.before-commit');
      const { kiosk, batch, station, style, cards } = request;
      const made = { kiosk, batch, station, style, cards: cards.length, request: hash, answer };
      const stored = await store.deliver(made, limit, secrets).finally(() => secrets?.fill(0));
      crashPoint('deliveries.after-commit');
      if (stored === undefined) throw new PortalError('deliveries.full');
      return answerOf(stored, hash);
    });
  }

  /** Countersigns what a kiosk has received and puts it on the board. */
  async confirm(bytes: Uint8Array): Promise<{ index: number; size: number }> {
    const entry = this.#readDelivered(bytes);
    return this.#serial.run(async () => {
      const { store, watch } = this.#options;
      const { kiosk, batch } = entry.body;
      await this.#compare(entry);
      const signed = await this.#countersigned(entry);
      crashPoint('deliveries.before-post');
      const place = await watch.post(signed).catch((error: unknown) => {
        throw refusalOf(error);
      });
      crashPoint('deliveries.after-post');
      await store.onBoard(kiosk, batch);
      return place;
    });
  }

  batches(station: string): Promise<CardBatchState[]> {
    return this.#options.store.batchesOf(station);
  }

  /** The cards of a batch, in another order each time. Throws `cards.unknown`, `cards.erased`. */
  async print(station: string, kiosk: string, batch: number): Promise<PrintedCard[]> {
    await this.#listed(station, kiosk, batch);
    const secrets = await this.#options.store.secrets(kiosk, batch);
    if (secrets === undefined) throw new PortalError('cards.erased');
    const cards: PrintedCard[] = [];
    for (let i = 0; i < secrets.length; i += CARD_SECRET_LENGTH) {
      const secret = secrets.subarray(i, i + CARD_SECRET_LENGTH);
      const text = cardToText(this.#options.election, kiosk, secret);
      cards.splice(randomInt(cards.length + 1), 0, { text, typed: cardToTyped(secret) });
    }
    secrets.fill(0);
    return cards;
  }

  /** The batch is on paper: its secrets are overwritten. Throws `cards.unknown`. */
  async erase(station: string, kiosk: string, batch: number): Promise<void> {
    await this.#listed(station, kiosk, batch);
    await this.#options.store.erase(kiosk, batch);
  }

  async #listed(station: string, kiosk: string, batch: number): Promise<void> {
    const batches = await this.batches(station);
    const found = batches.some((one) => one.kiosk === kiosk && one.batch === batch);
    if (!found) throw new PortalError('cards.unknown');
  }

  #read(bytes: Uint8Array): DeliveryRequest {
    const { manifest, election } = this.#options;
    let request: DeliveryRequest;
    try {
      request = decodeDeliveryRequest(bytes, (station, kiosk) =>
        kioskKey(manifest, station, kiosk),
      );
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      const foreign = error.code === 'delivery.kiosk' || error.code === 'delivery.signature';
      const code = foreign ? 'deliveries.kiosk' : 'deliveries.malformed';
      throw new PortalError(code, { reason: error.code }, error);
    }
    if (!equalBytes(request.election, election)) throw new PortalError('deliveries.election');
    return request;
  }

  /** How many cards of the style the station may have. Throws `deliveries.style`. */
  #limit({ station, style: id, cards }: DeliveryRequest): number {
    const { manifest } = this.#options;
    const style = manifest.styles.find((one) => one.id === id);
    if (style === undefined || !serves(manifest, station, id)) {
      throw new PortalError('deliveries.style');
    }
    if (cards.some((card) => card.length !== style.contests.length)) {
      throw new PortalError('deliveries.malformed', { reason: 'delivery.contests' });
    }
    return CARDS_PER_VOTER * style.voters + SPARE_CARDS;
  }

  async #open(): Promise<void> {
    // The election may have been opened within the last second.
    if (!this.#isOpen()) await this.#options.watch.look();
    if (!this.#isOpen()) throw new PortalError('deliveries.closed');
  }

  #isOpen(): boolean {
    const { watch, clock } = this.#options;
    const { phase, extension } = watch.state;
    const open = phase === 'open' || phase === 'suspended';
    return watch.fresh && open && clock() < this.#schedule.closes(extension);
  }

  async #answer(request: DeliveryRequest): Promise<{ answer: Uint8Array; secrets?: Uint8Array }> {
    const { manifest, election, issuer } = this.#options;
    const signers = this.#signersOf(request);
    if (issuer.id !== cardIssuer(manifest).id) {
      const cards: Uint8Array[][] = [];
      for (const card of request.cards) cards.push(await sign(signers, card));
      return { answer: encodeSignedBatch({ cards }) };
    }
    const secrets = Uint8Array.from(randomBytes(request.cards.length * CARD_SECRET_LENGTH));
    const cards: CardBatch['cards'][number][] = [];
    for (const [i, card] of request.cards.entries()) {
      const at = i * CARD_SECRET_LENGTH;
      const pair = await cardKey(election, secrets.subarray(at, at + CARD_SECRET_LENGTH));
      pair.privateKey.fill(0);
      const signatures = await sign(signers, card);
      const sealed = await sealToCard(election, pair.publicKey, signatures);
      // In the clear they would be permits without a card.
      for (const signature of signatures) signature.fill(0);
      const id = cardId(election, pair.publicKey);
      cards.push({ key: pair.publicKey, commitment: cardCommitment(election, id, card), sealed });
    }
    return { answer: encodeCardBatch({ cards }), secrets };
  }

  /** The station's keys, in the order of the style's contests. */
  #signersOf({ station, style }: DeliveryRequest): BlindSigner[] {
    const contests = this.#options.manifest.styles.find(({ id }) => id === style)?.contests ?? [];
    const list = stationList(station);
    return contests.map((contest) => {
      const signer = this.#options.signers.find(
        ({ public: key }) => key.contest === contest && key.list === list,
      );
      if (signer === undefined) throw new PortalError('deliveries.style');
      return signer;
    });
  }

  #readDelivered(bytes: Uint8Array): EntryOf<'delivered'> {
    let entry: Entry;
    try {
      entry = decodeEntry(bytes);
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      throw new PortalError('deliveries.malformed', { reason: error.code }, error);
    }
    if (entry.type !== 'delivered') {
      throw new PortalError('deliveries.malformed', { reason: 'entry.type' });
    }
    if (!equalBytes(entry.election, this.#options.election)) {
      throw new PortalError('deliveries.election');
    }
    return entry;
  }

  /** The entry names the cards that were answered, with what was signed for each; no others. */
  async #compare({ body }: EntryOf<'delivered'>): Promise<void> {
    const { store, manifest, issuer } = this.#options;
    const known = await store.delivery(body.kiosk, body.batch);
    if (known === undefined || issuer.id !== cardIssuer(manifest).id) {
      throw new PortalError('deliveries.batch');
    }
    const names = (cards: readonly Pick<CardBatch['cards'][number], 'key' | 'commitment'>[]) =>
      cards
        .map(({ key, commitment }) => `${bytesToHex(key)} ${bytesToHex(commitment)}`)
        .sort()
        .join();
    const same =
      known.station === body.station &&
      known.style === body.style &&
      names(body.cards) === names(decodeCardBatch(known.answer).cards);
    if (!same) throw new PortalError('deliveries.batch');
  }

  /** The stored entry with both signatures; another one than the first is refused. */
  async #countersigned(entry: EntryOf<'delivered'>): Promise<Uint8Array> {
    const { manifest, issuer, seed, store, watch } = this.#options;
    const { kiosk, batch } = entry.body;
    const signer = seedSigner(`issuer/${issuer.id}`, seed);
    const signed = await cosignEntry(entry, signer);
    const wrong = checkSignatures(manifest, signed);
    if (wrong !== undefined) throw new PortalError('deliveries.kiosk', {}, new Error(wrong));
    const known = await store.confirmation(kiosk, batch);
    if (known === undefined) {
      // An entry that the board refuses would stay in this batch's way for ever.
      await this.#open();
      const problem = watch.state.check(signed);
      if (problem !== undefined)
        throw new PortalError('deliveries.batch', { reason: problem.code });
    }
    const stored = known ?? (await store.confirm(kiosk, batch, encodeEntry(signed)));
    const first = decodeEntry(stored) as EntryOf<'delivered'>;
    if (!equalBytes(encode(first.body), encode(entry.body))) {
      throw new PortalError('deliveries.batch');
    }
    return stored;
  }
}

/** The stored answer for the same request; other cards are refused. */
function answerOf(delivery: Delivery, request: Uint8Array): Uint8Array {
  if (!equalBytes(delivery.request, request)) throw new PortalError('deliveries.batch');
  return delivery.answer;
}

/** Blind signatures of one card. Lets others have the loop first: one takes a millisecond. */
async function sign(
  signers: readonly BlindSigner[],
  card: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return card.map((blinded, i) => (signers[i] as BlindSigner).sign(blinded));
  } catch (error) {
    if (!(error instanceof PortalError)) throw error;
    throw new PortalError('deliveries.malformed', { reason: error.code }, error);
  }
}

function refusalOf(error: unknown): PortalError {
  if (!(error instanceof BoardRefusal))
    return new PortalError('server.busy', { retryAfter: 5 }, error);
  const late = error.reason?.endsWith('.phase') ?? false;
  const code: ErrorCode = late ? 'deliveries.closed' : 'deliveries.batch';
  return new PortalError(code, error.reason === undefined ? {} : { reason: error.reason }, error);
}
