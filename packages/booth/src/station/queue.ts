// The kiosk's ballots on their way to the ballot box: an outbox of encoded `ballot` entries and what
// sends them. An item is taken when the box's own signed promise for exactly this core and entry was
// verified, and never because something answered "yes".
//
// Once the kiosk has made its closing statement, what it listed goes as `late` entries with a proof.

import { bytesToHex } from '@kabina/crypto/bytes';
import { coreHash } from '@kabina/election/ballot';
import { decodeEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { lateEntry, type HeldBallots } from '@kabina/election/station-held';
import { leafHash } from '@kabina/log/merkle';
import type { SetJournal } from '@kabina/outbox/journal';
import type { Outbox } from '@kabina/outbox/outbox';
import { Sender, type Outcome } from '@kabina/outbox/sender';
import type { PortalClient } from '../client.ts';
import { BoothError } from '../errors.ts';
import { checkPromise } from '../receipts.ts';
import type { KioskStatus } from './kiosk-view.ts';
import { ballotSize } from './sizes.ts';
import type { KioskStorage } from './storage.ts';

/** A ballot of five kilobytes takes half a minute over a line of 2 kbit/s. */
const SEND_TIMEOUT = 120_000;
/** What an item takes on the disk while the browser rewrites its files, as a multiple of its size. */
const DISK_FACTOR = 4;

export interface QueueOptions {
  readonly storage: KioskStorage;
  readonly manifest: Manifest;
  readonly kiosk: string;
  readonly client: PortalClient;
  readonly journal: SetJournal;
  /** What the kiosk has stated that it holds, once it was closed. */
  readonly held: () => HeldBallots | undefined;
  readonly changed: () => void;
}

/** A ballot that waits. */
export interface WaitingBallot {
  readonly bytes: Uint8Array;
  /** Leaf hash. */
  readonly leaf: Uint8Array;
}

export class BallotQueue {
  readonly #options: QueueOptions;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  /** Bytes of the largest ballot. */
  readonly itemSize: number;
  #full = false;

  private constructor(options: QueueOptions, outbox: Outbox, itemSize: number) {
    this.#options = options;
    this.#outbox = outbox;
    this.itemSize = itemSize;
    this.#sender = new Sender(outbox, {
      send: (bytes, signal) => this.#send(bytes, signal),
      // Mixed as in the box's pool: so many leave together. What a closed kiosk holds is listed by its
      // statement, and nothing more comes to mix it with.
      least: () => (options.held() === undefined ? options.manifest.pool : 1),
      onChange: options.changed,
    });
  }

  /** @throws OutboxError */
  static async open(options: QueueOptions): Promise<BallotQueue> {
    const { storage, manifest, journal } = options;
    const itemSize = ballotSize(manifest);
    return new BallotQueue(options, await storage.openOutbox({ itemSize, journal }), itemSize);
  }

  get status(): KioskStatus['queue'] {
    const { waiting, quarantined, sent, line, trouble } = this.#sender.status;
    return {
      waiting,
      quarantined,
      sent,
      line,
      full: this.#full,
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  /**
   * Whether so many more ballots can be kept.
   * @throws OutboxError `outbox.full`, `storage.…`
   */
  async assureRoom(ballots: number): Promise<void> {
    try {
      await this.#options.storage.assure(ballots * this.itemSize * DISK_FACTOR);
      this.#full = false;
    } catch (error) {
      this.#full = (error as { code?: unknown }).code === 'outbox.full';
      throw error;
    }
  }

  /** Resolves once the ballot is durable here. The same again is fine. */
  async put(key: string, ballot: Uint8Array): Promise<void> {
    await this.#outbox.put(key, ballot);
  }

  /**
   * Ballots that wait, in random order; not those that the box has refused for good. One that can't be
   * read stays where it is, set aside by the sender: the others must not wait for it.
   */
  async waiting(): Promise<WaitingBallot[]> {
    const found: WaitingBallot[] = [];
    for (const key of await this.#outbox.keys()) {
      const bytes = await this.#outbox.get(key).catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== 'outbox.damaged') throw error;
        return undefined;
      });
      if (bytes !== undefined) found.push({ bytes, leaf: leafHash(bytes) });
    }
    return found;
  }

  /**
   * What the box has refused waits again. A refusal is nobody's signature: what this kiosk has promised
   * is stated as held, and the box has to answer for it before everyone.
   */
  release(): Promise<void> {
    return this.#outbox.release();
  }

  start(): void {
    this.#sender.start();
  }

  /**
   * Sends what waits; resolves after one pass over it. Before the closing not a little: a ballot that
   * left alone would be known by its hour.
   */
  async flush(): Promise<void> {
    const { held, manifest } = this.#options;
    if (held() === undefined && this.#sender.status.waiting < manifest.pool) return;
    await this.#sender.flush();
  }

  /** Resolves when nothing is on its way any more. */
  pause(): Promise<void> {
    return this.#sender.stop();
  }

  async close(): Promise<void> {
    await this.#sender.stop();
    await this.#outbox.close();
  }

  async #send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    const { manifest, kiosk, client, held } = this.#options;
    try {
      const ballot = decodeEntry(bytes) as EntryOf<'ballot'>;
      const [core, leaf] = [coreHash(ballot.body.core), leafHash(bytes)];
      const stated = held();
      const patience = { signal, timeout: SEND_TIMEOUT };
      const listed = stated?.leaves.some((one) => bytesToHex(one) === bytesToHex(leaf)) === true;
      const promise = listed
        ? await client.castLate(encodeEntry(lateEntry(kiosk, stated!, ballot)), patience)
        : await client.cast(bytes, patience);
      checkPromise(manifest, promise, core, leaf);
      return { is: 'taken' };
    } catch (error) {
      if (!(error instanceof BoothError)) throw error;
      return outcomeOf(error);
    }
  }
}

/** Of a ballot that the box has not taken. What may change by itself, or by a person, is tried again. */
function outcomeOf({ code, retryable, retryAt }: BoothError): Outcome {
  const final = /^ballots\.(?!election$)/.test(code) || FINAL.includes(code);
  if (final && !retryable) return { is: 'poison', code };
  return { is: 'later', code, ...(retryAt === undefined ? {} : { retryAt }) };
}

/** A statement that isn't on the board yet, or was dictated wrongly, can still come right. */
const FINAL: readonly string[] = ['late.malformed', 'late.closed'];
