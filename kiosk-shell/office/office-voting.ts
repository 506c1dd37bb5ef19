import { LitElement, css, html, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import type { BoardState } from '@kabina/election/board';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { kioskNames, missingNow } from './stations.ts';

/** @summary While ballots come in: turnout, a break, a candidate who leaves, closing. */
export class KabinaOfficeVoting extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      /* What is printed while voting goes on is a slip with an access code. */
      @media print {
        .panel {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor office: Office | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office } = this;
    const board = office?.board;
    if (office === undefined || board?.manifest === undefined) return nothing;
    const voting = board.phase === 'open' || board.phase === 'suspended';
    return html`<section class="panel" aria-labelledby="turnout">
        <h2 id="turnout">Ход голосования</h2>
        <kabina-turnout
          .voters=${board.manifest.voters.count}
          .points=${office.turnout.points}
          .rows=${office.turnout.rows}
        ></kabina-turnout>
      </section>
      ${voting ? this.#manage(office, board) : nothing}
      <kabina-confirm></kabina-confirm>`;
  }

  #manage(office: Office, board: BoardState) {
    const suspended = board.phase === 'suspended';
    const mayNot = office.busy !== undefined || office.commission!.signaturesMissing('close') > 0;
    return html`<section class="panel" aria-labelledby="manage">
      <h2 id="manage">Управление голосованием</h2>
      <p>${this.#hours(board)}</p>
      <details ?open=${suspended}>
        <summary>${suspended ? 'Возобновить голосование' : 'Приостановить голосование'}</summary>
        ${
          suspended
            ? html`<form @submit=${(event: SubmitEvent) => void this.#resume(event, office)}>
                <label for="minutes">На сколько минут продлить голосование</label>
                <input
                  id="minutes"
                  name="minutes"
                  type="number"
                  min="0"
                  max="10080"
                  value="0"
                  required
                />
                <div class="actions">
                  <button class="button primary" type="submit">Возобновить</button>
                </div>
              </form>`
            : html`<form @submit=${(event: SubmitEvent) => void this.#suspend(event, office)}>
                <label for="reason">Причина (попадёт в журнал)</label>
                <input id="reason" name="reason" maxlength="300" required autocomplete="off" />
                <div class="actions">
                  <button class="button" type="submit">Приостановить</button>
                </div>
              </form>`
        }
      </details>
      <details>
        <summary>Кандидат снялся</summary>
        <form @submit=${(event: SubmitEvent) => void this.#withdraw(event, office, board)}>
          <label for="left">Кто снялся</label>
          <select id="left" name="left" required>
            <option value="">Выберите…</option>
            ${board.manifest!.contests.map(
              (contest) =>
                html`<optgroup label=${contest.title.ru}>
                  ${contest.options
                    .filter((option) => !board.isWithdrawn(contest.id, option.id))
                    .map(
                      (option) =>
                        html`<option value=${JSON.stringify([contest.id, option.id])}>
                          ${option.name.ru}
                        </option>`,
                    )}
                </optgroup>`,
            )}
          </select>
          <div class="actions">
            <button class="button danger" type="submit">Отметить как снятого</button>
          </div>
        </form>
        ${
          board.withdrawn.length === 0
            ? nothing
            : html`<p>
                Уже сняты:
                ${board.withdrawn.map((one) => optionName(board, one.contest, one.option)).join('; ')}.
              </p>`
        }
      </details>
      <kabina-office-signatures .office=${office} act="close"></kabina-office-signatures>
      <div class="actions">
        <button
          class="button danger big"
          type="button"
          aria-disabled=${mayNot}
          @click=${() => {
            if (!mayNot) void this.#close(office);
          }}
        >
          Закрыть голосование
        </button>
      </div>
    </section>`;
  }

  #hours(board: BoardState): string {
    const closes = Date.parse(board.manifest!.hours.closes) + board.extension * 1000;
    const at = new Date(closes).toLocaleString('ru', { dateStyle: 'long', timeStyle: 'short' });
    const later =
      board.extension === 0 ? '' : ` (продлено на ${Math.round(board.extension / 60)} мин)`;
    return `Приём бюллетеней заканчивается ${at}${later}. На тренировке закрыть можно и раньше.`;
  }

  async #suspend(event: SubmitEvent, office: Office): Promise<void> {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get('reason')).trim();
    if (reason === '') return;
    const sure = await this.confirm.ask({
      title: 'Приостановить голосование?',
      text: 'Урна перестанет принимать бюллетени, пока комиссия не возобновит голосование. Принятые бюллетени не пропадут.',
      yes: 'Приостановить',
    });
    if (sure) await office.act('Приостановка', () => office.commission!.suspend(reason));
  }

  async #resume(event: SubmitEvent, office: Office): Promise<void> {
    event.preventDefault();
    const minutes = Number(new FormData(event.target as HTMLFormElement).get('minutes'));
    await office.act('Возобновление', () => office.commission!.resume(Math.round(minutes * 60)));
  }

  async #withdraw(event: SubmitEvent, office: Office, board: BoardState): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const chosen = String(new FormData(form).get('left'));
    if (chosen === '') return;
    const [contest, option] = JSON.parse(chosen) as [string, string];
    const sure = await this.confirm.ask({
      title: `Снять: ${optionName(board, contest, option)}?`,
      text: 'Отменить это нельзя. В бюллетене имя будет зачёркнуто, а уже отданные голоса останутся в протоколе отдельной строкой с пометкой.',
      yes: 'Снять кандидата',
      danger: true,
    });
    // The list is one shorter now: what is chosen in it would be another candidate.
    form.reset();
    if (sure)
      await office.act('Снятие кандидата', () => office.commission!.withdraw(contest, option));
  }

  async #close(office: Office): Promise<void> {
    const board = office.board!;
    // Whom the commission gives up on is named by a person: by the one who says yes here.
    const missing = missingNow(board, 'closed');
    const gone =
      missing.length === 0
        ? ''
        : ` Не закрыты терминалы: ${kioskNames(board.manifest!, missing)}. Бюллетени, которые в них остались, НЕ БУДУТ УЧТЕНЫ. Если терминал ещё можно закрыть или его слип продиктовать, сначала сделайте это в разделе «Участки».`;
    const sure = await this.confirm.ask({
      title: 'Закрыть голосование?',
      text: `Отменить это нельзя. Новые бюллетени приниматься не будут, можно будет приступить к подсчёту.${gone}`,
      yes: missing.length === 0 ? 'Закрыть навсегда' : 'Закрыть без этих терминалов',
      danger: true,
    });
    if (sure) await office.act('Закрытие голосования', () => office.commission!.close(missing));
  }
}

function optionName(board: BoardState, contest: string, option: string): string {
  const found = board.manifest?.contests.find(({ id }) => id === contest);
  return found?.options.find(({ id }) => id === option)?.name.ru ?? option;
}
