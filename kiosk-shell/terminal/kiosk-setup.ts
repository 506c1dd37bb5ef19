import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { KioskStation } from '@kabina/booth/station';
import { controls } from '@kabina/elements/controls';
import { checkIcon, warningIcon } from '@kabina/elements/icons';
import { textSizes, tokens } from '@kabina/elements/themes';
import { FollowKiosk } from './follow-kiosk.ts';
import { page, panels } from './service.styles.ts';
import { codeOf, setup as words, troubleWords } from './service-text.ts';
import type { StationMemory } from './station-memory.ts';
import { trainingBanner } from './training-banner.ts';

/**
 * @summary The technician's screen: the election, the members' PIN and the cards, once and with a line.
 * @event kabina-ready - Everything is there, and the technician has said so.
 */
export class KabinaKioskSetup extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    page,
    textSizes,
    css`
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      h2 {
        display: flex;
        gap: 0.6em;
        align-items: center;
      }
      .dot {
        display: grid;
        flex: none;
        place-items: center;
        inline-size: 1.7em;
        block-size: 1.7em;
        border: 2px solid var(--_border);
        border-radius: 50%;
        font-size: 0.85em;
      }
      .done .dot {
        border-color: var(--_good);
        background: var(--_good);
        color: #fff;
      }
      kabina-kiosk-cards {
        container-type: inline-size;
      }
    `,
  ];

  @property({ attribute: false }) accessor kiosk: KioskStation | undefined;
  @property({ attribute: false }) accessor memory: StationMemory | undefined;
  /** Of a training election, even before it was fetched: the screen says so. */
  @property({ type: Boolean }) accessor training = false;
  @state() private accessor fetching = false;
  @state() private accessor problem: string | undefined;
  @state() private accessor choosing = false;
  @query('kabina-kiosk-cards') private accessor cards!:
    HTMLElementTagNameMap['kabina-kiosk-cards'] | null;

  constructor() {
    super();
    new FollowKiosk(this);
  }

  protected override render() {
    const { kiosk, memory } = this;
    if (kiosk === undefined || memory === undefined) return nothing;
    const { election, station, cards, kiosk: id } = kiosk.status;
    const name = kiosk.manifest?.kiosks.find((one) => one.id === id)?.name ?? id;
    const there = cards.some(({ received }) => received > 0);
    const delivering = this.cards?.busy === true;
    const missing = [
      ...(election === undefined ? [words.missingElection] : []),
      ...(memory.hasPin ? [] : [words.missingPin]),
      ...(there && !delivering ? [] : [words.missingCards]),
    ];
    return html`<div class="frame" data-mode="kiosk" data-text="small">
      ${this.training ? trainingBanner() : nothing}
      <header>
        <div>
          <h1>${words.title}</h1>
          <p>${name}${station === undefined ? nothing : html`, ${station.name.ru}`}</p>
        </div>
      </header>
      <main>
        <p>${words.lead}</p>
        <ol>
          ${this.#step(
            1,
            false,
            words.check,
            html`<p>${words.checkLead}</p>
              <div class="actions">
                <a class="button" href="/technician/">${words.checkLink}</a>
              </div>`,
          )}
          ${this.#step(2, election !== undefined, words.election, this.#election(kiosk))}
          ${this.#step(3, memory.hasPin, words.pin, this.#pin(memory))}
          ${
            election === undefined
              ? nothing
              : this.#step(
                  4,
                  there && !delivering,
                  words.cards,
                  html`<p>${words.cardsLead}</p>
                    <kabina-kiosk-cards
                      .kiosk=${kiosk}
                      @kabina-busy=${() => this.requestUpdate()}
                    ></kabina-kiosk-cards>`,
                )
          }
        </ol>
        ${
          missing.length === 0
            ? html`<div class="actions">
                <button
                  class="button primary big"
                  type="button"
                  @click=${() => this.dispatchEvent(new Event('kabina-ready'))}
                >
                  ${words.ready}
                </button>
              </div>`
            : html`<p class="muted" role="status">${words.missing} ${missing.join(', ')}.</p>`
        }
      </main>
    </div>`;
  }

  #step(number: number, done: boolean, title: string, content: TemplateResult) {
    return html`<li class="panel ${done ? 'done' : ''}">
      <h2><span class="dot" aria-hidden="true">${done ? checkIcon : number}</span>${title}</h2>
      ${content}
    </li>`;
  }

  #election(kiosk: KioskStation) {
    const { election } = kiosk.status;
    if (election !== undefined) {
      return html`<p>
        ${election.title.ru} <small class="code">${election.id.slice(0, 16)}…</small>
      </p>`;
    }
    return html`<p>${words.electionLead}</p>
      ${
        this.problem === undefined
          ? nothing
          : html`<p class="note bad" role="alert">
              ${warningIcon}<span
                >${troubleWords(this.problem)} <small class="code">${this.problem}</small></span
              >
            </p>`
      }
      ${this.fetching ? html`<p class="wait" role="status">${words.fetching}</p>` : nothing}
      <div class="actions">
        <button
          class="button primary"
          type="button"
          aria-disabled=${this.fetching}
          @click=${() => void this.#fetch(kiosk)}
        >
          ${words.fetch}
        </button>
      </div>`;
  }

  async #fetch(kiosk: KioskStation): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    this.problem = undefined;
    await kiosk.fetchElection().catch((error: unknown) => (this.problem = codeOf(error)));
    this.fetching = false;
  }

  #pin(memory: StationMemory) {
    const done = memory.hasPin && !this.choosing;
    return html`<p>${words.pinLead}</p>
      ${
        done
          ? html`<p>${words.pinSet}</p>
              <div class="actions">
                <button class="button" type="button" @click=${() => (this.choosing = true)}>
                  ${words.pinChange}
                </button>
              </div>`
          : html`<kabina-service-pin
              purpose="new"
              .memory=${memory}
              @kabina-pin=${() => {
                this.choosing = false;
                this.requestUpdate();
              }}
            ></kabina-service-pin>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-kiosk-setup': KabinaKioskSetup;
  }
}
