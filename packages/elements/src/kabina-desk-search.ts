import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { DeskActs } from './desk-acts.ts';
import { stateWord } from './desk-parts.ts';
import { styles } from './desk.styles.ts';
import type { Desk, DeskVoter } from './desk.ts';
import { tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/** `Desk.find` answers no more. */
const MOST = 20;

/**
 * @summary Finds voters of the desk by name, number or document, and gives the chosen one to `pick`:
 * never in an event, because it is a person's. Part of `<kabina-desk>`.
 */
export class KabinaDeskSearch extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor desk: Desk | undefined;
  @property({ attribute: false }) accessor label = '';
  /** A single voter found is picked at once. */
  @property({ type: Boolean, attribute: false }) accessor pickOnly = false;
  @property({ attribute: false }) accessor pick: ((voter: DeskVoter) => void) | undefined;
  /** What to do when nobody was found. */
  @property({ attribute: false }) accessor nobody: TemplateResult | typeof nothing = nothing;

  @state() private accessor found: readonly DeskVoter[] | undefined;
  @query('input') private accessor input!: HTMLInputElement | null;

  readonly #acts = new DeskActs(this);

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  override focus(): void {
    this.input?.focus();
  }

  /** Nothing of a voter is left here. Answers whether there was something. */
  forget(): boolean {
    const held = this.found !== undefined || (this.input?.value ?? '') !== '';
    this.found = undefined;
    this.#acts.forget();
    if (this.input !== null) this.input.value = '';
    return held;
  }

  /** Looks for what a scanner has read, such as the number on an invitation. */
  look(text: string): void {
    const { desk, pickOnly } = this;
    const wanted = text.trim();
    if (desk === undefined || wanted === '') return;
    this.found = undefined;
    void this.#acts.run(
      () => desk.find(wanted),
      (found) => {
        if (pickOnly && found.length === 1) this.#pick(found[0]!);
        else this.found = found;
      },
    );
  }

  protected override render() {
    const { busy } = this.#acts;
    return html`<form class="search" role="search" @submit=${this.#submit} novalidate>
        <label for="query">${this.label}</label>
        <div class="line">
          <input
            id="query"
            type="search"
            autocomplete="off"
            autocorrect="off"
            spellcheck="false"
            enterkeyhint="search"
          />
          <button class="button primary" type="submit" aria-disabled=${busy}>
            ${busy ? msg('Ищем…') : msg('Найти')}
          </button>
        </div>
      </form>
      ${trouble(this.#acts.trouble)}
      <div role="status">${this.#count()}</div>
      ${this.#list()}`;
  }

  #count() {
    const { found } = this;
    if (found === undefined) return nothing;
    if (found.length === 0) return html`<p>${msg('В списке участка никого не нашлось.')}</p>`;
    return html`<p class="muted">
      ${
        found.length >= MOST
          ? msg('Показаны первые двадцать. Уточните запрос.')
          : msg(str`Нашлось: ${found.length}`)
      }
    </p>`;
  }

  #list() {
    const { found } = this;
    if (found === undefined) return nothing;
    if (found.length === 0) return this.nobody;
    return html`<ul class="found" aria-label=${msg('Найденные избиратели')}>
      ${found.map(
        (voter) =>
          html`<li>
            <button class="button voter" type="button" @click=${() => this.#pick(voter)}>
              <span class="number">${voter.number}</span>
              <span class="who"
                ><strong>${voter.name}</strong><br /><span class="document"
                  >${voter.document}</span
                ></span
              >
              <span class="word">${stateWord(voter.state)}</span>
            </button>
          </li>`,
      )}
    </ul>`;
  }

  #pick(voter: DeskVoter): void {
    this.forget();
    this.pick?.(voter);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    this.look(this.input?.value ?? '');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk-search': KabinaDeskSearch;
  }
}
