/** For tests: what a kiosk of the test election's station asks and says. Its cards' seeds are words. */
import { blind, finalize } from '@kabina/crypto/blind-rsa';
import { randomBytes } from '@kabina/crypto/bytes';
import { ballotKeyFromSeed, blindingSeed, permitMessage } from '@kabina/election/ballot';
import {
  cardIssuer,
  cosignEntry,
  encodeEntry,
  type Bodies,
  type EntryOf,
  type Permit,
} from '@kabina/election/entries';
import { stationList } from '@kabina/election/manifest';
import { sealDeposit } from '@kabina/election/station-card';
import {
  encodeDeliveryRequest,
  seedSigner,
  type CardBatch,
  type DeliveryRequest,
} from '@kabina/election/station-delivery';
import { heldBallots, lateEntry, type HeldBallots } from '@kabina/election/station-held';
import { testSeed } from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { STATION, type PortalElection } from './test-election.ts';

const STYLE = 'town';
const LIST = stationList(STATION);

export class TestKiosk {
  readonly #portal: PortalElection;
  readonly #id: string;

  constructor(portal: PortalElection, id: string) {
    this.#portal = portal;
    this.#id = id;
  }

  get signer() {
    return seedSigner(`kiosk/${this.#id}`, testSeed(`kiosk/${this.#id}`));
  }

  seed(batch: number, card: number): Uint8Array {
    return testSeed(`${this.#id} ${batch} ${card}`);
  }

  /** The bytes that ask an issuer for a batch; `change` alters what is asked before it is signed. */
  request(
    issuer: string,
    batch: number,
    cards: number,
    change: (body: DeliveryRequest) => DeliveryRequest = (body) => body,
  ): Promise<Uint8Array> {
    const contests = this.#contests();
    const body: DeliveryRequest = {
      election: this.#portal.election.electionId,
      station: STATION,
      kiosk: this.#id,
      style: STYLE,
      batch,
      cards: Array.from({ length: cards }, (_, card) =>
        contests.map((contest) => this.#blinded(issuer, batch, card, contest).blinded),
      ),
    };
    return encodeDeliveryRequest(change(body), this.signer);
  }

  /** The permit that the issuers' blind signatures make; throws if one of them is wrong. */
  permit(batch: number, card: number, contest: string, signed: readonly Uint8Array[]): Permit {
    const { manifest } = this.#portal;
    const signatures = manifest.issuers.map(({ id }, i) => {
      const { key, message, unblinder } = this.#blinded(id, batch, card, contest);
      return finalize(key, message, unblinder, signed[i] as Uint8Array);
    });
    return { key: this.#ballotKey(batch, card, contest), list: LIST, signatures };
  }

  /** The `delivered` entry with the kiosk's signature alone. */
  async delivered(batch: number, answer: CardBatch): Promise<EntryOf<'delivered'>> {
    const { electionId } = this.#portal.election;
    const last = cardIssuer(this.#portal.manifest).id;
    const cards = await Promise.all(
      answer.cards.map(async ({ key, commitment }, card) => {
        const contests = this.#contests();
        const deposit = await sealDeposit(electionId, key, {
          blindings: contests.map((contest) => this.#blinding(last, batch, card, contest)),
          keys: contests.map((contest) => this.#ballotKey(batch, card, contest)),
        });
        return { key, commitment, deposit };
      }),
    );
    const body = { station: STATION, kiosk: this.#id, style: STYLE, batch, cards };
    return this.#signed('delivered', body);
  }

  /** A `delivered` entry of cards that nobody has: for boards on which only their number matters. */
  async cards(batch: number, number: number): Promise<Uint8Array> {
    const cards = Array.from({ length: number }, () => ({
      key: randomBytes(32),
      commitment: randomBytes(32),
      deposit: randomBytes(100),
    }));
    const body = { station: STATION, kiosk: this.#id, style: STYLE, batch, cards };
    const issuer = `issuer/${this.#portal.manifest.issuers.at(-1)!.id}`;
    const own = await this.#signed('delivered', body);
    return encodeEntry(await cosignEntry(own, seedSigner(issuer, testSeed(issuer))));
  }

  /** The closing statement with the kiosk's and the desk's signatures, and what it is about. */
  async held(
    ballots: readonly EntryOf<'ballot'>[],
  ): Promise<{ entry: Uint8Array; held: HeldBallots }> {
    const held = heldBallots(ballots.map((ballot) => leafHash(encodeEntry(ballot))));
    const { number, root } = held;
    const own = await this.#signed('held', { station: STATION, kiosk: this.#id, number, root });
    const desk = seedSigner(`station/${STATION}`, testSeed(`station/${STATION}`));
    return { entry: encodeEntry(await cosignEntry(own, desk)), held };
  }

  late(held: HeldBallots, ballot: EntryOf<'ballot'>): Uint8Array {
    return encodeEntry(lateEntry(this.#id, held, ballot));
  }

  #signed<T extends 'delivered' | 'held'>(type: T, body: Bodies[T]): Promise<EntryOf<T>> {
    const election = this.#portal.election.electionId;
    return cosignEntry<T>({ type, election, body, signatures: [] }, this.signer);
  }

  #contests(): readonly string[] {
    return this.#portal.manifest.styles.find(({ id }) => id === STYLE)!.contests;
  }

  #ballotKey(batch: number, card: number, contest: string): Uint8Array {
    const { suite, electionId } = this.#portal.election;
    return ballotKeyFromSeed(suite, this.seed(batch, card), electionId, contest).publicKey;
  }

  #blinded(issuer: string, batch: number, card: number, contest: string) {
    const { electionId } = this.#portal.election;
    const { keys } = this.#portal.manifest.issuers.find(({ id }) => id === issuer)!;
    const key = keys.find((one) => one.contest === contest && one.list === LIST)!;
    const message = permitMessage(electionId, contest, this.#ballotKey(batch, card, contest));
    const seed = this.#blinding(issuer, batch, card, contest);
    return { key, message, ...blind(key, message, seed) };
  }

  #blinding(issuer: string, batch: number, card: number, contest: string): Uint8Array {
    const { electionId } = this.#portal.election;
    return blindingSeed(this.seed(batch, card), electionId, contest, issuer, LIST);
  }
}
