import { LitElement, html, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { infoIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { readControl, type ControlState, type SeatView } from '../common/control.ts';
import { TokenRoads } from '../common/readers.ts';
import { styles } from './kabina-seat.styles.ts';
import { PageSeat } from './page-seat.ts';
import { forgetSeatStore, hasSeatStore, holdSeat, openSeatStore } from './seat-store.ts';

/** How often the training machine is asked while nobody sits here, in milliseconds. */
const POLL = 1_500;
/** Five of seven: the training machine's own rule, known before there is a manifest. */
const THRESHOLD = 5;

/**
 * @summary A key holder's page: choosing a seat, a name and a passphrase, and then following the
 * election to its end. The address carries the seat's number and nothing else.
 */
export class KabinaSeat extends LitElement {
  static override styles = [tokens, controls, styles];

  @state() private accessor control: ControlState | undefined;
  @state() private accessor kept = false;
  @state() private accessor seat: PageSeat | undefined;
  @state() private accessor offline = false;
  /** Another tab of this browser sits here. */
  @state() private accessor elsewhere = false;

  #index = Number(new URLSearchParams(location.search).get('seat'));
  /** The training machine knows that somebody sits here. */
  #taken = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #roads: TokenRoads | undefined;
  #letGo: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#rise();
  }

  get #place(): SeatView | undefined {
    return this.control?.seats.find(({ index }) => index === this.#index);
  }

  async #look(): Promise<void> {
    try {
      const control = await readControl();
      if (this.#index > 0) this.kept = await hasSeatStore(this.#index);
      this.control = control;
      this.#roads ??= new TokenRoads(control.bridge);
      this.offline = false;
      const taken = this.#place?.taken === true;
      // New elections were begun: this seat's election is over.
      if (this.#taken && !taken) this.#rise();
      this.#taken = taken;
      // The other tab has gone without taking the seat.
      if (!taken) this.elsewhere = false;
      if (this.seat === undefined && taken && this.kept) await this.#sit(this.#place!.name, false);
    } catch {
      this.offline = true;
    }
    this.#timer = setTimeout(() => void this.#look(), POLL);
  }

  readonly #follow = (): void => this.requestUpdate();

  #rise(): void {
    this.seat?.removeEventListener('change', this.#follow);
    this.seat?.stop();
    this.seat = undefined;
    this.#letGo?.();
    this.#letGo = undefined;
  }

  async #sit(name: string, fresh: boolean): Promise<void> {
    this.#letGo ??= await holdSeat(this.#index);
    this.elsewhere = this.#letGo === undefined;
    if (this.elsewhere) return;
    // What lies here belongs to an election that is over, or was never shown to anybody.
    if (fresh) await forgetSeatStore(this.#index);
    this.seat = new PageSeat({
      index: this.#index,
      name,
      holders: this.control!.seats.length,
      threshold: THRESHOLD,
      store: await openSeatStore(this.#index),
      fresh,
      roads: (this.#roads ??= new TokenRoads()),
    });
    this.seat.addEventListener('change', this.#follow);
  }

  protected override render() {
    // The seat's own element carries the label itself.
    const labelled = this.seat !== undefined;
    return html`${labelled ? nothing : html`<header class="training">ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ</header>`}
      <main>
        <h1>Место хранителя ключа</h1>
        ${
          this.offline
            ? html`<p class="note bad" role="alert">
                ${warningIcon}<span>Учебная машина не отвечает. Попробуем ещё раз сами.</span>
              </p>`
            : nothing
        }
        <div class="sheet">
          ${this.control === undefined ? html`<p role="status">Загружаем…</p>` : this.#screen()}
        </div>
        ${
          this.seat?.state.at === 'locked'
            ? html`<p class="steps-note muted">
                Совет: возьмите четыре-пять слов, которые не стоят рядом в обычной речи, и запишите
                их на бумаге. Фраза не уходит с этого устройства. Без неё доля ключа пропадёт.
              </p>`
            : nothing
        }
      </main>`;
  }

  #screen() {
    const place = this.#place;
    if (place === undefined) return this.#choice(this.control!);
    if (this.elsewhere) {
      return html`<h2>Место № ${place.index}</h2>
        <p class="note" role="status">
          ${infoIcon}<span
            >Это место открыто в другой вкладке этого браузера. Продолжите там или закройте её:
            здесь место откроется само.</span
          >
        </p>`;
    }
    if (this.seat !== undefined)
      return html`<kabina-trustee .trustee=${this.seat}></kabina-trustee> ${
          this.seat.mayCheckShare
            ? html`<kabina-share-check .seat=${this.seat}></kabina-share-check>`
            : nothing
        }`;
    if (this.control!.stage === 'seats' && !place.taken) return this.#name(place);
    return html`<h2>Место № ${place.index}</h2>
      <p class="note">
        ${infoIcon}<span
          >${
            place.taken
              ? 'Это место занято на другом устройстве. Откройте страницу там, где выбирали фразу.'
              : 'Выборы уже созданы, за это место сидит программа. Занять место можно перед следующими выборами.'
          }</span
        >
      </p>
      <p><a href="/trustee/">Все места</a></p>`;
  }

  #choice({ seats, stage }: ControlState) {
    return html`<h2>Выберите место</h2>
      ${
        stage === 'seats'
          ? nothing
          : html`<p class="note">
              ${infoIcon}<span
                >Выборы уже созданы: новые места занять нельзя, к своему можно вернуться.</span
              >
            </p>`
      }
      <ul>
        ${seats.map(
          ({ index, name, taken }) =>
            html`<li>
              <span>№ ${index}. ${name}</span>
              ${
                taken || stage === 'seats'
                  ? html`<a class="button" href="/trustee/?seat=${index}"
                      >${taken ? 'Вернуться на место' : 'Занять место'} № ${index}</a
                    >`
                  : html`<span class="muted">сидит программа</span>`
              }
            </li>`,
        )}
      </ul>`;
  }

  #name(place: SeatView) {
    return html`<h2>Место № ${place.index} свободно</h2>
      <p>
        Вы станете одним из семи хранителей ключа этих выборов. Ключи создадутся на этом устройстве
        и не покинут его.
      </p>
      <form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          const name = new FormData(event.target as HTMLFormElement).get('name');
          void this.#sit(String(name).trim(), true);
        }}
      >
        <label for="name">Ваше имя, как оно будет стоять в журнале</label>
        <input
          id="name"
          name="name"
          required
          maxlength="120"
          pattern=".*\\S.*"
          autocomplete="name"
        />
        <div class="actions">
          <button class="button primary" type="submit">Дальше: кодовая фраза</button>
        </div>
      </form>`;
  }
}
