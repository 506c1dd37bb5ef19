import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import type { Trouble } from '@kabina/booth/session';
import { controls } from './controls.styles.ts';
import { errorText } from './error-text.ts';
import { checkIcon, clockIcon, infoIcon, warningIcon } from './icons.ts';
import { styles } from './kabina-queue-status.styles.ts';
import { whole } from './numbers.ts';
import { tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/** What is shown of a kiosk's queue: numbers and a trouble, nothing of a ballot. */
export interface QueueView {
  /** Ballots that are safe in this kiosk and not yet with the ballot box. */
  readonly waiting: number;
  /** Ballots that the box has refused; they stay here and need a person. */
  readonly quarantined: number;
  /** Ballots that the box has taken since the kiosk was set up. */
  readonly sent: number;
  /** Whether the last try reached the box; undefined before the first one. */
  readonly line: 'up' | 'down' | undefined;
  /** No room: no vote may begin. */
  readonly full: boolean;
  /** Why the last try failed, or why the kiosk has stopped (`journal.…`, `outbox.closed`). */
  readonly trouble?: Trouble;
}

/** Troubles with which a kiosk takes no voter. */
const STOPS = /^(journal|storage|keeper)\.|^outbox\.(closed|damaged|elsewhere)$/;

function stopped({ trouble: last }: QueueView): boolean {
  return last !== undefined && STOPS.test(last.code);
}

type Look = 'good' | 'waits' | 'bad';

/**
 * @summary How a kiosk's queue stands, in words: what is safe here, what was sent, whether there is a
 * line, and what needs a person. Numbers only: nothing of a ballot.
 * @csspart summary - The one sentence that both forms begin with.
 */
export class KabinaQueueStatus extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor status: QueueView | undefined;
  /** The sentence alone, for a corner of another screen. */
  @property({ type: Boolean, reflect: true }) accessor compact = false;
  /** The kiosk is closed: it doesn't say that one may vote. */
  @property({ type: Boolean }) accessor closed = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    const { status } = this;
    if (status === undefined) return nothing;
    const { look, words } = summary(status);
    const line = html`<p class="summary ${look}" part="summary" role="status">
      ${sign(look)}<span>${words}</span>
    </p>`;
    if (this.compact) return line;
    const { waiting, quarantined, sent, full } = status;
    return html`<section aria-label=${msg('Очередь бюллетеней')}>
      ${line}
      <dl>
        <div>
          <dt>${msg('Сохранены здесь и ждут отправки')}</dt>
          <dd>${whole(waiting)}</dd>
        </div>
        <div>
          <dt>${msg('Урна приняла')}</dt>
          <dd>${whole(sent)}</dd>
        </div>
        ${
          quarantined === 0
            ? nothing
            : html`<div>
                <dt>${msg('Отложены до решения человека')}</dt>
                <dd>${whole(quarantined)}</dd>
              </div>`
        }
        <div>
          <dt>${msg('Связь с урной')}</dt>
          <dd>${lineWord(status.line)}</dd>
        </div>
      </dl>
      ${
        waiting > 0 && !stopped(status)
          ? html`<p class="note">${infoIcon}<span>${whatNext(status, this.closed)}</span></p>`
          : nothing
      }
      ${
        quarantined > 0
          ? html`<p class="note bad" role="alert">
              ${warningIcon}<span
                >${msg(
                  str`Урна не приняла отложенные бюллетени: ${quarantined}. Они не стёрты и хранятся здесь. Член комиссии может отправить их ещё раз со служебного экрана. Если урна их снова не примет, сообщите председателю и позовите технического специалиста.`,
                )}</span
              >
            </p>`
          : nothing
      }
      ${full ? trouble({ code: 'outbox.full' }) : nothing} ${whyNot(status)}
    </section>`;
  }
}

/** What matters most, first. */
function summary(status: QueueView): { readonly look: Look; readonly words: string } {
  const { waiting, quarantined, line, full } = status;
  const kept = waiting === 0 ? '' : msg(str`Сохранено и ждёт отправки: ${whole(waiting)}.`);
  if (stopped(status)) {
    return { look: 'bad', words: `${msg('Терминал остановлен, нужен человек.')} ${kept}`.trim() };
  }
  if (full)
    return { look: 'bad', words: `${msg('Терминал заполнен, голосовать нельзя.')} ${kept}` };
  if (quarantined > 0) {
    const apart = msg(str`Отложено бюллетеней: ${whole(quarantined)}, нужен человек.`);
    return { look: 'bad', words: `${apart} ${kept}`.trim() };
  }
  if (waiting === 0) {
    return line === 'down'
      ? { look: 'waits', words: msg('Связи нет. Неотправленных бюллетеней тоже нет.') }
      : { look: 'good', words: msg('Неотправленных бюллетеней нет.') };
  }
  return line === 'down'
    ? { look: 'waits', words: `${msg('Связи нет.')} ${kept}` }
    : { look: 'waits', words: kept };
}

/** The queue tries again by itself: what a later try may mend is no alarm. */
function whyNot({ full, trouble: last }: QueueView): TemplateResult | typeof nothing {
  if (last === undefined || (full && last.code === 'outbox.full')) return nothing;
  if (!last.retryable || STOPS.test(last.code)) return trouble(last);
  return html`<p class="muted">
    ${errorText(last.code).message} ${msg('Попробуем ещё раз сами.')}
    <small class="code">${last.code}</small>
  </p>`;
}

function sign(look: Look): TemplateResult {
  if (look === 'good') return checkIcon;
  return look === 'waits' ? clockIcon : warningIcon;
}

function lineWord(line: QueueView['line']): string {
  switch (line) {
    case 'up':
      return msg('есть');
    case 'down':
      return msg('нет');
    case undefined:
      return msg('ещё не проверялась');
  }
}

function whatNext({ line, full }: QueueView, closed: boolean): string {
  if (line === 'down') {
    return closed || full
      ? msg('Бюллетени в сохранности и отправятся сами, когда появится связь.')
      : msg(
          'Бюллетени в сохранности и отправятся сами, когда появится связь. Голосовать можно и без неё.',
        );
  }
  return msg(
    'Бюллетени отправляются сами, вперемешку и по нескольку сразу, чтобы по времени нельзя было узнать, чей какой.',
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-queue-status': KabinaQueueStatus;
  }
}
