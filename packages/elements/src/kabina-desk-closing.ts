import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { controls } from './controls.styles.ts';
import { DeskActs } from './desk-acts.ts';
import { confirmation, HELD_PREFIX, kiosksOf, said } from './desk-parts.ts';
import { styles } from './desk.styles.ts';
import type { Desk, DeskPile, DeskStatus } from './desk.ts';
import { checkIcon, clockIcon, infoIcon, warningIcon } from './icons.ts';
import type { KabinaCodeEntry } from './kabina-code-entry.ts';
import { tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/**
 * @summary The end of the day at the desk: issuing ends, each kiosk's closing statement is scanned
 * or read out, a kiosk that won't start is declared dead. Part of `<kabina-desk>`.
 */
export class KabinaDeskClosing extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor desk: Desk | undefined;
  @property({ attribute: false, hasChanged: () => true }) accessor status: DeskStatus | undefined;

  /** `close`, or the kiosk that is to be declared dead. */
  @state() private accessor asking: 'close' | { readonly dead: string } | undefined;
  @state() private accessor dictating = '';
  @state() private accessor done = '';
  @query('kabina-code-entry') private accessor entry!: KabinaCodeEntry | null;

  readonly #acts = new DeskActs(this);

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  forget(): boolean {
    this.asking = undefined;
    this.dictating = '';
    this.done = '';
    this.#acts.forget();
    return false;
  }

  takeCode(code: string): boolean {
    return this.entry?.take(code) ?? false;
  }

  protected override render() {
    const { desk, status } = this;
    if (desk === undefined || status === undefined) return nothing;
    const busy = status.busy || this.#acts.busy;
    return html`<section>
      <h2 tabindex="-1">${msg('Закрытие')}</h2>
      ${trouble(this.#acts.trouble)}
      <div role="status">${said(this.done, checkIcon)}</div>
      ${this.#end(desk, status, busy)}
      <h3>${msg('2. Закройте каждый терминал и отсканируйте его код')}</h3>
      <ul class="trips">
        ${kiosksOf(status.piles).map((pile) => this.#kiosk(desk, status, pile, busy))}
      </ul>
      <kabina-code-entry
        .label=${msg('Код закрытия с экрана или слипа терминала')}
        .hint=${msg('Поднесите его к сканеру.')}
        .alphabet=${'text'}
        .scanned=${HELD_PREFIX}
        .button=${msg('Принять')}
        .busy=${busy}
        .submit=${(text: string) => this.#held(desk, text)}
      ></kabina-code-entry>
      ${this.#sending(status)}
    </section>`;
  }

  #end(desk: Desk, status: DeskStatus, busy: boolean): TemplateResult {
    if (status.at === 'closed') {
      return html`<h3>${msg('1. Выдача карточек')}</h3>
        <p class="note good">
          ${checkIcon}<span
            >${msg(str`Выдача закончена. Отмечено избирателей: ${status.served}.`)}</span
          >
        </p>`;
    }
    const away = status.trips.filter(({ back }) => back === undefined).length;
    return html`<h3>${msg('1. Закончите выдачу карточек')}</h3>
      <p>
        ${msg('После этого никого больше не отмечают. Те, кто уже получил карточку, могут проголосовать.')}
      </p>
      ${
        away > 0
          ? html`<p class="note">
              ${warningIcon}<span>${msg(str`Ещё не вернулось выездов: ${away}.`)}</span>
            </p>`
          : nothing
      }
      ${
        this.asking === 'close'
          ? confirmation(
              msg(
                str`Закончить выдачу? Отмечено избирателей: ${status.served}. Отменить это нельзя.`,
              ),
              { label: msg('Закончить выдачу'), act: () => this.#close(desk) },
              () => (this.asking = undefined),
              busy,
            )
          : html`<button class="button primary" type="button" @click=${() => this.#ask('close')}>
              ${msg('Закончить выдачу')}
            </button>`
      }`;
  }

  #kiosk(desk: Desk, status: DeskStatus, pile: DeskPile, busy: boolean): TemplateResult {
    const { kiosk, kioskName, dead } = pile;
    const held = status.held.find((one) => one.kiosk === kiosk);
    const asked = typeof this.asking === 'object' && this.asking.dead === kiosk;
    return html`<li class="row">
      <span
        ><strong>${kioskName}</strong><br />${
          dead
            ? html`<span class="mark bad"
                >${warningIcon} ${msg('объявлен неисправным, карточки считают для акта')}</span
              >`
            : held === undefined
              ? html`<span class="mark">${clockIcon} ${msg('код закрытия ещё не принят')}</span>`
              : html`<span class="mark good"
                  >${checkIcon}
                  ${
                    held.number === 0
                      ? msg('закрыт, все бюллетени отправлены')
                      : msg(str`закрыт, ждут отправки бюллетени: ${held.number}`)
                  }</span
                >`
        }</span
      >
      ${
        held !== undefined && status.line !== 'up'
          ? html`<button
              class="button"
              type="button"
              aria-expanded=${this.dictating === kiosk}
              @click=${() => (this.dictating = this.dictating === kiosk ? '' : kiosk)}
            >
              ${msg('Продиктовать по телефону')}
            </button>`
          : nothing
      }
      ${
        held === undefined && !dead && !asked
          ? html`<button
              class="button quiet"
              type="button"
              aria-label=${msg(str`Не включается: ${kioskName}`)}
              @click=${() => this.#ask({ dead: kiosk })}
            >
              ${msg('Не включается')}
            </button>`
          : nothing
      }
      ${this.dictating === kiosk ? dictation(desk.dictate(kiosk)) : nothing}
      ${
        asked
          ? confirmation(
              msg(
                str`Объявить неисправным: ${kioskName}? Карточки из его стопок больше не выдают, их пересчитают для акта. Отменить это нельзя.`,
              ),
              { label: msg('Объявить неисправным'), act: () => this.#dead(desk, kiosk) },
              () => (this.asking = undefined),
              busy,
            )
          : nothing
      }
    </li>`;
  }

  #sending({ at, waiting, refused, line }: DeskStatus) {
    if (at !== 'closed') return nothing;
    if (waiting === 0) {
      return html`<p class="note good" role="status">
        ${checkIcon}<span>${msg('Все записи стола отправлены.')}</span>
      </p>`;
    }
    const rest = waiting - refused;
    return html`${refused > 0 ? refusedEntries(refused) : nothing}
    ${
      rest === 0
        ? nothing
        : html`<p class="note" role="status">
            ${infoIcon}<span
              >${msg(str`Ждут отправки записи стола: ${rest}.`)}
              ${
                line === 'up'
                  ? msg('Не выключайте стол.')
                  : msg(
                      'Они отправятся сами, когда появится связь. Если её не будет, продиктуйте числа в комиссию.',
                    )
              }</span
            >
          </p>`
    }`;
  }

  #held(desk: Desk, text: string): void {
    this.done = '';
    void this.#acts.run(
      () => desk.takeHeld(text),
      () => (this.done = msg('Код закрытия принят и заверен.')),
    );
  }

  #dead(desk: Desk, kiosk: string): void {
    void this.#acts.run(
      () => desk.declareDead(kiosk),
      () => (this.asking = undefined),
    );
  }

  #close(desk: Desk): void {
    void this.#acts.run(
      () => desk.close(),
      () => (this.asking = undefined),
    );
  }

  async #ask(what: 'close' | { readonly dead: string }): Promise<void> {
    this.asking = what;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#question')?.focus();
  }
}

/** What an entry that nobody takes means for the member, and whom to call. The alarm stands above already. */
function refusedEntries(number: number): TemplateResult {
  return html`<div class="note bad">
    ${warningIcon}
    <div>
      <p><strong>${msg(str`Журнал не принял записей стола: ${number}.`)}</strong></p>
      <p>
        ${msg(
          'Скорее всего, этот стол считали потерянным, и комиссия уже записала отчёт за него по бумажному списку. Если числа разошлись, в журнале остаются те, что подписали члены комиссии.',
        )}
      </p>
      <p>
        ${msg('Ни один голос от этого не пропал. Отправлять ещё раз не нужно: запись хранится на столе.')}
      </p>
      <p>
        ${msg(
          'Напечатайте «Баланс карточек при закрытии» и позвоните председателю комиссии, которая ведёт эти выборы: назовите числа с него и код entries.refused. Бумажный список и карточки сохраните.',
        )}
      </p>
    </div>
  </div>`;
}

/** Groups to be read out, a line of the text a line of the screen. */
function dictation(text: string): TemplateResult {
  return html`<div class="dictation" part="dictation" role="group" aria-label=${msg('Продиктуйте')}>
    ${text
      .split('\n')
      .map(
        (line) =>
          html`<p>
            ${line.split(/\s+/).map((group) => html`<span class="group code">${group}</span> `)}
          </p>`,
      )}
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk-closing': KabinaDeskClosing;
  }
}
