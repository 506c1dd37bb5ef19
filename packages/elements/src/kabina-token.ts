import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { cardIcon, checkIcon, infoIcon, tokenIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-token.styles.ts';
import { inLocale, localeOf } from './localization.ts';
import { findingList, holder } from './token-parts.ts';
import type { TokenState, TokenTask } from './token-task.ts';
import { purposeText, tokenErrorText } from './token-text.ts';
import { tokens } from './tokens.styles.ts';

type At<A extends TokenState['at']> = Extract<TokenState, { at: A }>;

/**
 * @summary One thing that a person's token is asked for, from putting it in to taking it out:
 * whose token it is, the PIN, progress, and every failure in words.
 *
 * Begins its task when it comes on the page and ends the session with the card when it leaves. The
 * PIN goes from `<kabina-pin-pad>` to `task.submit` alone; the last try is used only on the
 * person's explicit word. `<kabina-code-entry>` takes the agent's pairing code.
 */
export class KabinaToken extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor task: TokenTask | undefined;

  /** The very state in which the person agreed to use the last try. */
  @state() private accessor agreed: TokenState | undefined;

  #heard: TokenTask | undefined;
  #screen = '';
  #refocus = false;
  readonly #follow = (): void => this.requestUpdate();

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#take(this.task);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#take(undefined);
  }

  /** Focuses the heading, as every new screen does by itself once the focus is here. */
  override focus(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  protected override willUpdate(): void {
    if (this.isConnected) this.#take(this.task);
    const screen = this.#screenName();
    if (screen === this.#screen) return;
    // Never take the focus from the page around, unless nothing there has it.
    this.#refocus =
      this.#screen !== '' &&
      (this.matches(':focus-within') || document.activeElement === document.body);
    this.#screen = screen;
  }

  protected override updated(): void {
    if (!this.#refocus) return;
    this.#refocus = false;
    this.focus();
  }

  protected override render() {
    const { task } = this;
    if (task === undefined) return nothing;
    const { state } = task;
    return html`
      <p class="subject">
        <span>${purposeText(task.purpose).task}</span>
        <strong lang=${localeOf(task.subject)}>${inLocale(task.subject)}</strong>
      </p>
      ${keyed(
        this.#screen,
        html`<div class="screen ${state.at}" @keydown=${this.#press}>
          ${this.#body(task, state)}
        </div>`,
      )}
    `;
  }

  #body(task: TokenTask, state: TokenState): TemplateResult {
    switch (state.at) {
      case 'searching':
        return html`${heading(msg('Ищем считыватели'))} ${running(msg('Это займёт секунду…'))}`;
      case 'pairing':
        return pairing(task, state);
      case 'waiting':
        return waiting(task, state);
      case 'choosing':
        return choosing(task, state);
      case 'reading':
        return html`${heading(msg('Читаем сертификат'))}
        ${running(`${state.reader}. ${msg('Не вынимайте токен.')}`)}`;
      case 'asked':
        if (state.triesLeft === 0)
          return failed(task, {
            at: 'failed',
            code: 'card.pin-blocked',
            token: state.token,
            retry: false,
          });
        return isLastTry(state) && this.agreed !== state
          ? this.#lastTry(state)
          : this.#pin(task, state);
      case 'working':
        return html`${heading(
          state.step === 'pin' ? purposeText(task.purpose).working : msg('Передаём сделанное'),
        )}
        ${running(msg('Не вынимайте токен.'))} ${holder(state.token)}`;
      case 'done':
        return done(task, state);
      case 'failed':
        return failed(task, state);
    }
  }

  #lastTry(state: At<'asked'>): TemplateResult {
    const { message, advice } = tokenErrorText('card.pin-last-try');
    return html`${heading(message)}
      <div class="side">${holder(state.token)}</div>
      <div class="main">
        <p class="note bad" role="alert">${warningIcon}<span>${advice}</span></p>
        <p>
          ${msg(
            'Если вы не уверены в ПИНе, выньте токен: без вашего согласия последняя попытка не тратится.',
          )}
        </p>
        <div class="actions">
          <button class="button primary" type="button" @click=${() => (this.agreed = state)}>
            ${msg('Я знаю ПИН, использовать последнюю попытку')}
          </button>
        </div>
      </div>`;
  }

  #pin(task: TokenTask, state: At<'asked'>): TemplateResult {
    const { pinForm, refusal, triesLeft, token } = state;
    const lastTry = this.agreed === state;
    return html`${heading(msg('Введите ПИН'))}
      <div class="side">
        ${refusal === undefined || lastTry ? nothing : refused(refusal)} ${holder(token)}
        ${
          triesLeft === undefined
            ? nothing
            : html`<p class="tries ${triesLeft <= 2 ? 'few' : ''}">
                ${msg('Осталось попыток:')} <strong>${triesLeft}</strong>
              </p>`
        }
      </div>
      <div class="main">
        <kabina-pin-pad
          .pinForm=${pinForm}
          .button=${purposeText(task.purpose).button}
          .submit=${(pin: Uint8Array) => (lastTry ? task.submit(pin, true) : task.submit(pin))}
        ></kabina-pin-pad>
      </div>`;
  }

  /** Keys pressed on the screen around the pad are meant for it; its own it has seen already. */
  #press(event: KeyboardEvent): void {
    const pad = this.renderRoot.querySelector('kabina-pin-pad');
    if (event.target !== pad) pad?.press(event);
  }

  /** What makes a screen a new one: then it is drawn afresh and its heading has the focus. */
  #screenName(): string {
    const state = this.task?.state;
    if (state === undefined) return '';
    switch (state.at) {
      case 'asked': {
        const { token, refusal, triesLeft } = state;
        return `asked ${token.serial} ${refusal} ${triesLeft} ${this.agreed === state}`;
      }
      case 'failed':
        return `failed ${state.code}`;
      case 'working':
        return `working ${state.step}`;
      default:
        return state.at;
    }
  }

  #take(task: TokenTask | undefined): void {
    if (task === this.#heard) return;
    this.#heard?.removeEventListener('change', this.#follow);
    this.#heard?.stop();
    this.#heard = task;
    task?.addEventListener('change', this.#follow);
    task?.start();
  }
}

function isLastTry({ triesLeft, refusal }: At<'asked'>): boolean {
  return triesLeft === 1 || refusal === 'card.pin-last-try';
}

/** A sentence may be a heading: then without its full stop. */
function heading(text: string): TemplateResult {
  return html`<h2 tabindex="-1">${text.replace(/\.$/, '')}</h2>`;
}

function running(text: string): TemplateResult {
  return html`<p id="running" role="status">${text}</p>
    <progress aria-labelledby="running"></progress>`;
}

/** What became of the PIN before. */
function refused(code: string): TemplateResult {
  const { message, advice } = tokenErrorText(code);
  return html`<p class="note bad" role="alert">${warningIcon}<span>${message} ${advice}</span></p>`;
}

function pairing(task: TokenTask, { wrong, busy }: At<'pairing'>): TemplateResult {
  return html`${heading(msg('Соедините страницу с агентом киоска'))}
    <p>${msg('Код сопряжения есть у того, кто настраивал этот компьютер.')}</p>
    <kabina-code-entry
      keypad
      .label=${msg('Код сопряжения')}
      .alphabet=${'base32'}
      .busy=${busy}
      .error=${wrong ? msg('Код не подошёл. Проверьте его и введите ещё раз.') : ''}
      .button=${msg('Соединить')}
      .submit=${(code: string) => task.pair(code)}
    ></kabina-code-entry>`;
}

function waiting(task: TokenTask, { readers, choosable }: At<'waiting'>): TemplateResult {
  return html`${heading(msg('Вставьте свой токен или карту'))}
    <ul class="ways">
      <li>${tokenIcon}<span>${msg('Токен — в разъём USB')}</span></li>
      <li>${cardIcon}<span>${msg('Карту — в считыватель, чипом вперёд')}</span></li>
    </ul>
    <p class="muted" role="status">
      ${
        readers.length === 0
          ? msg('Считывателей пока не видно.')
          : msg(str`Ждём. Видны считыватели: ${readers.join(', ')}.`)
      }
    </p>
    ${choosable ? chooser(task) : nothing}`;
}

function choosing(task: TokenTask, { readers, choosable }: At<'choosing'>): TemplateResult {
  return html`${heading(msg('Вставлено несколько токенов. Какой ваш?'))}
    <ul class="readers">
      ${readers.map(
        (reader) =>
          html`<li>
            <button class="button" type="button" @click=${() => task.use(reader)}>
              ${cardIcon}<span>${reader}</span>
            </button>
          </li>`,
      )}
    </ul>
    <p class="muted">${msg('Если не уверены, оставьте вставленным только свой.')}</p>
    ${choosable ? chooser(task) : nothing}`;
}

function chooser(task: TokenTask): TemplateResult {
  return html`<p>${msg('Токен вставлен, а ничего не происходит? Покажите его браузеру.')}</p>
    <div class="actions">
      <button class="button" type="button" @click=${() => task.choose()}>
        ${msg('Выбрать устройство')}
      </button>
    </div>`;
}

function done(task: TokenTask, { token, findings }: At<'done'>): TemplateResult {
  const good = findings?.every((finding) => finding.good) ?? true;
  return html`${heading(good ? purposeText(task.purpose).done : msg('Этот токен пока не подходит'))}
    ${findings === undefined ? nothing : findingList(findings)}
    <p class="note ${good ? 'good' : ''}" role="status">
      ${good ? checkIcon : infoIcon}<span>${msg('Токен можно вынуть. Не забудьте его.')}</span>
    </p>
    ${holder(token)}`;
}

function failed(task: TokenTask, { code, token, retry }: At<'failed'>): TemplateResult {
  const { message, advice } = tokenErrorText(code);
  return html`${heading(message)}
    <p class="note bad" role="alert">
      ${warningIcon}<span>${advice} <small class="code">${code}</small></span>
    </p>
    ${
      retry
        ? html`<div class="actions">
            <button class="button primary" type="button" @click=${() => task.retry()}>
              ${msg('Попробовать ещё раз')}
            </button>
          </div>`
        : nothing
    }
    ${token === undefined ? nothing : holder(token)}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-token': KabinaToken;
  }
}
