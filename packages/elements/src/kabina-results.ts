import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Contest } from '@kabina/election/manifest';
import type { ContestResult } from '@kabina/election/tally';
import { controls } from './controls.styles.ts';
import { infoIcon } from './icons.ts';
import { inLocale, localeOf } from './localization.ts';
import { share, whole } from './numbers.ts';
import { styles } from './kabina-results.styles.ts';
import { tokens } from './tokens.styles.ts';

/**
 * @summary The result of one contest: a table whose rows carry bars, so that chart and table are
 * one thing. In the order of the ballot paper; nobody is crowned here.
 * @csspart table - The table.
 */
export class KabinaResults extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor contest: Contest | undefined;
  @property({ attribute: false }) accessor result: ContestResult | undefined;
  /** Ids of options whose candidates have left. */
  @property({ attribute: false }) accessor withdrawn: ReadonlySet<string> = new Set();

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { contest, result } = this;
    if (contest === undefined || result === undefined) return nothing;
    const { counts, ballots } = result;
    if (counts === null) {
      return html`<h3 lang=${localeOf(contest.title)}>${inLocale(contest.title)}</h3>
        <p class="note">
          ${infoIcon}<span
            >${msg(
              str`Бюллетеней слишком мало (${whole(ballots)}): чтобы не раскрыть чей-то голос, итог не расшифровывается.`,
            )}</span
          >
        </p>`;
    }
    return html`
      <table part="table">
        <caption lang=${localeOf(contest.title)}>
          ${inLocale(contest.title)}
        </caption>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">${msg('Вариант')}</th>
            <th scope="col">${msg('Голосов')}</th>
            <th scope="col">${msg('Доля бюллетеней')}</th>
          </tr>
        </thead>
        ${contest.options.map((option, index) => {
          const left = this.withdrawn.has(option.id);
          return this.#row(
            html`<span class=${left ? 'left' : ''} lang=${localeOf(option.name)}
                >${inLocale(option.name)}</span
              >${left ? html` (${msg('кандидат снят')})` : nothing}`,
            counts[index] ?? 0,
            ballots,
          );
        })}
        ${contest.min === 0 ? this.#row(msg('Без отметок'), result.blank ?? 0, ballots) : nothing}
      </table>
      <p class="total muted">${msg(str`Учтено бюллетеней: ${whole(ballots)}`)}</p>
    `;
  }

  #row(name: unknown, count: number, ballots: number) {
    const width = ballots === 0 ? 0 : (100 * count) / ballots;
    return html`<tbody>
      <tr>
        <th scope="row">${name}</th>
        <td class="count">${whole(count)}</td>
        <td>${share(count, ballots)}</td>
      </tr>
      <tr class="bar" aria-hidden="true">
        <td colspan="3">
          <svg viewBox="0 0 100 2" preserveAspectRatio="none">
            <rect class="track" width="100" height="2" />
            <rect class="fill" width=${width} height="2" />
          </svg>
        </td>
      </tr>
    </tbody>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-results': KabinaResults;
  }
}
