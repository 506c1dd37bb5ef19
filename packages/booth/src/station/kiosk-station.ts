// A station's kiosk without a face («терминал участка»): it is set up with a line, and then votes with
// or without one. What it keeps is in `places.ts` and the queue; each of its parts says what happens if
// the process dies there. Opening is the same road as recovery.

import { equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { stationList, type Manifest } from '@kabina/election/manifest';
import type { SetJournal } from '@kabina/outbox/journal';
import { PortalClient, type IssuerAddress } from '../client.ts';
import { readNotices } from '../election.ts';
import { BoothError } from '../errors.ts';
import { Pauses } from '../pauses.ts';
import type { BoothSession, Trouble } from '../state.ts';
import type { WorkerEndpoint } from '../worker-client.ts';
import { WorkerHost } from '../worker-host.ts';
import { decodeCache, encodeCache, fetchBoard, withNews, type BoardCache } from './board-cache.ts';
import { CardSession } from './card-session.ts';
import { endPlace, finishCasting } from './casting.ts';
import { heldOf, heldText, makeAccount, makeClosing, owesAccount, postAccount } from './closing.ts';
import { deliverCards } from './delivery.ts';
import { asBoothError, stationTrouble } from './errors.ts';
import { kioskStatus } from './kiosk-status.ts';
import type { KioskMachine, KioskStatus } from './kiosk-view.ts';
import { newsOf, NO_NEWS, type News } from './news.ts';
import { Places } from './places.ts';
import { encodeQueueFile } from './queue-file.ts';
import { BallotQueue } from './queue.ts';
import type { KioskServices } from './services.ts';
import { browserStorage, NAME_DIGITS, stationDatabase, type KioskStorage } from './storage.ts';

export type * from './kiosk-view.ts';
export type { KioskStorage } from './storage.ts';

export interface KioskStationOptions {
  /** Hash of the manifest, 64 hexadecimal digits, from a source the commission trusts. */
  readonly electionId: string;
  /** Address of the ballot box, which serves the board too. */
  readonly box: string;
  readonly issuers: readonly IssuerAddress[];
  readonly machine: KioskMachine;
  /** Makes the dedicated worker; under Trusted Types the embedder's policy creates its address. */
  readonly createWorker: () => WorkerEndpoint;
  /** Name of the databases; one of the election's own by default. */
  readonly database?: string;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly clock?: () => number;
  /** Default: IndexedDB. */
  readonly storage?: KioskStorage;
}

/** Pauses between tries to put the account on the board. */
const ACCOUNT_PACE = { first: 2000, most: 60_000 };
/** How often a kiosk that waits for the opening looks at the clock. */
const LOOK = 60_000;
/** Pauses between looks for news of the election, whatever voters do. */
const NEWS_PACE = { first: 300_000, most: 300_000 };
/** After these nothing is known to be right any more. */
const FATAL: readonly string[] = [
  'journal.disagrees',
  'storage.not-kept',
  'outbox.elsewhere',
  'outbox.closed',
  'outbox.damaged',
  'keeper.held',
  'keeper.damaged',
  'kiosk.unknown',
];

/** Fires `change`, a plain `Event`, whenever `status` has changed. */
export class KioskStation extends EventTarget {
  readonly #options: KioskStationOptions;
  readonly #storage: KioskStorage;
  readonly #client: PortalClient;
  readonly #worker: WorkerHost;
  readonly #account = new Pauses(ACCOUNT_PACE);
  readonly #looks = new Pauses(NEWS_PACE);
  #release: (() => void) | undefined;
  #places: Places | undefined;
  #board: BoardCache | undefined;
  #services: KioskServices | undefined;
  #queue: BallotQueue | undefined;
  #news: News = NO_NEWS;
  #session: CardSession | undefined;
  #trouble: Trouble | undefined;
  #stopped = false;
  #look: ReturnType<typeof setTimeout> | undefined;
  /** The last of setting up, delivering and closing, which wait for each other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: KioskStationOptions) {
    super();
    const { electionId, createWorker: create } = options;
    if (!/^[0-9a-f]{64}$/.test(electionId)) {
      throw new TypeError('"electionId" expected 64 hexadecimal digits');
    }
    this.#options = options;
    const name = options.database ?? stationDatabase(electionId);
    this.#storage = options.storage ?? browserStorage(name);
    this.#client = new PortalClient(options);
    this.#worker = new WorkerHost({
      create,
      electionId,
      board: () => Promise.resolve(this.#board?.files ?? options.box),
      seed: async () => {
        const opened = this.#places?.opened;
        const place = opened === undefined ? undefined : await this.#places!.read(opened.id);
        return place?.secret?.seed;
      },
      list: () => stationList(this.#services!.station),
    });
  }

  /**
   * Opens what is on the disk and goes on with what was cut off. Never rejects for what it finds: then
   * `status.phase` is `stopped`, and `status.trouble` says why.
   */
  static async open(options: KioskStationOptions): Promise<KioskStation> {
    const station = new KioskStation(options);
    try {
      await station.#begin();
    } catch (error) {
      station.#fail(error, true);
    }
    return station;
  }

  get status(): KioskStatus {
    return kioskStatus({
      kiosk: this.#options.machine.kiosk,
      station: this.#services?.station,
      manifest: this.manifest,
      places: this.#places,
      queue: this.#queue?.status,
      news: this.#news,
      now: this.#now(),
      occupied: this.#occupied,
      stopped: this.#stopped,
      trouble: this.#trouble,
    });
  }

  /** Verified against the trusted `electionId`; undefined before the election was fetched. */
  get manifest(): Manifest | undefined {
    return this.#services?.manifest;
  }

  /** What the kiosk held when it was closed, signed: `kabina-held:…`, for a QR code. */
  get heldText(): string | undefined {
    const closing = this.#places?.closing;
    return closing && heldText(closing);
  }

  /**
   * With a line: reads and verifies the board and keeps what proves it; again, only the news of
   * candidates who left and of a suspension. A kiosk that was set up looks for those by itself, now
   * and then.
   * @throws BoothError `board.…`, `network.…`, `kiosk.unknown`, `keeper.…`
   */
  fetchElection(): Promise<void> {
    return this.#alone(async () => {
      const trusted = hexToBytes(this.#options.electionId);
      const before = this.#services && this.#board;
      const cache =
        before === undefined
          ? await fetchBoard(this.#client, trusted)
          : await withNews(this.#client, this.#services!.manifest, before);
      // Nothing new, or a look for news has just brought it.
      if (cache === before || (before !== undefined && this.#board !== before)) return;
      await this.#storage.keeper.write(this.#name('board'), encodeCache(cache));
      await this.#openElection(cache);
    });
  }

  /**
   * With a line: brings the cards of a style up to that number in all, so that trying again after a
   * failure asks for no more than was wanted. A batch that was cut off goes on with the same bytes.
   * @throws BoothError `deliveries.…`, `network.…`, `permits.bad`, `keeper.…`, `journal.…`
   */
  deliver(style: string, cards: number): Promise<void> {
    return this.#alone(async () => {
      const services = this.#ready();
      if (services.places.closing !== undefined) {
        throw new BoothError('kiosk.closed', 'the kiosk is closed');
      }
      await this.#storage.assure(cards);
      try {
        await deliverCards(services, style, cards, () => this.#changed());
      } finally {
        await services.call('erase').catch(() => undefined);
      }
    });
  }

  /**
   * A session for one voter. Whether it may begin is said by its `start()`.
   * @throws BoothError `kiosk.setup`; `session.pending` while another one has not ended
   */
  session(): BoothSession {
    const services = this.#ready();
    if (this.#occupied) throw new BoothError('session.pending', 'a session has not ended');
    const session = new CardSession({
      services,
      queue: this.#queue!,
      news: () => this.#news,
      now: () => this.#now(),
      admit: () => this.#admit(services),
      failed: (error) => {
        if (/^(journal|storage|outbox|keeper)\./.test(stationTrouble(error).code)) {
          this.#fail(error, false);
        }
      },
      ended: () => this.#changed(),
    });
    session.addEventListener('change', () => this.#changed());
    this.#session = session;
    return session;
  }

  /** A member ends a session that was cut off; what it had decided to cast is cast. */
  async endInterrupted(): Promise<void> {
    await this.#session?.end();
    await this.#alone(async () => {
      const services = this.#ready();
      await finishCasting(services, this.#queue!);
      const { opened } = services.places;
      if (opened !== undefined) await endPlace(services, opened.id);
    });
  }

  /**
   * Sends what waits now, unless it is so little that a ballot would be known by its hour, and looks for
   * news. Resolves after one pass, also when
   * the line is down.
   */
  async sendNow(): Promise<void> {
    await Promise.all([this.#queue?.flush(), this.#lookForNews()]);
    this.#account.wake();
  }

  /**
   * What the box has refused waits again, and leaves as everything else does; refused again, it is set
   * aside again. A refusal is nobody's signature: it may have been a fault of the line.
   * @throws BoothError `kiosk.setup`; `session.pending` while somebody votes; `outbox.…`, `storage.…`
   */
  retryAside(): Promise<void> {
    return this.#alone(async () => {
      this.#ready();
      await this.#queue?.release();
    });
  }

  /**
   * A member closes the kiosk: nobody votes any more; what it holds is stated and goes with a proof.
   * @returns `kabina-held:…`, the same every time
   * @throws BoothError `session.pending` while somebody votes; `keeper.…`, `journal.…`, `storage.…`
   */
  async close(): Promise<string> {
    await this.#alone(async () => {
      const services = this.#ready();
      const queue = this.#queue!;
      if (services.places.closing !== undefined) return;
      await finishCasting(services, queue);
      const { opened } = services.places;
      if (opened !== undefined) await endPlace(services, opened.id);
      // Nothing may be on its way as an ordinary ballot once it is stated as held.
      await queue.pause();
      try {
        await queue.release();
        const leaves = (await queue.waiting()).map(({ leaf }) => leaf);
        await services.places.change({ closing: await makeClosing(services, leaves) });
      } finally {
        queue.start();
      }
      this.#planAccount();
    });
    return this.heldText!;
  }

  /**
   * What waits in a closed kiosk, and its account, as a file for a machine with a line. The account is
   * missing only while nobody can say whether a delivery that was cut off was received.
   * @throws BoothError `session.illegal` before it was closed; `keeper.…`, `storage.…`
   */
  async exportQueue(): Promise<Uint8Array> {
    const closing = this.#places?.closing;
    if (closing === undefined || this.#queue === undefined) {
      throw new BoothError('session.illegal', 'the kiosk is not closed');
    }
    const account = await makeAccount(this.#services!).catch((error: unknown) => {
      if (stationTrouble(error).code.startsWith('network.')) return [];
      throw asBoothError(error);
    });
    // What the box has refused since leaves with the rest.
    await this.#queue.release().catch((error: unknown) => {
      throw asBoothError(error);
    });
    const stated = new Set(closing.leaves.map((leaf) => leaf.join()));
    const waiting = await this.#queue.waiting().catch((error: unknown) => {
      throw asBoothError(error);
    });
    const ballots = waiting.filter(({ leaf }) => stated.has(leaf.join()));
    const { held, leaves } = closing;
    return encodeQueueFile({ held, leaves, ballots: ballots.map(({ bytes }) => bytes), account });
  }

  /** Stops sending and lets go of the databases; a voter's session stays interrupted. */
  async stop(): Promise<void> {
    clearTimeout(this.#look);
    this.#account.stop();
    this.#looks.stop();
    this.#stopped = true;
    this.#worker.close();
    await this.#last;
    await this.#queue?.close();
    this.#release?.();
  }

  async #begin(): Promise<void> {
    const { keeper } = this.#storage;
    const { electionId } = this.#options;
    this.#release = await keeper.hold(electionId);
    await this.#storage.assure(0);
    this.#places = await Places.open(keeper, electionId, this.#journal('cards'));
    const cache = await keeper.read(this.#name('board'));
    if (cache !== undefined) await this.#openElection(decodeCache(cache));
    this.#watchClock();
  }

  async #openElection(cache: BoardCache): Promise<void> {
    const { electionId, machine } = this.#options;
    const election = hexToBytes(electionId);
    const places = this.#places!;
    this.#board = cache;
    const manifest = await this.#worker.call('readElection', cache.files, election);
    const kiosk = manifest.kiosks.find(({ id }) => id === machine.kiosk);
    const own = kiosk !== undefined && equalBytes(kiosk.signingKey, machine.publicKey);
    if (!own || kiosk.station === undefined) {
      throw new BoothError('kiosk.unknown', `the manifest has no kiosk ${machine.kiosk} like this`);
    }
    this.#services = {
      manifest,
      election,
      kiosk: kiosk.id,
      station: kiosk.station,
      signer: { by: `kiosk/${kiosk.id}`, sign: (input) => machine.sign(input) },
      client: this.#client,
      places,
      call: this.#worker.call,
    };
    this.#news = newsOf(await this.#worker.call('readNotices', cache.notices));
    await this.#openQueue(this.#services);
    this.#planNews();
    this.#changed();
  }

  async #openQueue(services: KioskServices): Promise<void> {
    if (this.#queue !== undefined) return;
    const { places, manifest, kiosk } = services;
    this.#queue = await BallotQueue.open({
      storage: this.#storage,
      manifest,
      kiosk,
      client: this.#client,
      journal: this.#journal('outbox'),
      held: () => places.closing && heldOf(places.closing),
      changed: () => this.#queueChanged(),
    });
    try {
      await finishCasting(services, this.#queue);
    } catch (error) {
      // It is on the disk, and the next session begins with it.
      this.#fail(error, false);
    }
    this.#queue.start();
    this.#planAccount();
  }

  /** @throws BoothError: no session may begin */
  async #admit(services: KioskServices): Promise<void> {
    this.#ready();
    const { places, manifest } = services;
    if (places.closing !== undefined) throw new BoothError('kiosk.closed', 'the kiosk is closed');
    if (places.all.size === 0) throw new BoothError('kiosk.setup', 'no cards were delivered');
    try {
      const most = Math.max(...manifest.styles.map(({ contests }) => contests.length));
      await this.#queue!.assureRoom(most);
      await finishCasting(services, this.#queue!);
    } catch (error) {
      this.#fail(error, false);
      throw asBoothError(error);
    }
    this.#trouble = undefined;
  }

  get #occupied(): boolean {
    return this.#session !== undefined && this.#session.state.at !== 'ended';
  }

  /** @throws BoothError: why the kiosk has stopped, or `kiosk.setup` */
  #ready(): KioskServices {
    if (this.#stopped) {
      const { code, retryable } = this.#trouble ?? { code: 'session.illegal', retryable: false };
      throw new BoothError(code, 'the kiosk has stopped', { retryable });
    }
    if (this.#services === undefined) {
      throw new BoothError('kiosk.setup', 'the election was not fetched');
    }
    return this.#services;
  }

  /** One at a time, and with nobody in the booth. */
  #alone(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(async () => {
      if (this.#stopped) this.#ready();
      if (this.#occupied) throw new BoothError('session.pending', 'a session has not ended');
      try {
        await work();
        this.#trouble = undefined;
      } catch (error) {
        this.#fail(error, false);
        throw asBoothError(error);
      } finally {
        this.#changed();
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #fail(error: unknown, always: boolean): void {
    this.#trouble = stationTrouble(error);
    if (always || FATAL.includes(this.#trouble.code)) this.#stopped = true;
    this.#changed();
  }

  /** A queue that this page has lost keeps nothing any more: nobody may begin, or find out at casting. */
  #queueChanged(): void {
    const trouble = this.#queue?.status.trouble;
    if (trouble !== undefined && FATAL.includes(trouble.code) && !this.#stopped) {
      this.#trouble = trouble;
      this.#stopped = true;
    }
    this.#changed();
  }

  #planAccount(): void {
    const services = this.#services;
    if (services === undefined || this.#stopped) return;
    const { closing } = services.places;
    if (closing === undefined || !owesAccount(closing)) return;
    this.#account.plan(() => {
      void postAccount(services)
        .catch(() => undefined)
        .then(() => this.#planAccount());
    });
  }

  #planNews(): void {
    if (this.#stopped) return;
    this.#looks.plan(() => void this.#lookForNews().then(() => this.#planNews()));
  }

  /** A voter's session goes on meanwhile: nothing of it is touched. Without a line nothing changes. */
  async #lookForNews(): Promise<void> {
    const [before, manifest] = [this.#board, this.manifest];
    if (before === undefined || manifest === undefined || this.#stopped) return;
    try {
      const cache = await withNews(this.#client, manifest, before);
      // Meanwhile a person may have fetched it.
      if (cache === before || this.#board !== before) return;
      const notices = readNotices(manifest, cache.notices);
      await this.#storage.keeper.write(this.#name('board'), encodeCache(cache));
      this.#board = cache;
      this.#news = newsOf(notices);
      this.#changed();
    } catch {
      // The next look may find more.
    }
  }

  #watchClock(): void {
    clearTimeout(this.#look);
    if (this.status.phase === 'ready') this.#changed();
    this.#look = setTimeout(() => this.#watchClock(), LOOK);
    // In Node a look at the clock alone doesn't keep the process alive.
    (this.#look as { unref?: () => void }).unref?.();
  }

  #now(): number {
    return (this.#options.clock ?? Date.now)();
  }

  #journal(set: 'outbox' | 'cards'): SetJournal {
    const { electionId, machine } = this.#options;
    // One election's own: the machine will serve in others.
    return machine.journal(`${set}-${electionId.slice(0, NAME_DIGITS)}`);
  }

  #name(record: string): string {
    return `${this.#options.electionId}/${record}`;
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
