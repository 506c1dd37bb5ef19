/** The booth's small screens: those that are a few lines and no element of their own. */
import { html, nothing, type TemplateResult } from 'lit';
import { msg, str } from '@lit/localize';
import type { BoothSession, LoginMethod, SessionState } from '@kabina/booth/session';
import type { Contest } from '@kabina/election/manifest';
import { CARD_GROUPS, CARD_PREFIX } from './access-card.ts';
import { errorText } from './error-text.ts';
import { checkIcon, warningIcon } from './icons.ts';
import { isLeft } from './kabina-ballot-list.ts';
import { label } from './kabina-status.ts';
import { inLocale, localeOf } from './localization.ts';
import { fieldError, trouble } from './trouble-note.ts';

export type At<A extends SessionState['at']> = Extract<SessionState, { at: A }>;

/** Lengths of an access code's halves: the first is the registrar's, the second the other issuer's. */
const ACCESS_CODE = [5, 5];
const ONE_TIME_CODE = [6];

export function waiting(text: string): TemplateResult {
  return html`<section aria-labelledby="wait">
    <h2 class="wait" id="wait" tabindex="-1">
      <span class="spinner" aria-hidden="true"></span><span>${text}</span>
    </h2>
  </section>`;
}

export function loginScreen(
  state: At<'login'>,
  session: BoothSession,
  kiosk: boolean,
): TemplateResult {
  const screens: Record<LoginMethod, () => TemplateResult> = {
    'access-code': () =>
      html`<kabina-code-entry
        .label=${msg('Код доступа')}
        .hint=${msg('Десять знаков с листка, который выдал член комиссии. Листок можно отсканировать.')}
        .alphabet=${'base32'}
        .groups=${ACCESS_CODE}
        .error=${fieldError(state.error)}
        .busy=${state.busy}
        ?keypad=${kiosk}
        .submit=${(code: string) =>
          void session.login({
            method: 'access-code',
            code: `${code.slice(0, 5)}-${code.slice(5)}`,
          })}
      ></kabina-code-entry>`,
    card: () =>
      html`<kabina-code-entry
        .label=${msg('Карточка доступа')}
        .hint=${msg('Поднесите код карточки к сканеру. Если он не читается, введите знаки, напечатанные под ним: восемь групп по четыре.')}
        .alphabet=${'base32'}
        .groups=${CARD_GROUPS}
        .scanned=${CARD_PREFIX}
        .error=${fieldError(state.error)}
        .busy=${state.busy}
        ?keypad=${kiosk}
        .submit=${(code: string) => void session.login({ method: 'card', code })}
      ></kabina-code-entry>`,
    training: () =>
      html`<kabina-code-entry
        .label=${msg('Логин учебного избирателя')}
        .alphabet=${'text'}
        .button=${msg('Войти')}
        .error=${fieldError(state.error)}
        .busy=${state.busy}
        .submit=${(login: string) => void session.login({ method: 'training', login })}
      ></kabina-code-entry>`,
  };
  const onlyCard = state.methods.every((method) => method === 'card');
  return html`<section>
    <div class="top">
      <h2 tabindex="-1">${onlyCard ? msg('Поднесите карточку') : msg('Вход')}</h2>
      ${kiosk ? wayBack(state, session) : nothing}
    </div>
    ${state.methods.map(
      (method, index) =>
        html`${index === 0 ? nothing : html`<p class="or muted">${msg('или')}</p>`}${screens[
          method
        ]()}`,
    )}
  </section>`;
}

/** Whoever can't or won't log in leaves the terminal to the next. */
function wayBack(state: At<'login'>, session: BoothSession): TemplateResult {
  return html`<button
    class="button"
    type="button"
    aria-disabled=${state.busy}
    @click=${() => {
      // A card that is being opened would be spent by the end.
      if (!state.busy) void session.end();
    }}
  >
    ${msg('Вернуться к началу')}
  </button>`;
}

export function codeScreen(
  state: At<'code'>,
  session: BoothSession,
  { kiosk, issuer, now }: { kiosk: boolean; issuer: string; now: number },
): TemplateResult {
  const wait = Math.max(0, Math.ceil((state.resendAt - now) / 1000));
  const hint =
    state.sentTo === undefined
      ? msg('Мы отправили вам код из шести цифр.')
      : msg(str`Мы отправили код из шести цифр: ${state.sentTo}`);
  const left =
    state.triesLeft === undefined || state.error === undefined
      ? ''
      : msg(str`Осталось попыток: ${state.triesLeft}.`);
  return html`<section>
    <h2 tabindex="-1">${msg('Одноразовый код')}</h2>
    ${
      issuer === ''
        ? nothing
        : html`<p>
            ${msg(str`Код прислала служба: ${issuer}. Каждая служба присылает свой код.`)}
          </p>`
    }
    <kabina-code-entry
      .label=${msg('Код из сообщения')}
      .hint=${hint}
      .groups=${ONE_TIME_CODE}
      .error=${`${fieldError(state.error)} ${left}`.trim()}
      .busy=${state.busy}
      ?keypad=${kiosk}
      .submit=${(code: string) => void session.submitCode(code)}
    ></kabina-code-entry>
    <div class="actions">
      <button
        class="button"
        type="button"
        aria-disabled=${wait > 0 || state.busy}
        @click=${() => {
          if (wait === 0 && !state.busy) void session.resendCode();
        }}
      >
        ${wait > 0 ? msg(str`Отправить ещё раз через ${wait} с`) : msg('Отправить ещё раз')}
      </button>
      <button class="button quiet push" type="button" @click=${() => session.back()}>
        ${msg('Войти иначе')}
      </button>
    </div>
  </section>`;
}

export function castingScreen(state: At<'casting'>, session: BoothSession): TemplateResult {
  if (state.error === undefined) return waiting(msg('Опускаем бюллетень в урну…'));
  return html`<section>
    <h2 tabindex="-1">${msg('Урна пока не ответила')}</h2>
    ${trouble(state.error)}
    <p>
      ${msg(
        'Бюллетень подписан и хранится на этом устройстве. Мы отправим тот же самый бюллетень ещё раз: задвоиться он не может.',
      )}
    </p>
    <div class="actions">
      <button class="button primary" type="button" @click=${() => void session.retry()}>
        ${msg('Отправить ещё раз')}
      </button>
      <button class="button" type="button" @click=${() => session.list()}>
        ${msg('К другим бюллетеням')}
      </button>
    </div>
  </section>`;
}

export function finishedScreen(
  state: At<'finished'>,
  contests: readonly Contest[],
  actions: { list: () => void; end: () => void; forget: (() => void) | undefined },
): TemplateResult {
  const left = state.papers.filter(isLeft).length;
  const queued = state.papers.filter((paper) => paper.state === 'queued').length;
  return html`<section>
    <h2 tabindex="-1">${msg('Спасибо, вы закончили')}</h2>
    <ul class="plain">
      ${state.papers.map((paper) => {
        const contest = contests.find(({ id }) => id === paper.contest);
        if (contest === undefined) return nothing;
        return html`<li>
          <span lang=${localeOf(contest.title)}>${inLocale(contest.title)}</span> —
          ${
            paper.receipt === undefined
              ? msg('не заполнен')
              : html`<strong>${label(paper.receipt.state)}</strong>,
                  <span class="code">${paper.receipt.trackingCode}</span>`
          }
        </li>`;
      })}
    </ul>
    ${
      left > 0
        ? html`<p class="note">
            ${warningIcon}<span
              >${msg(str`Не заполнено бюллетеней: ${left}. К ним можно вернуться прямо сейчас.`)}</span
            >
          </p>`
        : html`<p class="note good">
            ${checkIcon}<span
              >${
                queued > 0
                  ? msg(
                      str`Все ваши бюллетени приняты. Сохранены в этом терминале и будут отправлены: ${queued}.`,
                    )
                  : msg('Все ваши бюллетени в урне.')
              }</span
            >
          </p>`
    }
    <div class="actions">
      <button class="button primary" type="button" @click=${actions.end}>
        ${msg('Завершить сеанс')}
      </button>
      <button class="button" type="button" @click=${actions.list}>
        ${msg('К списку бюллетеней')}
      </button>
      ${
        actions.forget === undefined
          ? nothing
          : html`<button class="button quiet push" type="button" @click=${actions.forget}>
              ${msg('Стереть всё с этого устройства')}
            </button>`
      }
    </div>
  </section>`;
}

/** `again` is absent where another page makes the sessions. */
export function endedScreen(kiosk: boolean, again: (() => void) | undefined): TemplateResult {
  return html`<section>
    <h2 tabindex="-1">${msg('Сеанс завершён')}</h2>
    <p>
      ${
        kiosk
          ? msg(
              'Введённые данные стёрты, принятые и сохранённые бюллетени не пропадут. Можно отойти от терминала.',
            )
          : msg('Страницу можно закрыть. Принятые бюллетени не пропадут.')
      }
    </p>
    ${
      again === undefined
        ? nothing
        : html`<div class="actions">
            <button class="button" type="button" @click=${again}>${msg('Начать заново')}</button>
          </div>`
    }
  </section>`;
}

export function failedScreen(
  state: At<'failed'>,
  { retry, end }: { retry: () => void; end: () => void },
): TemplateResult {
  const { message, advice } = errorText(state.code);
  return html`<section>
    <h2 tabindex="-1">${message}</h2>
    <p class="lead">${advice}</p>
    <p class="muted">${msg('Код ошибки')}: <span class="code">${state.code}</span></p>
    <div class="actions">
      ${
        state.retry
          ? html`<button class="button primary" type="button" @click=${retry}>
              ${msg('Попробовать ещё раз')}
            </button>`
          : nothing
      }
      <button class="button" type="button" @click=${end}>${msg('Завершить сеанс')}</button>
    </div>
  </section>`;
}
