import { LitElement, css, html, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, infoIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import type { BoardState } from '@kabina/election/board';
import type { Contest } from '@kabina/election/manifest';
import { issuedPermits, protocolRelations, type Relation } from '@kabina/election/results-protocol';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { localMinute, readSignOff } from './sign-off.ts';

/** @summary The results as a chart, the protocols with their relations, signing and publishing. */
export class KabinaOfficeResults extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      .member {
        padding-block: 0.5em;
        border-block-end: 1px solid var(--_line-colour);
      }
      .numbers {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr));
        gap: 0 1rem;
      }
      kabina-results + kabina-results {
        margin-block-start: 2rem;
      }
      @media print {
        .panel {
          border: 0;
          padding: 0;
          break-inside: avoid;
        }
        .no-print {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor office: Office | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

  #opened = localMinute(new Date());

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office } = this;
    const board = office?.board;
    if (office === undefined || board?.manifest === undefined) return nothing;
    const { contests } = board.manifest;
    const published = board.phase === 'published';
    return html`<section class="panel no-print" aria-labelledby="results">
        <h2 id="results">Итоги</h2>
        ${contests.map(
          (contest) =>
            html`<kabina-results
              .contest=${contest}
              .result=${board.results.get(contest.id)}
              .withdrawn=${withdrawnOf(board, contest)}
            ></kabina-results>`,
        )}
      </section>
      ${published ? this.#published(board) : this.#signOff(office, board)}
      ${contests.map((contest) => this.#protocol(office, board, contest))}
      <kabina-confirm></kabina-confirm>`;
  }

  #protocol(office: Office, board: BoardState, contest: Contest) {
    const lines = office.commission!.lines(contest);
    if (lines === undefined) {
      return html`<p class="note">
        ${infoIcon}<span>«${contest.title.ru}»: ждём заявления служб о выданных бюллетенях.</span>
      </p>`;
    }
    return html`<section class="panel" aria-label="Протокол: ${contest.title.ru}">
      <kabina-results-protocol
        .manifest=${board.manifest}
        .contest=${contest}
        .lines=${lines}
        .relations=${relationsOf(office, board, contest)}
        .form=${board.protocols.get(contest.id)}
      ></kabina-results-protocol>
    </section>`;
  }

  #published(board: BoardState) {
    return html`<section class="panel no-print" aria-labelledby="done">
      <h2 id="done">Протоколы опубликованы</h2>
      <p class="note good">
        ${checkIcon}<span
          >В журнале ${board.size} записей. Любой может проверить его весь и получить тот же
          итог.</span
        >
      </p>
      <div class="actions">
        <a class="button primary" href="/observer/">Страница наблюдателя</a>
        <button class="button" type="button" @click=${() => print()}>Напечатать протоколы</button>
      </div>
    </section>`;
  }

  #signOff(office: Office, board: BoardState) {
    const { contests, commission } = board.manifest!;
    const broken = contests.some((contest) =>
      relationsOf(office, board, contest).some(({ holds }) => holds === false),
    );
    const ready = contests.every((contest) => office.commission!.lines(contest) !== undefined);
    return html`<section class="panel no-print" aria-labelledby="sign">
      <h2 id="sign">Подписание протоколов</h2>
      ${
        broken
          ? html`<p class="note bad" role="alert">
              ${warningIcon}<span
                >Контрольные соотношения нарушены. Подписывать такой протокол нельзя.</span
              >
            </p>`
          : nothing
      }
      <form @submit=${(event: SubmitEvent) => void this.#publish(event, office, board)}>
        <fieldset>
          <legend>Члены комиссии</legend>
          ${commission.members.map(
            ({ name, post }, i) =>
              html`<div class="member">
                <strong>${name}</strong>, ${post.ru}
                <label class="check"
                  ><input type="checkbox" name="signed-${i}" checked /> Присутствует и
                  подписывает</label
                >
                <label class="check"
                  ><input type="checkbox" name="dissent-${i}" /> Особое мнение приложено</label
                >
                <label for="reason-${i}">Если не подписывает: причина</label>
                <input id="reason-${i}" name="reason-${i}" maxlength="300" autocomplete="off" />
              </div>`,
          )}
        </fieldset>
        <div class="numbers">
          <div>
            <label for="complaints">Поступило жалоб</label>
            <input
              id="complaints"
              name="complaints"
              type="number"
              min="0"
              max="100000"
              value="0"
              required
            />
          </div>
          <div>
            <label for="copies">Выдано заверенных копий</label>
            <input id="copies" name="copies" type="number" min="0" max="10000" value="0" required />
          </div>
          <div>
            <label for="signedAt">Дата, час и минута подписания</label>
            <input
              id="signedAt"
              name="signedAt"
              type="datetime-local"
              value=${this.#opened}
              required
            />
          </div>
        </div>
        <p class="error" id="error" role="alert"></p>
        <div class="actions">
          <button
            class="button primary big"
            type="submit"
            aria-disabled=${broken || !ready || office.busy !== undefined}
          >
            Подписать и опубликовать
          </button>
        </div>
      </form>
    </section>`;
  }

  async #publish(event: SubmitEvent, office: Office, board: BoardState): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { contests, commission } = board.manifest!;
    const relations = contests.flatMap((contest) => relationsOf(office, board, contest));
    if (relations.length === 0 || relations.some(({ holds }) => holds === false)) return;
    const signOff = readSignOff(new FormData(form), commission.members.length);
    const error = form.querySelector('#error')!;
    error.textContent = typeof signOff === 'string' ? signOff : '';
    if (typeof signOff === 'string') return;
    const sure = await this.confirm.ask({
      title: 'Подписать и опубликовать протоколы?',
      text: `Протоколов: ${contests.length}. Они встанут в журнал под подписью комиссии, изменить их нельзя.`,
      yes: 'Опубликовать',
    });
    if (!sure) return;
    await office.act('Публикация протоколов', () => office.commission!.publishProtocols(signOff));
  }
}

function withdrawnOf(board: BoardState, contest: Contest): ReadonlySet<string> {
  const left = contest.options.filter(({ id }) => board.isWithdrawn(contest.id, id));
  return new Set(left.map(({ id }) => id));
}

/** None while there are no lines. */
function relationsOf(office: Office, board: BoardState, contest: Contest): readonly Relation[] {
  const lines = office.commission!.lines(contest);
  if (lines === undefined) return [];
  const { remote, premises } = issuedPermits(board.manifest!, board.issued, contest.id);
  return protocolRelations(
    contest,
    lines.map(({ no, value }) => [no, value] as const),
    { ballots: board.countedNumber(contest.id), issued: remote + premises },
  );
}
