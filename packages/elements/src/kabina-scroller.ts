import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { downIcon, upIcon } from './icons.ts';
import { styles } from './kabina-scroller.styles.ts';
import { tokens } from './tokens.styles.ts';

/** Part of a screenful that one press moves: some of the old lines stay in sight. */
const STEP = 0.8;

const FOCUSABLE = 'button, input, a, summary, kabina-option, kabina-code-entry, kabina-recovery';

/**
 * @summary A region that scrolls by two large buttons, for a kiosk where nobody should have to
 * guess that a list goes on. Without `buttons` it is plain content and the page scrolls.
 * @slot - The content.
 * @csspart up - The button «Выше».
 * @csspart down - The button «Ниже».
 */
export class KabinaScroller extends LitElement {
  static override styles = [tokens, controls, styles];

  /** Scroll inside and show the buttons when the content doesn't fit. */
  @property({ type: Boolean, reflect: true }) accessor buttons = false;

  @state() private accessor overflowing = false;
  /** Nothing inside takes the focus: then the region itself does, to be scrolled by keys. */
  @state() private accessor plain = false;
  @state() private accessor atTop = true;
  @state() private accessor atBottom = true;
  @query('.content') private accessor content!: HTMLElement;

  readonly #sizes = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#observe();
  }

  override disconnectedCallback(): void {
    this.#sizes.disconnect();
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    this.#observe();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('buttons')) this.#measure();
  }

  protected override render() {
    const bar = this.buttons && this.overflowing;
    return html`
      <div class="content" tabindex=${bar && this.plain ? 0 : nothing} @scroll=${this.#measure}>
        <slot @slotchange=${this.#observe}></slot>
      </div>
      <div class="bar" ?hidden=${!bar}>
        <button
          class="button"
          part="up"
          type="button"
          aria-disabled=${this.atTop}
          @click=${() => this.#scroll(-1)}
        >
          ${upIcon} ${msg('Выше')}
        </button>
        <button
          class="button"
          part="down"
          type="button"
          aria-disabled=${this.atBottom}
          @click=${() => this.#scroll(1)}
        >
          ${downIcon} ${msg('Ниже')}
        </button>
      </div>
    `;
  }

  #observe(): void {
    this.#sizes.disconnect();
    this.#sizes.observe(this.content);
    const content = this.content.querySelector('slot')!.assignedElements();
    for (const element of content) this.#sizes.observe(element);
    this.plain = !content.some(
      (element) => element.matches(FOCUSABLE) || element.querySelector(FOCUSABLE) !== null,
    );
  }

  #measure(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.content;
    // The bar itself takes room: once shown it stays while the content exceeds the whole region.
    this.overflowing = scrollHeight > (this.overflowing ? this.clientHeight : clientHeight) + 1;
    this.atTop = scrollTop <= 1;
    this.atBottom = scrollTop + clientHeight >= scrollHeight - 1;
  }

  #scroll(direction: 1 | -1): void {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.content.scrollBy({
      top: direction * STEP * this.content.clientHeight,
      behavior: calm ? 'instant' : 'smooth',
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-scroller': KabinaScroller;
  }
}
