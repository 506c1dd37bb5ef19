import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Contest, Localized, Manifest } from '@kabina/election/manifest';
import type { ProtocolLine, Relation } from '@kabina/election/results-protocol';
import { controls } from './controls.styles.ts';
import { checkIcon, clockIcon, crossIcon } from './icons.ts';
import { inLocale, localeOf } from './localization.ts';
import { dateTime, whole } from './numbers.ts';
import { styles } from './kabina-results-protocol.styles.ts';
import { printed, sheet } from './sheet.styles.ts';
import { tokens } from './tokens.styles.ts';

/** What the form says beside its lines and its roll. */
export interface ProtocolForm {
  /** Number of the copy, from 1. */
  readonly copy: number;
  readonly repeated: boolean;
  readonly complaints: number;
  /** ISO 8601: day, hour and minute. */
  readonly signedAt: string;
  readonly certifiedCopies: number;
}

/** A member of the commission on the protocol. */
export interface RollRow {
  readonly name: string;
  readonly post: Localized;
  readonly state: 'signed' | 'awaited' | 'absent';
  /** Why an absent member does not sign. */
  readonly reason?: string;
  /** A dissenting opinion is attached («особое мнение»). */
  readonly dissent: boolean;
  /** ISO 8601, from the signature. */
  readonly signedAt?: string;
  /** Subject and kind of the certificate, short. */
  readonly certificate?: string;
}

/**
 * @summary The results protocol of one contest («протокол об итогах голосования»): header, lines,
 * checked relations, roll of members. A draft until the first member has signed. Prints on A4, with
 * a line for the hand of each member whose electronic signature is still awaited.
 * @csspart protocol - The sheet.
 */
export class KabinaResultsProtocol extends LitElement {
  static override styles = [tokens, controls, sheet, styles, printed];

  @property({ attribute: false }) accessor manifest:
    Pick<Manifest, 'kind' | 'title' | 'hours'> | undefined;
  @property({ attribute: false }) accessor contest: Contest | undefined;
  @property({ attribute: false }) accessor lines: readonly ProtocolLine[] = [];
  @property({ attribute: false }) accessor relations: readonly Relation[] = [];
  /** Absent while there is only a draft. */
  @property({ attribute: false }) accessor form: ProtocolForm | undefined;
  /** The members, in the order of the manifest. */
  @property({ attribute: false }) accessor roll: readonly RollRow[] = [];

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { manifest, contest, form, roll } = this;
    if (manifest === undefined || contest === undefined) return nothing;
    const signed = roll.filter(({ state }) => state === 'signed').length;
    return html`<article part="protocol" aria-labelledby="title">
      ${
        manifest.kind === 'training'
          ? html`<p class="training">${msg('Тренировочное голосование')}</p>`
          : nothing
      }
      <p class="copy">
        ${
          form === undefined || signed === 0
            ? msg('Проект протокола')
            : msg(str`Экземпляр № ${form.copy}`)
        }
      </p>
      <header>
        <p lang=${localeOf(manifest.title)}>${inLocale(manifest.title)}</p>
        <p>${dateTime(manifest.hours.opens)} — ${dateTime(manifest.hours.closes)}</p>
        <h2 id="title" tabindex="-1">
          ${form?.repeated === true ? html`${msg('Повторный')} ` : nothing}${msg('ПРОТОКОЛ')}<br />
          ${msg('об итогах голосования')}
        </h2>
        <p lang=${localeOf(contest.commission)}>${inLocale(contest.commission)}</p>
        <p lang=${localeOf(contest.title)}>${inLocale(contest.title)}</p>
        ${
          contest.district === undefined
            ? nothing
            : html`<p lang=${localeOf(contest.district)}>${inLocale(contest.district)}</p>`
        }
      </header>
      ${this.#lines()} ${this.#relations()} ${this.#roll(signed)}
      ${form === undefined ? nothing : this.#form(form, signed)}
    </article>`;
  }

  #lines() {
    return html`<table>
      <caption class="visually-hidden">
        ${msg('Строки протокола')}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="no">${msg('№')}</th>
          <th scope="col">${msg('Строка')}</th>
          <th scope="col" class="value">${msg('Число')}</th>
        </tr>
      </thead>
      <tbody>
        ${this.lines.map(
          ({ no, text, value }) =>
            html`<tr>
              <td class="no">${no}</td>
              <th scope="row" lang=${localeOf(text)}>${inLocale(text)}</th>
              <td class="value">${value === null ? msg('не расшифровывается') : whole(value)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #relations() {
    if (this.relations.length === 0) return nothing;
    return html`<table class="relations">
      <caption>
        ${msg('Контрольные соотношения')}
      </caption>
      <tbody>
        ${this.relations.map(
          (relation) =>
            html`<tr>
              <td class="no">${relation.id}</td>
              <th scope="row">${relationText(relation)}</th>
              <td>${verdict(relation.holds)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #roll(signed: number) {
    const { roll } = this;
    if (roll.length === 0) return nothing;
    return html`<table class="roll">
      <caption>
        <span>${msg('Члены комиссии')}</span>
        <span role="status">${msg(str`Подписано ${signed} из ${roll.length}`)}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('Фамилия, инициалы, должность')}</th>
          <th scope="col">${msg('Подпись')}</th>
        </tr>
      </thead>
      <tbody>
        ${roll.map(
          (row) =>
            html`<tr class=${row.state}>
              <th scope="row">
                <p class="name">${row.name}</p>
                <p lang=${localeOf(row.post)}>${inLocale(row.post)}</p>
              </th>
              <td>
                ${signature(row)}
                ${
                  row.dissent
                    ? html`<p class="dissent">${msg('Особое мнение приложено')}</p>`
                    : nothing
                }
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #form({ complaints, signedAt, certifiedCopies }: ProtocolForm, signed: number) {
    const dissents = this.roll.filter(({ dissent }) => dissent).length;
    return html`<dl>
      <dt>${msg('Поступило жалоб')}</dt>
      <dd>${whole(complaints)}</dd>
      <dt>${msg('Приложено особых мнений')}</dt>
      <dd>${whole(dissents)}</dd>
      <dt>${signed === 0 ? msg('Время протокола') : msg('Протокол подписан')}</dt>
      <dd>${dateTime(signedAt)}</dd>
      <dt>${msg('Выдано заверенных копий')}</dt>
      <dd>${whole(certifiedCopies)}</dd>
    </dl>`;
  }
}

function signature({ state, reason, signedAt, certificate }: RollRow) {
  switch (state) {
    case 'signed':
      return html`<p class="mark holds">${checkIcon} ${msg('подписано электронно')}</p>
        ${signedAt === undefined ? nothing : html`<p class="about">${dateTime(signedAt)}</p>`}
        ${certificate === undefined ? nothing : html`<p class="about">${certificate}</p>`}`;
    case 'awaited':
      return html`<p class="mark awaited">${clockIcon} ${msg('ждём подпись')}</p>
        <p class="hand" aria-hidden="true"><span>${msg('подпись')}</span></p>`;
    case 'absent':
      return html`<p>
        ${msg('не подписывает')}${reason === undefined ? nothing : html`: ${reason}`}
      </p>`;
  }
}

function relationText({ id, text }: Relation): string {
  if (id === 'R5') return msg('Строка 4 равна числу разрешений с учтённым бюллетенем');
  if (id === 'R6') return msg('Сумма строк 2 и 3 равна числу выданных разрешений');
  return text;
}

function verdict(holds: boolean | undefined) {
  if (holds === undefined) return html`<span class="muted">${msg('не применяется')}</span>`;
  return holds
    ? html`<span class="mark holds">${checkIcon} ${msg('выполнено')}</span>`
    : html`<span class="mark broken">${crossIcon} ${msg('НАРУШЕНО')}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-results-protocol': KabinaResultsProtocol;
  }
}
