import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import type { ReceiptState } from '@kabina/booth/session';
import { controls } from './controls.styles.ts';
import { checkIcon, infoIcon } from './icons.ts';
import { styles } from './kabina-status.styles.ts';
import { tokens } from './tokens.styles.ts';

const ROAD: readonly ReceiptState[] = ['accepted', 'recorded', 'counted'];

/**
 * @summary How far a ballot has come: accepted by the box, recorded in the public log, counted; before
 * that, on a station's kiosk, saved there.
 * A change is announced politely.
 * @csspart steps - The list of steps.
 */
export class KabinaStatus extends LitElement {
  static override styles = [tokens, controls, styles];

  /** Not an attribute, so that a page's snapshots don't tell how many ballots a voter has cast. */
  @property({ attribute: false }) accessor state: ReceiptState = 'accepted';

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render() {
    if (this.state === 'replaced') {
      return html`<p class="note" role="status">${infoIcon}<span>${meaning('replaced')}</span></p>`;
    }
    const road = this.state === 'queued' ? (['queued', ...ROAD] as const) : ROAD;
    const reached = road.indexOf(this.state);
    return html`
      <ol part="steps">
        ${road.map(
          (step, index) =>
            html`<li
              class=${index <= reached ? 'done' : ''}
              aria-current=${index === reached ? 'step' : nothing}
            >
              <span class="dot">${index <= reached ? checkIcon : nothing}</span>
              <span
                >${label(step)}${
                  index > reached
                    ? html`<span class="visually-hidden"> — ${msg('ещё нет')}</span>`
                    : nothing
                }</span
              >
            </li>`,
        )}
      </ol>
      <p class="meaning muted" role="status">${meaning(this.state)}</p>
    `;
  }
}

/** One word for a state of a ballot. */
export function label(state: ReceiptState): string {
  switch (state) {
    case 'queued':
      return msg('Сохранён');
    case 'accepted':
      return msg('Принят');
    case 'recorded':
      return msg('Записан');
    case 'counted':
      return msg('Учтён');
    case 'replaced':
      return msg('Заменён');
  }
}

function meaning(state: ReceiptState): string {
  switch (state) {
    case 'queued':
      return msg(
        'Бюллетень сохранён в этом терминале и будет отправлен. Терминал подписал обещание, что он попадёт в открытый журнал.',
      );
    case 'accepted':
      return msg('Урна приняла бюллетень и подписала обещание записать его в открытый журнал.');
    case 'recorded':
      return msg('Бюллетень записан в открытый журнал. Любой наблюдатель видит, что он там есть.');
    case 'counted':
      return msg('Бюллетень учтён при подсчёте.');
    case 'replaced':
      return msg('Вы проголосовали ещё раз: считается новый бюллетень, а не этот.');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-status': KabinaStatus;
  }
}
