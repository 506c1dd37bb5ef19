// A kiosk's cards («места»): what it has prepared for each, and how far each has come. Together with
// the ballot that is on its way into the queue, the batch under delivery and the closing statement they
// are one set, witnessed outside of the browser by the journal `cards` as the queue is by its own.
//
// A change is prepared in the journal, made in one strict transaction, and committed in the journal. If
// the process dies in between, the disk holds the set from before or after, and the journal knows both.

import { bytesToHex } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';
import type { SetJournal } from '@kabina/outbox/journal';
import { SetWitness } from '@kabina/outbox/witness';
import type { Keeper } from '../keeper.ts';
import {
  decodeBatch,
  decodeClosing,
  decodeIntent,
  decodePlace,
  encodeBatch,
  encodeClosing,
  encodeIntent,
  encodePlace,
  type Batch,
  type Closing,
  type Intent,
  type Place,
  type PlaceState,
} from './card-records.ts';

/** What is in memory of a place: nothing secret. */
export interface PlaceMark {
  readonly style: string;
  readonly state: PlaceState;
  /** Whether everything was cast, so that its seed is gone. */
  readonly complete: boolean;
  /** Contests. */
  readonly cast: readonly string[];
  /** How many were cast, also once nobody can say which. */
  readonly papers: number;
}

/** Records to be replaced together; `null` takes one away. */
export interface PlacesChange {
  readonly places?: readonly Place[];
  readonly intent?: Intent | null;
  /** Bytes of the largest ballot; needed with `intent`. */
  readonly ballotSize?: number;
  readonly batch?: Batch | null;
  readonly closing?: Closing;
}

interface Members {
  readonly places: ReadonlyMap<string, PlaceMark>;
  readonly intent: Intent | undefined;
  /** Number of the batch under delivery. */
  readonly batch: number | undefined;
  readonly closing: Closing | undefined;
}

const EMPTY: Members = {
  places: new Map(),
  intent: undefined,
  batch: undefined,
  closing: undefined,
};

export class Places {
  readonly #keeper: Keeper;
  readonly #election: string;
  readonly #witness: SetWitness;
  #members: Members = EMPTY;
  /** Memory, disk and journal are known to agree; false while a change is under way. */
  #sure = false;
  /** The last of the changes, which wait for each other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(keeper: Keeper, election: string, journal: SetJournal) {
    this.#keeper = keeper;
    this.#election = election;
    this.#witness = new SetWitness(journal);
  }

  /**
   * @param election electionId, hex
   * @throws OutboxError `journal.disagrees`, `journal.unreachable`; BoothError `keeper.…`
   */
  static async open(keeper: Keeper, election: string, journal: SetJournal): Promise<Places> {
    const places = new Places(keeper, election, journal);
    await places.#settle();
    return places;
  }

  get all(): ReadonlyMap<string, PlaceMark> {
    return this.#members.places;
  }

  /** The one whose voter is voting, or was when the power failed. */
  get opened(): { readonly id: string; readonly mark: PlaceMark } | undefined {
    for (const [id, mark] of this.all) if (mark.state === 'opened') return { id, mark };
    return undefined;
  }

  get intent(): Intent | undefined {
    return this.#members.intent;
  }

  get closing(): Closing | undefined {
    return this.#members.closing;
  }

  async read(id: string): Promise<Place | undefined> {
    const bytes = await this.#keeper.read(this.#name(`place/${id}`));
    return bytes === undefined ? undefined : decodePlace(id, bytes);
  }

  async batch(): Promise<Batch | undefined> {
    const bytes = await this.#keeper.read(this.#name('batch'));
    return bytes === undefined ? undefined : decodeBatch(bytes);
  }

  /** Number of the last batch that was delivered; 0 before the first. */
  async lastBatch(): Promise<number> {
    const bytes = await this.#keeper.read(this.#name('batches'));
    return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  }

  /**
   * Resolves once it is durable. A failure leaves it made or not made, and the next change begins with
   * looking which. `plan` sees what all earlier changes have left, and nothing comes in between.
   * @throws OutboxError `journal.…`; BoothError `keeper.…`
   */
  change(plan: PlacesChange | (() => Promise<PlacesChange | undefined>)): Promise<void> {
    const result = this.#last.then(async () => {
      await this.#settle();
      const change = typeof plan === 'function' ? await plan() : plan;
      if (change === undefined) return;
      const next = changed(this.#members, change);
      this.#sure = false;
      await this.#witness.prepare(digestKeys(next));
      await this.#keeper.change(this.#records(change));
      await this.#witness.commit();
      this.#members = next;
      this.#sure = true;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #records(change: PlacesChange): Map<string, Uint8Array | undefined> {
    const records = new Map<string, Uint8Array | undefined>();
    for (const place of change.places ?? []) {
      records.set(this.#name(`place/${place.id}`), encodePlace(place));
    }
    const { intent, batch, closing, ballotSize = 0 } = change;
    if (intent !== undefined) {
      records.set(this.#name('intent'), encodeIntent(intent ?? undefined, ballotSize));
    }
    if (batch !== undefined) {
      records.set(this.#name('batch'), batch === null ? undefined : encodeBatch(batch));
      if (batch !== null) {
        const number = new Uint8Array(4);
        new DataView(number.buffer).setUint32(0, batch.number);
        records.set(this.#name('batches'), number);
      }
    }
    if (closing !== undefined) records.set(this.#name('closing'), encodeClosing(closing));
    return records;
  }

  /** Memory follows the disk, and the journal must know that set: after a failure as after a start. */
  async #settle(): Promise<void> {
    if (this.#sure) return;
    const prefix = this.#name('place/');
    const places = new Map<string, PlaceMark>();
    for await (const [name, bytes] of this.#keeper.readAll(prefix)) {
      const place = decodePlace(name.slice(prefix.length), bytes);
      places.set(place.id, markOf(place));
      bytes.fill(0);
    }
    const intent = await this.#keeper.read(this.#name('intent'));
    const closing = await this.#keeper.read(this.#name('closing'));
    const members = {
      places,
      intent: intent === undefined ? undefined : decodeIntent(intent),
      batch: (await this.batch())?.number,
      closing: closing === undefined ? undefined : decodeClosing(closing),
    };
    await this.#witness.agree(digestKeys(members));
    this.#members = members;
    this.#sure = true;
  }

  #name(record: string): string {
    return `${this.#election}/${record}`;
  }
}

function markOf(place: Place): PlaceMark {
  // Seeds are in memory no longer than they are needed.
  place.secret?.seed.fill(0);
  return {
    style: place.style,
    state: place.state,
    complete: place.secret === undefined,
    cast: place.cast.map(({ contest }) => contest),
    papers: place.papers ?? place.cast.length,
  };
}

function changed(before: Members, change: PlacesChange): Members {
  const places = new Map(before.places);
  for (const place of change.places ?? []) {
    const { id, style, state, secret, cast } = place;
    const contests = cast.map(({ contest }) => contest);
    const papers = place.papers ?? cast.length;
    places.set(id, { style, state, complete: secret === undefined, cast: contests, papers });
  }
  const { intent, batch, closing } = change;
  return {
    places,
    intent: intent === undefined ? before.intent : (intent ?? undefined),
    batch: batch === undefined ? before.batch : batch?.number,
    closing: closing ?? before.closing,
  };
}

/** The set that the journal knows by its digest: no order, no time. */
function* digestKeys({ places, intent, batch, closing }: Members): Generator<string> {
  for (const [id, { state, cast }] of places) yield [id, state, ...[...cast].sort()].join(' ');
  if (intent !== undefined) yield `intent ${intent.key}`;
  if (batch !== undefined) yield `batch ${batch}`;
  if (closing !== undefined) yield `closed ${bytesToHex(leafHash(closing.held))}`;
}
