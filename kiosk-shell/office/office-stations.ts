import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, infoIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import type { Manifest } from '@kabina/election/manifest';
import { FollowOffice } from './follow-office.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import {
  stationViews,
  styleTitle,
  type Batch,
  type CardText,
  type KioskView,
  type StationView,
} from './stations.ts';

/** Whose account of the desk it is. */
const ACCOUNT_WORDS = {
  desk: 'отчёт получен',
  members: 'стол потерян, отчёт записала комиссия',
  before: 'отчёт придёт после закрытия',
  late: 'отчёт ещё не пришёл',
} as const;

/** A batch whose cards are being printed. */
interface Printing {
  readonly station: string;
  readonly batch: Batch;
  readonly cards: readonly CardText[];
}

/**
 * @summary «Участки»: for each station its batches of cards, what its kiosks held at closing and how
 * much of it has come, its balance, and the forms for what goes wrong. Empty where nobody votes at a
 * station.
 */
export class KabinaOfficeStations extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      progress {
        inline-size: 100%;
        accent-color: var(--_accent);
      }
      /* A telephone has no room for five columns: each batch is a card there. */
      @media (max-width: 36rem) {
        .batches :is(table, tbody, tr, th, td) {
          display: block;
        }
        .batches thead {
          display: none;
        }
        .batches tr {
          padding-block: 0.5em;
          border-block-end: 1px solid var(--_line-colour);
        }
        .batches :is(th, td) {
          padding: 0.15em 0;
          border: 0;
        }
        .batches td[data-name]::before {
          content: attr(data-name) ': ';
        }
      }
      @media print {
        .no-print {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor office: Office | undefined;
  /** Batches by station, once they were asked for. */
  @state() private accessor batches: ReadonlyMap<string, readonly Batch[]> = new Map();
  @state() private accessor printing: Printing | undefined;

  constructor() {
    super();
    new FollowOffice(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.printing = undefined;
  }

  protected override render() {
    const { office, printing } = this;
    const board = office?.board;
    const manifest = board?.manifest;
    if (office === undefined || manifest === undefined || manifest.stations.length === 0) {
      return nothing;
    }
    if (printing !== undefined) {
      return html`<kabina-cards-print
        class="printing"
        .manifest=${manifest}
        .station=${printing.station}
        .batch=${printing.batch}
        .cards=${printing.cards}
        @kabina-counted=${() => void this.#counted(office, printing)}
        @kabina-close=${() => (this.printing = undefined)}
      ></kabina-cards-print>`;
    }
    const views = stationViews(board!);
    return html`<section class="panel no-print" aria-labelledby="stations">
      <h2 id="stations">Участки</h2>
      ${this.#queue(views)} ${views.map((view) => this.#station(office, manifest, view))}
      <kabina-office-queue-file .office=${office}></kabina-office-queue-file>
    </section>`;
  }

  /** How far what kiosks held at closing has come. */
  #queue(views: readonly StationView[]) {
    const held = views.flatMap(({ kiosks }) => kiosks.flatMap((kiosk) => kiosk.held ?? []));
    if (held.length === 0) return nothing;
    const number = held.reduce((sum, one) => sum + one.number, 0);
    const arrived = held.reduce((sum, one) => sum + one.arrived, 0);
    return html`<label for="arrived">Бюллетени из очередей терминалов</label>
      <progress
        id="arrived"
        max=${Math.max(1, number)}
        value=${number === 0 ? 1 : arrived}
      ></progress>
      <p role="status">Дошло ${arrived} из ${number}.</p>`;
  }

  #station(office: Office, manifest: Manifest, view: StationView) {
    const { balance } = view;
    // After the closing whatever has not come is somebody's work.
    const over = office.board?.closedAt !== undefined;
    return html`<details ?open=${balance.holds === false || (over && balance.missing.length > 0)}>
      <summary>
        ${view.name.ru}:
        ${
          balance.holds === true
            ? html`<span class="mark yes">${checkIcon} баланс сошёлся</span>`
            : balance.holds === false
              ? html`<span class="mark">${warningIcon} баланс не сходится</span>`
              : html`<span class="muted">${summaryOf(view)}</span>`
        }
      </summary>
      <ul class="cards">
        ${view.kiosks.map((kiosk) => this.#kiosk(kiosk))}
        <li class="card ${view.marked === undefined ? '' : 'good'}">
          <strong>Стол регистрации</strong>
          <span>${ACCOUNT_WORDS[view.marked ?? (over ? 'late' : 'before')]}</span>
        </li>
      </ul>
      ${this.#batches(office, manifest, view)}
      ${view.kiosks
        .filter(({ held, accounted }) => held === undefined || held.dictated || !accounted)
        .map(
          ({ id }) =>
            html`<kabina-office-kiosk-trouble
              .office=${office}
              station=${view.id}
              .kiosk=${id}
            ></kabina-office-kiosk-trouble>`,
        )}
      <kabina-office-lost-desk .office=${office} station=${view.id}></kabina-office-lost-desk>
      <details>
        <summary>Баланс карточек</summary>
        <kabina-station-balance .balance=${balance} .manifest=${manifest}></kabina-station-balance>
      </details>
    </details>`;
  }

  #kiosk({ name, received, held, writtenOff, accounted }: KioskView) {
    const all = held !== undefined && held.arrived >= held.number;
    return html`<li class="card ${all && accounted ? 'good' : ''}">
      <strong>${name}</strong>
      ${received.map(({ style, number }) => html`<span>${style.ru}: карточек ${number}</span>`)}
      <span
        >${
          held === undefined
            ? 'не закрыт'
            : all
              ? `очередь дошла: ${held.number}`
              : `дошло ${held.arrived} из ${held.number}`
        }</span
      >
      ${writtenOff ? html`<span>карточки списаны по акту</span>` : nothing}
    </li>`;
  }

  #batches(office: Office, manifest: Manifest, { id }: StationView) {
    const batches = this.batches.get(id);
    const mayPrint = office.busy === undefined;
    return html`<details>
      <summary>Карточки доступа</summary>
      <div class="actions">
        <button
          class="button"
          type="button"
          aria-disabled=${!mayPrint}
          @click=${() => void this.#look(office, id)}
        >
          Показать партии
        </button>
      </div>
      ${
        batches === undefined
          ? nothing
          : batches.length === 0
            ? html`<p class="note">
                ${infoIcon}<span
                  >Партий нет: терминалы участка ещё не получили свои бюллетени.</span
                >
              </p>`
            : html`<div class="table batches">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Терминал</th>
                      <th scope="col">Бюллетени</th>
                      <th scope="col">Партия</th>
                      <th scope="col">Карточек</th>
                      <th scope="col">Печать</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${batches.map((batch) => this.#batch(office, manifest, id, batch))}
                  </tbody>
                </table>
              </div>`
      }
    </details>`;
  }

  #batch(office: Office, manifest: Manifest, station: string, batch: Batch) {
    const name = manifest.kiosks.find(({ id }) => id === batch.kiosk)?.name ?? batch.kiosk;
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${styleTitle(manifest, batch.style).ru}</td>
      <td data-name="Партия">${batch.batch}</td>
      <td data-name="Карточек">${batch.cards}</td>
      <td>
        ${
          batch.printed
            ? html`<span class="mark yes">${checkIcon} напечатана</span>`
            : html`<button
                class="button"
                type="button"
                aria-label="Печатать: ${name}, партия ${batch.batch}"
                aria-disabled=${office.busy !== undefined}
                @click=${() => void this.#print(office, station, batch)}
              >
                Печатать
              </button>`
        }
      </td>
    </tr>`;
  }

  async #look(office: Office, station: string): Promise<void> {
    await office.act('Партии карточек', async () => {
      const batches = await office.cards!.batches(station);
      this.batches = new Map(this.batches).set(station, batches);
    });
  }

  async #print(office: Office, station: string, batch: Batch): Promise<void> {
    await office.act('Печать карточек', async () => {
      const cards = await office.cards!.secrets(station, batch);
      this.printing = { station, batch, cards };
    });
  }

  async #counted(office: Office, { station, batch }: Printing): Promise<void> {
    const done = await office.act('Стирание секретов карточек', async () => {
      await office.cards!.erase(station, batch);
      const batches = await office.cards!.batches(station);
      this.batches = new Map(this.batches).set(station, batches);
    });
    if (done) this.printing = undefined;
  }
}

function summaryOf({ kiosks, marked }: StationView): string {
  const closed = kiosks.filter(({ held }) => held !== undefined).length;
  const desk = marked === undefined ? '' : ', отчёт стола есть';
  return `закрыто терминалов ${closed} из ${kiosks.length}${desk}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-office-stations': KabinaOfficeStations;
  }
}
