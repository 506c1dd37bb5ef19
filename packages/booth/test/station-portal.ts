// What a small portal does for stations: cards, the board's station entries, ballots that come late.
// The rules of the real one are its own; here is what a kiosk has to meet.

import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import { coreHash } from '@kabina/election/ballot';
import {
  cardIssuer,
  checkSignatures,
  cosignEntry,
  decodeEntry,
  encodeEntry,
  type Entry,
  type EntryOf,
} from '@kabina/election/entries';
import { stationList } from '@kabina/election/manifest';
import { encodePromise, signPromise } from '@kabina/election/receipt';
import {
  CARD_SECRET_LENGTH,
  cardCommitment,
  cardId,
  cardKey,
  cardToText,
  sealToCard,
} from '@kabina/election/station-card';
import {
  decodeDeliveryRequest,
  encodeCardBatch,
  encodeSignedBatch,
  seedSigner,
  type CardBatch,
} from '@kabina/election/station-delivery';
import { lateLeaf } from '@kabina/election/station-held';
import { testBlindSign, testSeed, type TestElection } from '@kabina/election/testing';
import { verifyInclusion } from '@kabina/log/merkle';

/** Refuses with a status and a code. */
export type Refuse = (status: number, code: string) => never;

export class StationPortal {
  readonly #election: TestElection;
  readonly #refuse: Refuse;
  readonly #publish: (entry: Entry) => void;
  /** What was asked and answered, by issuer, kiosk and batch. */
  readonly #asked = new Map<string, { readonly body: string; readonly answer: Uint8Array }>();
  readonly #secrets = new Map<string, Uint8Array[]>();
  readonly #delivered = new Map<string, string>();
  /** Leaf hash of a ballot that came late, hex, to its promise. */
  readonly #late = new Map<string, Uint8Array>();
  /** The voting is over: nothing new is delivered. */
  closed = false;
  /** Every signed entry that was posted. */
  readonly entries: Entry[] = [];

  constructor(election: TestElection, refuse: Refuse, publish: (entry: Entry) => void) {
    this.#election = election;
    this.#refuse = refuse;
    this.#publish = publish;
  }

  /** The printed cards of a kiosk, all batches, as scanned. */
  cards(kiosk: string): string[] {
    const { electionId } = this.#election;
    const own = [...this.#secrets].filter(([name]) => name.startsWith(`${kiosk} `));
    return own.flatMap(([, secrets]) => secrets.map((s) => cardToText(electionId, kiosk, s)));
  }

  /** What the card issuer says it was asked to sign for a card. */
  asked: (blinded: readonly Uint8Array[]) => readonly Uint8Array[] = (blinded) => blinded;

  get lateBallots(): number {
    return this.#late.size;
  }

  async deliver(issuer: string, bytes: Uint8Array): Promise<Uint8Array> {
    const { manifest, electionId } = this.#election;
    const body = decodeDeliveryRequest(
      bytes,
      (station, kiosk) =>
        manifest.kiosks.find((one) => one.id === kiosk && one.station === station)?.signingKey,
    );
    const name = `${issuer} ${body.kiosk} ${body.batch}`;
    const content = bytesToHex(Uint8Array.from(body.cards.flat().flatMap((all) => [...all])));
    const before = this.#asked.get(name);
    if (before !== undefined) {
      return before.body === content ? before.answer : this.#refuse(409, 'deliveries.batch');
    }
    const { contests } = manifest.styles.find(({ id }) => id === body.style)!;
    const { keys } = manifest.issuers.find(({ id }) => id === issuer)!;
    const signed = body.cards.map((card) =>
      card.map((blinded, i) => {
        const key = keys.find(
          ({ contest, list }) => contest === contests[i] && list === stationList(body.station),
        );
        return testBlindSign(key!.modulus, blinded);
      }),
    );
    let answer = encodeSignedBatch({ cards: signed });
    if (issuer === cardIssuer(manifest).id) {
      const secrets = signed.map(() => randomBytes(CARD_SECRET_LENGTH));
      const cards: CardBatch['cards'] = [];
      for (const [i, secret] of secrets.entries()) {
        const { publicKey } = await cardKey(electionId, secret);
        const id = cardId(electionId, publicKey);
        const commitment = cardCommitment(electionId, id, this.asked(body.cards[i]!));
        const sealed = await sealToCard(electionId, publicKey, signed[i]!);
        cards.push({ key: publicKey, commitment, sealed });
      }
      this.#secrets.set(`${body.kiosk} ${body.batch}`, secrets);
      answer = encodeCardBatch({ cards });
    }
    this.#asked.set(name, { body: content, answer });
    return answer;
  }

  async confirm(bytes: Uint8Array): Promise<void> {
    const entry = decodeEntry(bytes);
    if (entry.type !== 'delivered') return this.#refuse(400, 'deliveries.malformed');
    const name = `${entry.body.kiosk} ${entry.body.batch}`;
    const before = this.#delivered.get(name);
    if (before !== undefined) {
      return before === bytesToHex(bytes) ? undefined : this.#refuse(409, 'deliveries.batch');
    }
    if (this.closed) return this.#refuse(409, 'deliveries.closed');
    const by = `issuer/${cardIssuer(this.#election.manifest).id}`;
    this.post(await cosignEntry(entry, seedSigner(by, testSeed(by))));
    this.#delivered.set(name, bytesToHex(bytes));
  }

  /** A signed entry for the board. */
  post(entry: Entry): void {
    const wrong = checkSignatures(this.#election.manifest, entry);
    if (wrong !== undefined) this.#refuse(422, 'entries.refused');
    const same = encodeEntry(entry).join();
    if (this.entries.some((one) => encodeEntry(one).join() === same)) return;
    this.entries.push(entry);
    this.#publish(entry);
  }

  /** Takes a ballot that was held, once the statement is on the board. */
  late(bytes: Uint8Array): Uint8Array {
    const entry = decodeEntry(bytes);
    if (entry.type !== 'late') return this.#refuse(400, 'late.malformed');
    const { kiosk, index, proof, ballot } = entry.body;
    const held = this.entries.find(
      (one): one is EntryOf<'held'> => one.type === 'held' && one.body.kiosk === kiosk,
    );
    if (held === undefined) return this.#refuse(409, 'late.not-held');
    const leaf = lateLeaf(entry);
    const { number: size, root } = held.body;
    verifyInclusion({ index, size, leaf, proof, root });
    const name = bytesToHex(leaf);
    const election = this.#election.electionId;
    const body = { election, core: coreHash(ballot.core), entry: leaf, before: 'tally' } as const;
    const promise = this.#late.get(name) ?? encodePromise(signPromise(body, testSeed('box')));
    this.#late.set(name, promise);
    return promise;
  }

  /** The desk scans a kiosk's statement: countersigned, on the board. */
  async takeHeld(text: string): Promise<EntryOf<'held'>> {
    const bytes = Uint8Array.from(Buffer.from(text.replace('kabina-held:', ''), 'base64url'));
    const entry = decodeEntry(bytes) as EntryOf<'held'>;
    const by = `station/${entry.body.station}`;
    this.post(await cosignEntry(entry, seedSigner(by, testSeed(by))));
    return entry;
  }
}
