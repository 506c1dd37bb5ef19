import { LitElement, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { createElection } from '../common/control.ts';
import { FollowOffice } from './follow-office.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

/** @summary Who plays which holder's seat; makes the election. */
export class KabinaOfficeSeats extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office } = this;
    const control = office?.control;
    if (office === undefined || control === undefined) return nothing;
    const preparing = control.stage === 'preparing';
    return html`<section class="panel" aria-labelledby="seats">
      <h2 id="seats">Семь хранителей ключа</h2>
      <p>
        Ключ создают семь хранителей вместе, для расшифрования нужны пятеро. Любое место может
        занять человек: откройте его страницу на другом устройстве или в другой вкладке. За
        свободными местами сидят отдельные программы.
      </p>
      ${
        control.stage === 'failed'
          ? html`<p class="note bad" role="alert">Подготовка не удалась: ${control.failure}</p>`
          : html`<div class="actions">
              <button
                class="button primary big"
                type="button"
                aria-disabled=${preparing || office.busy !== undefined}
                @click=${() => {
                  if (!preparing) void office.act('Создание выборов', createElection);
                }}
              >
                ${preparing ? 'Готовим…' : 'Создать тренировочные выборы'}
              </button>
            </div>`
      }
      <ul class="cards">
        ${control.seats.map(
          (seat) =>
            html`<li class="card ${seat.taken ? 'good' : ''}">
              <strong>№ ${seat.index}. ${seat.name}</strong>
              ${
                seat.taken
                  ? html`<span class="mark yes">${checkIcon} Место занял человек</span>`
                  : html`<span>Место свободно: сыграет программа</span>`
              }
              ${
                preparing
                  ? nothing
                  : html`<a href="/trustee/?seat=${seat.index}" target="_blank"
                      >${seat.taken ? 'Открыть' : 'Занять'} место № ${seat.index}</a
                    >`
              }
            </li>`,
        )}
      </ul>
    </section>`;
  }
}
