import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Localized, Manifest } from '@kabina/election/manifest';
import type { BalanceLine, StationBalance } from '@kabina/election/station-balance';
import { controls } from './controls.styles.ts';
import { localized } from './desk-parts.ts';
import { checkIcon, clockIcon, crossIcon, infoIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-station-balance.styles.ts';
import { whole } from './numbers.ts';
import { printed, sheet } from './sheet.styles.ts';
import { tokens } from './tokens.styles.ts';

/** A column of the cards' table. */
interface Column {
  readonly name: string;
  readonly of: (line: BalanceLine) => number | undefined;
}

/**
 * @summary The balance of a station («баланс карточек участка»): received, issued, cancelled, spoiled,
 * written off by kiosk and style, against marked voters and used permits; what was held at closing;
 * whose account is missing; and in words whether it holds. Prints on A4.
 * @csspart balance - The sheet.
 */
export class KabinaStationBalance extends LitElement {
  static override styles = [tokens, controls, sheet, styles, printed];

  @property({ attribute: false }) accessor balance: StationBalance | undefined;
  /** Whence the names of the station, its kiosks, styles and contests are. */
  @property({ attribute: false }) accessor manifest:
    Pick<Manifest, 'kind' | 'title' | 'stations' | 'kiosks' | 'styles' | 'contests'> | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { balance, manifest } = this;
    if (balance === undefined || manifest === undefined) return nothing;
    const station = manifest.stations.find(({ id }) => id === balance.station);
    return html`<article part="balance" aria-labelledby="title">
      ${
        manifest.kind === 'training'
          ? html`<p class="training">${msg('Тренировочное голосование')}</p>`
          : nothing
      }
      <header>
        <p>${localized(manifest.title)}</p>
        <h2 id="title" tabindex="-1">${msg('Баланс карточек участка')}</h2>
        <p class="station">${localized(station?.name ?? { ru: balance.station })}</p>
      </header>
      ${this.#verdict(balance)} ${this.#lost(balance)} ${this.#missing(balance)}
      ${this.#cards(balance.lines)}
      <p class="about">
        ${msg('В каждой строке: получено = выдано + погашено + испорчено + списано.')}
      </p>
      ${this.#marked(balance)} ${this.#used(balance)} ${this.#held(balance)}
    </article>`;
  }

  #verdict({ holds }: StationBalance): TemplateResult {
    switch (holds) {
      case true:
        return html`<p class="note good" role="status">
          ${checkIcon}<span>${msg('Баланс сходится.')}</span>
        </p>`;
      case false:
        return html`<p class="note bad" role="status">
          ${warningIcon}<span
            >${msg('Баланс НЕ СХОДИТСЯ: строки с нарушением отмечены ниже.')}</span
          >
        </p>`;
      case undefined:
        return html`<p class="note" role="status">
          ${clockIcon}<span
            >${msg('Сходится ли баланс, пока неизвестно: пришли не все отчёты.')}</span
          >
        </p>`;
    }
  }

  /** Whose word the numbers of the desk are. */
  #lost({ lost }: StationBalance) {
    if (lost === undefined) return nothing;
    return html`<p class="note">
      ${infoIcon}<span
        >${msg(
          str`Стол регистрации потерян: его числа члены комиссии взяли из бумажного списка и подписали. Причина: ${lost}.`,
        )}</span
      >
    </p>`;
  }

  #missing({ missing }: StationBalance) {
    if (missing.length === 0) return nothing;
    return html`<h3>${msg('Нет отчёта')}</h3>
      <ul>
        ${missing.map((signer) => html`<li>${this.#signer(signer)}</li>`)}
      </ul>`;
  }

  #cards(lines: readonly BalanceLine[]): TemplateResult {
    const columns: readonly Column[] = [
      { name: msg('Получено'), of: ({ received }) => received },
      { name: msg('Выдано'), of: ({ issued }) => issued },
      { name: msg('Погашено'), of: ({ cancelled }) => cancelled },
      { name: msg('Испорчено'), of: ({ spoiled }) => spoiled },
      { name: msg('Списано'), of: ({ writtenOff }) => writtenOff },
    ];
    const verdictName = msg('Сходится');
    return html`<table>
      <caption>
        ${msg('Карточки по терминалам и округам')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('Терминал')}</th>
          <th scope="col">${msg('Округ')}</th>
          ${columns.map(({ name }) => html`<th scope="col" class="value">${name}</th>`)}
          <th scope="col">${verdictName}</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          (line) =>
            html`<tr>
              <th scope="row">${this.#kiosk(line.kiosk)}</th>
              <td>${localized(this.#style(line.style))}</td>
              ${columns.map(({ name, of }) => value(name, of(line)))}
              <td class="holds-cell">${named(verdictName)}${verdict(line.holds)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colspan="2">${msg('Всего')}</th>
          ${columns.map(({ name, of }) => value(name, sum(lines.map(of))))}
          <td></td>
        </tr>
      </tfoot>
    </table>`;
  }

  #marked({ styles: rows }: StationBalance) {
    if (rows.length === 0) return nothing;
    const names = [msg('Отмечено избирателей'), msg('Выдано карточек')] as const;
    const verdictName = msg('Выдано не больше, чем отмечено');
    return html`<table>
      <caption>
        ${msg('Отмеченные избиратели')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('Округ')}</th>
          ${names.map((name) => html`<th scope="col" class="value">${name}</th>`)}
          <th scope="col">${verdictName}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ style, marked, issued }) =>
            html`<tr>
              <th scope="row">${localized(this.#style(style))}</th>
              ${value(names[0], marked)} ${value(names[1], issued)}
              <td class="holds-cell">${named(verdictName)}${verdict(notMore(issued, marked))}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #used({ contests }: StationBalance) {
    if (contests.length === 0) return nothing;
    const names = [msg('Использовано разрешений'), msg('Выдано карточек')] as const;
    const verdictName = msg('Использовано не больше, чем выдано');
    return html`<table>
      <caption>
        ${msg('Бюллетени участка в журнале')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('Голосование')}</th>
          ${names.map((name) => html`<th scope="col" class="value">${name}</th>`)}
          <th scope="col">${verdictName}</th>
        </tr>
      </thead>
      <tbody>
        ${contests.map(
          ({ contest, used, issued }) =>
            html`<tr>
              <th scope="row">${localized(this.#contest(contest))}</th>
              ${value(names[0], used)} ${value(names[1], issued)}
              <td class="holds-cell">${named(verdictName)}${verdict(notMore(used, issued))}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #held({ held }: StationBalance) {
    if (held.length === 0) return nothing;
    const names = [msg('Заявлено при закрытии'), msg('Пришло')] as const;
    return html`<table>
      <caption>
        ${msg('Бюллетени в пути при закрытии')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('Терминал')}</th>
          ${names.map((name) => html`<th scope="col" class="value">${name}</th>`)}
          <th scope="col">${msg('Состояние')}</th>
        </tr>
      </thead>
      <tbody>
        ${held.map(
          ({ kiosk, number, arrived }) =>
            html`<tr>
              <th scope="row">${this.#kiosk(kiosk)}</th>
              ${value(names[0], number)} ${value(names[1], arrived)}
              <td class="holds-cell">
                ${
                  arrived >= number
                    ? html`<span class="mark holds">${checkIcon} ${msg('пришли все')}</span>`
                    : html`<span class="mark"
                        >${clockIcon} ${msg(str`ещё в пути: ${whole(number - arrived)}`)}</span
                      >`
                }
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  /** Who signs an account: `kiosk/K1` or `station/101`. */
  #signer(signer: string): string {
    const [role, id = signer] = signer.split('/', 2);
    return role === 'kiosk' ? this.#kiosk(id) : msg('Стол регистрации');
  }

  #kiosk(id: string): string {
    return this.manifest?.kiosks.find((kiosk) => kiosk.id === id)?.name ?? id;
  }

  #style(id: string): Localized {
    return this.manifest?.styles.find((style) => style.id === id)?.title ?? { ru: id };
  }

  #contest(id: string): Localized {
    return this.manifest?.contests.find((contest) => contest.id === id)?.title ?? { ru: id };
  }
}

/** Undefined as soon as one is. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, one) => (total === undefined || one === undefined ? undefined : total + one),
    0,
  );
}

function notMore(less: number | undefined, more: number | undefined): boolean | undefined {
  return less === undefined || more === undefined ? undefined : less <= more;
}

/** The column's name beside the value, where the table is narrow and has lost its head. */
function named(name: string): TemplateResult {
  return html`<span class="name" aria-hidden="true">${name}</span>`;
}

function value(name: string, number: number | undefined): TemplateResult {
  return html`<td class="value">
    ${named(name)}${
      number === undefined
        ? html`<span class="unknown">${msg('ещё нет')}</span>`
        : html`<span>${whole(number)}</span>`
    }
  </td>`;
}

function verdict(holds: boolean | undefined): TemplateResult {
  if (holds === undefined) return html`<span class="unknown">${msg('пока неизвестно')}</span>`;
  return holds
    ? html`<span class="mark holds">${checkIcon} ${msg('выполнено')}</span>`
    : html`<span class="mark broken">${crossIcon} ${msg('НАРУШЕНО')}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-station-balance': KabinaStationBalance;
  }
}
