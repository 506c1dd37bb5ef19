import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { checkIcon, infoIcon, tokenIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-trustee.styles.ts';
import { tokens } from './tokens.styles.ts';
import { seatErrorText, stageText, waitingText } from './trustee-text.ts';
import { SEAT_STAGES, type SeatStage, type SeatState, type TrusteeSeat } from './trustee-seat.ts';

type At<A extends SeatState['at']> = Extract<SeatState, { at: A }>;

/** A passphrase that a machine can't try through: scrypt takes the rest. */
const SHORTEST_PASSPHRASE = 12;

/**
 * @summary A key holder's seat: the passphrase or the token, the ceremony step by step, and
 * decrypting once, on the holder's word. The passphrase goes to `trustee.unlock` alone and is wiped
 * from the fields.
 * @csspart steps - The steps of the ceremony.
 */
export class KabinaTrustee extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor trustee: TrusteeSeat | undefined;

  @state() private accessor refusal = '';
  /** The holder of a fresh seat has chosen the token. */
  @state() private accessor byToken = false;
  @query('#passphrase') private accessor passphrase!: HTMLInputElement;
  @query('#again') private accessor again!: HTMLInputElement | null;

  #heard: TrusteeSeat | undefined;
  readonly #follow = (): void => this.requestUpdate();

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listen(this.trustee);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listen(undefined);
    for (const field of this.renderRoot.querySelectorAll('input')) field.value = '';
  }

  protected override willUpdate(): void {
    if (this.isConnected) this.#listen(this.trustee);
  }

  protected override render() {
    const seat = this.trustee;
    if (seat === undefined) return nothing;
    return html`
      ${seat.training ? html`<p class="training">${msg('Тренировочное голосование')}</p>` : nothing}
      <h2 tabindex="-1">${msg(str`Хранитель ключа № ${seat.index}: ${seat.name}`)}</h2>
      <p class="muted">
        ${msg(
          str`Хранителей ${seat.holders}, для расшифрования нужно ${seat.threshold}. Ключ целиком не существует нигде.`,
        )}
      </p>
      ${this.#screen(seat)}
    `;
  }

  #screen(seat: TrusteeSeat): TemplateResult {
    const { state } = seat;
    switch (state.at) {
      case 'locked':
        return state.guard === 'token' || (state.guard === 'either' && this.byToken)
          ? this.#token(seat, state)
          : this.#locked(seat, state);
      case 'working':
        return html`${this.#steps(state.stage)}
          <p class="note" role="status">
            ${infoIcon}<span>${waitingText(state.stage, state.waitingFor)}</span>
          </p>`;
      case 'asked':
        return html`${this.#steps('decrypt')}
          <p class="note" role="status">
            ${infoIcon}<span
              >${msg(
                str`Журнал проверен до подведения итогов. Бюллетеней: ${state.ballots}, голосований: ${state.contests}.`,
              )}</span
            >
          </p>
          <p>
            ${msg(
              'Расшифровываются только суммы голосов, и только один раз. Отдельный бюллетень не расшифровывается никогда.',
            )}
          </p>
          <div class="actions">
            <button class="button primary" type="button" @click=${() => void seat.decrypt()}>
              ${msg('Расшифровать итоги')}
            </button>
          </div>`;
      case 'decrypting':
        return html`${this.#steps('decrypt')}
          <p id="progress" role="status">
            ${msg(str`Расшифровано голосований: ${state.done} из ${state.contests}`)}
          </p>
          <progress
            aria-labelledby="progress"
            max=${state.contests}
            .value=${state.done}
          ></progress>`;
      case 'done':
        return html`${this.#steps(undefined)}
          <p class="note good" role="status">
            ${checkIcon}<span
              >${msg('Ваша работа сделана. Итоги подведут из долей хранителей.')}</span
            >
          </p>`;
      case 'failed':
        return html`<p class="note bad" role="alert">
            ${warningIcon}<span
              >${seatErrorText(state.code)} <small class="code">${state.code}</small></span
            >
          </p>
          ${
            state.retry
              ? html`<div class="actions">
                  <button class="button primary" type="button" @click=${() => void seat.retry()}>
                    ${msg('Попробовать ещё раз')}
                  </button>
                </div>`
              : nothing
          }`;
    }
  }

  /** `undefined`: all are behind. */
  #steps(stage: SeatStage | undefined): TemplateResult {
    const now = stage === undefined ? SEAT_STAGES.length : SEAT_STAGES.indexOf(stage);
    return html`<ol part="steps">
      ${SEAT_STAGES.map((step, index) => {
        const { name, about } = stageText(step);
        const place = index < now ? 'done' : index === now ? 'now' : '';
        return html`<li class=${place} aria-current=${index === now ? 'step' : nothing}>
          <span class="dot">${index < now ? checkIcon : index + 1}</span>
          <span class="name"
            >${name}${
              index < now
                ? html`<span class="visually-hidden"> — ${msg('сделано')}</span>`
                : nothing
            }</span
          >
          ${index === now ? html`<span class="about muted">${about}</span>` : nothing}
        </li>`;
      })}
    </ol>`;
  }

  #token(seat: TrusteeSeat, { guard }: At<'locked'>): TemplateResult {
    return html`<kabina-token .task=${seat.token}></kabina-token> ${
        guard === 'either'
          ? html`<div class="actions">
              <button class="button quiet" type="button" @click=${() => (this.byToken = false)}>
                ${msg('Вернуться к кодовой фразе')}
              </button>
            </div>`
          : nothing
      }`;
  }

  #locked(seat: TrusteeSeat, state: At<'locked'>): TemplateResult {
    const error = this.refusal || (state.wrong ? msg('Кодовая фраза не подошла.') : '');
    return html`<form @submit=${this.#unlock} novalidate>
      <p>
        ${
          state.fresh
            ? msg(
                'Придумайте кодовую фразу: ею будет зашифрована ваша доля ключа. Восстановить забытую фразу нельзя.',
              )
            : msg('Введите кодовую фразу, которой зашифрована ваша доля ключа.')
        }
      </p>
      <label for="passphrase">${msg('Кодовая фраза')}</label>
      <input
        id="passphrase"
        type="password"
        autocomplete=${state.fresh ? 'new-password' : 'current-password'}
        aria-invalid=${error !== ''}
        aria-describedby="error"
      />
      ${
        state.fresh
          ? html`<label for="again">${msg('Ещё раз')}</label>
              <input id="again" type="password" autocomplete="new-password" />`
          : nothing
      }
      <p class="error" id="error" role="alert">${error}</p>
      <button class="button primary" type="submit" aria-disabled=${state.busy}>
        ${state.busy ? msg('Открываем…') : state.fresh ? msg('Занять место') : msg('Открыть')}
      </button>
      ${
        state.guard === 'either'
          ? html`<p class="or">
                ${msg('Или закройте долю токеном: тогда откроет её только он и его ПИН.')}
              </p>
              <button
                id="use-token"
                class="button"
                type="button"
                aria-disabled=${state.busy}
                @click=${() => this.#useToken(seat, state)}
              >
                ${tokenIcon} ${msg('Взять токен вместо фразы')}
              </button>`
          : nothing
      }
    </form>`;
  }

  #useToken(seat: TrusteeSeat, { busy }: At<'locked'>): void {
    if (busy) return;
    this.refusal = '';
    this.byToken = true;
    seat.useToken?.();
  }

  #unlock(event: SubmitEvent): void {
    event.preventDefault();
    const { trustee, passphrase, again } = this;
    if (trustee?.state.at !== 'locked' || trustee.state.busy) return;
    const phrase = passphrase.value;
    if (trustee.state.fresh && phrase.length < SHORTEST_PASSPHRASE) {
      this.refusal = msg(str`Фраза должна быть не короче ${SHORTEST_PASSPHRASE} знаков.`);
    } else if (again !== null && again.value !== phrase) {
      this.refusal = msg('Фразы не совпадают.');
    } else {
      this.refusal = '';
      passphrase.value = '';
      if (again !== null) again.value = '';
      void trustee.unlock(phrase);
      return;
    }
    passphrase.focus();
  }

  #listen(seat: TrusteeSeat | undefined): void {
    if (seat === this.#heard) return;
    this.#heard?.removeEventListener('change', this.#follow);
    this.#heard = seat;
    seat?.addEventListener('change', this.#follow);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-trustee': KabinaTrustee;
  }
}
