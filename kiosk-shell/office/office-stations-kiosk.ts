import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { BoardState } from '@kabina/election/board';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import { isHeldText } from '../common/held-text.ts';
import { DictationError } from '../desk/dictation.ts';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import { writeOffAct, writtenOff, type MembersAct, type WriteOff } from './members-act.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { heldDictated, heldScanned, kioskNames, writeOffStyles } from './stations.ts';

/**
 * @summary A kiosk that can't speak for itself: its closing statement is dictated over the telephone,
 * or it is dead and its unopened cards are written off by an act that members sign.
 */
export class KabinaOfficeKioskTrouble extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @property() accessor station = '';
  /** No attribute: `kiosk` lays the shared controls out for a voter's screen. */
  @property({ attribute: false }) accessor kiosk = '';
  @state() private accessor misheard: string | undefined;
  @state() private accessor act: MembersAct<WriteOff> | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

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
    // In its station's own place the station goes without saying.
    const own = manifest.kiosks.find(({ id }) => id === kiosk)?.name ?? kiosk;
    const held = stations?.heldBy(kiosk);
    const dictation = voting && held === undefined;
    const confirming = held?.dictated === true && (voting || phase === 'closed');
    return html`${dictation || confirming ? this.#dictation(office, { name, own }, confirming) : nothing}
      ${
        stations?.cards.isAccounted(kiosk) === false && (voting || phase === 'closed')
          ? this.#writeOff(office, board, own)
          : nothing
      } <kabina-confirm></kabina-confirm>`;
  }

  #dictation(
    office: Office,
    { name, own }: { readonly name: string; readonly own: string },
    confirming: boolean,
  ) {
    return html`<details>
      <summary>
        ${own}:
        ${confirming ? 'слип продиктован, подтвердить по QR-коду' : 'слип закрытия диктуют по телефону'}
      </summary>
      ${
        confirming
          ? html`<p>
              Продиктованное записано со слов. Когда слип привезут, отсканируйте его QR-код: подпись
              терминала подтвердит число. Это заменит и подпись потерянного стола регистрации.
            </p>`
          : nothing
      }
      <form @submit=${(event: SubmitEvent) => void this.#dictated(event, office, name)}>
        <label for="groups"
          >${
            confirming
              ? 'QR-код со слипа (сканером)'
              : 'Группы цифр со слипа, через пробел, или его QR-код сканером'
          }</label
        >
        <textarea
          id="groups"
          name="groups"
          rows="4"
          autocomplete="off"
          spellcheck="false"
          aria-invalid=${this.misheard !== undefined}
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

  #signing(office: Office, board: BoardState, act: MembersAct<WriteOff>) {
    const cards = act.body.cards.map(([style, number]) => {
      const title = board.manifest!.styles.find(({ id }) => id === style)?.title.ru ?? style;
      return `${title}: ${number}`;
    });
    return html`<p>${act.body.reason}. Списываются карточки: ${cards.join('; ') || 'ни одной'}.</p>
      <kabina-office-act
        .office=${office}
        .act=${act}
        yes="Списать"
        @kabina-post=${() => void this.#post(office, act)}
        @kabina-again=${() => (this.act = undefined)}
      ></kabina-office-act>`;
  }

  async #dictated(event: SubmitEvent, office: Office, name: string): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get('groups'));
    if (isHeldText(text)) {
      await this.#scanned(office, name, text);
      return;
    }
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

  async #scanned(office: Office, name: string, text: string): Promise<void> {
    const held = heldScanned(office.board!.manifest!, this.kiosk, text);
    this.misheard =
      held === undefined ? 'Это слип другого терминала или других выборов.' : undefined;
    if (held === undefined) return;
    const sure = await this.confirm.ask({
      title: `${name}: в очереди ${held.body.number}?`,
      text: 'Терминал подписал это число. Комиссия заверит его вместо стола регистрации, отменить это нельзя.',
      yes: 'Заверить',
    });
    if (!sure) return;
    await office.act('Запись слипа терминала', () => office.commission!.countersignHeld(held));
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
    this.act = writeOffAct(board, { station, kiosk, reason, cards });
    this.act.addEventListener('change', () => this.requestUpdate());
  }

  async #post(office: Office, act: MembersAct<WriteOff>): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Списать карточки?',
      text: 'Акт встанет в журнал, отменить его нельзя. Своего отчёта о карточках этот терминал дать уже не сможет.',
      yes: 'Списать',
      danger: true,
    });
    if (!sure) return;
    const done = await office.act('Списание карточек', () =>
      office.commission!.writeOff(writtenOff(act)),
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
