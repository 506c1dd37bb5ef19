import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { CARD_GROUPS, CARD_PREFIX } from './access-card.ts';
import { controls } from './controls.styles.ts';
import { DeskActs } from './desk-acts.ts';
import { localized, onlyPile, pileChoice, stateWord, styleTitle } from './desk-parts.ts';
import { styles } from './desk.styles.ts';
import type { Desk, DeskPile, DeskStatus, DeskVoter } from './desk.ts';
import { checkIcon, infoIcon, warningIcon } from './icons.ts';
import type { KabinaCodeEntry } from './kabina-code-entry.ts';
import type { KabinaDeskSearch } from './kabina-desk-search.ts';
import { tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/**
 * @summary The voter at the desk: found, looked at, marked. Part of `<kabina-desk>`.
 *
 * One voter is on the screen at a time, and goes from it with the act.
 */
export class KabinaDeskVoters extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor desk: Desk | undefined;
  @property({ attribute: false, hasChanged: () => true }) accessor status: DeskStatus | undefined;

  @state() private accessor voter: DeskVoter | undefined;
  @state() private accessor kiosk = '';
  @state() private accessor replacing = false;
  /** What the member does next, once a voter is marked; names the pile, never the voter. */
  @state() private accessor done = '';
  @state() private accessor hint = '';
  @query('kabina-desk-search') private accessor search!: KabinaDeskSearch | null;
  @query('kabina-code-entry') private accessor entry!: KabinaCodeEntry | null;

  readonly #acts = new DeskActs(this);

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  /** Nothing of a voter is left on the screen. Answers whether there was something. */
  forget(): boolean {
    const held = this.voter !== undefined;
    this.voter = undefined;
    this.replacing = false;
    this.kiosk = '';
    this.done = '';
    this.hint = '';
    this.#acts.forget();
    return (this.search?.forget() ?? false) || held;
  }

  /** A card goes to the voter whose spoiled one it is; anything else is looked for in the list. */
  takeCode(code: string): boolean {
    if (code.startsWith(CARD_PREFIX)) {
      // It is kept from the field that has the focus, whatever that is: a card is a secret.
      if (this.entry !== null) return this.entry.take(code);
      this.#cardTooEarly();
      return true;
    }
    if (this.search === null) return this.entry?.take(code) ?? false;
    this.done = '';
    this.hint = '';
    this.search.look(code);
    return true;
  }

  #cardTooEarly(): void {
    if (this.voter?.state === 'served') {
      this.replacing = true;
      this.hint = msg('Выберите стопку для новой карточки и отсканируйте испорченную ещё раз.');
      return;
    }
    this.search?.forget();
    this.hint =
      this.voter === undefined
        ? msg('Чтобы заменить испорченную карточку, сначала найдите избирателя, который её принёс.')
        : msg('Карточку сканируют только при замене испорченной, а этот избиратель не отмечен.');
  }

  protected override render() {
    const { desk, status, voter, done } = this;
    if (desk === undefined || status === undefined) return nothing;
    if (done !== '') return this.#done(done);
    if (voter !== undefined) return this.#card(desk, status, voter);
    return html`<section>
      <h2 tabindex="-1">${msg('Избиратель')}</h2>
      ${this.#hinted()}
      <kabina-desk-search
        .desk=${desk}
        .label=${msg('Фамилия, номер в списке или документ')}
        .pickOnly=${true}
        .pick=${(found: DeskVoter) => this.#show(found)}
        .nobody=${this.#nobody(desk, status)}
      ></kabina-desk-search>
      ${trouble(this.#acts.trouble)}
    </section>`;
  }

  #hinted(): TemplateResult {
    return html`<div role="alert">
      ${this.hint === '' ? nothing : html`<p class="note">${infoIcon}<span>${this.hint}</span></p>`}
    </div>`;
  }

  #done(done: string): TemplateResult {
    return html`<section>
      <h2 tabindex="-1">${msg('Отмечено')}</h2>
      <p class="note good big" role="status">${checkIcon}<span>${done}</span></p>
      <div class="actions">
        <button class="button primary big" type="button" @click=${() => void this.#next()}>
          ${msg('Следующий избиратель')}
        </button>
      </div>
    </section>`;
  }

  /** Nobody on the station's list: they may be on another one, which only the line can tell. */
  #nobody(desk: Desk, { line }: DeskStatus): TemplateResult {
    if (line !== 'up') {
      return html`<p class="note">
        ${infoIcon}<span
          >${msg(
            'Связи нет: узнать, числится ли избиратель в другом списке, сейчас нельзя, и выдать карточку ему нельзя. Он может подождать связи или проголосовать там, где числится.',
          )}</span
        >
      </p>`;
    }
    const transfer = (event: SubmitEvent): void => {
      event.preventDefault();
      const field = (event.target as HTMLFormElement).querySelector('input')!;
      const number = field.value.trim();
      if (number === '') return field.focus();
      field.value = '';
      this.#transfer(desk, number);
    };
    return html`<form class="search" @submit=${transfer} novalidate>
      <label for="number"
        >${msg(
          'Избиратель числится в другом списке? Введите его номер, чтобы перевести сюда.',
        )}</label
      >
      <div class="line">
        <input id="number" type="text" autocomplete="off" spellcheck="false" />
        <button class="button" type="submit" aria-disabled=${this.#acts.busy}>
          ${msg('Перевести на этот участок')}
        </button>
      </div>
    </form>`;
  }

  #card(desk: Desk, status: DeskStatus, voter: DeskVoter): TemplateResult {
    const piles = status.piles.filter(({ style }) => style === voter.style);
    return html`<section class="voter-card" part="voter">
      <h2 tabindex="-1">${voter.name}</h2>
      <dl>
        <dt>${msg('Номер в списке')}</dt>
        <dd>${voter.number}</dd>
        <dt>${msg('Документ')}</dt>
        <dd>${voter.document}</dd>
        <dt>${msg('Округ')}</dt>
        <dd>${localized(styleTitle(status, voter.style))}</dd>
        <dt>${msg('Отметка')}</dt>
        <dd><strong>${stateWord(voter.state)}</strong></dd>
      </dl>
      ${this.replacing ? nothing : this.#hinted()} ${trouble(this.#acts.trouble)}
      ${this.#mayDo(desk, status, voter, piles)}
      <div class="actions">
        <button class="button quiet" type="button" @click=${() => void this.#next()}>
          ${msg('Назад к поиску')}
        </button>
      </div>
    </section>`;
  }

  #mayDo(desk: Desk, status: DeskStatus, voter: DeskVoter, piles: readonly DeskPile[]) {
    const busy = status.busy || this.#acts.busy;
    const choice = () => pileChoice(piles, this.kiosk, (kiosk) => (this.kiosk = kiosk));
    switch (voter.state) {
      case 'free':
        return html`<p>${msg('Сверьте имя и документ с паспортом.')}</p>
          ${choice()}
          <button
            class="button primary big"
            type="button"
            aria-disabled=${busy || this.kiosk === ''}
            @click=${() => this.#issue(desk, voter, piles)}
          >
            ${busy ? msg('Записываем…') : msg('Отметить и выдать карточку')}
          </button>`;
      case 'served':
        return this.replacing
          ? html`<h3>${msg('Замена испорченной карточки')}</h3>
              ${choice()}
              <kabina-code-entry
                .label=${msg('Испорченная карточка')}
                .hint=${msg('Отсканируйте её код или введите знаки под ним: восемь групп по четыре.')}
                .alphabet=${'base32'}
                .groups=${CARD_GROUPS}
                .scanned=${CARD_PREFIX}
                .button=${msg('Отметить испорченной и выдать другую')}
                .busy=${busy}
                .error=${this.hint}
                .submit=${(card: string) => this.#replace(desk, voter, piles, card)}
              ></kabina-code-entry>`
          : html`<p class="note">
                ${infoIcon}<span
                  >${msg(
                    'Карточку этому избирателю уже выдали. Другую дают только взамен испорченной: её код нужно отсканировать.',
                  )}</span
                >
              </p>
              <button class="button" type="button" @click=${() => (this.replacing = true)}>
                ${msg('Заменить испорченную карточку')}
              </button>`;
      case 'elsewhere':
        return status.line === 'up'
          ? html`<p>
                ${msg(
                  'Избиратель числится в электронном списке или на другом участке. Если там ему ничего не выдали, его можно перевести сюда.',
                )}
              </p>
              <button
                class="button primary"
                type="button"
                aria-disabled=${busy}
                @click=${() => this.#transfer(desk, voter.number)}
              >
                ${msg('Перевести на этот участок')}
              </button>`
          : html`<p class="note">
              ${infoIcon}<span
                >${msg(
                  'Избиратель числится в другом списке, а связи нет: перевести его сейчас нельзя. Он может подождать связи или проголосовать там, где числится.',
                )}</span
              >
            </p>`;
      case 'unsupported':
        return html`<p class="note bad">
          ${warningIcon}<span
            >${msg(
              'На этом участке нет карточек для округа избирателя. Выдать ему здесь нечего: он может проголосовать на участке своего округа.',
            )}</span
          >
        </p>`;
    }
  }

  #show(voter: DeskVoter): void {
    this.hint = '';
    this.voter = voter;
    this.replacing = false;
    const piles = this.status?.piles.filter(({ style }) => style === voter.style) ?? [];
    this.kiosk = onlyPile(piles);
    void this.#toHeading();
  }

  #issue(desk: Desk, { number }: DeskVoter, piles: readonly DeskPile[]): void {
    const pile = piles.find(({ kiosk }) => kiosk === this.kiosk);
    if (pile === undefined || this.status?.busy === true) return;
    void this.#acts.run(
      () => desk.issue(number, pile.kiosk),
      () =>
        this.#finish(
          msg(str`Пусть избиратель сам вытянет одну карточку из стопки «${pile.kioskName}».`),
        ),
    );
  }

  #replace(desk: Desk, { number }: DeskVoter, piles: readonly DeskPile[], card: string): void {
    const pile = piles.find(({ kiosk }) => kiosk === this.kiosk);
    if (pile === undefined) {
      this.hint = msg(
        'Сначала выберите стопку для новой карточки, затем отсканируйте испорченную.',
      );
      return;
    }
    this.hint = '';
    void this.#acts.run(
      () => desk.replace(number, card, pile.kiosk),
      () =>
        this.#finish(
          msg(
            str`Старая карточка отмечена испорченной. Пусть избиратель вытянет другую из стопки «${pile.kioskName}».`,
          ),
        ),
    );
  }

  #transfer(desk: Desk, number: string): void {
    void this.#acts.run(
      () => desk.transfer(number),
      (voter) => this.#show(voter),
    );
  }

  #finish(done: string): void {
    this.forget();
    this.done = done;
    void this.#toHeading();
  }

  async #next(): Promise<void> {
    this.forget();
    await this.updateComplete;
    await this.search?.updateComplete;
    this.search?.focus();
  }

  async #toHeading(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector('h2')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk-voters': KabinaDeskVoters;
  }
}
