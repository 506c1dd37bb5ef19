import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { DeskActs } from './desk-acts.ts';
import { localized, onlyPile, stateWord } from './desk-parts.ts';
import { styles } from './desk.styles.ts';
import type { Desk, DeskPile, DeskStatus, DeskTrip, DeskVoter } from './desk.ts';
import { checkIcon, infoIcon, warningIcon } from './icons.ts';
import type { KabinaDeskSearch } from './kabina-desk-search.ts';
import { tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/** A voter of the register of requests, and from which kiosk's pile they drew. */
interface Visited extends DeskVoter {
  readonly kiosk: string;
}

/**
 * @summary Voting at home («голосование вне помещения»): which cards went out, and what came back.
 * Part of `<kabina-desk>`.
 */
export class KabinaDeskTrips extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor desk: Desk | undefined;
  @property({ attribute: false, hasChanged: () => true }) accessor status: DeskStatus | undefined;

  /** `out`: one is being made ready; a trip: it has come back; undefined: the list. */
  @state() private accessor at: 'out' | DeskTrip | undefined;
  @state() private accessor voters: readonly Visited[] = [];
  /** Cards of a pile by `kiosk style`. */
  @state() private accessor counts: ReadonlyMap<string, number> = new Map();
  @state() private accessor hint = '';
  @query('kabina-desk-search') private accessor search!: KabinaDeskSearch | null;

  readonly #acts = new DeskActs(this);

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  /**
   * Nothing of a voter is left here; a trip that was being written down has to be begun again. Answers
   * whether there was something.
   */
  forget(): boolean {
    const held = this.voters.length > 0;
    this.at = undefined;
    this.voters = [];
    this.counts = new Map();
    this.hint = '';
    this.#acts.forget();
    return (this.search?.forget() ?? false) || held;
  }

  takeCode(code: string): boolean {
    if (this.search === null || code.startsWith('kabina-')) return false;
    this.search.look(code);
    return true;
  }

  protected override render() {
    const { desk, status, at } = this;
    if (desk === undefined || status === undefined) return nothing;
    if (at === undefined) return this.#list(status);
    return at === 'out' ? this.#out(desk, status) : this.#back(desk, status, at);
  }

  #list(status: DeskStatus): TemplateResult {
    return html`<section>
      <h2 tabindex="-1">${msg('Голосование на дому')}</h2>
      ${
        status.trips.length === 0
          ? html`<p>${msg('Выездов ещё не было.')}</p>`
          : html`<ul class="trips">
              ${status.trips.map((trip) => this.#trip(trip))}
            </ul>`
      }
      ${
        status.at === 'open'
          ? html`<div class="actions">
              <button class="button primary" type="button" @click=${() => this.#begin('out')}>
                ${msg('Собрать выезд')}
              </button>
            </div>`
          : nothing
      }
    </section>`;
  }

  #trip(trip: DeskTrip): TemplateResult {
    const { id, voters, served, out, back } = trip;
    return html`<li class="row">
      <span
        ><strong>${msg(str`Выезд ${id}`)}</strong><br />
        ${
          back === undefined
            ? msg(str`В пути. Заявок: ${voters}, вынесено карточек: ${out}.`)
            : msg(
                str`Вернулся. Заявок: ${voters}, проголосовали: ${served}, вынесено карточек: ${out}, возвращено: ${back}.`,
              )
        }</span
      >
      ${
        back === undefined
          ? html`<button class="button" type="button" @click=${() => this.#begin(trip)}>
              ${msg('Принять обратно')}
            </button>`
          : html`<span class="mark">${checkIcon} ${msg('закрыт')}</span>`
      }
    </li>`;
  }

  #out(desk: Desk, status: DeskStatus): TemplateResult {
    const cards = this.#cards();
    return html`<section>
      <h2 tabindex="-1">${msg('Собрать выезд')}</h2>
      ${this.#register(
        desk,
        msg('Избиратель по реестру заявок'),
        msg('Добавьте всех, к кому едут по реестру.'),
        () => nothing,
      )}
      <h3>${msg('Сколько карточек выносят')}</h3>
      ${this.#numbers(status.piles.filter(({ dead }) => !dead))}
      ${this.#foot(
        msg(str`Выносят карточек: ${cards}, едут к избирателям: ${this.voters.length}.`),
        msg('Записать и вынести'),
        cards > 0 && this.voters.length > 0,
        () =>
          desk.carryOut({
            voters: this.voters.map(({ number }) => number),
            cards: this.#counted(status.piles),
          }),
      )}
    </section>`;
  }

  #back(desk: Desk, status: DeskStatus, trip: DeskTrip): TemplateResult {
    const cards = this.#cards();
    const given = this.voters.length;
    const fits = given + cards === trip.out;
    return html`<section>
      <h2 tabindex="-1">${msg(str`Принять обратно выезд ${trip.id}`)}</h2>
      ${this.#register(
        desk,
        msg('Кто проголосовал'),
        msg('Добавьте тех, кто вытянул карточку, и укажите из какой стопки.'),
        (voter, index) => this.#pileOf(voter, index, status.piles),
      )}
      <h3>${msg('Сколько карточек возвращают')}</h3>
      ${this.#numbers(status.piles)}
      ${
        fits
          ? html`<p class="note good">
              ${checkIcon}<span
                >${msg(str`Сходится: вынесено ${trip.out}, выдано ${given}, возвращается ${cards}.`)}</span
              >
            </p>`
          : html`<p class="note">
              ${warningIcon}<span
                >${msg(str`Пока не сходится: вынесено ${trip.out}, выдано ${given}, возвращается ${cards}.`)}</span
              >
            </p>`
      }
      ${this.#foot('', msg('Записать и закрыть выезд'), true, () =>
        desk.carryBack(trip.id, {
          served: this.voters.map(({ number, kiosk }) => ({ number, kiosk })),
          cards: this.#counted(status.piles),
        }),
      )}
    </section>`;
  }

  #register(
    desk: Desk,
    label: string,
    empty: string,
    more: (voter: Visited, index: number) => TemplateResult | typeof nothing,
  ): TemplateResult {
    return html`<kabina-desk-search
        .desk=${desk}
        .label=${label}
        .pickOnly=${true}
        .pick=${(voter: DeskVoter) => this.#add(voter)}
      ></kabina-desk-search>
      <div role="alert">
        ${
          this.hint === ''
            ? nothing
            : html`<p class="note bad">${warningIcon}<span>${this.hint}</span></p>`
        }
      </div>
      ${
        this.voters.length === 0
          ? html`<p class="note">${infoIcon}<span>${empty}</span></p>`
          : html`<ul class="trips">
              ${this.voters.map(
                (voter, index) =>
                  html`<li class="row">
                    <span id="name-${index}"
                      ><span class="number">${voter.number}</span> ${voter.name}</span
                    >
                    ${more(voter, index)}
                    <button
                      class="button quiet"
                      type="button"
                      id="remove-${index}"
                      aria-labelledby="remove-${index} name-${index}"
                      @click=${() => (this.voters = this.voters.filter((one) => one !== voter))}
                    >
                      ${msg('Убрать')}
                    </button>
                  </li>`,
              )}
            </ul>`
      }`;
  }

  #pileOf(voter: Visited, index: number, piles: readonly DeskPile[]): TemplateResult {
    const choose = (event: Event): void => {
      const kiosk = (event.target as HTMLSelectElement).value;
      this.voters = this.voters.map((one) => (one === voter ? { ...one, kiosk } : one));
    };
    return html`<span class="visually-hidden" id="which-${index}"
        >${msg('Из какой стопки карточка')}</span
      ><select aria-labelledby="which-${index} name-${index}" @change=${choose}>
        <option value="" ?selected=${voter.kiosk === ''}>${msg('выберите стопку')}</option>
        ${piles
          .filter(({ style }) => style === voter.style)
          .map(
            ({ kiosk, kioskName }) =>
              html`<option value=${kiosk} ?selected=${kiosk === voter.kiosk}>${kioskName}</option>`,
          )}
      </select>`;
  }

  #numbers(piles: readonly DeskPile[]): TemplateResult {
    return html`<ul class="trips">
      ${piles.map((pile, index) => {
        const key = keyOf(pile);
        const set = (event: Event): void => {
          const value = Math.trunc(Number((event.target as HTMLInputElement).value));
          const count = Number.isFinite(value) ? Math.max(0, value) : 0;
          this.counts = new Map([...this.counts, [key, count]]);
        };
        return html`<li class="row">
          <label for="pile-${index}"
            ><strong>${pile.kioskName}</strong><br />${localized(pile.styleTitle)}</label
          >
          <input
            id="pile-${index}"
            class="count"
            type="number"
            inputmode="numeric"
            min="0"
            step="1"
            .value=${String(this.counts.get(key) ?? 0)}
            @change=${set}
          />
        </li>`;
      })}
    </ul>`;
  }

  #foot(sum: string, label: string, complete: boolean, act: () => Promise<void>): TemplateResult {
    const busy = this.status?.busy === true || this.#acts.busy;
    const run = (): void => {
      if (busy || !complete) return;
      if (this.at !== 'out' && this.voters.some(({ kiosk }) => kiosk === '')) {
        this.hint = msg('Укажите стопку для каждого, кто проголосовал.');
        return;
      }
      void this.#acts.run(act, () => void this.#toList());
    };
    return html`${trouble(this.#acts.trouble)}
      ${sum === '' ? nothing : html`<p role="status">${sum}</p>`}
      <div class="actions">
        <button
          class="button primary"
          type="button"
          aria-disabled=${busy || !complete}
          @click=${run}
        >
          ${busy ? msg('Записываем…') : label}
        </button>
        <button class="button quiet" type="button" @click=${() => void this.#toList()}>
          ${msg('Не сейчас')}
        </button>
      </div>`;
  }

  #add(voter: DeskVoter): void {
    this.hint = '';
    if (voter.state !== 'free') {
      this.hint = msg(str`Этого избирателя добавить нельзя: ${stateWord(voter.state)}.`);
    } else if (!this.voters.some(({ number }) => number === voter.number)) {
      const piles = this.status?.piles.filter(({ style }) => style === voter.style) ?? [];
      this.voters = [...this.voters, { ...voter, kiosk: onlyPile(piles) }];
    }
    this.search?.focus();
  }

  #cards(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  #counted(piles: readonly DeskPile[]) {
    return piles
      .map((pile) => ({
        kiosk: pile.kiosk,
        style: pile.style,
        number: this.counts.get(keyOf(pile)) ?? 0,
      }))
      .filter(({ number }) => number > 0);
  }

  #begin(at: 'out' | DeskTrip): void {
    this.forget();
    this.at = at;
    void this.#toHeading();
  }

  async #toList(): Promise<void> {
    this.forget();
    await this.#toHeading();
  }

  async #toHeading(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector('h2')?.focus();
  }
}

function keyOf({ kiosk, style }: DeskPile): string {
  return `${kiosk} ${style}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk-trips': KabinaDeskTrips;
  }
}
