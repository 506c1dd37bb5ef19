import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { DeskActs } from './desk-acts.ts';
import { HELD_PREFIX, localized } from './desk-parts.ts';
import { styles } from './desk.styles.ts';
import { styles as frame } from './kabina-desk.styles.ts';
import type { Desk, DeskStatus } from './desk.ts';
import { checkIcon, clockIcon, infoIcon, warningIcon } from './icons.ts';
import { whole } from './numbers.ts';
import { tokens } from './tokens.styles.ts';
import { fieldError, trouble } from './trouble-note.ts';

type Section = 'voters' | 'cards' | 'trips' | 'closing';

/** A part of the screen: what it shows of a voter it forgets when it is told to. */
interface Panel extends Element {
  /** Answers whether there was anything of a voter. */
  forget(): boolean;
  takeCode(code: string): boolean;
}

/** What was on the screen of a desk that nobody touches goes from it, in milliseconds. */
const IDLE = 60_000;

/**
 * @summary The registration desk of a station: finds a voter, marks them and lets them draw a card;
 * spoiled cards, piles, voters at home, closing. Works with the line down and says what doesn't.
 *
 * A voter's data are shown only to whom they were asked by, in no event and no attribute, and leave
 * the page with the act or after a minute without a touch.
 *
 * @csspart status - Station, line, numbers.
 * @csspart sections - The switch between the parts of the work.
 * @csspart voter - The voter who is being served.
 * @csspart piles - The table of piles.
 * @csspart dictation - What is read out over the telephone.
 */
export class KabinaDesk extends LitElement {
  static override styles = [tokens, controls, styles, frame];

  @property({ attribute: false }) accessor desk: Desk | undefined;

  @state() private accessor section: Section = 'voters';
  /** The screen was cleared because nobody touched it. */
  @state() private accessor cleared = false;
  @query('#code') private accessor code!: HTMLInputElement | null;
  @query('#panel > *') private accessor panel!: Panel | null;

  readonly #acts = new DeskActs(this);
  #heard: Desk | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
    for (const type of ['keydown', 'pointerdown', 'input']) {
      this.addEventListener(type, this.#touched);
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listen(this.desk);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listen(undefined);
    clearTimeout(this.#idle);
    this.forget();
  }

  /** Takes everything of a voter off the screen, as a minute without a touch does. */
  forget(): void {
    this.#forget();
  }

  /**
   * Gives a scanned code to the part of the screen that can use it: a card, a kiosk's closing
   * statement, or a number to look for.
   *
   * @returns false if nothing here can
   */
  takeCode(code: string): boolean {
    const at = this.desk?.status.at;
    if (at !== 'open' && at !== 'closed') return false;
    this.#touched();
    if (code.startsWith(HELD_PREFIX) && this.#section !== 'closing') {
      void this.#to('closing').then(() => this.panel?.takeCode(code));
      return true;
    }
    return this.panel?.takeCode(code) ?? false;
  }

  protected override willUpdate(): void {
    if (this.isConnected) this.#listen(this.desk);
  }

  protected override render() {
    const { desk } = this;
    if (desk === undefined) return nothing;
    const { status } = desk;
    return html`
      ${this.#header(desk, status)}
      <div class="screen">
        ${trouble(status.trouble)}
        ${
          this.cleared
            ? html`<p class="note" role="status">
                ${infoIcon}<span
                  >${msg('Минуту никто не работал: данные избирателя убраны с экрана.')}</span
                >
              </p>`
            : nothing
        }
        ${this.#screen(desk, status)}
      </div>
    `;
  }

  #header(desk: Desk, status: DeskStatus): TemplateResult {
    const { kind, title, station, voters, served, waiting, line } = status;
    const known = status.at === 'open' || status.at === 'closed';
    return html`<header part="status">
      ${
        kind === 'training'
          ? html`<p class="training">${msg('Тренировочное голосование')}</p>`
          : nothing
      }
      <div class="title">
        <p class="station">${msg('Стол регистрации')}: ${localized(station.name)}</p>
        <p class="muted">${localized(title)}</p>
      </div>
      ${
        status.at === 'locked'
          ? nothing
          : html`<button class="button" type="button" @click=${() => this.#lock(desk)}>
              ${msg('Закрыть на код')}
            </button>`
      }
      <ul class="facts">
        ${known ? html`<li>${msg(str`Отмечено ${whole(served)} из ${whole(voters)}`)}</li>` : nothing}
        ${
          line === undefined
            ? nothing
            : line === 'up'
              ? html`<li class="mark good">${checkIcon} ${msg('Связь есть')}</li>`
              : html`<li class="mark">${warningIcon} ${msg('Связи нет, работаем без неё')}</li>`
        }
        ${
          waiting > 0
            ? html`<li class="mark">${clockIcon} ${msg(str`Ждут отправки: ${whole(waiting)}`)}</li>`
            : nothing
        }
      </ul>
    </header>`;
  }

  #screen(desk: Desk, status: DeskStatus): TemplateResult {
    if (status.at === 'locked') return this.#locked(desk);
    if (status.at === 'setup') return this.#setup(desk, status);
    return html`<nav part="sections" aria-label=${msg('Разделы')}>
        ${this.#sections().map(
          ([section, name]) =>
            html`<button
              class="button"
              type="button"
              aria-current=${section === this.#section ? 'page' : nothing}
              @click=${() => void this.#to(section)}
            >
              ${name}
            </button>`,
        )}
      </nav>
      <div id="panel">${this.#panelOf(desk, status)}</div>`;
  }

  #panelOf(desk: Desk, status: DeskStatus): TemplateResult {
    switch (this.#section) {
      case 'voters':
        return html`<kabina-desk-voters .desk=${desk} .status=${status}></kabina-desk-voters>`;
      case 'cards':
        return html`<kabina-desk-cards .desk=${desk} .status=${status}></kabina-desk-cards>`;
      case 'trips':
        return html`<kabina-desk-trips .desk=${desk} .status=${status}></kabina-desk-trips>`;
      case 'closing':
        return html`<kabina-desk-closing .desk=${desk} .status=${status}></kabina-desk-closing>`;
    }
  }

  #locked(desk: Desk): TemplateResult {
    const { busy } = this.#acts;
    const unlock = (event: SubmitEvent): void => {
      event.preventDefault();
      const field = this.code!;
      const code = field.value;
      if (code === '' || busy) return field.focus();
      field.value = '';
      void this.#acts.run(
        () => desk.unlock(code),
        () => void this.#toHeading(),
      );
    };
    return html`<form class="search" @submit=${unlock} novalidate>
      <h2 tabindex="-1">${msg('Стол закрыт')}</h2>
      <label for="code">${msg('Код стола')}</label>
      <div class="line">
        <input
          id="code"
          type="password"
          autocomplete="off"
          aria-invalid=${this.#acts.trouble !== undefined}
          aria-describedby="error"
        />
        <button class="button primary" type="submit" aria-disabled=${busy}>
          ${busy ? msg('Проверяем…') : msg('Открыть стол')}
        </button>
      </div>
      <p class="error" id="error" role="alert">${fieldError(this.#acts.trouble)}</p>
    </form>`;
  }

  #setup(desk: Desk, status: DeskStatus): TemplateResult {
    const busy = status.busy || this.#acts.busy;
    const fetch = (): void => {
      if (!busy) {
        void this.#acts.run(
          () => desk.fetch(),
          () => void this.#toHeading(),
        );
      }
    };
    return html`<section>
      <h2 tabindex="-1">${msg('Подготовка стола')}</h2>
      ${trouble(this.#acts.trouble)}
      <p>${msg('Список избирателей участка и карточки ещё не получены.')}</p>
      <p class="note">
        ${infoIcon}<span
          >${msg(
            'Когда список получен, избирателям участка выдают бюллетени только здесь: через интернет их больше не выдают.',
          )}</span
        >
      </p>
      ${status.line === 'down' ? html`<p>${msg('Для этого нужна связь, а её пока нет.')}</p>` : nothing}
      <div class="actions">
        <button class="button primary" type="button" aria-disabled=${busy} @click=${fetch}>
          ${busy ? msg('Получаем…') : msg('Получить список и карточки')}
        </button>
      </div>
    </section>`;
  }

  /** After the end nobody is marked any more. */
  get #section(): Section {
    const ended = this.desk?.status.at === 'closed';
    return ended && this.section === 'voters' ? 'closing' : this.section;
  }

  #sections(): readonly (readonly [Section, string])[] {
    const all: readonly (readonly [Section, string])[] = [
      ['voters', msg('Избиратели')],
      ['cards', msg('Карточки')],
      ['trips', msg('На дому')],
      ['closing', msg('Закрытие')],
    ];
    return this.desk?.status.at === 'closed' ? all.slice(1) : all;
  }

  async #to(section: Section): Promise<void> {
    this.panel?.forget();
    this.section = section;
    await this.#toHeading();
  }

  #lock(desk: Desk): void {
    this.forget();
    this.section = 'voters';
    desk.lock();
    void this.#toHeading();
  }

  async #toHeading(): Promise<void> {
    await this.updateComplete;
    const panel = this.panel as LitElement | null;
    await panel?.updateComplete;
    (panel?.renderRoot ?? this.renderRoot).querySelector('h2')?.focus();
  }

  readonly #touched = (): void => {
    this.cleared = false;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.cleared = this.#forget();
    }, IDLE);
  };

  #forget(): boolean {
    this.#acts.forget();
    if (this.code !== null) this.code.value = '';
    return this.panel?.forget() ?? false;
  }

  #listen(desk: Desk | undefined): void {
    if (desk === this.#heard) return;
    this.#heard?.removeEventListener('change', this.#follow);
    this.#heard = desk;
    desk?.addEventListener('change', this.#follow);
  }

  readonly #follow = (): void => this.requestUpdate();
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk': KabinaDesk;
  }
}
