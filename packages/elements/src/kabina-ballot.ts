import { LitElement, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { blankMeaning, instruction, progress } from './ballot-text.ts';
import { controls } from './controls.styles.ts';
import { inLocale, localeOf } from './localization.ts';
import type { KabinaOption } from './kabina-option.ts';
import { styles } from './kabina-ballot.styles.ts';
import type { MarkedPaper } from './marked-paper.ts';
import { tokens } from './tokens.styles.ts';

/**
 * @summary A ballot paper that is being marked: one of N, up to k of N, blank allowed or not.
 *
 * Marks live in `paper` alone. The events say that the voter moves on, and nothing else.
 *
 * @event kabina-review - The voter goes on to check the paper; it is complete.
 * @event kabina-leave - The voter leaves the paper; whoever holds `paper` erases it.
 * @csspart options - The list of options.
 * @csspart actions - The bar with the count and the buttons.
 */
export class KabinaBallot extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor paper: MarkedPaper | undefined;
  /** On a kiosk: large buttons scroll the paper, actions stay at the bottom edge. */
  @property({ type: Boolean, reflect: true }) accessor kiosk = false;

  @state() private accessor refusal: 'full' | 'withdrawn' | 'incomplete' | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('paper')) this.refusal = undefined;
  }

  protected override render() {
    const { paper } = this;
    if (paper === undefined) return nothing;
    const { contest } = paper;
    const blankAllowed = contest.min === 0;
    return html`
      <kabina-scroller ?buttons=${this.kiosk}>
        ${
          contest.district === undefined
            ? nothing
            : html`<p class="district muted" lang=${localeOf(contest.district)}>
                ${inLocale(contest.district)}
              </p>`
        }
        <h2 id="title" tabindex="-1" lang=${localeOf(contest.title)}>${inLocale(contest.title)}</h2>
        <p class="instruction" id="instruction">${instruction(contest)}</p>
        <ul
          part="options"
          role=${contest.max === 1 ? 'radiogroup' : 'group'}
          aria-labelledby="title"
          aria-describedby="instruction"
          @keydown=${this.#arrows}
        >
          ${repeat(
            contest.options,
            (option) => option.id,
            (option, index) =>
              html`<li role="none">
                <kabina-option
                  .option=${option}
                  .single=${contest.max === 1}
                  .marked=${paper.isMarked(index)}
                  .withdrawn=${paper.isWithdrawn(index)}
                  .place=${index + 1}
                  .of=${contest.options.length}
                  .choose=${() => this.#choose(index)}
                ></kabina-option>
              </li>`,
          )}
        </ul>
        ${blankAllowed ? html`<p class="muted">${blankMeaning(contest)}</p>` : nothing}
      </kabina-scroller>
      <div class="actions" part="actions">
        <p class="count ${this.refusal === undefined ? '' : 'refused'}" role="status">
          ${this.#status(paper)}
        </p>
        <button class="button primary" type="button" @click=${this.#review}>
          ${paper.blank && blankAllowed ? msg('Дальше без отметок') : msg('Дальше')}
        </button>
        <button class="button quiet push" type="button" @click=${this.#leave}>
          ${msg('К списку бюллетеней')}
        </button>
      </div>
    `;
  }

  #status(paper: MarkedPaper): string {
    const { contest } = paper;
    switch (this.refusal) {
      case 'full':
        return msg(
          str`Уже отмечено ${contest.max} из ${contest.max}. Чтобы отметить другой вариант, сначала снимите одну из отметок.`,
        );
      case 'withdrawn':
        return msg('Этот кандидат снят, отметить его нельзя.');
      case 'incomplete':
        return contest.max === 1
          ? msg('Сначала отметьте один вариант.')
          : msg(str`Сначала отметьте не меньше ${contest.min} вариантов.`);
      default:
        return progress(contest, paper.count);
    }
  }

  #choose(index: number): void {
    const outcome = this.paper?.toggle(index);
    this.refusal = outcome === 'full' || outcome === 'withdrawn' ? outcome : undefined;
    this.requestUpdate();
  }

  /** Arrows, Home and End move between options; marking stays with Space and Enter. */
  #arrows(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined && event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    const options = [...this.renderRoot.querySelectorAll<KabinaOption>('kabina-option')];
    const here = options.findIndex((option) => event.composedPath().includes(option));
    let next = here + (step ?? 0);
    if (event.key === 'Home') next = 0;
    if (event.key === 'End') next = options.length - 1;
    options[(next + options.length) % options.length]?.focus();
  }

  #review(): void {
    if (this.paper?.complete === true) this.dispatchEvent(new Event('kabina-review'));
    else this.refusal = 'incomplete';
  }

  #leave(): void {
    this.dispatchEvent(new Event('kabina-leave'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-ballot': KabinaBallot;
  }
}
