import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import type { BoothSession, ReceiptView, SessionState } from '@kabina/booth/session';
import type { Contest } from '@kabina/election/manifest';
import * as screens from './booth-screens.ts';
import { controls } from './controls.styles.ts';
import { urnIcon } from './icons.ts';
import type { PaperEvent } from './kabina-ballot-list.ts';
import { styles } from './kabina-booth.styles.ts';
import type { PrintOutcome } from './kabina-receipt.ts';
import { defaultAppearance, type Appearance } from './kabina-settings.ts';
import { inLocale, localeOf, getLocale, setLocale, toLocale, type Locale } from './localization.ts';
import { MarkedPaper } from './marked-paper.ts';
import { contrastTheme, textSizes, tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/** Where a session of its own comes from: when one of these changes it begins anew. */
const sources = [
  'sessionFactory',
  'election',
  'box',
  'registrar',
  'observers',
  'workerFactory',
  'mode',
] as const;

/**
 * @summary The voter's whole way in one tag: login, papers, marking, review, encryption, casting,
 * receipt.
 *
 * Give it the address of the services and a worker factory, a session factory, or a ready session.
 * It draws what the session's state says and calls the session's actions; the marks of the paper at hand live in one
 * private field and go nowhere but into `session.seal`.
 *
 * @event kabina-end - The session has ended and nothing of it is left. A kiosk goes back to its
 *   idle screen.
 * @slot idle - Shown on a kiosk while there is no session.
 * @csspart header - Title and settings.
 * @csspart training - The banner of a training election.
 * @csspart screen - What changes.
 * @cssproperty [--kabina-mm=1mm] - Length of one millimetre on this screen, for kiosks.
 * @cssproperty [--kabina-accent] - Colour of the main button and of marks.
 * @cssproperty [--kabina-font] - Font stack.
 */
export class KabinaBooth extends LitElement {
  static override styles = [tokens, controls, styles, contrastTheme, textSizes];

  /** Hash of the manifest, 64 hexadecimal digits, from a source that the embedder trusts. */
  @property() accessor election = '';
  /** Address of the ballot box. */
  @property() accessor box = '';
  /** Address of the registrar. */
  @property() accessor registrar = '';
  /** Address of the second issuer. */
  @property() accessor observers = '';
  @property({ reflect: true }) accessor mode: 'own-device' | 'kiosk' = 'own-device';
  /**
   * Language to begin with, and to go back to after each voter: `ru`, `kk` or `en`. Without it the
   * language that the page's components speak already.
   */
  @property({ attribute: 'lang' }) accessor language = '';
  /** Makes the encryption worker; the page's content policy decides from where. */
  @property({ attribute: false }) accessor workerFactory: (() => Worker) | undefined;
  /**
   * Makes a session instead of the addresses, as a station's kiosk does; called for every voter. The
   * booth starts and ends what it gets; of an error that it throws the `code` is told in words.
   */
  @property({ attribute: false }) accessor sessionFactory: (() => BoothSession) | undefined;
  /** A ready session instead of the addresses. Whoever made it ends it. */
  @property({ attribute: false }) accessor session: BoothSession | undefined;
  /** Prints a receipt by other means than the browser's, such as a receipt printer. */
  @property({ attribute: false }) accessor printReceipt:
    ((receipt: ReceiptView, contest: Contest) => Promise<PrintOutcome>) | undefined;

  @state() private accessor current: SessionState = { at: 'starting' };
  @state() private accessor appearance: Appearance = defaultAppearance;
  @state() private accessor now = Date.now();
  @query('#screen') private accessor screen!: HTMLElement;

  #paper: MarkedPaper | undefined;
  #own: BoothSession | undefined;
  /** Counts sessions begun, so that a slow beginning doesn't overtake a later one. */
  #turn = 0;
  #heard: BoothSession | undefined;
  #screen = '';
  #home: Locale = getLocale();
  #refocus = false;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listen(this.session ?? this.#own);
    // Taken out of the page and put back later: the session of its own has ended meanwhile.
    if (this.hasUpdated && this.#own === undefined) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listen(undefined);
    this.#erasePaper();
    // A page that moves the element connects it again at once: that is not the end.
    queueMicrotask(() => {
      if (!this.isConnected) void this.#endOwn();
    });
  }

  /** Ends the session, forgets everything and puts language, text size and theme back. */
  async end(): Promise<void> {
    await (this.session ?? this.#own)?.end();
  }

  /**
   * Gives a scanned code to the field that asks for one, wherever the focus is.
   *
   * @returns false if no field does, or the text is no code of its form
   */
  takeCode(scanned: string): boolean {
    return [...this.renderRoot.querySelectorAll('kabina-code-entry')].some((entry) =>
      entry.take(scanned),
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('language') && this.language !== '') {
      this.#home = toLocale(this.language);
      void setLocale(this.#home);
    }
    if (changed.has('session')) this.#listen(this.session ?? this.#own);
    if (sources.some((name) => changed.has(name))) this.#begin();
  }

  protected override updated(): void {
    if (!this.#refocus) return;
    this.#refocus = false;
    void this.#focusHeading();
  }

  protected override render() {
    const kiosk = this.mode === 'kiosk';
    const manifest = this.#heard?.manifest;
    const settings = html`<kabina-settings
      .appearance=${this.appearance}
      @kabina-appearance=${({ detail }: CustomEvent<Appearance>) => (this.appearance = detail)}
      @kabina-language=${({ detail }: CustomEvent<Locale>) => void setLocale(detail)}
    ></kabina-settings>`;
    return html`<div
      class="frame"
      lang=${getLocale()}
      data-mode=${this.mode}
      data-theme=${this.appearance.theme}
      data-text=${this.appearance.textSize}
    >
      <header part="header">
        <p class="title" role=${kiosk ? 'heading' : nothing} aria-level=${kiosk ? 1 : nothing}>
          ${urnIcon}
          ${
            manifest === undefined
              ? html`<span>${msg('Электронное голосование')}</span>`
              : html`<span lang=${localeOf(manifest.title)}>${inLocale(manifest.title)}</span>`
          }
        </p>
        ${
          kiosk
            ? settings
            : html`<details>
                <summary>${msg('Язык и вид')}</summary>
                ${settings}
              </details>`
        }
      </header>
      ${
        manifest?.kind === 'training'
          ? html`<section
              class="training"
              part="training"
              aria-label=${msg('ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ')}
            >
              <span
                >${msg('ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ')}<br />
                <small>${msg('Голоса не имеют юридической силы')}</small></span
              >
            </section>`
          : html`<span hidden></span>`
      }
      <div
        id="screen"
        part="screen"
        role=${kiosk ? 'main' : 'group'}
        aria-label=${kiosk ? nothing : msg('Голосование')}
      >
        ${
          this.#heard === undefined
            ? html`<slot name="idle">${this.#withoutSession()}</slot>`
            : keyed(this.#screen, this.#draw(this.#heard, kiosk))
        }
      </div>
    </div>`;
  }

  #withoutSession(): TemplateResult {
    if (this.current.at !== 'failed') return screens.waiting(msg('Готовим голосование…'));
    const again = () => this.#begin();
    return screens.failedScreen(this.current, { retry: again, end: again });
  }

  #draw(session: BoothSession, kiosk: boolean): TemplateResult {
    return (
      this.#paperScreen(session, kiosk) ??
      html`<kabina-scroller ?buttons=${kiosk}
        >${this.#smallScreen(session, kiosk)}</kabina-scroller
      >`
    );
  }

  #smallScreen(session: BoothSession, kiosk: boolean): TemplateResult | typeof nothing {
    const state = this.current;
    switch (state.at) {
      case 'starting':
        return screens.waiting(msg('Проверяем голосование и журнал…'));
      case 'login':
        return screens.loginScreen(state, session, kiosk);
      case 'code':
        return screens.codeScreen(state, session, {
          kiosk,
          issuer: this.#issuerName(state.issuer),
          now: this.now,
        });
      case 'casting':
        return screens.castingScreen(state, session);
      case 'finished':
        return screens.finishedScreen(state, session.manifest?.contests ?? [], {
          list: () => session.list(),
          end: () => void session.end(),
          // Another who uses this device must not find out that somebody has voted here.
          forget: kiosk ? undefined : () => void session.forget(),
        });
      case 'failed':
        return screens.failedScreen(state, {
          retry: () => void session.retry(),
          end: () => void session.end(),
        });
      case 'ended':
        return screens.endedScreen(
          kiosk,
          this.session === undefined ? () => this.#begin() : undefined,
        );
      default:
        return nothing;
    }
  }

  /** The screens that are elements of their own and scroll by themselves. */
  #paperScreen(session: BoothSession, kiosk: boolean): TemplateResult | undefined {
    const state = this.current;
    switch (state.at) {
      case 'ballots':
        return this.#ballots(state, session, kiosk);
      case 'marking':
        return html`${trouble(state.error)}<kabina-ballot
            .paper=${this.#paper}
            ?kiosk=${kiosk}
            @kabina-review=${() => session.review()}
            @kabina-leave=${() => session.list()}
          ></kabina-ballot>`;
      case 'review':
        return html`${trouble(state.error)}<kabina-review
            .paper=${this.#paper}
            .busy=${state.busy}
            ?kiosk=${kiosk}
            @kabina-seal=${() => void this.#seal(session)}
            @kabina-change=${() => session.back()}
          ></kabina-review>`;
      case 'sealed':
        return html`<kabina-sealed
          .code=${state.qr}
          .trackingCode=${state.trackingCode}
          .busy=${state.busy}
          .opened=${state.opened}
          .error=${state.error?.code}
          ?kiosk=${kiosk}
          @kabina-cast=${() => void session.cast()}
          @kabina-challenge=${() => void session.challenge()}
          @kabina-change=${() => session.back()}
        ></kabina-sealed>`;
      case 'challenged':
        return html`<kabina-challenge
          .contest=${this.#contest(state.contest)}
          .marks=${state.opening.marks}
          .code=${state.qr}
          .trackingCode=${state.trackingCode}
          ?kiosk=${kiosk}
          @kabina-again=${() => session.back()}
          @kabina-leave=${() => session.list()}
        ></kabina-challenge>`;
      case 'receipt':
        return html`<kabina-receipt
          .receipt=${state.receipt}
          .contest=${this.#contest(state.contest)}
          .training=${session.manifest?.kind === 'training'}
          .print=${this.printReceipt}
          ?kiosk=${kiosk}
          @kabina-leave=${() => session.list()}
        ></kabina-receipt>`;
      default:
        return undefined;
    }
  }

  #ballots(state: screens.At<'ballots'>, session: BoothSession, kiosk: boolean): TemplateResult {
    return html`${trouble(state.error)}<kabina-ballot-list
        .papers=${state.papers}
        .contests=${session.manifest?.contests ?? []}
        .voting=${state.voting}
        ?kiosk=${kiosk}
        @kabina-open=${({ detail }: PaperEvent) => void session.openPaper(detail.contest)}
        @kabina-receipt=${({ detail }: PaperEvent) => void session.openReceipt(detail.contest)}
        @kabina-finish=${() => session.finish()}
      >
        ${
          kiosk || !(state.mayKeepCode || state.mayRestore)
            ? nothing
            : html`<kabina-recovery
                .read=${state.mayKeepCode ? () => session.recoveryCode() : undefined}
                .restore=${state.mayRestore ? (code: string) => void session.restore(code) : undefined}
              ></kabina-recovery>`
        }
      </kabina-ballot-list>`;
  }

  /** Hands the marks to the session and overwrites the copy; `#follow` erases the paper. */
  async #seal(session: BoothSession): Promise<void> {
    const marks = this.#paper?.read();
    if (marks === undefined) return;
    try {
      await session.seal(marks);
    } finally {
      marks.fill(0);
    }
  }

  /**
   * Makes a session of its own, by the factory or once the addresses are complete, and begins anew
   * when they change.
   */
  #begin(): void {
    const { sessionFactory } = this;
    if (this.session === undefined && sessionFactory !== undefined) {
      void this.#open(() => Promise.resolve(sessionFactory));
      return;
    }
    const { election, box, registrar, observers, mode, workerFactory } = this;
    const complete = election !== '' && box !== '' && registrar !== '';
    if (this.session !== undefined || workerFactory === undefined || !complete) return;
    const issuers = [{ id: 'registrar', url: registrar }];
    if (observers !== '') issuers.push({ id: 'observers', url: observers });
    const config = { electionId: election, box, issuers, mode, createWorker: workerFactory };
    void this.#open(async () => {
      // Loaded here, so that a page with a session of its own making doesn't pay for this one.
      const { VotingSession } = await import('@kabina/booth/session');
      return () => new VotingSession(config);
    });
  }

  async #open(load: () => Promise<() => BoothSession>): Promise<void> {
    await this.#endOwn();
    const turn = (this.#turn += 1);
    const make = await load();
    if (turn !== this.#turn || !this.isConnected) return;
    try {
      this.#own = make();
    } catch (error) {
      // A kiosk that may take no voter says why. Without a code: nothing that could be an election's
      // id, the embedder's mistake. Either is told on the voter's screen.
      const code =
        error instanceof Error && 'code' in error ? String(error.code) : 'config.issuers';
      this.current = { at: 'failed', code, retry: false };
      return;
    }
    this.#listen(this.#own);
    await this.#own.start();
  }

  async #endOwn(): Promise<void> {
    this.#turn += 1;
    const session = this.#own;
    this.#own = undefined;
    if (session === undefined) return;
    if (this.#heard === session) this.#listen(undefined);
    await session.end();
  }

  #listen(session: BoothSession | undefined): void {
    if (session === this.#heard) return;
    this.#heard?.removeEventListener('change', this.#follow);
    this.#heard = session;
    session?.addEventListener('change', this.#follow);
    if (session === undefined) this.#stopClock();
    else this.#follow();
  }

  readonly #follow = (): void => {
    const session = this.#heard;
    if (session === undefined) return;
    const state = session.state;
    this.#keepPaper(session, state);
    const screen = screenOf(state);
    if (screen !== this.#screen) {
      // Never take the focus from the embedder's page; on a kiosk there is nothing else.
      this.#refocus =
        this.#screen !== '' && (this.mode === 'kiosk' || this.matches(':focus-within'));
      this.#screen = screen;
    }
    this.current = state;
    if (state.at === 'code') this.#startClock();
    else this.#stopClock();
    if (state.at === 'ended') void this.#reset(session);
  };

  /** A paper exists from taking it until it is sealed or left; going back to it finds it as it was. */
  #keepPaper(session: BoothSession, state: SessionState): void {
    if (state.at !== 'marking' && state.at !== 'review') {
      this.#erasePaper();
      return;
    }
    const withdrawn = session.withdrawn.get(state.contest) ?? new Set();
    const known = this.#paper?.contest.id === state.contest;
    if (known && (state.at === 'review' || state.error?.code !== 'ballots.withdrawn')) return;
    const contest = this.#contest(state.contest);
    if (contest === undefined) throw new Error(`The manifest has no contest ${state.contest}.`);
    this.#erasePaper();
    this.#paper = new MarkedPaper(contest, withdrawn);
  }

  #erasePaper(): void {
    this.#paper?.erase();
    this.#paper = undefined;
  }

  #contest(id: string): Contest | undefined {
    return this.#heard?.manifest?.contests.find((contest) => contest.id === id);
  }

  #issuerName(id: string): string {
    const issuer = this.#heard?.manifest?.issuers.find((candidate) => candidate.id === id);
    return issuer === undefined ? '' : inLocale(issuer.name);
  }

  async #reset(session: BoothSession): Promise<void> {
    this.appearance = defaultAppearance;
    void setLocale(this.#home);
    // The state comes before the disk is clean, and whoever hears the event may leave the page.
    await session.end().catch(() => undefined);
    this.dispatchEvent(new Event('kabina-end'));
  }

  #startClock(): void {
    this.now = Date.now();
    this.#clock ??= setInterval(() => (this.now = Date.now()), 1000);
  }

  #stopClock(): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  async #focusHeading(): Promise<void> {
    const screen = this.screen.querySelector<LitElement>(':scope > :not(.note)');
    await screen?.updateComplete;
    const heading = screen?.querySelector('h2') ?? screen?.renderRoot.querySelector('h2');
    heading?.focus();
  }
}

/** What makes a screen a new one: then the focus goes to its heading. */
function screenOf(state: SessionState): string {
  const contest = 'contest' in state ? state.contest : '';
  const issuer = 'issuer' in state ? state.issuer : '';
  const failed = state.at === 'casting' && state.error !== undefined;
  return `${state.at}/${contest}/${issuer}/${failed}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-booth': KabinaBooth;
  }
}
