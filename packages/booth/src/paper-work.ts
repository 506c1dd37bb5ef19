// One ballot paper's work: preparing, the permit, sealing, casting until there is an answer, and
// following it on the board. It knows nothing of screens. Every step that must survive is durable
// before the next one begins; a process that dies on any line goes on from the last such step, with
// the same bytes.

import { bytesToHex } from '@kabina/crypto/bytes';
import { coreHash, trackingCode } from '@kabina/election/ballot';
import { encode } from '@kabina/election/cbor';
import type { Permit } from '@kabina/election/entries';
import type { Contest, Manifest } from '@kabina/election/manifest';
import { leafHash } from '@kabina/log/merkle';
import { ONLINE } from './ballot-maker.ts';
import { base64url, type PortalClient } from './client.ts';
import { BoothError, troubleOf } from './errors.ts';
import type { KeptPaper, KeptReceipt } from './kept.ts';
import {
  checkPromise,
  codeOf,
  leafOf,
  provedIndex,
  receiptView,
  showsForeignRevision,
} from './receipts.ts';
import { without } from './objects.ts';
import type { Paper, PaperState, ReceiptView, Trouble } from './state.ts';
import type { WorkerClient } from './worker-client.ts';

/** What a paper needs from its session. */
export interface Services {
  readonly client: PortalClient;
  readonly manifest: Manifest;
  readonly election: Uint8Array;
  call: WorkerClient['call'];
  /** Token of an issuer's session; throws `sessions.expired` when there is none. */
  session(issuer: string): string;
  /** An issuer has said that its session is over. */
  expired(issuer: string): void;
  save(contest: string, kept: KeptPaper): Promise<void>;
  /** Something that the screen shows has changed. */
  changed(): void;
}

/** The entry's shape allows no more. */
const LAST_REVISION = 1000;

export interface SealedView {
  readonly coreHash: string;
  readonly trackingCode: string;
  readonly qr: string;
}

export interface OpenedView extends SealedView {
  /** One 0 or 1 per option. */
  readonly marks: readonly number[];
}

export class PaperWork {
  readonly contest: Contest;
  readonly #services: Services;
  #kept: KeptPaper;
  #preparation: 'none' | 'running' | 'ready' = 'none';
  #sealed: { readonly revision: number; readonly hash: Uint8Array } | undefined;
  #permit: Promise<Permit> | undefined;
  #error: Trouble | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** The box had closed before it had answered. */
  #late = false;

  constructor(contest: Contest, kept: KeptPaper, services: Services) {
    this.contest = contest;
    this.#kept = kept;
    this.#services = services;
  }

  /** The revision that the next sealing gets. */
  get next(): number {
    return this.#kept.next;
  }

  /** Revision of the ballot that has no answer yet. */
  get pending(): number | undefined {
    return this.#kept.pending?.core.revision;
  }

  get receipt(): ReceiptView | undefined {
    const { receipt } = this.#kept;
    return receipt && receiptView(this.#services.manifest, this.contest.id, receipt);
  }

  get hasPermit(): boolean {
    return this.#kept.permit !== undefined;
  }

  get error(): Trouble | undefined {
    return this.#error;
  }

  set error(error: Trouble | undefined) {
    this.#error = error;
    this.#services.changed();
  }

  /** Whether a ballot was accepted, with or without a receipt on this device. */
  get accepted(): boolean {
    return this.#kept.receipt !== undefined || this.#kept.taken;
  }

  /** Whether it may be marked: nothing of it is on its way, accepted for good or closed. */
  get open(): boolean {
    if (this.#late || this.#kept.pending !== undefined) return false;
    if (this.#error?.code === 'permits.served') return false;
    return !this.accepted || this.mayRevise;
  }

  /** Whether there is something left to learn from the board. */
  get following(): boolean {
    const { receipt } = this.#kept;
    return receipt !== undefined && !receipt.counted && !receipt.replaced;
  }

  get mayRevise(): boolean {
    const { revoting } = this.#services.manifest;
    const allowed = revoting !== null && Date.now() < Date.parse(revoting.until);
    return allowed && this.#kept.receipt !== undefined && this.next <= LAST_REVISION;
  }

  /** Voting is over and the ballot has no answer. It is still sent again after a reload. */
  get late(): boolean {
    return this.#late;
  }

  markLate(): void {
    this.#late = true;
  }

  /** Gives up a ballot that can never be signed: no issuer will sign this permit. */
  async abandon(): Promise<void> {
    await this.#note(without(this.#kept, 'pending'));
  }

  view(): Paper {
    const { receipt } = this;
    return {
      contest: this.contest.id,
      state: this.#state(),
      revision: this.pending ?? this.#sealed?.revision ?? receipt?.revision ?? this.next,
      mayRevise: this.mayRevise,
      ...(receipt === undefined ? {} : { receipt }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #state(): PaperState {
    const { pending, receipt, taken } = this.#kept;
    if (pending !== undefined) return this.#late ? 'failed' : 'casting';
    if (this.#sealed !== undefined) return 'sealed';
    if (receipt?.counted === true) return 'counted';
    if (receipt?.index !== undefined) return 'recorded';
    if (receipt !== undefined || taken) return 'accepted';
    if (this.#error !== undefined && !this.#error.retryable) return 'failed';
    if (this.#preparation === 'running') return 'preparing';
    return this.#preparation === 'ready' && this.hasPermit ? 'ready' : 'open';
  }

  /** Set and permit in the background. Never rejects: what failed is asked for again when needed. */
  async prepare(): Promise<void> {
    this.#error = undefined;
    this.#preparation = 'running';
    this.#services.changed();
    const [set, permit] = await Promise.allSettled([
      this.#services.call('prepare', this.contest.id),
      this.permit(),
    ]);
    this.#preparation = set.status === 'fulfilled' ? 'ready' : 'none';
    // A session that has run out is no trouble until the permit is needed.
    if (permit.status === 'rejected') {
      const trouble = troubleOf(permit.reason);
      if (trouble.code !== 'sessions.expired') this.#error = trouble;
    }
    this.#services.changed();
  }

  /** The permit: kept, or under way, or asked for; the same request every time. */
  permit(): Promise<Permit> {
    const { permit } = this.#kept;
    if (permit !== undefined) return Promise.resolve(permit);
    this.#permit ??= this.#askPermit().finally(() => (this.#permit = undefined));
    return this.#permit;
  }

  async #askPermit(): Promise<Permit> {
    const { client, call } = this.#services;
    const contest = this.contest.id;
    const requests = await call('requests', contest);
    const answers = await Promise.all(
      requests.map(async ({ issuer, blinded }) => {
        try {
          const session = this.#services.session(issuer);
          return await client.permit(issuer, session, { contest, list: ONLINE, blinded });
        } catch (error) {
          if (troubleOf(error).code === 'sessions.expired') this.#services.expired(issuer);
          throw error;
        }
      }),
    );
    const permit = await call('permit', contest, answers);
    await this.#keep({ ...this.#kept, permit });
    return permit;
  }

  /** Seals a choice in the place of an earlier one. The marks go to the worker and nowhere else. */
  async seal(marks: readonly number[], digits?: string): Promise<SealedView> {
    const revision = this.next;
    const ballot = { revision, ...(digits === undefined ? {} : { digits }) };
    this.#preparation = 'none';
    const hash = await this.#services.call('seal', this.contest.id, marks, ballot);
    this.#sealed = { revision, hash };
    this.#error = undefined;
    this.#services.changed();
    return this.#sealedView(hash);
  }

  /** Forgets what was sealed and not cast, and prepares a fresh set. */
  discard(): void {
    if (this.#sealed === undefined) return;
    this.#sealed = undefined;
    void this.#services
      .call('discard', this.contest.id)
      .then(() => this.prepare())
      .catch((error: unknown) => (this.error = troubleOf(error)));
  }

  /** The decision to cast: from here on the sealed core survives. Durable when it resolves. */
  async commit(): Promise<void> {
    if (this.#kept.pending !== undefined) return;
    const pending = await this.#services.call('take', this.contest.id);
    // Even if keeping fails now: the ballot is decided on, and sending it waits for the keeper.
    this.#sealed = undefined;
    await this.#keep({ ...this.#kept, pending });
  }

  /**
   * Sends what was decided on, or sends it again, and keeps the promise.
   * @throws BoothError; `pending` tells whether it is to be sent again
   */
  async send(): Promise<ReceiptView> {
    const entry = await this.#signed();
    let promise: Uint8Array;
    try {
      promise = await this.#services.client.cast(entry);
    } catch (error) {
      await this.#refused(error);
      throw error;
    }
    const { core } = this.#kept.pending!;
    checkPromise(this.#services.manifest, promise, coreHash(core), leafHash(entry));
    const { revision } = core;
    const receipt: KeptReceipt = { revision, promise, counted: false, replaced: false };
    const { permit } = this.#kept;
    const next = revision + 1;
    this.#error = undefined;
    await this.#note({ ...(permit && { permit }), receipt, next, taken: false });
    return this.receipt!;
  }

  /** The signed entry; made once, durable before it is sent. */
  async #signed(): Promise<Uint8Array> {
    const { pending } = this.#kept;
    if (pending === undefined) throw new BoothError('session.illegal', 'nothing to send');
    if (pending.entry !== undefined) {
      // After a failed write it is in memory only: what is sent must be on the disk.
      await this.#keep(this.#kept);
      return pending.entry;
    }
    const permit = await this.permit();
    const entry = await this.#services.call('ballot', pending, permit);
    await this.#keep({ ...this.#kept, pending: { ...pending, entry } });
    return entry;
  }

  /** A refusal that sending again can't change ends the waiting. */
  async #refused(error: unknown): Promise<void> {
    const { code, retryable } = troubleOf(error);
    if (retryable) return;
    const { pending, ...kept } = this.#kept;
    const revision = pending!.core.revision;
    if (code !== 'ballots.revision-taken') {
      await this.#note(kept);
    } else if (this.#services.manifest.revoting === null) {
      await this.#note({ ...kept, taken: true });
    } else {
      // Cast from another device: how often isn't known, and gaps are allowed.
      await this.#note({ ...kept, next: Math.min(2 * revision + 1, LAST_REVISION) });
    }
  }

  /** Opens the sealed core before everyone (Benaloh's challenge). */
  async challenge(): Promise<OpenedView> {
    const {
      entry,
      marks,
      randomness,
      coreHash: hash,
    } = await this.#services.call('open', this.contest.id);
    await this.#services.client.challenge(entry);
    this.#sealed = undefined;
    const qr = `kabina-opening:${base64url(encode({ core: hash, marks, opening: randomness }))}`;
    const options = marks.slice(0, this.contest.options.length);
    await this.#services.call('discard', this.contest.id);
    return { ...this.#sealedView(hash), marks: options, qr };
  }

  /** Looks whether the ballot is in the log by now, and whether another one is under its permit. */
  async follow(): Promise<void> {
    const { receipt } = this.#kept;
    if (receipt === undefined) return;
    const { client, manifest } = this.#services;
    if (receipt.index === undefined) {
      const bytes = await client.proof(leafOf(receipt));
      if (bytes === undefined) return;
      const proof = new TextDecoder().decode(bytes);
      const index = provedIndex(manifest, this.contest.id, receipt, proof);
      // A revision may have been accepted in the meantime.
      if (this.#kept.receipt !== receipt) return;
      await this.#keep({ ...this.#kept, receipt: { ...receipt, proof, index } });
      return;
    }
    const answer = await client.receipt(codeOf(receipt));
    if (answer === undefined || this.#kept.receipt !== receipt) return;
    if (!showsForeignRevision(answer, receipt) || this.#kept.pending !== undefined) return;
    this.#error = { code: 'receipts.foreign-revision', retryable: false };
    await this.#keep({ ...this.#kept, receipt: { ...receipt, replaced: true } });
  }

  /** The tally was fixed at this number of entries: does the ballot count? */
  async tallied(size: number): Promise<void> {
    const { receipt } = this.#kept;
    if (receipt?.index === undefined || receipt.counted || receipt.replaced) return;
    if (receipt.index >= size) return;
    await this.#keep({ ...this.#kept, receipt: { ...receipt, counted: true } });
  }

  #sealedView(hash: Uint8Array): SealedView {
    const { election } = this.#services;
    const both = new Uint8Array([...election, ...hash]);
    return {
      coreHash: bytesToHex(hash),
      trackingCode: trackingCode(hash),
      qr: `kabina-core:${base64url(both)}`,
    };
  }

  /** In memory at once, on the disk when it resolves; later states never go below earlier ones. */
  #keep(kept: KeptPaper): Promise<void> {
    this.#kept = kept;
    this.#services.changed();
    const saved = this.#saving.then(() => this.#services.save(this.contest.id, this.#kept));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  /** Keeps what is good news already: if the disk fails, the same bytes bring the same news again. */
  async #note(kept: KeptPaper): Promise<void> {
    await this.#keep(kept).catch((error: unknown) => (this.#error = troubleOf(error)));
  }
}
