import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, infoIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import type { BoardState } from '@kabina/election/board';
import { isDecrypted } from '@kabina/election/tally';
import type { BadShare } from './commission.ts';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { kioskNames, missingNow } from './stations.ts';

/** @summary After closing: the issuers' statements, the line below which ballots count, the shares. */
export class KabinaOfficeCounting extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @state() private accessor bad: readonly BadShare[] = [];
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office } = this;
    const board = office?.board;
    if (office === undefined || board?.manifest === undefined) return nothing;
    return html`${this.#statements(office, board)}
      ${board.phase === 'tally' ? this.#shares(office, board) : nothing}
      <kabina-confirm></kabina-confirm>`;
  }

  #statements(office: Office, board: BoardState) {
    const { issuers } = board.manifest!;
    const missing = issuers.filter(({ id }) => !board.issued.has(id));
    return html`<section class="panel" aria-labelledby="statements">
      <h2 id="statements">Заявления о выданных бюллетенях</h2>
      <p>После закрытия каждая служба сама публикует, сколько бюллетеней она выдала.</p>
      <ul class="cards">
        ${issuers.map(({ id, name }) => {
          const statement = board.issued.get(id);
          const issued = statement?.counts.reduce((sum, [, , far, near]) => sum + far + near, 0);
          return html`<li class="card ${statement === undefined ? '' : 'good'}">
            <strong>${name.ru}</strong>
            ${
              statement === undefined
                ? html`<span>Ждём заявление…</span>`
                : html`<span class="mark yes">${checkIcon} Выдано бюллетеней: ${issued}</span>`
            }
          </li>`;
        })}
      </ul>
      ${
        board.phase !== 'closed'
          ? nothing
          : html`${
                missing.length === 0
                  ? nothing
                  : html`<p class="note">
                      ${infoIcon}<span
                        >Лучше дождаться всех: без заявления службы протокол не составить.</span
                      >
                    </p>`
              }
              <div class="actions">
                <button
                  class="button primary big"
                  type="button"
                  aria-disabled=${office.busy !== undefined}
                  @click=${() => void this.#fix(office)}
                >
                  Провести черту подсчёта
                </button>
              </div>`
      }
    </section>`;
  }

  #shares(office: Office, board: BoardState) {
    const { contests, trustees } = board.manifest!;
    const due = contests.filter((one) => isDecrypted(one, board.countedNumber(one.id)));
    const apart = contests.filter((one) => !due.includes(one));
    const holders = trustees.holders.filter(({ index }) => board.ceremony!.holders.includes(index));
    const missing = office.commission!.missingShares;
    const gave = (index: number): number =>
      due.filter(({ id }) => board.shares.get(id)?.some((share) => share.index === index)).length;
    return html`<section class="panel" aria-labelledby="shares">
      <h2 id="shares">Доли хранителей</h2>
      <p>
        Каждый хранитель сам проверяет журнал и расшифровывает своей долей только суммы. Нужны пять
        из семи, остальные не обязательны.
      </p>
      <ul class="cards">
        ${holders.map(({ index, name }) => {
          const done = gave(index) === due.length;
          const person = office.control?.seats[index - 1]?.taken === true;
          return html`<li class="card ${done ? 'good' : ''}">
            <strong>№ ${index}. ${name}</strong>
            ${
              done
                ? html`<span class="mark yes">${checkIcon} Доля получена</span>`
                : html`<span>Ждём долю…</span>`
            }
            ${
              person
                ? html`<a href="/trustee/?seat=${index}" target="_blank">место человека</a>`
                : nothing
            }
          </li>`;
        })}
      </ul>
      ${apart.map(
        ({ title }) =>
          html`<p class="note">
            ${infoIcon}<span
              >«${title.ru}»: бюллетеней слишком мало, эта сумма не расшифровывается.</span
            >
          </p>`,
      )}
      ${this.bad.map(
        ({ contest, index }) =>
          html`<p class="note bad" role="alert">
            ${warningIcon}<span
              >Доля хранителя № ${index} (${contest}) не прошла проверку и отложена.</span
            >
          </p>`,
      )}
      <p role="status">
        ${
          missing.length === 0
            ? 'Долей хватает.'
            : `Пока не хватает долей: ${missing.map(({ shares }) => `${shares} из ${trustees.threshold}`).join(', ')}.`
        }
      </p>
      <div class="actions">
        <button
          class="button primary big"
          type="button"
          aria-disabled=${missing.length > 0 || office.busy !== undefined}
          @click=${() => {
            if (missing.length === 0) void this.#state(office);
          }}
        >
          ${office.busy === STATING ? 'Считаем…' : 'Подвести итоги'}
        </button>
      </div>
    </section>`;
  }

  async #fix(office: Office): Promise<void> {
    const board = office.board!;
    const missing = missingNow(board, 'tally');
    const gone =
      missing.length === 0
        ? ''
        : ` Дошли не все бюллетени терминалов: ${kioskNames(board.manifest!, missing)}. Остальные НЕ БУДУТ УЧТЕНЫ.`;
    const sure = await this.confirm.ask({
      title: 'Провести черту подсчёта?',
      text: `Учтены будут бюллетени, которые уже стоят в журнале, и никакие другие. Хранители начнут расшифровывать суммы. Отменить это нельзя.${gone}`,
      yes: missing.length === 0 ? 'Провести черту' : 'Провести черту без них',
      danger: missing.length > 0,
    });
    if (sure) await office.act('Черта подсчёта', () => office.commission!.fixTally(missing));
  }

  async #state(office: Office): Promise<void> {
    await office.act(STATING, async () => {
      this.bad = await office.commission!.stateResults();
    });
  }
}

const STATING = 'Подведение итогов';
