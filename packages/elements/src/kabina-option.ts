import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import { live } from 'lit/directives/live.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import type { Option } from '@kabina/election/manifest';
import { inLocale, localeOf } from './localization.ts';
import { styles } from './kabina-option.styles.ts';
import { tokens } from './tokens.styles.ts';

/**
 * @summary One line of a ballot paper: the mark, the name and the descriptive line.
 *
 * Each option holds its own native control, so that with Tab alone every option is reached
 * (a native radio group has only one tab stop) and Space or Enter marks it. A second press takes
 * the mark away. Whether it is marked is a property, never an attribute, and choosing calls
 * `choose`; no event of its own tells of it.
 *
 * @csspart option - The whole line.
 * @csspart name - The candidate's name or the answer.
 * @csspart about - The descriptive line.
 */
export class KabinaOption extends LitElement {
  static override styles = [tokens, styles];
  static override shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };

  @property({ attribute: false }) accessor option: Option | undefined;
  /** Only one option may be marked: a radio button, otherwise a checkbox. */
  @property({ type: Boolean, attribute: false }) accessor single = true;
  @property({ type: Boolean, attribute: false }) accessor marked = false;
  /** The candidate has left: «кандидат снят». */
  @property({ type: Boolean, attribute: false }) accessor withdrawn = false;
  /** Place on the paper, from 1, and how many there are: for a screen reader. */
  @property({ type: Number, attribute: false }) accessor place = 1;
  @property({ type: Number, attribute: false }) accessor of = 1;
  /** Called when the voter marks this option or takes its mark away. */
  @property({ attribute: false }) accessor choose: (() => void) | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    if (this.option === undefined) return nothing;
    const { name, description } = this.option;
    const classes = `${this.marked ? 'marked' : ''} ${this.withdrawn ? 'withdrawn' : ''}`;
    return html`
      <label class=${classes.trim()} part="option">
        <input
          type=${this.single ? 'radio' : 'checkbox'}
          .checked=${live(this.marked)}
          aria-disabled=${this.withdrawn ? 'true' : 'false'}
          aria-posinset=${ifDefined(this.single ? this.place : undefined)}
          aria-setsize=${ifDefined(this.single ? this.of : undefined)}
          @click=${this.#choose}
          @keydown=${this.#key}
        />
        <span class="name" part="name" lang=${localeOf(name)}>${inLocale(name)}</span>
        ${
          description === undefined
            ? nothing
            : html`<span class="about" part="about" lang=${localeOf(description)}
                >${inLocale(description)}</span
              >`
        }
        ${this.withdrawn ? html`<span class="left">${msg('кандидат снят')}</span>` : nothing}
      </label>
    `;
  }

  #choose(): void {
    this.choose?.();
    // The browser has already toggled its control: put back what the paper says.
    this.requestUpdate();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.repeat) return;
    event.preventDefault();
    (event.currentTarget as HTMLInputElement).click();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-option': KabinaOption;
  }
}
