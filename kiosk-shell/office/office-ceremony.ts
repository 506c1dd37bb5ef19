import { LitElement, html, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import type { Ceremony } from '@kabina/election/board';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

/** @summary The ceremony holder by holder, and the opening. */
export class KabinaOfficeCeremony extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office } = this;
    const board = office?.board;
    const ceremony = board?.ceremony;
    if (office === undefined || board?.manifest === undefined || ceremony === undefined) {
      return html`<section class="panel">
        <p role="status">Ждём первую запись журнала…</p>
      </section>`;
    }
    const { holders, threshold } = board.manifest.trustees;
    const ready = board.phase === 'ready';
    const mayNot = office.busy !== undefined || office.commission!.signaturesMissing('open') > 0;
    return html`<section class="panel" aria-labelledby="ceremony">
        <h2 id="ceremony">
          Создание ключа${ceremony.attempt > 1 ? html`, попытка ${ceremony.attempt}` : nothing}
        </h2>
        <p>
          Сначала каждый связывает себя обязательством, потом все раскрывают свои части, проверяют
          их и подтверждают общий ключ. Целиком закрытый ключ не появляется нигде.
        </p>
        <div class="table">
          <table>
            <caption class="visually-hidden">
              Что уже сделал каждый хранитель
            </caption>
            <thead>
              <tr>
                <th scope="col">Хранитель</th>
                <th scope="col">Обязательство</th>
                <th scope="col">Раскрытие</th>
                <th scope="col">Подтверждение</th>
              </tr>
            </thead>
            <tbody>
              ${holders.map(({ index, name }) => this.#holder(office, ceremony, index, name))}
            </tbody>
          </table>
        </div>
        <p role="status">
          Подтвердили ключ: ${ceremony.confirms.size} из ${ceremony.holders.length}.
        </p>
        ${
          ready
            ? html`<kabina-office-signatures
                  .office=${office}
                  act="open"
                ></kabina-office-signatures>
                <div class="actions">
                  <button
                    class="button primary big"
                    type="button"
                    aria-disabled=${mayNot}
                    @click=${() => {
                      if (!mayNot) void this.#open(office);
                    }}
                  >
                    Открыть голосование
                  </button>
                </div>`
            : nothing
        }
      </section>
      ${ready ? nothing : this.#restart(office, ceremony, threshold)}
      <kabina-confirm></kabina-confirm>`;
  }

  #holder(office: Office, ceremony: Ceremony, index: number, name: string) {
    const out = ceremony.excluded.includes(index);
    const person = office.control?.seats[index - 1]?.taken === true;
    const open = ceremony.complaints.find((one) => one.against === index && !one.answered);
    const done = (yes: boolean) =>
      yes
        ? html`<span class="mark yes">${checkIcon} есть</span>`
        : html`<span class="muted">${out ? '—' : 'ждём'}</span>`;
    return html`<tr>
      <th scope="row">
        № ${index}. ${name}
        ${
          person
            ? html`<br /><a href="/trustee/?seat=${index}" target="_blank">место человека</a>`
            : nothing
        }
        ${out ? html`<br /><span class="muted">не участвует в этой попытке</span>` : nothing}
        ${
          ceremony.culprits.has(index)
            ? html`<br /><span class="mark">${warningIcon} доля не та, что обещана</span>`
            : open === undefined
              ? nothing
              : html`<br /><span class="mark"
                    >${warningIcon} жалоба хранителя № ${open.index}</span
                  >`
        }
      </th>
      <td>${done(ceremony.commits.has(index))}</td>
      <td>${done(ceremony.reveals.has(index))}</td>
      <td>${done(ceremony.confirms.has(index))}</td>
    </tr>`;
  }

  #restart(office: Office, ceremony: Ceremony, threshold: number) {
    const most = ceremony.holders.length - threshold;
    return html`<section class="panel">
      <details ?open=${ceremony.culprits.size > 0}>
        <summary>Хранитель не отвечает или ошибся?</summary>
        <form @submit=${(event: SubmitEvent) => void this.#again(event, office, ceremony)}>
          <p>
            Ключ можно создать заново без него. Исключить можно не больше ${most}: для расшифрования
            нужны ${threshold}.
          </p>
          <fieldset>
            <legend>Кого исключить</legend>
            ${ceremony.holders.map(
              (index) =>
                html`<label class="check"
                  ><input
                    type="checkbox"
                    name="out"
                    value=${index}
                    ?checked=${ceremony.culprits.has(index)}
                  />
                  Хранитель № ${index}</label
                >`,
            )}
          </fieldset>
          <label for="why">Причина (попадёт в журнал)</label>
          <input id="why" name="why" maxlength="200" required value="не отвечает" />
          <div class="actions">
            <button class="button danger" type="submit">Начать создание ключа заново</button>
          </div>
        </form>
      </details>
    </section>`;
  }

  async #again(event: SubmitEvent, office: Office, ceremony: Ceremony): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const out = data.getAll('out').map(Number);
    if (out.length === 0) return;
    const sure = await this.confirm.ask({
      title: 'Создать ключ заново?',
      text: `Всё сделанное в этой попытке пропадёт, хранители № ${out.join(', ')} в голосовании больше не участвуют.`,
      yes: 'Начать заново',
      danger: true,
    });
    if (!sure) return;
    const excluded = [...new Set([...ceremony.excluded, ...out])];
    await office.act('Новая попытка', () =>
      office.commission!.restartCeremony(excluded, String(data.get('why'))),
    );
  }

  async #open(office: Office): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Открыть голосование?',
      text: 'Ключ и состав хранителей больше не изменятся. Избиратели смогут получать бюллетени и голосовать.',
      yes: 'Открыть',
    });
    if (sure) await office.act('Открытие голосования', () => office.commission!.open());
  }
}
