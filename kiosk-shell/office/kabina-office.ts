import { LitElement, html, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, infoIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { renewElection } from '../common/control.ts';
import { TokenSession } from '../common/token-session.ts';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import { styles } from './kabina-office.styles.ts';
import { checkingWork } from './member-tokens.ts';
import { officeErrorText } from './office-errors.ts';
import type { KabinaOfficeToken } from './office-token.ts';
import { Office } from './office.ts';
import { STEPS, nextThing, stepNow, type Missing, type StepId } from './steps.ts';

/**
 * @summary The commission's office: where the election stands, the one next thing to do, and the
 * panels of the present step.
 */
export class KabinaOffice extends LitElement {
  static override styles = [tokens, controls, styles];

  @state() accessor office: Office | undefined = new Office();
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;
  @query('kabina-office-token') private accessor token!: KabinaOfficeToken;

  constructor() {
    super();
    new FollowOffice(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.office?.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.office?.stop();
  }

  protected override render() {
    const office = this.office!;
    const stage = office.control?.stage ?? 'preparing';
    const manifest = office.board?.manifest;
    const step = stepNow(stage, office.board?.phase);
    const locked = stage === 'running' && office.commission === undefined;
    return html`<header>
        ${
          office.config?.kind === 'binding'
            ? nothing
            : html`<p class="training">
                ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ. Голоса не имеют юридической силы
              </p>`
        }
        <div>
          <h1>${manifest?.commission.name.ru ?? 'Избирательная комиссия'}</h1>
          <p>${manifest?.title.ru ?? 'Кабинет комиссии'}</p>
        </div>
        ${
          office.config === undefined
            ? nothing
            : html`<p class="id">
                Выборы <span class="code">${office.config.electionId.slice(0, 16)}…</span>
              </p>`
        }
      </header>
      <div class="body">
        ${this.#steps(locked ? undefined : step)}
        <main>
          <p class="next no-print" role="status">
            ${infoIcon}<span
              >${
                locked
                  ? 'Войдите, чтобы вести выборы.'
                  : nextThing(stage, office.board?.phase, missingOf(office))
              }</span
            >
          </p>
          ${this.#troubles(office)}
          ${
            locked
              ? html`<kabina-office-unlock .office=${office}></kabina-office-unlock>`
              : this.#panels(office, step)
          }
        </main>
        ${this.#links(office)}
      </div>
      <kabina-confirm></kabina-confirm>
      <kabina-office-token></kabina-office-token>`;
  }

  #steps(now: StepId | undefined) {
    const place = STEPS.findIndex(({ id }) => id === now);
    return html`<nav class="steps" aria-label="Шаги выборов">
      <ol>
        ${STEPS.map(({ id, name }, i) => {
          const done = i < place || now === 'published';
          const state = done ? 'done' : id === now ? 'now' : '';
          return html`<li class=${state} aria-current=${id === now ? 'step' : nothing}>
            <span class="dot" aria-hidden="true">${done ? checkIcon : i + 1}</span>
            <span class="name"
              >${name}${
                done ? html`<span class="visually-hidden"> — сделано</span>` : nothing
              }</span
            >
          </li>`;
        })}
      </ol>
    </nav>`;
  }

  #links(office: Office) {
    return html`<nav class="links" aria-label="Другие страницы и вход">
      <a href="/terminal/" target="_blank">Терминал избирателя</a>
      <a href="/portal/" target="_blank">Страница портала</a>
      <a href="/observer/" target="_blank">Страница наблюдателя</a>
      ${
        office.board?.manifest?.commission.authority === undefined
          ? nothing
          : html`<button
              class="button quiet"
              type="button"
              @click=${() => void this.#checkToken(office)}
            >
              Проверить токен
            </button>`
      }
      ${
        office.commission === undefined
          ? nothing
          : html`<button class="button quiet" type="button" @click=${() => office.lock()}>
              Выйти
            </button>`
      }
      ${
        office.control?.stage === 'running' || office.control?.stage === 'failed'
          ? html`<button
              class="button quiet"
              type="button"
              @click=${() => void this.#renew(office)}
            >
              Начать новые тренировочные выборы вручную
            </button>`
          : nothing
      }
    </nav>`;
  }

  #troubles({ trouble, offline }: Office) {
    if (trouble === undefined && offline === undefined) return nothing;
    const code = trouble?.code ?? offline ?? '';
    return html`<p class="note bad no-print" role="alert">
      ${warningIcon}<span
        >${trouble === undefined ? nothing : html`<strong>${trouble.act}.</strong> `}${officeErrorText(code)}
        ${trouble === undefined ? 'Попробуем ещё раз сами.' : 'Сделанное не пропало, шаг можно повторить.'}
        <small class="code">${code}</small></span
      >
    </p>`;
  }

  #panels(office: Office, step: StepId) {
    switch (step) {
      case 'seats':
        return html`<kabina-office-seats .office=${office}></kabina-office-seats>`;
      case 'ceremony':
      case 'opening':
        return html`<kabina-office-ceremony .office=${office}></kabina-office-ceremony>`;
      case 'voting':
        return html`<kabina-office-desk .office=${office}></kabina-office-desk>
          <kabina-office-stations .office=${office}></kabina-office-stations>
          <kabina-office-voting .office=${office}></kabina-office-voting>`;
      case 'counting':
        return html`<kabina-office-counting .office=${office}></kabina-office-counting>
          <kabina-office-stations .office=${office}></kabina-office-stations>
          <kabina-office-voting .office=${office}></kabina-office-voting>`;
      case 'decrypting':
        return html`<kabina-office-counting .office=${office}></kabina-office-counting>
          <kabina-office-stations .office=${office}></kabina-office-stations>`;
      case 'results':
      case 'published':
        return html`<kabina-office-results .office=${office}></kabina-office-results>`;
    }
  }

  /** Days before the night, and on it: whether a member's token will work. */
  async #checkToken(office: Office): Promise<void> {
    const work = checkingWork(office.commission!.manifest);
    await this.token.run(new TokenSession(work, office.roads));
  }

  async #renew(office: Office): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Начать новые тренировочные выборы?',
      text: 'Нынешние выборы остановятся: проголосовать и подвести их итог будет нельзя. Журнал останется в своей папке.',
      yes: 'Остановить и начать новые',
      danger: true,
    });
    if (sure) await office.act('Новые выборы', renewElection);
  }
}

function missingOf({ board, commission }: Office): Missing {
  return {
    shares: board?.phase === 'tally' && commission!.missingShares.length > 0,
    signatures: board?.phase === 'ready' && commission!.signaturesMissing('open') > 0,
  };
}
