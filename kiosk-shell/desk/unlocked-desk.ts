/**
 * The desk's records while it is unlocked: the list, who was marked, the book of cards, entries that
 * wait; who may be served by them; and the one way in which they change. What is in memory follows
 * what is on the disk, never the other way about.
 */
import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import { encodeManifest, type Manifest } from '@kabina/election/manifest';
import type { DeskPile, DeskStatus, DeskVoter } from '@kabina/elements/desk';
import type { ReadBoard, StationBoard } from './desk-board.ts';
import { EMPTY_BOOK, pilesOf, type Book } from './desk-book.ts';
import type { DeskSecrets } from './desk-client.ts';
import { DeskError } from './desk-error.ts';
import type { Waiting } from './desk-queue.ts';
import type { DeskStore } from './desk-store.ts';
import type { KeptVoter } from './desk-voters.ts';

/** What one act changes. */
export interface Act {
  readonly book?: Book;
  readonly marks?: readonly KeptVoter[];
  /** Encoded. */
  readonly entry?: Uint8Array;
}

export class UnlockedDesk {
  readonly secrets: DeskSecrets;
  readonly #store: DeskStore;
  #manifest: Manifest | undefined;
  #board: StationBoard | undefined;
  #voters: Map<string, KeptVoter> | undefined;
  /** Styles of marked voters by number. */
  readonly #marks = new Map<string, string>();
  #book: Book;
  /** Encoded entries that wait, by name of record. */
  readonly #entries = new Map<string, Uint8Array>();

  /** @param records what was sealed under the desk's own key: their shapes are its own */
  constructor(
    store: DeskStore,
    secrets: DeskSecrets,
    records: ReadonlyMap<string, unknown>,
    manifest: Manifest | undefined,
  ) {
    this.#store = store;
    this.secrets = secrets;
    this.#manifest = manifest;
    this.#board = records.get('board') as StationBoard | undefined;
    this.#book = (records.get('book') as Book | undefined) ?? EMPTY_BOOK;
    const list = records.get('list') as readonly KeptVoter[] | undefined;
    if (list !== undefined) this.#voters = new Map(list.map((voter) => [voter.number, voter]));
    for (const [name, value] of records) {
      if (name.startsWith('entry/')) this.#entries.set(name, value as Uint8Array);
      if (!name.startsWith('mark/')) continue;
      const { number, style } = value as { number: string; style: string };
      this.#marks.set(number, style);
    }
  }

  get book(): Book {
    return this.#book;
  }

  get board(): StationBoard | undefined {
    return this.#board;
  }

  get voters(): ReadonlyMap<string, KeptVoter> {
    return this.#voters ?? new Map();
  }

  /** Styles of marked voters by number. */
  get marks(): ReadonlyMap<string, string> {
    return this.#marks;
  }

  get at(): Exclude<DeskStatus['at'], 'locked'> {
    if (this.#book.closed) return 'closed';
    const fetched = this.#voters !== undefined && (this.#board?.cards.length ?? 0) > 0;
    return fetched ? 'open' : 'setup';
  }

  /** The piles as they are, or as they would be. */
  piles(book = this.#book): DeskPile[] {
    if (this.#board === undefined || this.#manifest === undefined) return [];
    return pilesOf(this.#manifest, this.#board, book);
  }

  view(voter: KeptVoter): DeskVoter {
    const { number, name, document, style } = voter;
    return { number, name, document, style, state: this.#stateOf(voter) };
  }

  #stateOf({ number, style, state }: KeptVoter): DeskVoter['state'] {
    if (this.#marks.has(number)) return 'served';
    if (state !== 'free') return state;
    const away = this.#book.trips.some(({ back, voters }) => back < 0 && voters.includes(number));
    // Served at home, perhaps: nobody knows before they are back.
    if (away) return 'elsewhere';
    return this.piles().some((pile) => pile.style === style) ? 'free' : 'unsupported';
  }

  /** A voter who may be given a card. Throws `desk.voter`, `.served`, `.elsewhere`, `.pile`. */
  free(number: string): KeptVoter {
    const voter = this.#voters?.get(number);
    if (voter === undefined) throw new DeskError('desk.voter', 'not on the list of this station');
    switch (this.#stateOf(voter)) {
      case 'free':
        return voter;
      case 'served':
        throw new DeskError('desk.served', 'the voter was served before');
      case 'elsewhere':
        throw new DeskError('desk.elsewhere', 'the voter is on another list');
      case 'unsupported':
        throw new DeskError('desk.pile', 'no cards of the voter’s style');
    }
  }

  /** What the servers have not taken yet. */
  get waiting(): Waiting | undefined {
    const manifest = this.#manifest;
    if (manifest === undefined) return undefined;
    const { closed, marksTaken } = this.#book;
    const taken = marksTaken.map(({ issuer }) => issuer);
    const issuers = manifest.issuers.map(({ id }) => id).filter((id) => !taken.includes(id));
    return {
      ...{ manifest, secrets: this.secrets },
      entries: new Map(this.#entries),
      marks:
        closed && issuers.length > 0 ? { numbers: [...this.#marks.keys()], issuers } : undefined,
    };
  }

  /** Writes an act down, all of it or nothing. */
  async write({ book, marks = [], entry }: Act): Promise<void> {
    const change = new Map<string, unknown>();
    if (book !== undefined) change.set('book', book);
    for (const { number, style } of marks) {
      change.set(await this.#store.nameOf('mark', number), { number, style });
    }
    const name = `entry/${bytesToHex(randomBytes(16))}`;
    if (entry !== undefined) change.set(name, entry);
    await this.#store.change(change);
    if (book !== undefined) this.#book = book;
    for (const { number, style } of marks) this.#marks.set(number, style);
    if (entry !== undefined) this.#entries.set(name, entry);
  }

  /** Writes down what the servers have: the election, the station's cards, its list. */
  async writeFetched({ manifest, board }: ReadBoard, voters: readonly KeptVoter[]): Promise<void> {
    const change = new Map<string, unknown>([
      ['board', board],
      ['list', voters],
    ]);
    await this.#store.change(change, encodeManifest(manifest));
    this.#board = board;
    this.#voters = new Map(voters.map((voter) => [voter.number, voter]));
    this.#manifest = manifest;
  }

  /** Writes down a voter who has come over to this station. */
  async writeVoter(voter: KeptVoter): Promise<void> {
    const voters = new Map(this.#voters).set(voter.number, voter);
    await this.#store.change(new Map([['list', [...voters.values()]]]));
    this.#voters = voters;
  }

  /** An entry is on the board, and waits no more. */
  async writePosted(name: string): Promise<void> {
    await this.#store.change(new Map([[name, undefined]]));
    this.#entries.delete(name);
  }
}
