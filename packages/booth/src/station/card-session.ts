// One voter at a station's kiosk, from the card to the receipts, with or without a line. States and what
// may follow them are those of every session; what is new is that a card opens it, and that a ballot is
// cast when the kiosk has it for good and has promised so.
//
// If the process dies on any line, the same card goes on with what was not cast, or a member ends it.

import { contestById, type Manifest } from '@kabina/election/manifest';
import { BoothError, troubleOf } from '../errors.ts';
import { without } from '../objects.ts';
import type { StateAt } from '../screens.ts';
import type { BoothSession, Credentials, Paper, SessionState } from '../state.ts';
import {
  assertAllowed,
  assertTransition,
  idleState,
  type Action,
  type Input,
} from '../transitions.ts';
import { openCard } from './card-opening.ts';
import { endPlace } from './casting.ts';
import { asBoothError, stationTrouble } from './errors.ts';
import type { BallotQueue } from './queue.ts';
import type { News } from './news.ts';
import type { KioskServices } from './services.ts';
import { StationPaper } from './station-paper.ts';

/** What a session needs of its kiosk. */
export interface CardSessionHost {
  readonly services: KioskServices;
  readonly queue: BallotQueue;
  /** As of now: some may come while the kiosk waits for a card. */
  news(): News;
  /** Milliseconds since the epoch, by the machine. */
  now(): number;
  /** Rejects where no session may begin. */
  admit(): Promise<void>;
  /** Something has failed that may concern more than this voter. */
  failed(error: unknown): void;
  ended(): void;
}

const LOGIN: StateAt<'login'> = { at: 'login', methods: ['card'], issuer: '', busy: false };

export class CardSession extends EventTarget implements BoothSession {
  readonly #host: CardSessionHost;
  #state: SessionState = { at: 'starting' };
  /** Id of the place that is open. */
  #card: string | undefined;
  #papers: readonly StationPaper[] = [];
  /** What is under way: a login or a cast. */
  #running: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(host: CardSessionHost) {
    super();
    this.#host = host;
  }

  get state(): SessionState {
    return this.#state;
  }

  get manifest(): Manifest {
    return this.#host.services.manifest;
  }

  get withdrawn(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#host.news().withdrawn;
  }

  get papers(): readonly Paper[] {
    return this.#papers.map((paper) => paper.view());
  }

  async start(): Promise<void> {
    if (this.#state.at !== 'starting') return;
    try {
      await this.#host.admit();
      this.#go('done', LOGIN);
    } catch (error) {
      const { code, retryable: retry } = stationTrouble(error);
      this.#go('trouble', { at: 'failed', code, retry });
    }
  }

  async login(credentials: Credentials): Promise<void> {
    idleState(this.#state, 'login');
    const busy = this.#go('login', { ...LOGIN, busy: true });
    this.#running = this.#enter(credentials, busy);
    await this.#running;
  }

  async #enter(credentials: Credentials, busy: SessionState): Promise<void> {
    try {
      if (credentials.method !== 'card') throw new BoothError('card.text', 'a card is wanted');
      const { services } = this.#host;
      await this.#host.admit();
      const moment = { now: this.#host.now(), news: this.#host.news() };
      const opened = await openCard(services, credentials.code, moment);
      if (this.#state !== busy) {
        await endPlace(services, opened.id);
        return;
      }
      this.#card = opened.id;
      const { contests } = this.manifest.styles.find(({ id }) => id === opened.style)!;
      this.#papers = contests.map(
        (contest) =>
          new StationPaper({
            services,
            queue: this.#host.queue,
            card: opened.id,
            contest: contestById(this.manifest, contest),
            permit: opened.permits.get(contest),
            mark: opened.cast.find((mark) => mark.contest === contest),
            changed: () => this.#update(),
          }),
      );
      for (const paper of this.#papers) await paper.recall();
      this.#go('done', this.#ballots());
    } catch (error) {
      this.#host.failed(error);
      this.#go('trouble', { ...LOGIN, error: stationTrouble(error) });
    }
  }

  async openPaper(contest: string): Promise<void> {
    assertAllowed(this.#state.at, 'openPaper');
    const paper = this.#paper(contest);
    if (paper.pending) {
      this.#go('openPaper', { at: 'casting', contest, revision: 0 });
      await this.#cast(paper);
      return;
    }
    if (!paper.open) throw new BoothError('session.illegal', 'this paper is closed');
    this.#go('openPaper', { at: 'marking', contest, revision: 0 });
    void paper.prepare();
  }

  async openReceipt(contest: string): Promise<void> {
    assertAllowed(this.#state.at, 'openReceipt');
    const { receipt } = this.#paper(contest);
    if (receipt === undefined) throw new BoothError('session.illegal', 'no receipt yet');
    this.#go('openReceipt', { at: 'receipt', contest, receipt });
  }

  review(): void {
    const { contest } = idleState(this.#state, 'review') as StateAt<'marking'>;
    this.#go('review', { at: 'review', contest, revision: 0, busy: false });
  }

  back(): void {
    assertAllowed(this.#state.at, 'back');
    const state = this.#state;
    if (state.at === 'review' || state.at === 'sealed' || state.at === 'challenged') {
      this.#paper(state.contest).discard();
      this.#go('back', { at: 'marking', contest: state.contest, revision: 0 });
    } else this.#go('back', this.#ballots());
  }

  async seal(marks: readonly number[], digits?: string): Promise<void> {
    const { contest } = idleState(this.#state, 'seal') as StateAt<'review'>;
    const paper = this.#paper(contest);
    const review = { at: 'review', contest, revision: 0 } as const;
    const busy = this.#go('seal', { ...review, busy: true });
    try {
      const view = await paper.seal(marks, digits);
      const flags = { revision: 0, busy: false, opened: false };
      if (this.#state !== busy) paper.discard();
      else this.#go('done', { at: 'sealed', contest, ...view, ...flags });
    } catch (error) {
      if (this.#state !== busy) return;
      this.#go('trouble', { ...review, busy: false, error: troubleOf(error) });
    }
  }

  async cast(): Promise<void> {
    const { contest, opened } = idleState(this.#state, 'cast') as StateAt<'sealed'>;
    if (opened) throw new BoothError('session.illegal', 'an opened ballot is never cast');
    this.#go('cast', { at: 'casting', contest, revision: 0 });
    await this.#cast(this.#paper(contest));
  }

  #cast(paper: StationPaper): Promise<void> {
    this.#running = Promise.all([this.#running, this.#drive(paper)]).then(() => undefined);
    return this.#running;
  }

  async #drive(paper: StationPaper): Promise<void> {
    const contest = paper.contest.id;
    try {
      const receipt = await paper.cast();
      if (this.#shows('casting', contest)) this.#go('done', { at: 'receipt', contest, receipt });
      else this.#update();
    } catch (error) {
      this.#host.failed(error);
      // Nothing else can be done with it than to try again: it is decided on.
      const trouble = { ...stationTrouble(error), retryable: true };
      paper.error = trouble;
      if (!this.#shows('casting', contest)) return;
      const casting = { at: 'casting', contest, revision: 0 } as const;
      this.#go('trouble', { ...casting, error: trouble });
    }
  }

  async challenge(): Promise<void> {
    const state = idleState(this.#state, 'challenge') as StateAt<'sealed'>;
    const sealed = without(state, 'error');
    const busy = this.#go('challenge', { ...sealed, busy: true });
    try {
      // Before anything is opened, so that without a line the ballot may still be cast.
      await this.#host.services.client.status();
    } catch {
      if (this.#state !== busy) return;
      const error = { code: 'challenges.offline', retryable: true };
      this.#go('trouble', { ...sealed, busy: false, error });
      return;
    }
    if (this.#state === busy) await this.#open(sealed, 'challenge');
  }

  async #open(state: Omit<StateAt<'sealed'>, 'error'>, input: Action): Promise<void> {
    const { contest } = state;
    const paper = this.#paper(contest);
    const sealed = { ...state, opened: true };
    const busy = this.#go(input, { ...sealed, busy: true });
    try {
      const { marks, ...view } = await paper.challenge();
      if (this.#state === busy) {
        this.#go('done', { at: 'challenged', contest, ...view, opening: { marks } });
      }
      void paper.prepare();
    } catch (error) {
      if (this.#state !== busy) return;
      this.#go('trouble', { ...sealed, busy: false, error: stationTrouble(error) });
    }
  }

  list(): void {
    assertAllowed(this.#state.at, 'list');
    const state = this.#state;
    if (state.at === 'sealed' || state.at === 'review') this.#paper(state.contest).discard();
    this.#go('list', this.#ballots());
  }

  finish(): void {
    assertAllowed(this.#state.at, 'finish');
    if (this.#papers.some(({ pending }) => pending)) {
      throw new BoothError('session.pending', 'a ballot is not in the queue yet');
    }
    this.#go('finish', { at: 'finished', papers: this.papers });
  }

  async retry(): Promise<void> {
    const state = idleState(this.#state, 'retry');
    if (state.at === 'failed') {
      this.#go('retry', { at: 'starting' });
      await this.start();
    } else if (state.at === 'login') this.#go('retry', LOGIN);
    else if (state.at === 'sealed') {
      // Only a challenge can have failed here; nothing else is ever opened by trying again.
      if (!state.opened) throw new BoothError('session.illegal', 'nothing to retry');
      await this.#open(without(state, 'error'), 'retry');
    } else if (state.at === 'casting') {
      const { contest } = state;
      this.#go('retry', { at: 'casting', contest, revision: 0 });
      await this.#cast(this.#paper(contest));
    } else {
      this.#go('retry', this.#ballots());
      for (const paper of this.#papers) {
        if (paper.pending) await this.#cast(paper);
        else if (paper.error !== undefined) await paper.recall();
      }
    }
  }

  /** Memory first: whatever the disk then answers, nobody can go on with this session. */
  end(): Promise<void> {
    // Whoever hears of the end and asks for it again waits for the same one.
    if (this.#closing !== undefined) return this.#closing;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#closing = promise;
    const card = this.#card;
    this.#papers = [];
    this.#card = undefined;
    this.#go('end', { at: 'ended' });
    this.#erase(card).then(() => resolve(undefined), reject);
    return promise;
  }

  async #erase(card: string | undefined): Promise<void> {
    const { services } = this.#host;
    try {
      await this.#running;
      await services.call('erase').catch(() => undefined);
      if (card !== undefined) await endPlace(services, card);
    } catch (error) {
      throw asBoothError(error);
    } finally {
      this.#host.ended();
    }
  }

  submitCode(): Promise<void> {
    return Promise.reject(illegal('submitCode'));
  }

  resendCode(): Promise<void> {
    return Promise.reject(illegal('resendCode'));
  }

  recoveryCode(): Promise<string> {
    return Promise.reject(illegal('recoveryCode'));
  }

  restore(): Promise<void> {
    return Promise.reject(illegal('restore'));
  }

  forget(): Promise<void> {
    return Promise.reject(illegal('forget'));
  }

  #paper(contest: string): StationPaper {
    const paper = this.#papers.find((found) => found.contest.id === contest);
    if (paper === undefined) throw new BoothError('session.illegal', `no paper for ${contest}`);
    return paper;
  }

  /** The voter who is in the room may finish, whatever the hour. */
  #ballots(): StateAt<'ballots'> {
    const nothing = { mayRestore: false, mayKeepCode: false };
    return { at: 'ballots', papers: this.papers, voting: 'open', ...nothing };
  }

  #shows(at: 'casting', contest: string): boolean {
    return this.#state.at === at && this.#state.contest === contest;
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

  #update(): void {
    if (this.#state.at === 'ballots') this.#show(this.#ballots());
    else if (this.#state.at === 'finished') this.#show({ at: 'finished', papers: this.papers });
  }
}

function illegal(action: string): BoothError {
  return new BoothError('session.illegal', `${action} is not possible at a station`);
}
