import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { BoardState } from '@kabina/election/board';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import type { MarksAnswer } from './desk.ts';
import { numbersOf, paperAccount, paperForm } from './lost-desk.ts';
import { lostDeskAct, markedByMembers, type LostDesk, type MembersAct } from './members-act.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { styleTitle } from './stations.ts';

/**
 * @summary A registration desk that was lost before it gave its account: members count it from the
 * paper list and sign, and the issuers are told whom the list names. Only after the closing, so that
 * a desk at work is never spoken for.
 */
export class KabinaOfficeLostDesk extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @property() accessor station = '';
  @state() private accessor act: MembersAct<LostDesk> | undefined;
  @state() private accessor told: MarksAnswer | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office, station } = this;
    const board = office?.board;
    if (office === undefined || board?.stations === undefined) return nothing;
    const { phase } = board;
    const account = board.stations.markedAt(station);
    const spoken = account !== undefined && account.lost === undefined;
    if (spoken || (phase !== 'closed' && phase !== 'tally')) return nothing;
    return html`<details ?open=${this.act !== undefined || account !== undefined}>
        <summary>Стол регистрации потерян: отчёт по бумажному списку</summary>
        ${
          account !== undefined
            ? html`<p role="status">Отчёт записан комиссией: ${account.lost?.reason}.</p>`
            : this.act === undefined
              ? this.#form(board)
              : this.#signing(office, board, this.act)
        }
        ${phase === 'closed' ? this.#marks(office) : nothing}
      </details>
      <kabina-confirm></kabina-confirm>`;
  }

  #form(board: BoardState) {
    const { styles, piles } = paperForm(board, this.station);
    return html`<form
      aria-labelledby="paper"
      @submit=${(event: SubmitEvent) => this.#drawUp(event, board)}
    >
      <h3 id="paper">Отчёт стола</h3>
      <p>
        Пересчитайте подписи избирателей в бумажном списке и карточки, которые остались в стопках.
        Отчёт подпишут члены комиссии. Если стол найдётся, изменить отчёт он уже не сможет.
      </p>
      <label for="reason">Что случилось (попадёт в журнал)</label>
      <input id="reason" name="reason" maxlength="300" required autocomplete="off" />
      ${styles.map(({ title, most }, i) =>
        numberField(`marked-${i}`, `${title.ru}: подписей избирателей`, most),
      )}
      ${piles.map(({ kioskName, styleTitle: title, received }, i) =>
        numberField(
          `left-${i}`,
          `${kioskName}, ${title.ru}: осталось карточек из ${received}`,
          received,
        ),
      )}
      <div class="actions">
        <button class="button" type="submit">Составить отчёт</button>
      </div>
    </form>`;
  }

  #signing(office: Office, board: BoardState, act: MembersAct<LostDesk>) {
    const manifest = board.manifest!;
    const { reason, voters, given } = act.body;
    const kiosk = (id: string) => manifest.kiosks.find((one) => one.id === id)?.name ?? id;
    return html`<p>${reason}.</p>
      <ul>
        ${voters.map(
          ([style, number]) =>
            html`<li>${styleTitle(manifest, style).ru}: отмечено избирателей ${number}</li>`,
        )}
        ${given.map(
          ([id, style, number]) =>
            html`<li>
              ${kiosk(id)}, ${styleTitle(manifest, style).ru}: ушло из стопки карточек ${number}
            </li>`,
        )}
      </ul>
      <kabina-office-act
        .office=${office}
        .act=${act}
        yes="Записать отчёт"
        @kabina-post=${() => void this.#post(office, act)}
        @kabina-again=${() => (this.act = undefined)}
      ></kabina-office-act>`;
  }

  #marks(office: Office) {
    const { told } = this;
    const refused = told?.refused ?? [];
    return html`<form
      aria-labelledby="marks"
      @submit=${(event: SubmitEvent) => void this.#tell(event, office)}
    >
      <h3 id="marks">Отметки для служб</h3>
      <p>
        Службы, которые выдают право голоса, не знают, кто голосовал на участке. Сообщите им номера
        из бумажного списка до черты подсчёта: позже они их не примут, и проверка журнала останется
        неполной.
      </p>
      <label for="numbers">Номера избирателей, которые расписались: все сразу, через пробел</label>
      <textarea
        id="numbers"
        name="numbers"
        rows="4"
        autocomplete="off"
        spellcheck="false"
        required
      ></textarea>
      <div role="status">
        ${
          told === undefined
            ? nothing
            : html`<p>Принято отметок: ${told.stored}.</p>
                ${
                  refused.length === 0
                    ? nothing
                    : html`<p class="note bad">
                        Не принято: ${refused.map(({ number }) => number).join(', ')}. Таких номеров
                        нет в списке участка, или эти избиратели проголосовали дома.
                      </p>`
                }`
        }
      </div>
      <div class="actions">
        <button class="button" type="submit" aria-disabled=${office.busy !== undefined}>
          Сообщить службам
        </button>
      </div>
    </form>`;
  }

  #drawUp(event: SubmitEvent, board: BoardState): void {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const reason = String(data.get('reason')).trim();
    if (reason === '') return;
    const form = paperForm(board, this.station);
    const numbers = (name: string, { length }: readonly unknown[]) =>
      Array.from({ length }, (_, i) => Number(data.get(`${name}-${i}`)));
    const marked = numbers('marked', form.styles);
    const left = numbers('left', form.piles);
    const { station } = this;
    this.act = lostDeskAct(board, paperAccount(form, { station, reason, marked, left }));
    this.act.addEventListener('change', () => this.requestUpdate());
  }

  async #post(office: Office, act: MembersAct<LostDesk>): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Записать отчёт за стол?',
      text: 'Отчёт встанет в журнал, отменить его нельзя. Другого отчёта этот стол дать уже не сможет.',
      yes: 'Записать',
      danger: true,
    });
    if (!sure) return;
    const done = await office.act('Отчёт потерянного стола', () =>
      office.commission!.stateMarked(markedByMembers(act)),
    );
    if (done) this.act = undefined;
  }

  async #tell(event: SubmitEvent, office: Office): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const numbers = numbersOf(String(new FormData(form).get('numbers')));
    if (numbers.length === 0 || office.busy !== undefined) return;
    const sure = await this.confirm.ask({
      title: `Отметить избирателей: ${numbers.length}?`,
      text: 'Это должен быть весь бумажный список участка: после него службы могут сразу подвести итог выдачи.',
      yes: 'Сообщить',
    });
    if (!sure) return;
    this.told = undefined;
    await office.act('Отметки с бумажного списка', async () => {
      this.told = await office.desk!.tellMarks(this.station, numbers);
    });
  }
}

function numberField(name: string, label: string, most: number) {
  return html`<label for=${name}>${label}</label>
    <input
      id=${name}
      name=${name}
      type="number"
      min="0"
      max=${most}
      step="1"
      required
      autocomplete="off"
    />`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-office-lost-desk': KabinaOfficeLostDesk;
  }
}
