// One ballot paper of a voter at a station's kiosk: preparing, sealing, the decision to cast, and what
// the kiosk has promised. Unlike an online one it has its permit from the card, and its ballot is cast
// when it is durable here.

import { bytesToHex } from '@kabina/crypto/bytes';
import { trackingCode } from '@kabina/election/ballot';
import { encode } from '@kabina/election/cbor';
import type { Core, Permit } from '@kabina/election/entries';
import type { Contest } from '@kabina/election/manifest';
import { base64url } from '../client.ts';
import { troubleOf } from '../errors.ts';
import type { OpenedView, SealedView } from '../paper-work.ts';
import type { Paper, PaperState, ReceiptView, Trouble } from '../state.ts';
import type { CastMark } from './card-records.ts';
import { castBallot, finishCasting, queuedReceipt } from './casting.ts';
import { stationTrouble } from './errors.ts';
import type { BallotQueue } from './queue.ts';
import type { KioskServices } from './services.ts';

export interface StationPaperOptions {
  readonly services: KioskServices;
  readonly queue: BallotQueue;
  /** Of the place. */
  readonly card: string;
  readonly contest: Contest;
  /** Undefined where the ballot was cast before. */
  readonly permit: Permit | undefined;
  readonly mark: CastMark | undefined;
  readonly changed: () => void;
}

export class StationPaper {
  readonly contest: Contest;
  readonly #options: StationPaperOptions;
  #preparation: 'none' | 'running' | 'ready' = 'none';
  #sealed = false;
  /** Decided on, and not known to be durable; the same bytes until it is. */
  #decided: { readonly core: Core; readonly entry: Uint8Array } | undefined;
  #mark: CastMark | undefined;
  #receipt: ReceiptView | undefined;
  #error: Trouble | undefined;

  constructor(options: StationPaperOptions) {
    this.#options = options;
    this.contest = options.contest;
    this.#mark = options.mark;
  }

  get receipt(): ReceiptView | undefined {
    return this.#receipt;
  }

  /** Whether it was decided on, and the kiosk has not promised it yet. */
  get pending(): boolean {
    return this.#decided !== undefined;
  }

  /** Whether it may be marked. */
  get open(): boolean {
    return this.#mark === undefined && !this.pending;
  }

  get error(): Trouble | undefined {
    return this.#error;
  }

  set error(error: Trouble | undefined) {
    this.#error = error;
    this.#options.changed();
  }

  view(): Paper {
    return {
      contest: this.contest.id,
      state: this.#state(),
      revision: 0,
      mayRevise: false,
      ...(this.#receipt === undefined ? {} : { receipt: this.#receipt }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #state(): PaperState {
    if (this.pending) return 'casting';
    if (this.#mark !== undefined) return 'queued';
    if (this.#sealed) return 'sealed';
    if (this.#preparation === 'running') return 'preparing';
    return this.#preparation === 'ready' ? 'ready' : 'open';
  }

  /** The set in the background. Never rejects: what failed is made again when needed. */
  async prepare(): Promise<void> {
    this.#preparation = 'running';
    this.#options.changed();
    try {
      await this.#options.services.call('prepare', this.contest.id);
      this.#preparation = 'ready';
    } catch {
      this.#preparation = 'none';
    }
    this.#options.changed();
  }

  /** The marks go to the worker and nowhere else. */
  async seal(marks: readonly number[], digits?: string): Promise<SealedView> {
    const ballot = { revision: 0, ...(digits === undefined ? {} : { digits }) };
    this.#preparation = 'none';
    const hash = await this.#options.services.call('seal', this.contest.id, marks, ballot);
    this.#sealed = true;
    this.error = undefined;
    return this.#sealedView(hash);
  }

  /** Forgets what was sealed and not cast, and prepares a fresh set. */
  discard(): void {
    if (!this.#sealed) return;
    this.#sealed = false;
    void this.#options.services
      .call('discard', this.contest.id)
      .then(() => this.prepare())
      .catch((error: unknown) => (this.error = troubleOf(error)));
  }

  /**
   * Casts what is sealed, or goes on with it; resolves with the kiosk's promise over what is durable.
   * @throws BoothError; the same again may help
   */
  async cast(): Promise<ReceiptView> {
    const { services, queue, card, permit } = this.#options;
    const { call } = services;
    if (this.#mark === undefined) {
      if (this.#decided === undefined) {
        const castable = await call('take', this.contest.id);
        const entry = await call('ballot', castable, permit!);
        this.#sealed = false;
        this.#decided = { core: castable.core, entry };
      }
      // Of this paper, where an earlier try broke off, or of another one.
      await finishCasting(services, queue);
      if ((await this.#durableMark()) === undefined) {
        await castBallot(services, queue, card, this.#decided);
        await finishCasting(services, queue);
      }
      this.#mark = await this.#durableMark();
    }
    return this.promised();
  }

  /** What its place says of it. */
  async #durableMark(): Promise<CastMark | undefined> {
    const { services, card } = this.#options;
    const place = await services.places.read(card);
    place?.secret?.seed.fill(0);
    return place?.cast.find(({ contest }) => contest === this.contest.id);
  }

  /** The receipt of what was cast, also in an earlier life of the kiosk. */
  async promised(): Promise<ReceiptView> {
    this.#receipt ??= await queuedReceipt(this.#options.services, this.#mark!);
    this.#decided = undefined;
    this.error = undefined;
    return this.#receipt;
  }

  /** As {@link promised}; a machine that doesn't sign now costs nothing but the receipt. */
  async recall(): Promise<void> {
    if (this.#mark === undefined) return;
    await this.promised().catch((error: unknown) => (this.error = stationTrouble(error)));
  }

  /**
   * Opens the sealed core before everyone (Benaloh's challenge), from memory over the line: an opening
   * is a choice with its randomness, and no kiosk keeps that.
   */
  async challenge(): Promise<OpenedView> {
    const { call, client } = this.#options.services;
    const { entry, marks, randomness, coreHash } = await call('open', this.contest.id);
    await client.challenge(entry);
    this.#sealed = false;
    await call('discard', this.contest.id);
    const opened = { core: coreHash, marks, opening: randomness };
    return {
      ...this.#sealedView(coreHash),
      marks: marks.slice(0, this.contest.options.length),
      qr: `kabina-opening:${base64url(encode(opened))}`,
    };
  }

  #sealedView(hash: Uint8Array): SealedView {
    const both = new Uint8Array([...this.#options.services.election, ...hash]);
    return {
      coreHash: bytesToHex(hash),
      trackingCode: trackingCode(hash),
      qr: `kabina-core:${base64url(both)}`,
    };
  }
}
