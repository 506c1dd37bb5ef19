import { LitElement, css, html, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, infoIcon, warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import type { BoardState } from '@kabina/election/board';
import type { Contest } from '@kabina/election/manifest';
import type { RollRow } from '@kabina/elements/kabina-results-protocol';
import { issuedPermits, protocolRelations, type Relation } from '@kabina/election/results-protocol';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { localMinute, readProtocolForm, readRoll } from './sign-off.ts';

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
    const published = board.published !== undefined;
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
      ${
        published
          ? this.#published(office, board)
          : contests.every(({ id }) => board.protocols.has(id))
            ? this.#signOff(office, board)
            : this.#drawUp(office, board)
      }
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
        .roll=${rollOf(board)}
      ></kabina-results-protocol>
    </section>`;
  }

  #published(office: Office, board: BoardState) {
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
      ${this.#again(office, board)}
    </section>`;
  }

  /** The form that the protocols are drawn up with: `again` if they stand already. */
  #form(office: Office, board: BoardState, again: boolean) {
    const ready = board.manifest!.contests.every(
      (contest) => office.commission!.lines(contest) !== undefined,
    );
    return html`<form
      @submit=${(event: SubmitEvent) => void this.#draw(event, office, board, again)}
    >
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
      <p class="error" role="alert"></p>
      <div class="actions">
        <button
          class="button ${again ? '' : 'primary big'}"
          type="submit"
          aria-disabled=${this.#isBroken(office, board) || !ready || office.busy !== undefined}
        >
          ${again ? 'Составить повторные протоколы' : 'Составить протоколы'}
        </button>
      </div>
    </form>`;
  }

  #isBroken(office: Office, board: BoardState): boolean {
    return board.manifest!.contests.some((contest) =>
      relationsOf(office, board, contest).some(({ holds }) => holds === false),
    );
  }

  #drawUp(office: Office, board: BoardState) {
    return html`<section class="panel no-print" aria-labelledby="draw">
      <h2 id="draw">Составление протоколов</h2>
      ${
        this.#isBroken(office, board)
          ? html`<p class="note bad" role="alert">
              ${warningIcon}<span
                >Контрольные соотношения нарушены. Подписывать такой протокол нельзя.</span
              >
            </p>`
          : nothing
      }
      ${this.#form(office, board, false)}
    </section>`;
  }

  #signOff(office: Office, board: BoardState) {
    const { commission } = board.manifest!;
    const withTokens = commission.authority !== undefined;
    const signatures = board.signatures('publish');
    const missing = office.commission!.signaturesMissing('publish');
    const absent = commission.members
      .map((member, i) => ({ ...member, i }))
      .filter(({ i }) => !withTokens || !signatures.has(i + 1));
    return html`<section class="panel no-print" aria-labelledby="sign">
        <h2 id="sign">Подписание протоколов</h2>
        <kabina-office-signatures .office=${office} act="publish"></kabina-office-signatures>
        <form @submit=${(event: SubmitEvent) => void this.#publish(event, office, board)}>
          ${
            absent.length === 0
              ? nothing
              : html`<fieldset>
                  <legend>
                    ${withTokens ? 'Кто не подписал электронной подписью' : 'Члены комиссии'}
                  </legend>
                  ${absent.map(({ name, post, i }) => this.#absent(name, post.ru, i, withTokens))}
                </fieldset>`
          }
          <p class="error" role="alert"></p>
          <div class="actions">
            <button
              class="button primary big"
              type="submit"
              aria-disabled=${missing > 0 || office.busy !== undefined}
            >
              Опубликовать
            </button>
          </div>
          ${missing === 0 ? nothing : html`<p class="muted">Не хватает подписей: ${missing}.</p>`}
        </form>
      </section>
      <section class="panel no-print">${this.#again(office, board)}</section>`;
  }

  #again(office: Office, board: BoardState) {
    return html`<details>
      <summary>В протоколах ошибка?</summary>
      <p>
        Повторные протоколы заменят нынешние, и подписать их надо будет заново. Прежние останутся в
        журнале.
      </p>
      ${this.#form(office, board, true)}
    </details>`;
  }

  #absent(name: string, post: string, i: number, withTokens: boolean) {
    return html`<div class="member">
      <strong>${name}</strong>, ${post}
      ${
        withTokens
          ? nothing
          : html`<label class="check"
                ><input type="checkbox" name="signed-${i}" checked /> Присутствует и
                подписывает</label
              >
              <label class="check"
                ><input type="checkbox" name="dissent-${i}" /> Особое мнение приложено</label
              >`
      }
      <label for="reason-${i}">Если не подписывает: причина</label>
      <input id="reason-${i}" name="reason-${i}" maxlength="300" autocomplete="off" />
    </div>`;
  }

  async #draw(
    event: SubmitEvent,
    office: Office,
    board: BoardState,
    again: boolean,
  ): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    if (this.#isBroken(office, board)) return;
    const read = readProtocolForm(new FormData(form));
    form.querySelector('.error')!.textContent = typeof read === 'string' ? read : '';
    if (typeof read === 'string') return;
    const count = board.manifest!.contests.length;
    const sure = await this.confirm.ask({
      title: again ? 'Составить повторные протоколы?' : 'Составить протоколы?',
      text: `Протоколов: ${count}. Они встанут в журнал, и члены комиссии смогут их подписать.`,
      yes: 'Составить',
    });
    if (!sure) return;
    await office.act('Составление протоколов', () =>
      office.commission!.drawUpProtocols(read, again),
    );
  }

  async #publish(event: SubmitEvent, office: Office, board: BoardState): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { contests, commission } = board.manifest!;
    if (office.commission!.signaturesMissing('publish') > 0) return;
    const signatures = board.signatures('publish');
    const roll = readRoll(
      new FormData(form),
      commission.members.map((_, i) => ({ signature: signatures.get(i + 1) })),
      commission.authority !== undefined,
    );
    form.querySelector('.error')!.textContent = typeof roll === 'string' ? roll : '';
    if (typeof roll === 'string') return;
    const sure = await this.confirm.ask({
      title: 'Опубликовать протоколы?',
      text: `Протоколов: ${contests.length}. Кто не подписал до сих пор, тот подписать их уже не сможет.`,
      yes: 'Опубликовать',
    });
    if (sure) await office.act('Публикация протоколов', () => office.commission!.publish(roll));
  }
}

/** The roll as the sheet shows it: while members sign, and once it is published. */
function rollOf(board: BoardState): RollRow[] {
  const { members } = board.manifest!.commission;
  const signatures = board.signatures('publish');
  return members.map(({ name, post }, i) => {
    const signature = signatures.get(i + 1);
    const line = board.published?.members[i];
    const signed = line?.signed ?? signature !== undefined;
    return {
      name,
      post,
      state: signed ? 'signed' : line === undefined ? 'awaited' : 'absent',
      dissent: line?.dissent ?? signature?.dissent ?? false,
      ...(line?.reason === undefined ? {} : { reason: line.reason }),
      ...(signature?.signingTime === undefined
        ? {}
        : { signedAt: signature.signingTime.toISOString() }),
    };
  });
}

function withdrawnOf(board: BoardState, contest: Contest): ReadonlySet<string> {
  const left = contest.options.filter(({ id }) => board.isWithdrawn(contest.id, id));
  return new Set(left.map(({ id }) => id));
}

/** None while there are no lines. */
function relationsOf(office: Office, board: BoardState, contest: Contest): readonly Relation[] {
  const lines = office.commission!.lines(contest);
  if (lines === undefined) return [];
  const { remote, premises } = issuedPermits(board.manifest!, board.issued, contest.id, board);
  return protocolRelations(
    contest,
    lines.map(({ no, value }) => [no, value] as const),
    { ballots: board.countedNumber(contest.id), issued: remote + premises },
  );
}
