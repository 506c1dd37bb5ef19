import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { KioskStation, KioskCards } from '@kabina/booth/station';
import { controls } from '@kabina/elements/controls';
import { warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { FollowKiosk } from './follow-kiosk.ts';
import { panels } from './service.styles.ts';
import { cardWords as words, codeOf, troubleWords } from './service-text.ts';
import { suggestedCards } from './station-terminal.ts';

/** How far one touch of + or − goes. */
const STEP = 10;
/** Nobody means more, and a slip of the finger would take hours. */
const MOST = 20_000;

/**
 * @summary How many cards of each style the kiosk has, and getting more of them. With a line; what was
 * cut off goes on when it is asked for again.
 * @event kabina-busy - A delivery has begun or ended.
 */
export class KabinaKioskCards extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      .style {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.4em 1em;
        align-items: center;
        padding-block: 0.7em;
        border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
      }
      .style p {
        margin: 0;
      }
      .number {
        display: flex;
        gap: 0.4em;
        align-items: center;
      }
      input {
        inline-size: 5em;
        min-block-size: var(--_target);
        padding: 0.3em;
        border: max(2px, var(--_line)) solid var(--_border);
        border-radius: var(--_radius);
        background: var(--_surface);
        color: inherit;
        font: inherit;
        font-variant-numeric: tabular-nums;
        text-align: center;
      }
      progress {
        grid-column: 1 / -1;
        inline-size: 100%;
        accent-color: var(--_accent);
      }
      @container (max-width: 26em) {
        .style {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 40rem) {
        .style {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor kiosk: KioskStation | undefined;
  /** What is asked for, by style, where somebody has changed it. */
  @state() private accessor wanted: ReadonlyMap<string, number> = new Map();
  @state() accessor busy = false;
  @state() private accessor said: { readonly code?: string } | undefined;

  constructor() {
    super();
    new FollowKiosk(this);
  }

  protected override render() {
    const { kiosk, busy, said } = this;
    if (kiosk === undefined) return nothing;
    const { cards } = kiosk.status;
    const more = cards.some((style) => this.#want(kiosk, style) > style.received);
    return html`${cards.map((style) => this.#style(kiosk, style))}
      ${
        said === undefined
          ? nothing
          : said.code === undefined
            ? html`<p class="note good" role="status">${words.done}</p>`
            : html`<p class="note bad" role="alert">
                ${warningIcon}<span
                  >${troubleWords(said.code)} <small class="code">${said.code}</small></span
                >
              </p>`
      }
      <div class="actions">
        <button
          class="button ${more ? 'primary' : ''}"
          type="button"
          aria-disabled=${busy || !more}
          @click=${() => more && void this.#deliver(kiosk)}
        >
          ${busy ? words.delivering : words.deliver}
        </button>
      </div>`;
  }

  #style(kiosk: KioskStation, cards: KioskCards) {
    const { style, received } = cards;
    const title = kiosk.manifest?.styles.find(({ id }) => id === style)?.title.ru ?? style;
    const wanted = this.#want(kiosk, cards);
    const id = `style-${style}`;
    return html`<div class="style">
      <div>
        <p id=${id}><strong>${title}</strong></p>
        <p class="muted">${words.received}: ${received}</p>
      </div>
      <div class="number" role="group" aria-labelledby=${id}>
        <span class="muted">${words.want}</span>
        <button
          class="button"
          type="button"
          aria-label=${words.less}
          aria-disabled=${this.busy}
          @click=${() => this.#set(style, wanted - STEP, received)}
        >
          −
        </button>
        <input
          inputmode="numeric"
          autocomplete="off"
          aria-label=${words.want}
          .value=${String(wanted)}
          ?disabled=${this.busy}
          @change=${({ target }: Event) =>
            this.#set(style, Number((target as HTMLInputElement).value), received)}
        />
        <button
          class="button"
          type="button"
          aria-label=${words.more}
          aria-disabled=${this.busy}
          @click=${() => this.#set(style, wanted + STEP, received)}
        >
          +
        </button>
      </div>
      ${
        this.busy && wanted > received
          ? html`<p class="wait" role="status">${words.progress(received, wanted)}</p>
              <progress aria-label=${words.delivering} max=${wanted} value=${received}></progress>`
          : nothing
      }
    </div>`;
  }

  /** Before anybody says otherwise: what is suggested for a new kiosk, what is there for another. */
  #want(kiosk: KioskStation, { style, received }: KioskCards): number {
    const { manifest, status } = kiosk;
    const chosen = this.wanted.get(style);
    if (chosen !== undefined) return Math.max(chosen, received);
    if (received > 0 || manifest === undefined || status.station === undefined) return received;
    return suggestedCards(manifest, status.station.id, style);
  }

  #set(style: string, number: number, received: number): void {
    if (this.busy) return;
    const whole = Number.isFinite(number) ? Math.round(number) : received;
    this.wanted = new Map(this.wanted).set(style, Math.min(Math.max(whole, received), MOST));
  }

  async #deliver(kiosk: KioskStation): Promise<void> {
    if (this.busy) return;
    const orders = kiosk.status.cards.map(
      (cards) => [cards.style, this.#want(kiosk, cards)] as const,
    );
    // Held through the delivery: what is wanted is no longer what is there.
    this.wanted = new Map(orders);
    this.#setBusy(true);
    this.said = undefined;
    try {
      for (const [style, number] of orders) await kiosk.deliver(style, number);
      this.said = {};
    } catch (error) {
      this.said = { code: codeOf(error) };
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy: boolean): void {
    this.busy = busy;
    this.dispatchEvent(new Event('kabina-busy'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-kiosk-cards': KabinaKioskCards;
  }
}
