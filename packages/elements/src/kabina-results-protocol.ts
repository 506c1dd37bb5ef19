import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Bodies } from '@kabina/election/entries';
import type { Contest, Manifest } from '@kabina/election/manifest';
import type { ProtocolLine, Relation } from '@kabina/election/results-protocol';
import { controls } from './controls.styles.ts';
import { checkIcon, crossIcon } from './icons.ts';
import { inLocale, localeOf } from './localization.ts';
import { dateTime, whole } from './numbers.ts';
import { styles } from './kabina-results-protocol.styles.ts';
import { tokens } from './tokens.styles.ts';

/** What the form says beside its lines; all of it once the protocol is signed. */
export type ProtocolForm = Pick<
  Bodies['protocol'],
  'copy' | 'repeated' | 'complaints' | 'members' | 'signedAt' | 'certifiedCopies'
>;

/**
 * @summary The results protocol of one contest («протокол об итогах голосования»): header, lines,
 * checked relations, roll of members. Prints on A4.
 * @csspart protocol - The sheet.
 */
export class KabinaResultsProtocol extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor manifest:
    Pick<Manifest, 'kind' | 'title' | 'hours'> | undefined;
  @property({ attribute: false }) accessor contest: Contest | undefined;
  @property({ attribute: false }) accessor lines: readonly ProtocolLine[] = [];
  @property({ attribute: false }) accessor relations: readonly Relation[] = [];
  /** Absent while the protocol is a draft. */
  @property({ attribute: false }) accessor form: ProtocolForm | undefined;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { manifest, contest, form } = this;
    if (manifest === undefined || contest === undefined) return nothing;
    return html`<article part="protocol" aria-labelledby="title">
      ${
        manifest.kind === 'training'
          ? html`<p class="training">${msg('Тренировочное голосование')}</p>`
          : nothing
      }
      <p class="copy">
        ${form === undefined ? msg('Проект протокола') : msg(str`Экземпляр № ${form.copy}`)}
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
      ${this.#lines()} ${this.#relations()} ${form === undefined ? nothing : this.#form(form)}
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

  #form({ complaints, members, signedAt, certifiedCopies }: ProtocolForm) {
    return html`
      <table class="members">
        <caption>
          ${msg('Члены комиссии')}
        </caption>
        <tbody>
          ${members.map(
            ({ name, post, signed, dissent, reason }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td lang=${localeOf(post)}>${inLocale(post)}</td>
                <td>
                  ${signed ? msg('подписано') : (reason ?? msg('не подписано'))}${
                    dissent ? html`, ${msg('особое мнение приложено')}` : nothing
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      <dl>
        <dt>${msg('Поступило жалоб')}</dt>
        <dd>${whole(complaints)}</dd>
        <dt>${msg('Протокол подписан')}</dt>
        <dd>${dateTime(signedAt)}</dd>
        <dt>${msg('Выдано заверенных копий')}</dt>
        <dd>${whole(certifiedCopies)}</dd>
      </dl>
    `;
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
