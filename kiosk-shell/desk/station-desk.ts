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
import { bytesToHex, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { decodeManifest, electionId, type Manifest } from '@kabina/election/manifest';
import type { Signer } from '@kabina/election/entries';
import type { Desk, DeskStatus, DeskVoter } from '@kabina/elements/desk';
import { readStationBoard } from './desk-board.ts';
import { account, drawn, spoiledCard } from './desk-book.ts';
import { DeskClient, type DeskSecrets, type ListedVoter } from './desk-client.ts';
import type { DeskDisk } from './desk-disk.ts';
import { signedAccount, signedHeld, signedSpoil } from './desk-entries.ts';
import { DeskError, troubleOf } from './desk-error.ts';
import { openDeskKeys } from './desk-keys.ts';
import { DeskQueue, type Round } from './desk-queue.ts';
import { deskStatus } from './desk-status.ts';
import { DeskStore } from './desk-store.ts';
import { transferred } from './desk-transfer.ts';
import { comeHome, setOut } from './desk-trips.ts';
import { joinedLists, lookUp, type KeptVoter } from './desk-voters.ts';
import { dictated } from './dictation.ts';
import { UnlockedDesk, type Act } from './unlocked-desk.ts';

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

export class StationDesk extends EventTarget implements Desk {
  readonly #options: StationDeskOptions;
  readonly #election: Uint8Array;
  readonly #client: DeskClient;
  readonly #queue: DeskQueue;
  #store: DeskStore | undefined;
  #letGo: (() => void) | undefined;
  #manifest: Manifest | undefined;
  #desk: UnlockedDesk | undefined;
  #line: 'up' | 'down' | undefined;
  #trouble: Trouble | undefined;
  #sending: Round | undefined;
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
      waiting: () => this.#desk?.waiting,
      posted: (name) => this.#entryPosted(name),
      marksTaken: (issuer, refused) => this.#marksTaken(issuer, refused),
      onChange: (round) => {
        this.#sending = round;
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
    return this.#desk?.book.printed ?? [];
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
      if (this.#desk !== undefined) return;
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
      this.#desk = new UnlockedDesk(store, kept ?? secrets!, records, this.#manifest);
      this.#queue.start();
    });
  }

  lock(): void {
    this.#queue.stop();
    this.#store?.lock();
    this.#desk = undefined;
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
      await this.#act(async () => {
        await this.#unlocked().writeFetched(read, joinedLists(lists));
        this.#manifest = read.manifest;
      });
    });
  }

  async find(query: string): Promise<readonly DeskVoter[]> {
    const desk = this.#unlocked();
    return lookUp(desk.voters.values(), query).map((voter) => desk.view(voter));
  }

  issue(number: string, kiosk: string): Promise<void> {
    return this.#act(async () => {
      const desk = this.#issuing();
      const voter = desk.free(number);
      const book = drawn(desk.book, desk.piles(), kiosk, voter.style);
      await this.#write({ book, marks: [voter] });
    });
  }

  replace(number: string, card: string, kiosk: string): Promise<void> {
    return this.#act(async () => {
      const desk = this.#issuing();
      const voter = desk.voters.get(number);
      // Whoever was given no card has none to bring back.
      if (voter === undefined || !desk.marks.has(number)) {
        throw new DeskError('desk.voter', 'this voter was not given a card here');
      }
      const spoil = await signedSpoil(this.#signing(desk), desk.book, card);
      if (spoil.style !== voter.style) throw new DeskError('desk.pile', 'a card of another style');
      const spoiled = spoiledCard(desk.book, spoil.card, spoil.kiosk, spoil.style);
      const book = drawn(spoiled, desk.piles(spoiled), kiosk, voter.style);
      await this.#write({ book, entry: spoil.entry });
    });
  }

  spoil(card: string): Promise<void> {
    return this.#act(async () => {
      const desk = this.#unlocked();
      const spoil = await signedSpoil(this.#signing(desk), desk.book, card);
      const book = spoiledCard(desk.book, spoil.card, spoil.kiosk, spoil.style);
      await this.#write({ book, entry: spoil.entry });
    });
  }

  transfer(number: string): Promise<DeskVoter> {
    return this.#online(async () => {
      const here = this.#issuing().voters.get(number);
      const voter = here?.state === 'free' ? here : await this.#transferred(number);
      return this.#act(async () => {
        const desk = this.#unlocked();
        if (voter !== here) await desk.writeVoter(voter);
        return desk.view(voter);
      });
    });
  }

  carryOut(trip: Parameters<Desk['carryOut']>[0]): Promise<void> {
    return this.#act(() => this.#write(setOut(this.#issuing(), trip)));
  }

  carryBack(id: string, result: Parameters<Desk['carryBack']>[1]): Promise<void> {
    return this.#act(() => this.#write(comeHome(this.#issuing(), id, result)));
  }

  takeHeld(text: string): Promise<void> {
    return this.#act(async () => {
      const desk = this.#unlocked();
      const held = await signedHeld(this.#signing(desk), text);
      const { kiosk, number, root } = held;
      const before = desk.book.held.find((one) => one.kiosk === kiosk);
      if (before !== undefined) {
        if (before.number === number && equalBytes(before.root, root)) return;
        throw new DeskError('held.foreign', 'the kiosk has made another statement before');
      }
      const book = { ...desk.book, held: [...desk.book.held, { kiosk, number, root }] };
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
      const desk = this.#unlocked();
      const { book } = desk;
      if (!desk.piles().some((pile) => pile.kiosk === kiosk)) {
        throw new DeskError('desk.pile', 'no such kiosk');
      }
      if (!book.dead.includes(kiosk)) {
        await this.#write({ book: { ...book, dead: [...book.dead, kiosk].sort() } });
      }
    });
  }

  close(): Promise<void> {
    return this.#act(async () => {
      const desk = this.#unlocked();
      if (desk.book.closed) return;
      const signing = this.#signing(desk);
      if (desk.book.trips.some(({ back }) => back < 0)) {
        throw new DeskError('desk.trip', 'a trip has not come back');
      }
      const styles = [...desk.marks.values()];
      const body = account(this.#station, signing.manifest, desk.piles(), styles);
      const entry = await signedAccount(signing, body);
      await this.#write({ book: { ...desk.book, closed: true }, entry });
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

  #unlocked(): UnlockedDesk {
    if (this.#desk === undefined) throw new DeskError('desk.secret', 'the desk is locked');
    return this.#desk;
  }

  /** Cards may be given out. */
  #issuing(): UnlockedDesk {
    const desk = this.#unlocked();
    if (desk.book.closed) throw new DeskError('desk.closed', 'issuing has ended');
    return desk;
  }

  #signing({ board }: UnlockedDesk) {
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

  /** Writes an act down, and sends what it has to say. */
  async #write(act: Act): Promise<void> {
    await this.#unlocked().write(act);
    if (act.entry !== undefined) this.#queue.hurry();
  }

  #transferred(number: string): Promise<KeptVoter> {
    const issuers = this.#manifest?.issuers.map(({ id }) => id) ?? [];
    return transferred(this.#client, issuers, this.#issuing().secrets, number);
  }

  #checkStation(manifest: Manifest): void {
    const { machine } = this.#options;
    const station = manifest.stations.find(({ id }) => id === machine.kiosk);
    if (station === undefined || !equalBytes(station.signingKey, machine.publicKey)) {
      throw new DeskError('desk.machine', 'the manifest knows no desk with this machine’s key');
    }
  }

  #entryPosted(name: string): Promise<void> {
    return this.#act(() => this.#unlocked().writePosted(name));
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
    return deskStatus({
      station: this.#station,
      kind: this.#options.kind,
      manifest: this.#manifest,
      desk: this.#desk,
      line: this.#line,
      busy: this.#busy > 0,
      trouble: this.#trouble,
      sending: this.#sending,
    });
  }
}
