// The voter's road from the first screen to the receipt, without a face and without a DOM. States and
// what may follow them are in `transitions.ts`; this class runs what each action sets in motion.
//
// If the process dies on any line: what must survive was durable before the step that needed it, and
// `start()` goes on from there. Recovery is the same road as normal operation.

import type { Manifest } from '@kabina/election/manifest';
import type { CastOutcome } from './casts.ts';
import { PortalClient } from './client.ts';
import { BoothError, troubleOf } from './errors.ts';
import { IdbKeeper } from './keeper-idb.ts';
import { LoginRoad, type LoginStep } from './login-road.ts';
import { without } from './objects.ts';
import type { PaperWork } from './paper-work.ts';
import { hearNews, openBooth, type Opened, type SessionConfig } from './opened.ts';
import type { Papers } from './papers.ts';
import { Pauses } from './pauses.ts';
import { Records } from './records.ts';
import { ballotsScreen, codeScreen, loginScreen, type StateAt } from './screens.ts';
import type { BoothSession, Credentials, Paper, SessionState, Trouble } from './state.ts';
import {
  assertAllowed,
  assertTransition,
  idleState,
  type Action,
  type Input,
} from './transitions.ts';
import { WorkerHost } from './worker-host.ts';

export type { SessionConfig } from './opened.ts';
export type * from './state.ts';

/** Pauses between looks at the board. */
const WATCH_PACE = { first: 2000, most: 30_000 };

export class VotingSession extends EventTarget implements BoothSession {
  readonly #config: SessionConfig;
  readonly #client: PortalClient;
  readonly #records: Records;
  /** Settles when what an ending session leaves on the disk is erased. */
  #closing: Promise<undefined> | undefined;
  readonly #worker: WorkerHost;
  readonly #road: LoginRoad;
  readonly #watching = new Pauses(WATCH_PACE);
  #state: SessionState = { at: 'starting' };
  #opened: Opened | undefined;
  /** A cast that a login has interrupted. */
  #interrupted: PaperWork | undefined;
  #release: (() => void) | undefined;
  #starting: Promise<void> | undefined;

  constructor(config: SessionConfig) {
    super();
    const { electionId, box, issuers, mode, createWorker: create, keeper } = config;
    if (!/^[0-9a-f]{64}$/.test(electionId)) {
      throw new TypeError('"electionId" expected 64 hexadecimal digits');
    }
    this.#config = config;
    this.#client = new PortalClient(config);
    this.#records = new Records(electionId, mode, keeper ?? new IdbKeeper());
    const seed = async (): Promise<Uint8Array | undefined> => {
      const voter = this.#opened?.papers.voter;
      return voter === undefined ? undefined : (await this.#records.voter(voter))?.seed;
    };
    this.#worker = new WorkerHost({ create, board: box, electionId, seed });
    this.#road = new LoginRoad(this.#client, issuers, (login) => {
      const voter = this.#opened?.papers.voter;
      return this.#records.saveLogin({ ...login, ...(voter === undefined ? {} : { voter }) });
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  get manifest(): Manifest | undefined {
    return this.#opened?.manifest;
  }

  get withdrawn(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#opened?.watch.withdrawn ?? new Map();
  }

  get papers(): readonly Paper[] {
    return this.#opened?.papers.views ?? [];
  }

  start(): Promise<void> {
    if (this.#state.at !== 'starting') return Promise.resolve();
    this.#starting ??= this.#begin().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #begin(): Promise<void> {
    try {
      this.#release ??= await this.#records.hold();
      this.#opened ??= await this.#open();
      const login = await this.#records.login();
      this.#road.resume(login);
      if (login.voter !== undefined) await this.#opened.papers.takeUp(login.voter);
      if (this.#opened.papers.voter === undefined) this.#go('done', this.#waitingState());
      else this.#atBallots();
    } catch (error) {
      const { code, retryable: retry, retryAt } = troubleOf(error);
      const when = retryAt === undefined ? {} : { retryAt };
      this.#go('trouble', { at: 'failed', code, retry, ...when });
    }
  }

  async #open(): Promise<Opened> {
    const opened = await openBooth(this.#config, {
      client: this.#client,
      records: this.#records,
      call: this.#worker.call,
      session: (issuer) => this.#road.session(issuer),
      expired: (issuer) => void this.#road.expired(issuer).catch(() => undefined),
      changed: () => this.#update(),
      settled: (work, outcome) => this.#castSettled(work, outcome),
    });
    this.#planWatch();
    return opened;
  }

  async login(credentials: Credentials): Promise<void> {
    const { issuer } = idleState(this.#state, 'login') as StateAt<'login'>;
    this.#go('login', { ...this.#loginState(issuer), busy: true });
    await this.#loginStep(() => this.#road.present(credentials));
  }

  async submitCode(code: string): Promise<void> {
    idleState(this.#state, 'submitCode');
    this.#go('submitCode', { ...codeScreen(this.#road.pending!), busy: true });
    await this.#loginStep(() => this.#road.submit(code));
  }

  async resendCode(): Promise<void> {
    idleState(this.#state, 'resendCode');
    this.#go('resendCode', { ...codeScreen(this.#road.pending!), busy: true });
    try {
      await this.#road.resend();
      this.#go('done', codeScreen(this.#road.pending!));
    } catch (error) {
      this.#go('trouble', this.#waitingState(troubleOf(error)));
    }
  }

  async #loginStep(step: () => Promise<LoginStep>): Promise<void> {
    try {
      const reached = await step();
      if (reached.at !== 'done') {
        this.#go('done', this.#waitingState());
        return;
      }
      await this.#papers.enter(reached.voter, this.#road.accessCode);
      await this.#road.finish();
      this.#atBallots();
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.code.startsWith('voter.')) await this.#road.dropAll().catch(() => undefined);
      this.#go('trouble', this.#waitingState(trouble));
    }
  }

  async openPaper(contest: string): Promise<void> {
    assertAllowed(this.#state.at, 'openPaper');
    const work = this.#papers.get(contest);
    if (work.pending !== undefined && !work.late) {
      this.#go('openPaper', { at: 'casting', contest, revision: work.pending });
      await this.#opened!.casts.drive(work);
      return;
    }
    if (!work.open) throw new BoothError('session.illegal', 'this paper is closed');
    this.#go('openPaper', { at: 'marking', contest, revision: work.next });
    void work.prepare();
  }

  async openReceipt(contest: string): Promise<void> {
    assertAllowed(this.#state.at, 'openReceipt');
    const { receipt } = this.#papers.get(contest);
    if (receipt === undefined) throw new BoothError('session.illegal', 'no receipt yet');
    this.#go('openReceipt', { at: 'receipt', contest, receipt });
  }

  review(): void {
    const { contest, revision } = idleState(this.#state, 'review') as StateAt<'marking'>;
    this.#go('review', { at: 'review', contest, revision, busy: false });
  }

  back(): void {
    assertAllowed(this.#state.at, 'back');
    const state = this.#state;
    if (state.at === 'code') {
      this.#go('back', this.#loginState(state.issuer));
      void this.#road.leaveCode().catch(() => undefined);
    } else if (state.at === 'review' || state.at === 'sealed' || state.at === 'challenged') {
      const work = this.#papers.get(state.contest);
      work.discard();
      this.#go('back', { at: 'marking', contest: state.contest, revision: work.next });
    } else this.#go('back', this.#ballotsState());
  }

  async seal(marks: readonly number[], digits?: string): Promise<void> {
    const { contest, revision } = idleState(this.#state, 'seal') as StateAt<'review'>;
    const work = this.#papers.get(contest);
    const busy = this.#go('seal', { at: 'review', contest, revision, busy: true });
    try {
      const view = await work.seal(marks, digits);
      const flags = { busy: false, opened: false };
      if (this.#state !== busy) work.discard();
      else this.#go('done', { at: 'sealed', contest, revision, ...view, ...flags });
    } catch (error) {
      if (this.#state !== busy) return;
      const trouble = troubleOf(error);
      this.#go('trouble', { at: 'review', contest, revision, busy: false, error: trouble });
    }
  }

  async cast(): Promise<void> {
    const { contest, revision, opened } = idleState(this.#state, 'cast') as StateAt<'sealed'>;
    if (opened) throw new BoothError('session.illegal', 'an opened ballot is never cast');
    this.#go('cast', { at: 'casting', contest, revision });
    await this.#opened!.casts.drive(this.#papers.get(contest));
  }

  async challenge(): Promise<void> {
    await this.#challenge(idleState(this.#state, 'challenge') as StateAt<'sealed'>, 'challenge');
  }

  async #challenge(state: StateAt<'sealed'>, input: Action): Promise<void> {
    const { contest } = state;
    const sealed = { ...without(state, 'error'), opened: true };
    const work = this.#papers.get(contest);
    const busy = this.#go(input, { ...sealed, busy: true });
    try {
      const { marks, ...view } = await work.challenge();
      if (this.#state === busy) {
        this.#go('done', { at: 'challenged', contest, ...view, opening: { marks } });
      }
      void work.prepare();
    } catch (error) {
      if (this.#state === busy) this.#go('trouble', { ...sealed, error: troubleOf(error) });
    }
  }

  list(): void {
    assertAllowed(this.#state.at, 'list');
    const state = this.#state;
    if (state.at === 'sealed' || state.at === 'review') this.#papers.get(state.contest).discard();
    this.#go('list', this.#ballotsState());
  }

  finish(): void {
    assertAllowed(this.#state.at, 'finish');
    this.#assertNothingPending();
    this.#go('finish', { at: 'finished', papers: this.papers });
  }

  async retry(): Promise<void> {
    const state = idleState(this.#state, 'retry');
    if (state.at === 'failed') {
      this.#go('retry', { at: 'starting' });
      await this.start();
    } else if (state.at === 'login') {
      this.#go('retry', { ...this.#loginState(state.issuer), busy: true });
      await this.#loginStep(() => this.#road.advance());
    } else if (state.at === 'sealed') {
      // Only a challenge can have failed here; nothing else is ever opened by trying again.
      if (!state.opened) throw new BoothError('session.illegal', 'nothing to retry');
      await this.#challenge(state, 'retry');
    } else if (state.at === 'casting') {
      const { contest, revision } = state;
      this.#go('retry', { at: 'casting', contest, revision });
      await this.#opened!.casts.drive(this.#papers.get(contest));
    } else {
      const { casts, papers } = this.#opened!;
      for (const work of papers.all) if (work.error?.retryable === true) work.error = undefined;
      this.#go('retry', this.#ballotsState());
      await Promise.all([this.#refresh(), ...papers.pending.map((work) => casts.drive(work))]);
    }
  }

  async end(): Promise<void> {
    if (this.#state.at === 'ended') {
      await this.#closing;
      return;
    }
    await this.#close('end', async () => {
      await this.#records.dropSeed();
      await this.#records.dropLogin();
    });
  }

  async forget(): Promise<void> {
    assertAllowed(this.#state.at, 'forget');
    const kiosk = this.#config.mode === 'kiosk';
    const voter = this.#papers.voter;
    if (!kiosk && voter === undefined) {
      throw new BoothError('session.illegal', 'nobody has entered');
    }
    this.#assertNothingPending();
    await this.#close('forget', async () => {
      if (kiosk) await this.#records.dropAllSeeds();
      if (voter !== undefined) await this.#records.forget(voter);
    });
  }

  /** Memory first: whatever the keeper then answers, nobody can go on with this session. */
  async #close(input: Action, erase: () => Promise<void>): Promise<void> {
    const closing = Promise.withResolvers<undefined>();
    this.#closing = closing.promise;
    closing.promise.catch(() => undefined);
    this.#watching.stop();
    this.#opened?.casts.stop();
    this.#opened?.papers.clear();
    this.#worker.close();
    this.#go(input, { at: 'ended' });
    // The next voter waits for what must be gone, not for the issuers to hear of it.
    void this.#road.logout();
    try {
      await erase();
      closing.resolve(undefined);
    } catch (error) {
      closing.reject(error);
      throw error;
    } finally {
      this.#release?.();
    }
  }

  recoveryCode(): Promise<string> {
    assertAllowed(this.#state.at, 'recoveryCode');
    return this.#papers.recoveryCode();
  }

  async restore(code: string): Promise<void> {
    assertAllowed(this.#state.at, 'restore');
    this.#go('restore', this.#ballotsState());
    try {
      await this.#papers.restore(code);
      this.#update();
    } catch (error) {
      const state = { ...this.#ballotsState(), error: troubleOf(error) };
      if (this.#state.at === 'ballots') this.#go('trouble', state);
    }
  }

  #castSettled(work: PaperWork, outcome: CastOutcome): void {
    const contest = work.contest.id;
    const { papers } = this.#opened!;
    if (outcome.is === 'accepted') {
      this.#watching.reset();
      this.#planWatch();
      // Every cast is accepted: a kiosk has nothing left to lose in a crash.
      if (papers.all.every(({ accepted }) => accepted)) {
        void this.#records.dropSeed().catch((error: unknown) => (work.error = troubleOf(error)));
      }
    }
    if (this.#state.at !== 'casting' || this.#state.contest !== contest) {
      this.#update();
    } else if (outcome.is === 'accepted') {
      this.#go('done', { at: 'receipt', contest, receipt: outcome.receipt });
    } else if (outcome.is === 'expired') {
      this.#interrupted = work;
      this.#go('expired', { ...this.#loginState(this.#road.issuer), error: outcome.trouble });
    } else if (outcome.is === 'waiting') {
      const revision = work.pending ?? work.next;
      this.#go('trouble', { at: 'casting', contest, revision, error: outcome.trouble });
    } else if (work.open) {
      // To another sealing: the marks are the face's, or the voter's to make again.
      void work.prepare();
      const { trouble: error } = outcome;
      this.#go('trouble', { at: 'marking', contest, revision: work.next, error });
    } else this.#go('trouble', { ...this.#ballotsState(), error: outcome.trouble });
  }

  #planWatch(): void {
    this.#watching.plan(() => void this.#look());
  }

  async #look(): Promise<void> {
    await this.#refresh();
    if (this.#state.at !== 'ended') this.#planWatch();
  }

  async #refresh(): Promise<void> {
    await hearNews(this.#opened!);
    this.#update();
  }

  get #papers(): Papers {
    if (this.#opened === undefined) throw new BoothError('session.illegal', 'no election yet');
    return this.#opened.papers;
  }

  #assertNothingPending(): void {
    if (this.#papers.pending.length === 0) return;
    throw new BoothError('session.pending', 'a cast has no answer yet');
  }

  #go(input: Input, state: SessionState): SessionState {
    // Answers that come after the end find nobody.
    if (this.#state.at === 'ended') return this.#state;
    assertTransition(this.#state.at, input, state.at);
    return this.#show(state);
  }

  #show(state: SessionState): SessionState {
    this.#state = state;
    this.dispatchEvent(new Event('change'));
    return state;
  }

  /** News about papers, on the screens that show them. */
  #update(): void {
    const state = this.#state;
    if (state.at === 'ballots') {
      const error = state.error === undefined ? {} : { error: state.error };
      this.#show({ ...this.#ballotsState(), ...error });
    } else if (state.at === 'finished') this.#show({ at: 'finished', papers: this.papers });
    else if (state.at === 'receipt') {
      const { receipt } = this.#papers.get(state.contest);
      if (receipt !== undefined) this.#show({ ...state, receipt });
    }
  }

  /** To the papers, or to the cast that was interrupted; what waits is sent again. */
  #atBallots(): void {
    const { casts, papers } = this.#opened!;
    const first = this.#interrupted ?? papers.pending[0];
    this.#interrupted = undefined;
    if (first === undefined) this.#go('done', this.#ballotsState());
    else {
      const revision = first.pending ?? first.next;
      this.#go('done', { at: 'casting', contest: first.contest.id, revision });
    }
    for (const work of papers.pending) void casts.drive(work);
  }

  #ballotsState(): StateAt<'ballots'> {
    return ballotsScreen(this.#opened!);
  }

  #loginState(issuer: string): StateAt<'login'> {
    return loginScreen(this.#config.mode, issuer);
  }

  /** What the road waits for: a code, or a login. */
  #waitingState(error?: Trouble): StateAt<'code'> | StateAt<'login'> {
    const { pending, issuer } = this.#road;
    const waiting = pending === undefined ? this.#loginState(issuer) : codeScreen(pending);
    return { ...waiting, ...(error === undefined ? {} : { error }) };
  }
}
