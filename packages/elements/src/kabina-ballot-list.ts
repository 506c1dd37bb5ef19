import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Paper, VotingPhase } from '@kabina/booth/session';
import type { Contest } from '@kabina/election/manifest';
import { controls } from './controls.styles.ts';
import { errorText } from './error-text.ts';
import { checkIcon, clockIcon, infoIcon, paperIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-ballot-list.styles.ts';
import { inLocale, localeOf } from './localization.ts';
import { tokens } from './tokens.styles.ts';

/** Which paper the voter takes. It names the contest, which the voter list names too. */
export type PaperEvent = CustomEvent<{ readonly contest: string }>;

/**
 * @summary The voter's papers, to be taken in any order; any may be left for later.
 * @event kabina-open - Take this paper; `detail.contest`.
 * @event kabina-receipt - Show this paper's receipt; `detail.contest`.
 * @event kabina-finish - The voter has done.
 * @csspart paper - One line of the list.
 */
export class KabinaBallotList extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor papers: readonly Paper[] = [];
  @property({ attribute: false }) accessor contests: readonly Contest[] = [];
  @property({ attribute: false }) accessor voting: VotingPhase = 'open';
  @property({ type: Boolean, reflect: true }) accessor kiosk = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const left = this.papers.filter(isLeft).length;
    const pending = this.papers.some((paper) => paper.state === 'casting');
    return html`
      <kabina-scroller ?buttons=${this.kiosk}>
        <h2 tabindex="-1">${msg('Ваши бюллетени')}</h2>
        ${this.#phase()}
        <ul>
          ${repeat(
            this.papers,
            (paper) => paper.contest,
            (paper, index) => this.#paper(paper, index),
          )}
        </ul>
        ${
          left > 0 && this.voting === 'open'
            ? html`<p class="muted">
                ${msg('Бюллетени можно заполнять в любом порядке, а любой — оставить незаполненным.')}
              </p>`
            : nothing
        }
        <slot></slot>
      </kabina-scroller>
      <div class="actions">
        <button
          class="button ${left === 0 ? 'primary' : ''}"
          type="button"
          aria-disabled=${pending}
          aria-describedby="pending"
          @click=${() => this.#finish(pending)}
        >
          ${msg('Закончить голосование')}
        </button>
        <span class="muted" id="pending" role="status">
          ${
            pending
              ? msg('Дождитесь ответа урны')
              : left > 0
                ? msg(str`Не заполнено бюллетеней: ${left}`)
                : nothing
          }
        </span>
      </div>
    `;
  }

  #phase() {
    const text = phaseText(this.voting);
    return text === undefined
      ? nothing
      : html`<p class="note" role="status">${infoIcon}<span>${text}</span></p>`;
  }

  #paper(paper: Paper, index: number) {
    const contest = this.contests.find(({ id }) => id === paper.contest);
    if (contest === undefined) return nothing;
    const { sign, style } = look(paper);
    return html`<li>
      <div class="card ${style}" part="paper">
        <span class="sign">${sign}</span>
        <div>
          <h3 id="title-${index}" lang=${localeOf(contest.title)}>${inLocale(contest.title)}</h3>
          ${
            contest.district === undefined
              ? nothing
              : html`<p class="district muted" lang=${localeOf(contest.district)}>
                  ${inLocale(contest.district)}
                </p>`
          }
          <p class="state">${stateText(paper)}</p>
        </div>
        <div class="buttons">${this.#buttons(paper, index)}</div>
      </div>
    </li>`;
  }

  #buttons(paper: Paper, index: number) {
    const { contest, receipt } = paper;
    const mayTake =
      this.voting === 'open' && (isLeft(paper) || paper.state === 'casting' || paper.mayRevise);
    const take = takeLabel(paper);
    return html`${
      mayTake
        ? html`<button
            class="button ${isLeft(paper) ? 'primary' : ''}"
            id="take-${index}"
            type="button"
            aria-labelledby="take-${index} title-${index}"
            @click=${() => this.#tell('kabina-open', contest)}
          >
            ${take}
          </button>`
        : nothing
    }${
      receipt === undefined
        ? nothing
        : html`<button
            class="button"
            id="receipt-${index}"
            type="button"
            aria-labelledby="receipt-${index} title-${index}"
            @click=${() => this.#tell('kabina-receipt', contest)}
          >
            ${msg('Квитанция')}
          </button>`
    }`;
  }

  #tell(type: 'kabina-open' | 'kabina-receipt', contest: string): void {
    const event: PaperEvent = new CustomEvent(type, { detail: { contest } });
    this.dispatchEvent(event);
  }

  #finish(pending: boolean): void {
    if (!pending) this.dispatchEvent(new Event('kabina-finish'));
  }
}

/** Not voted on yet, and it can be. */
export function isLeft({ state }: Paper): boolean {
  return state === 'open' || state === 'preparing' || state === 'ready' || state === 'sealed';
}

function look({ state, error }: Paper): { sign: TemplateResult; style: string } {
  switch (state) {
    case 'queued':
    case 'accepted':
    case 'recorded':
    case 'counted':
      return { sign: checkIcon, style: 'done' };
    case 'casting':
      return { sign: clockIcon, style: error === undefined ? '' : 'failed' };
    case 'failed':
      return { sign: warningIcon, style: 'failed' };
    default:
      return { sign: paperIcon, style: '' };
  }
}

function stateText({ state, error }: Paper): string {
  switch (state) {
    case 'queued':
      return msg('Сохранён в этом терминале и будет отправлен');
    case 'accepted':
      return msg('Опущен в урну, принят');
    case 'recorded':
      return msg('Опущен в урну, записан в журнал');
    case 'counted':
      return msg('Учтён при подсчёте');
    case 'casting':
      return error === undefined
        ? msg('Отправляем в урну…')
        : msg('Урна пока не ответила, отправим ещё раз');
    case 'failed':
      return error === undefined
        ? msg('С этим бюллетенем не получилось')
        : errorText(error.code).message;
    default:
      return msg('Не заполнен');
  }
}

function takeLabel(paper: Paper): string {
  if (paper.state === 'casting') return msg('Показать');
  return isLeft(paper) ? msg('Заполнить') : msg('Проголосовать ещё раз');
}

function phaseText(voting: VotingPhase): string | undefined {
  switch (voting) {
    case 'open':
      return undefined;
    case 'not-yet':
      return msg('Голосование ещё не началось. Бюллетени можно будет заполнить после открытия.');
    case 'paused':
      return msg('Сейчас перерыв. Голосование продолжится в часы, назначенные комиссией.');
    case 'suspended':
      return msg('Комиссия приостановила голосование. Принятые бюллетени не пропадут.');
    case 'closed':
      return msg('Голосование закончилось. Новые бюллетени урна не принимает.');
    case 'counted':
      return msg('Голоса подсчитаны. По квитанции можно увидеть, что бюллетень учтён.');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-ballot-list': KabinaBallotList;
  }
}
