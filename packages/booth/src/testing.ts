// A scripted voting session for stories and component tests: it walks through the very states and
// transitions of the real one, without network, worker or cryptography.

import type { Manifest } from '@kabina/election/manifest';
import { BoothError } from './errors.ts';
import type {
  BoothSession,
  Credentials,
  LoginMethod,
  Paper,
  ReceiptState,
  ReceiptView,
  SessionState,
  Trouble,
  VotingPhase,
} from './state.ts';
import { assertAllowed, assertTransition, type Action, type Input } from './transitions.ts';

export interface SessionScript {
  readonly manifest: Manifest;
  /** Contests of this voter; default: all of the manifest. */
  readonly contests?: readonly string[];
  readonly methods?: readonly LoginMethod[];
  /** Where to begin; default `starting`, then `start()` leads to `login`. */
  readonly state?: SessionState;
  readonly papers?: readonly Paper[];
  readonly withdrawn?: ReadonlyMap<string, ReadonlySet<string>>;
  readonly voting?: VotingPhase;
  /** Milliseconds that each waiting step takes; default 0 (a microtask). */
  readonly delay?: number;
  /** The next call of an action fails with this trouble, once; `retry()` then succeeds. */
  readonly failing?: Readonly<Partial<Record<Action, Trouble>>>;
}

const ISSUERS = ['registrar', 'observers'] as const;
const CORE_HASH = '5f0c6b1e'.repeat(8);
const TRACKING_CODE = 'BWY6-PPFC-1K8N-R2TZ';

export function scriptedSession(script: SessionScript): ScriptedSession {
  return new ScriptedSession(script);
}

export class ScriptedSession extends EventTarget implements BoothSession {
  readonly manifest: Manifest;
  readonly withdrawn: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every action in the order in which the face called it, for assertions. No arguments: they may be secret. */
  readonly calls: Action[] = [];
  #state: SessionState;
  #papers: Paper[];
  readonly #script: SessionScript;
  readonly #failing: Map<string, Trouble>;
  #codesGiven = 0;
  #last: (() => Promise<void>) | undefined;
  #sealedMarks: readonly number[] = [];

  constructor(script: SessionScript) {
    super();
    this.#script = script;
    this.manifest = script.manifest;
    this.withdrawn = script.withdrawn ?? new Map();
    this.#failing = new Map(Object.entries(script.failing ?? {}));
    const contests = script.contests ?? script.manifest.contests.map((contest) => contest.id);
    this.#papers = [
      ...(script.papers ??
        contests.map((contest): Paper => ({
          contest,
          state: 'open',
          revision: 0,
          mayRevise: false,
        }))),
    ];
    this.#state = script.state ?? { at: 'starting' };
  }

  get state(): SessionState {
    return this.#state;
  }

  get papers(): readonly Paper[] {
    return this.#papers;
  }

  /** Puts any state on the screen, as a story wants it. */
  show(state: SessionState): void {
    this.#state = state;
    this.dispatchEvent(new Event('change'));
  }

  /** Moves an accepted paper on, as the polling of the board would. */
  advance(contest: string, to: ReceiptState): void {
    const paper = this.#paper(contest);
    if (paper.receipt === undefined) throw new Error(`${contest} has no receipt yet`);
    const receipt: ReceiptView = {
      ...paper.receipt,
      state: to,
      ...(to === 'accepted' ? {} : { index: 70_000 }),
    };
    this.#setPaper(contest, { state: to === 'replaced' ? 'recorded' : to, receipt });
    const state = this.#state;
    if (state.at === 'receipt' && state.contest === contest) this.show({ ...state, receipt });
    else if (state.at === 'ballots') this.show(this.#ballots());
    else if (state.at === 'finished') this.show({ at: 'finished', papers: this.#papers });
  }

  async start(): Promise<void> {
    if (this.#state.at !== 'starting') return;
    await this.#wait();
    this.#go('done', this.#login(ISSUERS[0]));
  }

  async login(credentials: Credentials): Promise<void> {
    this.#begin('login');
    const { issuer } = this.#in('login');
    this.#go('login', { ...this.#login(issuer), busy: true });
    await this.#wait();
    const trouble = this.#trouble('login');
    if (trouble !== undefined) {
      this.#go('trouble', { ...this.#login(issuer), error: trouble });
      return;
    }
    if (credentials.method === 'access-code') this.#go('done', this.#ballots());
    else this.#go('done', this.#code(issuer));
  }

  async submitCode(): Promise<void> {
    this.#begin('submitCode');
    const state = this.#in('code');
    this.#go('submitCode', { ...this.#code(state.issuer), busy: true });
    await this.#wait();
    const trouble = this.#trouble('submitCode');
    if (trouble !== undefined) {
      const triesLeft = (state.triesLeft ?? 5) - 1;
      this.#go('trouble', { ...this.#code(state.issuer), triesLeft, error: trouble });
      return;
    }
    this.#codesGiven += 1;
    const next = ISSUERS[this.#codesGiven];
    this.#go('done', next === undefined ? this.#ballots() : this.#code(next));
  }

  async resendCode(): Promise<void> {
    this.#begin('resendCode');
    const { issuer } = this.#in('code');
    await this.#wait();
    const trouble = this.#trouble('resendCode');
    this.#go(trouble === undefined ? 'done' : 'trouble', {
      ...this.#code(issuer),
      ...(trouble === undefined ? {} : { error: trouble }),
    });
  }

  async openPaper(contest: string): Promise<void> {
    this.#begin('openPaper');
    const paper = this.#paper(contest);
    if (paper.state === 'casting') {
      this.#go('openPaper', { at: 'casting', contest, revision: paper.revision });
      return;
    }
    const revision = paper.mayRevise ? paper.revision + 1 : paper.revision;
    if (paper.receipt === undefined) this.#setPaper(contest, { state: 'preparing' });
    this.#go('openPaper', { at: 'marking', contest, revision });
    await this.#wait();
    if (this.#paper(contest).state === 'preparing') this.#setPaper(contest, { state: 'ready' });
  }

  async openReceipt(contest: string): Promise<void> {
    this.#begin('openReceipt');
    const { receipt } = this.#paper(contest);
    if (receipt === undefined) throw illegal('openReceipt: no receipt yet');
    this.#go('openReceipt', { at: 'receipt', contest, receipt });
  }

  review(): void {
    this.#begin('review');
    const { contest, revision } = this.#in('marking');
    this.#go('review', { at: 'review', contest, revision, busy: false });
  }

  back(): void {
    this.#begin('back');
    const state = this.#state;
    if (state.at === 'code') this.#go('back', this.#login(state.issuer));
    else if (state.at === 'marking' || state.at === 'receipt') this.#go('back', this.#ballots());
    else if (state.at === 'review' || state.at === 'sealed' || state.at === 'challenged') {
      const { contest } = state;
      const { revision } = this.#paper(contest);
      this.#go('back', { at: 'marking', contest, revision });
    }
  }

  async seal(marks: readonly number[]): Promise<void> {
    this.#begin('seal');
    const { contest, revision } = this.#in('review');
    this.#sealedMarks = [...marks];
    this.#go('seal', { at: 'review', contest, revision, busy: true });
    await this.#wait();
    const trouble = this.#trouble('seal');
    if (trouble !== undefined) {
      this.#go('trouble', { at: 'review', contest, revision, busy: false, error: trouble });
      return;
    }
    this.#setPaper(contest, { state: 'sealed' });
    this.#go('done', this.#sealed(contest, revision));
  }

  async cast(): Promise<void> {
    this.#begin('cast');
    const { contest, revision } = this.#in('sealed');
    this.#setPaper(contest, { state: 'casting' });
    this.#go('cast', { at: 'casting', contest, revision });
    this.#last = () => this.#finishCast(contest, revision);
    await this.#last();
  }

  async challenge(): Promise<void> {
    this.#begin('challenge');
    const { contest, revision } = this.#in('sealed');
    this.#go('challenge', { ...this.#sealed(contest, revision), busy: true });
    await this.#wait();
    const trouble = this.#trouble('challenge');
    if (trouble !== undefined) {
      this.#go('trouble', { ...this.#sealed(contest, revision), error: trouble });
      return;
    }
    this.#setPaper(contest, { state: 'open' });
    this.#go('done', {
      at: 'challenged',
      contest,
      coreHash: CORE_HASH,
      trackingCode: TRACKING_CODE,
      opening: { marks: this.#sealedMarks },
      qr: `kabina-opening:${CORE_HASH}`,
    });
  }

  list(): void {
    this.#begin('list');
    const state = this.#state;
    if (state.at === 'sealed') this.#setPaper(state.contest, { state: 'open' });
    this.#go('list', this.#ballots());
  }

  finish(): void {
    this.#begin('finish');
    if (this.#papers.some((paper) => paper.state === 'casting')) {
      throw new BoothError('session.pending', 'a cast has no answer yet');
    }
    this.#go('finish', { at: 'finished', papers: this.#papers });
  }

  async retry(): Promise<void> {
    this.#begin('retry');
    const state = this.#state;
    if (state.at === 'failed') {
      this.#go('retry', { at: 'starting' });
      await this.start();
    } else if (state.at === 'casting') {
      this.#go('retry', { at: 'casting', contest: state.contest, revision: state.revision });
      await this.#finishCast(state.contest, state.revision);
    } else this.#go('retry', this.#ballots());
  }

  async end(): Promise<void> {
    if (this.#state.at === 'ended') return;
    this.#begin('end');
    this.#papers = [];
    this.#go('end', { at: 'ended' });
  }

  async recoveryCode(): Promise<string> {
    this.#begin('recoveryCode');
    return 'K4B1N-A0000-TRA1N-1NG00-C0DE0-00000-00000-00000-00000-00000-0000';
  }

  async restore(): Promise<void> {
    this.#begin('restore');
    await this.#wait();
    const trouble = this.#trouble('restore');
    this.#go(trouble === undefined ? 'restore' : 'trouble', {
      ...this.#ballots(),
      ...(trouble === undefined ? {} : { error: trouble }),
    });
  }

  async forget(): Promise<void> {
    this.#begin('forget');
    this.#papers = [];
    this.#go('forget', { at: 'ended' });
  }

  async #finishCast(contest: string, revision: number): Promise<void> {
    await this.#wait();
    const trouble = this.#trouble('cast');
    if (trouble !== undefined) {
      this.#setPaper(contest, { state: 'casting', error: trouble });
      this.#go('trouble', { at: 'casting', contest, revision, error: trouble });
      return;
    }
    const receipt: ReceiptView = {
      contest,
      revision,
      state: 'accepted',
      trackingCode: TRACKING_CODE,
      text: `kabina-receipt:${CORE_HASH}`,
    };
    const mayRevise = this.manifest.revoting !== null;
    const index = this.#papers.findIndex((paper) => paper.contest === contest);
    this.#papers[index] = { contest, state: 'accepted', revision, mayRevise, receipt };
    // The voter may have left the screen while the answer was on its way.
    if (this.#state.at === 'casting') this.#go('done', { at: 'receipt', contest, receipt });
    else if (this.#state.at === 'ballots') this.#go('update', this.#ballots());
  }

  #begin(action: Action): void {
    assertAllowed(this.#state.at, action);
    this.calls.push(action);
  }

  #in<A extends SessionState['at']>(at: A): Extract<SessionState, { at: A }> {
    if (this.#state.at !== at) throw illegal(`expected ${at}, not ${this.#state.at}`);
    return this.#state as Extract<SessionState, { at: A }>;
  }

  #go(input: Input, state: SessionState): void {
    if (this.#state.at === 'ended') return;
    assertTransition(this.#state.at, input, state.at);
    this.show(state);
  }

  #login(issuer: string): Extract<SessionState, { at: 'login' }> {
    return { at: 'login', methods: this.#script.methods ?? ['training'], issuer, busy: false };
  }

  #code(issuer: string): Extract<SessionState, { at: 'code' }> {
    return {
      at: 'code',
      issuer,
      sentTo: '+7 *** ***-12-34',
      resendAt: Date.now() + 60_000,
      triesLeft: 5,
      busy: false,
    };
  }

  #ballots(): Extract<SessionState, { at: 'ballots' }> {
    return {
      at: 'ballots',
      papers: this.#papers,
      voting: this.#script.voting ?? 'open',
      mayRestore: false,
      mayKeepCode: this.manifest.revoting !== null,
    };
  }

  #sealed(contest: string, revision: number): Extract<SessionState, { at: 'sealed' }> {
    const qr = `kabina-core:${CORE_HASH}`;
    const hashes = { coreHash: CORE_HASH, trackingCode: TRACKING_CODE, qr };
    return { at: 'sealed', contest, revision, ...hashes, busy: false, opened: false };
  }

  #paper(contest: string): Paper {
    const paper = this.#papers.find((candidate) => candidate.contest === contest);
    if (paper === undefined) throw illegal(`no paper for ${contest}`);
    return paper;
  }

  #setPaper(contest: string, change: Partial<Paper>): void {
    this.#papers = this.#papers.map((paper) =>
      paper.contest === contest ? { ...paper, ...change } : paper,
    );
  }

  #trouble(action: Action): Trouble | undefined {
    const trouble = this.#failing.get(action);
    this.#failing.delete(action);
    return trouble;
  }

  async #wait(): Promise<void> {
    const { delay = 0 } = this.#script;
    if (delay === 0) await Promise.resolve();
    else await new Promise((resolve) => setTimeout(resolve, delay));
  }
}

function illegal(message: string): BoothError {
  return new BoothError('session.illegal', message);
}
