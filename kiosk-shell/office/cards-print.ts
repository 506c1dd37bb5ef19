import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import type { Manifest } from '@kabina/election/manifest';
import { panels } from './office.styles.ts';
import { styleTitle, type Batch, type CardText } from './stations.ts';

/**
 * @summary Sealed access cards of one batch on paper: a part of a page for each, and the delivery note
 * after them. Secrets are on the screen while they are printed, and go when the batch was counted or
 * the view is closed.
 * @fires kabina-counted - As many cards as there should be were counted: their secrets may be erased.
 * @fires kabina-close - The view was closed; nothing was erased.
 */
export class KabinaCardsPrint extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      .sheet {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
        gap: 0;
        margin-block: 1rem;
      }
      .access {
        display: grid;
        justify-items: center;
        align-content: start;
        gap: 0.3rem;
        padding: 1.1rem;
        border: 1px dashed #555;
        background: #fff;
        color: #000;
        text-align: center;
        break-inside: avoid;
      }
      .access p {
        margin: 0;
      }
      .training {
        font-weight: 700;
        border: 2px solid currentcolor;
        padding: 0.1em 0.6em;
      }
      .typed {
        font-family: ui-monospace, 'DejaVu Sans Mono', monospace;
        font-size: 1.05rem;
        font-weight: 700;
        white-space: pre-line;
      }
      .note-sheet {
        break-before: page;
        padding: 1.1rem;
        background: #fff;
        color: #000;
      }
      .note-sheet dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.3rem 1.5rem;
      }
      .note-sheet dd {
        margin: 0;
        font-weight: 700;
      }
      .lines {
        display: grid;
        gap: 2.2rem;
        margin-block-start: 2rem;
      }
      kabina-qr {
        --kabina-qr-size: 38mm;
      }
      @media print {
        .no-print {
          display: none;
        }
        .panel {
          border: 0;
          padding: 0;
        }
        .sheet {
          display: block;
          margin: 0;
          font-size: 11pt;
          /* Three rows to a page of A4, and any number on the last. */
          orphans: 1;
          widows: 1;
        }
        .access {
          display: inline-grid;
          box-sizing: border-box;
          inline-size: 50%;
          block-size: 88mm;
          vertical-align: top;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor manifest: Manifest | undefined;
  @property() accessor station = '';
  @property({ attribute: false }) accessor batch: Batch | undefined;
  /** Secret. A property only: attributes end up in page snapshots. */
  @property({ attribute: false }) accessor cards: readonly CardText[] = [];
  @state() private accessor miscounted = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.cards = [];
  }

  protected override render() {
    const { manifest, batch, cards } = this;
    if (manifest === undefined || batch === undefined) return nothing;
    const kiosk = manifest.kiosks.find(({ id }) => id === batch.kiosk)?.name ?? batch.kiosk;
    const style = styleTitle(manifest, batch.style).ru;
    const station =
      manifest.stations.find(({ id }) => id === this.station)?.name.ru ?? this.station;
    const training = manifest.kind === 'training';
    return html`<section class="panel" aria-labelledby="cards">
      <div class="no-print">
        <h2 id="cards">Карточки доступа: ${kiosk}, ${style}, партия ${batch.batch}</h2>
        <p>
          Напечатайте, разрежьте, запечатайте и пересчитайте карточки при наблюдателях, как
          бюллетени. Если принтер зажевал лист, уничтожьте всю печать и напечатайте партию заново.
        </p>
        <div class="actions">
          <button class="button primary" type="button" @click=${() => print()}>Напечатать</button>
          <button class="button" type="button" @click=${() => this.#close()}>
            Закрыть, напечатать позже
          </button>
        </div>
        <form @submit=${(event: SubmitEvent) => this.#counted(event)}>
          <label for="counted">Пересчитано карточек</label>
          <input
            id="counted"
            name="counted"
            type="number"
            min="1"
            required
            autocomplete="off"
            aria-describedby="counted-error"
          />
          <p class="error" id="counted-error" role="alert">
            ${
              this.miscounted
                ? `В партии ${batch.cards}: пересчитайте ещё раз. Ничего не стёрто.`
                : nothing
            }
          </p>
          <div class="actions">
            <button class="button danger" type="submit">
              Напечатано и пересчитано: стереть секреты
            </button>
          </div>
        </form>
      </div>
      <div class="sheet" aria-hidden="true">
        ${cards.map(
          ({ text, typed }) =>
            html`<div class="access">
              ${training ? html`<p class="training">ТРЕНИРОВКА</p>` : nothing}
              <p><strong>${kiosk}</strong></p>
              <p>${style}</p>
              <kabina-qr .value=${text} .label=${'Карточка доступа'}></kabina-qr>
              <p class="typed">${halves(typed)}</p>
              <p>${station}. Поднесите код к сканеру или введите его.</p>
            </div>`,
        )}
      </div>
      <div class="note-sheet">
        ${training ? html`<p class="training">ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ</p>` : nothing}
        <h3>Накладная на карточки доступа</h3>
        <p>${manifest.title.ru}</p>
        <dl>
          <dt>Участок</dt>
          <dd>${station}</dd>
          <dt>Терминал</dt>
          <dd>${kiosk}</dd>
          <dt>Бюллетени</dt>
          <dd>${style}</dd>
          <dt>Партия</dt>
          <dd>${batch.batch}</dd>
          <dt>Карточек</dt>
          <dd>${batch.cards}</dd>
        </dl>
        <div class="lines">
          <span>Сдал ______________________</span>
          <span>Принял ____________________</span>
          <span>Наблюдатель _______________</span>
        </div>
      </div>
    </section>`;
  }

  #counted(event: SubmitEvent): void {
    event.preventDefault();
    const counted = Number(new FormData(event.target as HTMLFormElement).get('counted'));
    this.miscounted = counted !== this.batch?.cards;
    if (!this.miscounted) this.dispatchEvent(new Event('kabina-counted'));
  }

  #close(): void {
    this.cards = [];
    this.dispatchEvent(new Event('kabina-close'));
  }
}

/** Eight groups on two lines: nobody reads thirty-two symbols in one. */
function halves(typed: string): string {
  const groups = typed.split('-');
  const half = Math.ceil(groups.length / 2);
  return `${groups.slice(0, half).join(' ')}\n${groups.slice(half).join(' ')}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-cards-print': KabinaCardsPrint;
  }
}
