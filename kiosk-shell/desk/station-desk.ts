/**
 * The registration desk of a station, without a face: the list of voters, marks, piles of cards, and
 * what goes to the servers when there is a line. One desk to a station, on its own machine; a second
 * tab is refused by a lock, and a second machine has neither the key nor the journal.
 *
 * Every act is one change of the records (`desk-store.ts`): it is durable before the promise
 * resolves, and a crash leaves all of it or nothing. Acts follow one another; each begins by asking
 * whether it may be done, so whatever was lost of the screen, the same act done twice is refused the
 * second time. The desk never learns which card a voter drew: it counts piles.
 */
import type { IssuerAddress } from '@kabina/booth/client';
import type { Trouble } from '@kabina/booth/session';
import type { KioskMachine } from '@kabina/booth/kiosk-view';
import { bytesToHex, equalBytes, hexToBytes, randomBytes } from '@kabina/crypto/bytes';
import {
  decodeManifest,
  encodeManifest,
  electionId,
  type Manifest,
} from '@kabina/election/manifest';
import type { Signer } from '@kabina/election/entries';
import type { Desk, DeskStatus, DeskVoter } from '@kabina/elements/desk';
import { readStationBoard, type ReadBoard, type StationBoard } from './desk-board.ts';
import {
  account,
  cameBack,
  drawn,
  EMPTY_BOOK,
  pilesOf,
  spoiledCard,
  tripViews,
  wentOut,
  type Book,
} from './desk-book.ts';
import { DeskClient, type DeskSecrets, type ListedVoter } from './desk-client.ts';
import type { DeskDisk } from './desk-disk.ts';
import { signedAccount, signedHeld, signedSpoil } from './desk-entries.ts';
import { DeskError, troubleOf } from './desk-error.ts';
import { openDeskKeys } from './desk-keys.ts';
import { DeskQueue, type Waiting } from './desk-queue.ts';
import { DeskStore } from './desk-store.ts';
import { joined, joinedLists, lookUp, type KeptVoter } from './desk-voters.ts';
import { dictated } from './dictation.ts';

export interface StationDeskOptions {
  /** 64 hexadecimal digits, trusted. */
  readonly electionId: string;
  readonly kind: 'training' | 'binding';
  readonly box: string;
  /** In the manifest's order. */
  readonly issuers: readonly IssuerAddress[];
  /** The desk's: its `kiosk` is the station's id. */
  readonly machine: KioskMachine;
  readonly disk: DeskDisk;
  /** The sealed key file (`desk-keys.ts`), asked for at the first unlocking. */
  readonly keyFile: () => Promise<Uint8Array>;
  /** log2 of scrypt's N of a new desk. */
  readonly cost?: number;
}

/** Everything that is readable while the desk is unlocked. */
interface Facts {
  readonly store: DeskStore;
  readonly secrets: DeskSecrets;
  board: StationBoard | undefined;
  voters: Map<string, KeptVoter> | undefined;
  /** Styles of marked voters by number. */
  readonly marks: Map<string, string>;
  book: Book;
  /** Encoded entries that wait, by name of record. */
  readonly entries: Map<string, Uint8Array>;
}

/** What one act changes. */
interface Act {
  readonly book?: Book;
  readonly marks?: readonly KeptVoter[];
  readonly entry?: Uint8Array;
}

export class StationDesk extends EventTarget implements Desk {
  readonly #options: StationDeskOptions;
  readonly #election: Uint8Array;
  readonly #client: DeskClient;
  readonly #queue: DeskQueue;
  #store: DeskStore | undefined;
  #letGo: (() => void) | undefined;
  #manifest: Manifest | undefined;
  #facts: Facts | undefined;
  #line: 'up' | 'down' | undefined;
  #trouble: Trouble | undefined;
  #sending: Trouble | undefined;
  #busy = 0;
  #last: Promise<unknown> = Promise.resolve();
  #lastOnline: Promise<unknown> = Promise.resolve();
  #status: DeskStatus | undefined;

  constructor(options: StationDeskOptions) {
    super();
    this.#options = options;
    this.#election = hexToBytes(options.electionId);
    const { box, issuers, machine } = options;
    this.#client = new DeskClient({ box, issuers, station: machine.kiosk });
    this.#client.onLine = (up) => {
      this.#line = up ? 'up' : 'down';
      this.#changed();
    };
    this.#queue = new DeskQueue({
      client: this.#client,
      waiting: () => this.#waiting(),
      posted: (name) => this.#entryPosted(name),
      marksTaken: (issuer, refused) => this.#marksTaken(issuer, refused),
      onChange: (trouble) => {
        this.#sending = trouble;
        this.#changed();
      },
    });
  }

  /** Opens the records and holds them against the journal. What stands in the way is the trouble. */
  open(): Promise<void> {
    return this.#act(() => this.#opened()).then(
      () => undefined,
      () => undefined,
    );
  }

  /** Leaves: locks, and lets another tab have the desk. */
  leave(): void {
    this.lock();
    this.#store?.close();
    this.#store = undefined;
    this.#letGo?.();
    this.#letGo = undefined;
  }

  /** The line may be back. */
  hurry(): void {
    this.#queue.hurry();
  }

  /** No code was set yet: the first unlocking takes the key file. */
  get fresh(): boolean {
    return this.#store?.guarded === false;
  }

  get status(): DeskStatus {
    return (this.#status ??= this.#makeStatus());
  }

  /** Slips that are printed once and were (`zero`). */
  get printed(): readonly string[] {
    return this.#facts?.book.printed ?? [];
  }

  notePrinted(slip: string): Promise<void> {
    return this.#act(async () => {
      const { book } = this.#unlocked();
      if (book.printed.includes(slip)) return;
      await this.#write({ book: { ...book, printed: [...book.printed, slip].sort() } });
    });
  }

  unlock(code: string): Promise<void> {
    return this.#act(async () => {
      const store = await this.#opened();
      if (this.#facts !== undefined) return;
      const typed = code.trim();
      let secrets: DeskSecrets | undefined;
      if (!store.guarded) {
        // The file first: a desk can't get a code that isn't the one of its secrets.
        secrets = await this.#readSecrets(typed);
        await store.create(typed);
      }
      const records = await store.unlock(typed);
      const kept = records.get('secrets') as DeskSecrets | undefined;
      if (kept === undefined) {
        secrets ??= await this.#readSecrets(typed);
        await store.change(new Map([['secrets', secrets]]));
      }
      this.#facts = factsOf(store, kept ?? secrets!, records);
      this.#queue.start();
    });
  }

  lock(): void {
    this.#queue.stop();
    this.#store?.lock();
    this.#facts = undefined;
    this.#sending = undefined;
    this.#trouble = undefined;
    this.#changed();
  }

  fetch(): Promise<void> {
    return this.#online(async () => {
      const { board: known, secrets } = this.#unlocked();
      const station = this.#station;
      const read = await readStationBoard(this.#client.board, this.#election, station, known);
      this.#checkStation(read.manifest);
      const lists: ListedVoter[][] = [];
      for (const { id } of read.manifest.issuers) {
        lists.push(await this.#client.list(id, secrets[id] ?? ''));
      }
      await this.#act(() => this.#writeFetched(read, joinedLists(lists)));
    });
  }

  async #writeFetched({ manifest, board }: ReadBoard, voters: KeptVoter[]): Promise<void> {
    const facts = this.#unlocked();
    const change = new Map<string, unknown>([
      ['board', board],
      ['list', voters],
    ]);
    await facts.store.change(change, encodeManifest(manifest));
    facts.board = board;
    facts.voters = new Map(voters.map((voter) => [voter.number, voter]));
    this.#manifest = manifest;
  }

  async find(query: string): Promise<readonly DeskVoter[]> {
    const facts = this.#unlocked();
    return lookUp(facts.voters?.values() ?? [], query).map((voter) => this.#view(facts, voter));
  }

  issue(number: string, kiosk: string): Promise<void> {
    return this.#act(async () => {
      const facts = this.#issuing();
      const voter = this.#free(facts, number);
      const book = drawn(facts.book, this.#piles(facts), kiosk, voter.style);
      await this.#write({ book, marks: [voter] });
    });
  }

  replace(number: string, card: string, kiosk: string): Promise<void> {
    return this.#act(async () => {
      const facts = this.#issuing();
      const voter = facts.voters?.get(number);
      // Whoever was given no card has none to bring back.
      if (voter === undefined || !facts.marks.has(number)) {
        throw new DeskError('desk.voter', 'this voter was not given a card here');
      }
      const spoil = await signedSpoil(this.#signing(facts), facts.book, card);
      if (spoil.style !== voter.style) throw new DeskError('desk.pile', 'a card of another style');
      const spoiled = spoiledCard(facts.book, spoil.card, spoil.kiosk, spoil.style);
      const book = drawn(spoiled, this.#piles(facts, spoiled), kiosk, voter.style);
      await this.#write({ book, entry: spoil.entry });
    });
  }

  spoil(card: string): Promise<void> {
    return this.#act(async () => {
      const facts = this.#unlocked();
      const spoil = await signedSpoil(this.#signing(facts), facts.book, card);
      const book = spoiledCard(facts.book, spoil.card, spoil.kiosk, spoil.style);
      await this.#write({ book, entry: spoil.entry });
    });
  }

  transfer(number: string): Promise<DeskVoter> {
    return this.#online(async () => {
      const here = this.#issuing().voters?.get(number);
      const voter =
        here?.state === 'free' ? here : await this.#transferred(this.#issuing().secrets, number);
      return this.#act(async () => {
        const facts = this.#unlocked();
        if (voter !== here) {
          const voters = new Map(facts.voters).set(number, voter);
          await facts.store.change(new Map([['list', [...voters.values()]]]));
          facts.voters = voters;
        }
        return this.#view(facts, voter);
      });
    });
  }

  carryOut(trip: Parameters<Desk['carryOut']>[0]): Promise<void> {
    return this.#act(async () => {
      const facts = this.#issuing();
      const numbers = [...new Set(trip.voters)];
      const voters = numbers.map((number) => this.#free(facts, number));
      const id = bytesToHex(randomBytes(4));
      const { cards } = trip;
      const plain = cards.map(({ kiosk, style, number }) => ({ kiosk, style, number }));
      for (const { style } of voters) {
        if (!plain.some((pile) => pile.style === style)) {
          throw new DeskError('desk.pile', 'no card of a voter’s style is carried');
        }
      }
      const book = wentOut(facts.book, this.#piles(facts), { id, voters: numbers, cards: plain });
      await this.#write({ book });
    });
  }

  carryBack(id: string, result: Parameters<Desk['carryBack']>[1]): Promise<void> {
    return this.#act(async () => {
      const facts = this.#issuing();
      const trip = facts.book.trips.find((one) => one.id === id);
      // It came home before: what was written then stands.
      if (trip === undefined || trip.back >= 0) throw new DeskError('desk.trip', 'no such trip');
      const served = result.served.map(({ number, kiosk }) => {
        const voter = facts.voters?.get(number);
        if (voter === undefined || !trip.voters.includes(number)) {
          throw new DeskError('desk.voter', 'not a voter of this trip');
        }
        return { voter, kiosk, style: voter.style };
      });
      if (new Set(served.map(({ voter }) => voter)).size !== served.length) {
        throw new DeskError('desk.served', 'a voter is named twice');
      }
      const book = cameBack(facts.book, trip, served, result.cards);
      await this.#write({ book, marks: served.map(({ voter }) => voter) });
    });
  }

  takeHeld(text: string): Promise<void> {
    return this.#act(async () => {
      const facts = this.#unlocked();
      const held = await signedHeld(this.#signing(facts), text);
      const { kiosk, number, root } = held;
      const before = facts.book.held.find((one) => one.kiosk === kiosk);
      if (before !== undefined) {
        if (before.number === number && equalBytes(before.root, root)) return;
        throw new DeskError('held.foreign', 'the kiosk has made another statement before');
      }
      const book = { ...facts.book, held: [...facts.book.held, { kiosk, number, root }] };
      await this.#write({ book, entry: held.entry });
    });
  }

  dictate(kiosk: string): string {
    const held = this.#unlocked().book.held.find((one) => one.kiosk === kiosk);
    if (held === undefined) throw new DeskError('held.text', 'the kiosk’s slip was not scanned');
    return dictated(kiosk, held.number, held.root);
  }

  declareDead(kiosk: string): Promise<void> {
    return this.#act(async () => {
      const facts = this.#unlocked();
      const { book } = facts;
      if (!this.#piles(facts).some((pile) => pile.kiosk === kiosk)) {
        throw new DeskError('desk.pile', 'no such kiosk');
      }
      if (!book.dead.includes(kiosk)) {
        await this.#write({ book: { ...book, dead: [...book.dead, kiosk].sort() } });
      }
    });
  }

  close(): Promise<void> {
    return this.#act(async () => {
      const facts = this.#unlocked();
      if (facts.book.closed) return;
      const signing = this.#signing(facts);
      if (facts.book.trips.some(({ back }) => back < 0)) {
        throw new DeskError('desk.trip', 'a trip has not come back');
      }
      const styles = [...facts.marks.values()];
      const body = account(this.#station, signing.manifest, this.#piles(facts), styles);
      const entry = await signedAccount(signing, body);
      await this.#write({ book: { ...facts.book, closed: true }, entry });
    });
  }

  get #station(): string {
    return this.#options.machine.kiosk;
  }

  /**
   * Work that waits for the servers, one after the other. It stands beside the acts: with a slow line
   * voters at the table are served all the same.
   */
  #online<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastOnline.then(work, work);
    this.#lastOnline = done.catch(() => undefined);
    return done;
  }

  /** Does one act after the other. What it throws, it throws to the caller alone. */
  #act<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      this.#busy += 1;
      this.#changed();
      try {
        return await work();
      } finally {
        this.#busy -= 1;
        this.#changed();
      }
    };
    const done = this.#last.then(run, run);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #changed(): void {
    this.#status = undefined;
    this.dispatchEvent(new Event('change'));
  }

  /** The records, opened and found to be those that the journal knows. */
  async #opened(): Promise<DeskStore> {
    if (this.#store !== undefined) return this.#store;
    const { disk, machine, cost } = this.#options;
    try {
      this.#letGo ??= await disk.hold();
      if (this.#letGo === undefined) {
        throw new DeskError('desk.held', 'another tab has the desk', { retryable: true });
      }
      // One election's own, as the database is: the machine will serve in others.
      const journal = `desk-${bytesToHex(this.#election).slice(0, 16)}`;
      const options = { disk, journal: machine.journal(journal) };
      const store = await DeskStore.open(cost === undefined ? options : { ...options, cost });
      this.#manifest = this.#readManifest(store);
      this.#store = store;
      this.#trouble = undefined;
      return store;
    } catch (error) {
      this.#trouble = troubleOf(error);
      throw error;
    }
  }

  #readManifest({ manifest: kept }: DeskStore): Manifest | undefined {
    if (kept === undefined) return undefined;
    const manifest = decodeManifest(kept);
    if (equalBytes(electionId(manifest), this.#election)) return manifest;
    throw new DeskError('storage.failed', 'the records are of another election');
  }

  async #readSecrets(code: string): Promise<DeskSecrets> {
    const { keyFile, issuers } = this.#options;
    return openDeskKeys(
      await keyFile(),
      code,
      issuers.map(({ id }) => id),
    );
  }

  #unlocked(): Facts {
    if (this.#facts === undefined) throw new DeskError('desk.secret', 'the desk is locked');
    return this.#facts;
  }

  /** Cards may be given out. */
  #issuing(): Facts {
    const facts = this.#unlocked();
    if (facts.book.closed) throw new DeskError('desk.closed', 'issuing has ended');
    return facts;
  }

  #piles({ board, book }: Facts, after: Book = book) {
    if (board === undefined || this.#manifest === undefined) return [];
    return pilesOf(this.#manifest, board, after);
  }

  #signing({ board }: Facts) {
    const manifest = this.#manifest;
    if (manifest === undefined || board === undefined) {
      throw new DeskError('desk.offline', 'the election was not fetched yet');
    }
    const { machine } = this.#options;
    const signer: Signer = {
      by: `station/${this.#station}`,
      sign: (input) => machine.sign(input),
    };
    return { manifest, board, election: this.#election, station: this.#station, signer };
  }

  #view(facts: Facts, voter: KeptVoter): DeskVoter {
    const { number, name, document, style } = voter;
    return { number, name, document, style, state: this.#stateOf(facts, voter) };
  }

  #stateOf(facts: Facts, { number, style, state }: KeptVoter): DeskVoter['state'] {
    if (facts.marks.has(number)) return 'served';
    if (state !== 'free') return state;
    const away = facts.book.trips.some(({ back, voters }) => back < 0 && voters.includes(number));
    // Served at home, perhaps: nobody knows before they are back.
    if (away) return 'elsewhere';
    return this.#piles(facts).some((pile) => pile.style === style) ? 'free' : 'unsupported';
  }

  /** A voter who may be given a card. */
  #free(facts: Facts, number: string): KeptVoter {
    const voter = facts.voters?.get(number);
    if (voter === undefined) throw new DeskError('desk.voter', 'not on the list of this station');
    switch (this.#stateOf(facts, voter)) {
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

  /** Writes an act down; what is in memory follows what is on the disk. */
  async #write({ book, marks = [], entry }: Act): Promise<void> {
    const facts = this.#unlocked();
    const change = new Map<string, unknown>();
    if (book !== undefined) change.set('book', book);
    for (const { number, style } of marks) {
      change.set(await facts.store.nameOf('mark', number), { number, style });
    }
    const name = `entry/${bytesToHex(randomBytes(16))}`;
    if (entry !== undefined) change.set(name, entry);
    await facts.store.change(change);
    if (book !== undefined) facts.book = book;
    for (const { number, style } of marks) facts.marks.set(number, style);
    if (entry !== undefined) facts.entries.set(name, entry);
    if (entry !== undefined) this.#queue.hurry();
  }

  /** Asks every issuer; one that has said yes is asked back if another says no. */
  async #transferred(secrets: DeskSecrets, number: string): Promise<KeptVoter> {
    const rows = [];
    const asked: string[] = [];
    try {
      for (const { id } of this.#manifest?.issuers ?? []) {
        rows.push(await this.#client.transfer(id, secrets[id] ?? '', number));
        asked.push(id);
      }
    } catch (error) {
      // Where nobody answered, the same transfer is asked for again when the line is back.
      if (error instanceof DeskError && !error.retryable) {
        for (const id of asked) {
          await this.#client.release(id, secrets[id] ?? '', number).catch(() => undefined);
        }
      }
      throw error;
    }
    const voter = joined(rows);
    if (voter?.state === 'free') return voter;
    throw new DeskError(
      voter?.state === 'served' ? 'desk.served' : 'desk.elsewhere',
      'the issuers don’t agree that the voter may be served',
    );
  }

  #checkStation(manifest: Manifest): void {
    const { machine } = this.#options;
    const station = manifest.stations.find(({ id }) => id === machine.kiosk);
    if (station === undefined || !equalBytes(station.signingKey, machine.publicKey)) {
      throw new DeskError('desk.machine', 'the manifest knows no desk with this machine’s key');
    }
  }

  #waiting(): Waiting | undefined {
    const facts = this.#facts;
    const manifest = this.#manifest;
    if (facts === undefined || manifest === undefined) return undefined;
    const { book, secrets, entries, marks } = facts;
    const taken = book.marksTaken.map(({ issuer }) => issuer);
    const issuers = manifest.issuers.map(({ id }) => id).filter((id) => !taken.includes(id));
    return {
      ...{ manifest, secrets },
      entries: new Map(entries),
      marks:
        book.closed && issuers.length > 0 ? { numbers: [...marks.keys()], issuers } : undefined,
    };
  }

  #entryPosted(name: string): Promise<void> {
    return this.#act(async () => {
      const facts = this.#unlocked();
      await facts.store.change(new Map([[name, undefined]]));
      facts.entries.delete(name);
    });
  }

  #marksTaken(issuer: string, refused: number): Promise<void> {
    return this.#act(async () => {
      const { book } = this.#unlocked();
      await this.#write({
        book: { ...book, marksTaken: [...book.marksTaken, { issuer, refused }] },
      });
    });
  }

  #makeStatus(): DeskStatus {
    const { kind } = this.#options;
    const manifest = this.#manifest;
    const id = this.#station;
    const name = manifest?.stations.find((station) => station.id === id)?.name ?? { ru: id };
    const facts = this.#facts;
    const trouble = this.#trouble ?? this.#sendingTrouble(facts);
    const waiting = this.#waiting();
    return {
      at: atOf(facts),
      kind: manifest?.kind ?? kind,
      title: manifest?.title ?? { ru: '' },
      station: { id, name },
      line: this.#line,
      voters: facts?.voters?.size ?? 0,
      served: facts?.marks.size ?? 0,
      piles: facts === undefined ? [] : this.#piles(facts),
      trips: facts === undefined ? [] : tripViews(facts.book),
      waiting: (waiting?.entries.size ?? 0) + (waiting?.marks?.numbers.length ?? 0),
      held: facts?.book.held.map(({ kiosk, number }) => ({ kiosk, number })) ?? [],
      busy: this.#busy > 0,
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  /** The line's absence is no trouble: it has a place of its own on the screen. */
  #sendingTrouble(facts: Facts | undefined): Trouble | undefined {
    if (facts?.book.marksTaken.some(({ refused }) => refused > 0)) {
      return { code: 'desk.refused', retryable: false };
    }
    const code = this.#sending?.code;
    return code === 'desk.offline' || code === 'proofs.not-yet' ? undefined : this.#sending;
  }
}

function atOf(facts: Facts | undefined): DeskStatus['at'] {
  if (facts === undefined) return 'locked';
  if (facts.book.closed) return 'closed';
  const fetched = facts.voters !== undefined && (facts.board?.cards.length ?? 0) > 0;
  return fetched ? 'open' : 'setup';
}

/** What the records say. They were sealed under the desk's own key: their shapes are its own. */
function factsOf(
  store: DeskStore,
  secrets: DeskSecrets,
  records: ReadonlyMap<string, unknown>,
): Facts {
  const facts: Facts = {
    store,
    secrets,
    board: records.get('board') as StationBoard | undefined,
    voters: undefined,
    marks: new Map(),
    book: (records.get('book') as Book | undefined) ?? EMPTY_BOOK,
    entries: new Map(),
  };
  const list = records.get('list') as readonly KeptVoter[] | undefined;
  if (list !== undefined) facts.voters = new Map(list.map((voter) => [voter.number, voter]));
  for (const [name, value] of records) {
    if (name.startsWith('entry/')) facts.entries.set(name, value as Uint8Array);
    if (!name.startsWith('mark/')) continue;
    const { number, style } = value as { number: string; style: string };
    facts.marks.set(number, style);
  }
  return facts;
}
