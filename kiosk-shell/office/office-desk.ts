import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import type { DeskVoter, AccessCode } from './desk.ts';
import { FollowOffice } from './follow-office.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

interface Slip extends AccessCode {
  readonly voter: DeskVoter;
}

/**
 * @summary The registration list: finds a voter, and after a look at the passport gives an access
 * code on a slip. The code is shown until the slip is closed and is kept nowhere.
 */
export class KabinaOfficeDesk extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      dialog {
        inline-size: min(92vw, 30rem);
        padding: 1.75rem;
        border: 2px solid var(--_border);
        border-radius: 1rem;
        background: var(--_surface);
        color: var(--_ink);
        text-align: center;
      }
      dialog::backdrop {
        background: rgb(7 28 51 / 65%);
      }
      .training {
        margin: 0 auto 1em;
        padding: 0.2em 0.8em;
        border: 2px solid var(--_on-training);
        background: var(--_training);
        color: var(--_on-training);
        font-weight: 700;
      }
      .access {
        margin: 0.2em 0;
        max-inline-size: none;
        font-size: clamp(1.5rem, 7vw, 2.25rem);
        font-weight: 700;
        white-space: nowrap;
      }
      dialog p {
        margin-inline: auto;
      }
      dialog .actions {
        justify-content: center;
      }
      kabina-qr {
        --kabina-qr-size: min(60vw, 13rem);
        margin-inline: auto;
      }
      @media print {
        .panel,
        .no-print {
          display: none;
        }
        dialog {
          position: static;
          border: 0;
          margin: 0 auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor office: Office | undefined;
  @state() private accessor found: readonly DeskVoter[] | undefined;
  @state() private accessor checked = '';
  @state() private accessor slip: Slip | undefined;
  @query('dialog') private accessor dialog!: HTMLDialogElement;

  constructor() {
    super();
    new FollowOffice(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.slip = undefined;
    this.found = undefined;
  }

  protected override render() {
    const { office, found } = this;
    if (office?.desk === undefined) return nothing;
    return html`<section class="panel" aria-labelledby="desk">
        <h2 id="desk">Стол регистрации</h2>
        <form class="row" role="search" @submit=${(event: SubmitEvent) => void this.#find(event)}>
          <div class="grow">
            <label for="query">Фамилия, номер в списке или документ</label>
            <input id="query" name="query" type="search" autocomplete="off" required />
          </div>
          <button class="button primary" type="submit">Найти</button>
        </form>
        <div role="status">
          ${
            found === undefined
              ? nothing
              : found.length === 0
                ? html`<p>В списке никого не нашлось.</p>`
                : html`<p class="muted">
                    Найдено: ${found.length}${found.length >= 20 ? ', показаны первые' : ''}
                  </p>`
          }
        </div>
        ${found === undefined || found.length === 0 ? nothing : this.#table(office, found)}
      </section>
      <dialog aria-labelledby="slip" @close=${() => (this.slip = undefined)}>
        ${this.#slip()}
      </dialog>`;
  }

  #table(office: Office, found: readonly DeskVoter[]) {
    return html`<div class="table">
      <table>
        <caption class="visually-hidden">
          Найденные избиратели
        </caption>
        <thead>
          <tr>
            <th scope="col">№</th>
            <th scope="col">Избиратель и документ</th>
            <th scope="col">Бюллетени</th>
            <th scope="col">Код доступа</th>
          </tr>
        </thead>
        <tbody>
          ${found.map(
            (voter) =>
              html`<tr>
                <td>${voter.number}</td>
                <th scope="row">${voter.name}<br /><span class="muted">${voter.document}</span></th>
                <td>
                  ${voter.served.length === 0 ? 'не получал' : `выдано: ${voter.served.length}`}
                </td>
                <td>
                  <label class="check"
                    ><input
                      type="checkbox"
                      .checked=${this.checked === voter.number}
                      @change=${(event: Event) => {
                        const on = (event.target as HTMLInputElement).checked;
                        this.checked = on ? voter.number : '';
                      }}
                    />
                    Паспорт проверен</label
                  >
                  <button
                    class="button ${this.checked === voter.number ? 'primary' : ''}"
                    type="button"
                    aria-disabled=${this.checked !== voter.number || office.busy !== undefined}
                    aria-label="Выдать код: ${voter.name}"
                    @click=${() => void this.#issue(office, voter)}
                  >
                    Выдать код
                  </button>
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #slip() {
    const { slip } = this;
    if (slip === undefined) return nothing;
    const until = new Date(slip.expires).toLocaleTimeString('ru', {
      hour: '2-digit',
      minute: '2-digit',
    });
    const training = this.office?.config?.kind !== 'binding';
    return html`${training ? html`<p class="training">ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ</p>` : nothing}
      <h2 id="slip">Код доступа к терминалу</h2>
      <p class="access code">${slip.code}</p>
      <kabina-qr .value=${slip.code} .label=${'Код доступа для сканера'}></kabina-qr>
      <p>Действует до ${until}. Введите его на терминале или поднесите к сканеру.</p>
      <p class="muted no-print">${slip.voter.name}. Новый код отменяет прежний.</p>
      <div class="actions no-print">
        <button class="button primary" type="button" @click=${() => print()}>Напечатать</button>
        <button class="button" type="button" @click=${() => this.dialog.close()}>
          Готово, код отдан
        </button>
      </div>`;
  }

  async #find(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { office } = this;
    const query = String(new FormData(event.target as HTMLFormElement).get('query')).trim();
    if (office?.desk === undefined || query === '') return;
    this.checked = '';
    await office.act('Поиск избирателя', async () => {
      this.found = await office.desk!.find(query);
    });
  }

  async #issue(office: Office, voter: DeskVoter): Promise<void> {
    if (this.checked !== voter.number) return;
    await office.act('Выдача кода доступа', async () => {
      this.slip = { ...(await office.desk!.accessCode(voter.number)), voter };
      this.checked = '';
      await this.updateComplete;
      this.dialog.showModal();
    });
  }
}
