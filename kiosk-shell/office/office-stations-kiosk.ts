import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { BoardState } from '@kabina/election/board';
import { controls } from '@kabina/elements/controls';
import { checkIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { TokenSession } from '../common/token-session.ts';
import { DictationError } from '../desk/dictation.ts';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import { writeOffWork } from './office-stations-token.ts';
import type { KabinaOfficeToken } from './office-token.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { heldDictated, kioskNames, WriteOffAct, writeOffStyles } from './stations.ts';

/**
 * @summary A kiosk that can't speak for itself: its closing statement is dictated over the telephone,
 * or it is dead and its unopened cards are written off by an act that members sign.
 */
export class KabinaOfficeKioskTrouble extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @property() accessor station = '';
  @property() accessor kiosk = '';
  @state() private accessor misheard: string | undefined;
  @state() private accessor act: WriteOffAct | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;
  @query('kabina-office-token') private accessor token!: KabinaOfficeToken;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office, kiosk } = this;
    const board = office?.board;
    if (office === undefined || board?.manifest === undefined) return nothing;
    const { stations, phase, manifest } = board;
    const voting = phase === 'open' || phase === 'suspended';
    const name = kioskNames(manifest, [kiosk]);
    return html`${
        voting && stations?.heldBy(kiosk) === undefined ? this.#dictation(office, name) : nothing
      }
      ${
        stations?.cards.isAccounted(kiosk) === false && (voting || phase === 'closed')
          ? this.#writeOff(office, board, name)
          : nothing
      }
      <kabina-confirm></kabina-confirm>
      <kabina-office-token></kabina-office-token>`;
  }

  #dictation(office: Office, name: string) {
    return html`<details>
      <summary>${name}: слип закрытия диктуют по телефону</summary>
      <form @submit=${(event: SubmitEvent) => void this.#dictated(event, office, name)}>
        <label for="groups">Группы цифр со слипа, через пробел</label>
        <textarea
          id="groups"
          name="groups"
          rows="4"
          inputmode="numeric"
          autocomplete="off"
          spellcheck="false"
          aria-describedby="misheard"
          required
        ></textarea>
        <p class="error" id="misheard" role="alert">${this.misheard ?? nothing}</p>
        <div class="actions">
          <button class="button" type="submit" aria-disabled=${office.busy !== undefined}>
            Проверить и записать
          </button>
        </div>
      </form>
    </details>`;
  }

  #writeOff(office: Office, board: BoardState, name: string) {
    const { act } = this;
    return html`<details ?open=${act !== undefined}>
      <summary>${name}: терминал сломан, списать карточки</summary>
      ${act === undefined ? this.#actForm(board, name) : this.#signing(office, board, act)}
    </details>`;
  }

  #actForm(board: BoardState, name: string) {
    return html`<form @submit=${(event: SubmitEvent) => this.#drawUp(event, board)}>
      <p>
        Пересчитайте вручную карточки, которые остались в стопке терминала «${name}». Погасите их и
        приложите к акту.
      </p>
      <label for="reason">Что случилось (попадёт в журнал)</label>
      <input id="reason" name="reason" maxlength="300" required autocomplete="off" />
      ${writeOffStyles(board, this.station, this.kiosk).map(
        ({ id, title, most }) =>
          html`<label for="cards-${id}">${title.ru}: осталось карточек</label>
            <input
              id="cards-${id}"
              name="cards-${id}"
              type="number"
              min="0"
              max=${most}
              required
              autocomplete="off"
            />`,
      )}
      <div class="actions">
        <button class="button" type="submit">Составить акт</button>
      </div>
    </form>`;
  }

  #signing(office: Office, board: BoardState, act: WriteOffAct) {
    const { members } = board.manifest!.commission;
    const cards = act.body.cards.map(([style, number]) => {
      const title = board.manifest!.styles.find(({ id }) => id === style)?.title.ru ?? style;
      return `${title}: ${number}`;
    });
    return html`<p>${act.body.reason}. Списываются карточки: ${cards.join('; ') || 'ни одной'}.</p>
      ${
        act.needed === 0
          ? nothing
          : html`<p role="status">Ещё нужно подписей: ${act.missing}.</p>
              <ul class="cards">
                ${members.map(({ name, post }, i) => {
                  const member = i + 1;
                  return html`<li class="card ${act.hasSigned(member) ? 'good' : ''}">
                    <strong>${name}</strong><span class="muted">${post.ru}</span>
                    ${
                      act.hasSigned(member)
                        ? html`<span class="mark yes">${checkIcon} подписано</span>`
                        : html`<button
                            class="button"
                            type="button"
                            aria-label="Подписать акт: ${name}"
                            aria-disabled=${office.busy !== undefined}
                            @click=${() => void this.#sign(office, act, member)}
                          >
                            Подписать
                          </button>`
                    }
                  </li>`;
                })}
              </ul>`
      }
      <div class="actions">
        <button
          class="button danger"
          type="button"
          aria-disabled=${act.missing > 0 || office.busy !== undefined}
          @click=${() => {
            if (act.missing === 0) void this.#post(office, act);
          }}
        >
          Списать
        </button>
        <button class="button" type="button" @click=${() => (this.act = undefined)}>
          Составить заново
        </button>
      </div>`;
  }

  async #dictated(event: SubmitEvent, office: Office, name: string): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get('groups'));
    let held;
    try {
      held = heldDictated(office.board!.manifest!, this.kiosk, text);
    } catch (error) {
      if (!(error instanceof DictationError)) throw error;
      this.misheard = misheardText(error);
      return;
    }
    this.misheard = undefined;
    const sure = await this.confirm.ask({
      title: `${name}: в очереди ${held.number}?`,
      text: 'Проверочные цифры сошлись. Число встанет в журнал от имени комиссии, отменить это нельзя.',
      yes: 'Записать',
    });
    if (!sure) return;
    await office.act('Запись слипа терминала', () => office.commission!.stateHeld(held));
  }

  #drawUp(event: SubmitEvent, board: BoardState): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const reason = String(form.get('reason')).trim();
    if (reason === '') return;
    const { station, kiosk } = this;
    const cards = writeOffStyles(board, station, kiosk).map(({ id }): [string, number] => [
      id,
      Number(form.get(`cards-${id}`)),
    ]);
    this.act = new WriteOffAct(board, { station, kiosk, reason, cards });
    this.act.addEventListener('change', () => this.requestUpdate());
  }

  async #sign(office: Office, act: WriteOffAct, member: number): Promise<void> {
    if (office.busy !== undefined) return;
    await this.token.run(
      new TokenSession(writeOffWork(office.commission!, act, member), office.roads),
    );
  }

  async #post(office: Office, act: WriteOffAct): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Списать карточки?',
      text: 'Акт встанет в журнал, отменить его нельзя. Своего отчёта о карточках этот терминал дать уже не сможет.',
      yes: 'Списать',
      danger: true,
    });
    if (!sure) return;
    const done = await office.act('Списание карточек', () =>
      office.commission!.writeOff(act.complete()),
    );
    if (done) this.act = undefined;
  }
}

function misheardText({ group }: DictationError): string {
  if (group === 0) return 'Групп должно быть восемнадцать: посчитайте их вместе с диктующим.';
  if (group === undefined) {
    return 'Все группы верны, но вместе не сходятся. Проверьте, тот ли это терминал.';
  }
  return `Группа № ${group} записана с ошибкой. Попросите повторить её.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-office-kiosk-trouble': KabinaOfficeKioskTrouble;
  }
}
