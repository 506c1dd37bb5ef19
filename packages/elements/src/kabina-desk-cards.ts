import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { CARD_GROUPS, CARD_PREFIX } from './access-card.ts';
import { controls } from './controls.styles.ts';
import { DeskActs } from './desk-acts.ts';
import { localized, said } from './desk-parts.ts';
import { styles } from './desk.styles.ts';
import type { Desk, DeskPile, DeskStatus } from './desk.ts';
import { checkIcon, warningIcon } from './icons.ts';
import type { KabinaCodeEntry } from './kabina-code-entry.ts';
import { whole } from './numbers.ts';
import { tokens } from './tokens.styles.ts';
import { trouble } from './trouble-note.ts';

/**
 * @summary The piles of cards in numbers, to be counted against the table, and a spoiled card that
 * nobody's other card replaces. Part of `<kabina-desk>`.
 */
export class KabinaDeskCards extends LitElement {
  static override styles = [tokens, controls, styles];

  @property({ attribute: false }) accessor desk: Desk | undefined;
  @property({ attribute: false, hasChanged: () => true }) accessor status: DeskStatus | undefined;

  @state() private accessor done = '';
  @query('kabina-code-entry') private accessor entry!: KabinaCodeEntry | null;

  readonly #acts = new DeskActs(this);

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  forget(): boolean {
    this.done = '';
    this.#acts.forget();
    return false;
  }

  takeCode(code: string): boolean {
    return this.entry?.take(code) ?? false;
  }

  protected override render() {
    const { desk, status } = this;
    if (desk === undefined || status === undefined) return nothing;
    const busy = status.busy || this.#acts.busy;
    return html`<section>
      <h2 tabindex="-1">${msg('Карточки на столе')}</h2>
      ${
        status.piles.length === 0
          ? html`<p>${msg('Карточек на этом столе нет.')}</p>`
          : html`<p class="muted">
                ${msg('Пересчитайте каждую стопку и сравните с числом «Должно лежать».')}
              </p>
              ${this.#piles(status.piles)}`
      }
      ${
        status.at === 'open'
          ? html`<h3>${msg('Испорченная карточка без замены')}</h3>
              <p>
                ${msg(
                  'Найдена в зале, порвана, оставлена в терминале. Если её принёс избиратель и хочет голосовать, найдите его и замените карточку.',
                )}
              </p>
              ${trouble(this.#acts.trouble)}
              <div role="status">${said(this.done, checkIcon)}</div>
              <kabina-code-entry
                .label=${msg('Испорченная карточка')}
                .hint=${msg('Отсканируйте её код или введите знаки под ним: восемь групп по четыре.')}
                .alphabet=${'base32'}
                .groups=${CARD_GROUPS}
                .scanned=${CARD_PREFIX}
                .button=${msg('Отметить испорченной')}
                .busy=${busy}
                .submit=${(card: string) => this.#spoil(desk, card)}
              ></kabina-code-entry>`
          : nothing
      }
      ${
        status.at === 'open' && status.line === 'up'
          ? html`<div class="actions">
              <button
                class="button"
                type="button"
                aria-disabled=${busy}
                @click=${() => this.#fetch(desk)}
              >
                ${msg('Получить новые карточки и список')}
              </button>
            </div>`
          : nothing
      }
    </section>`;
  }

  #piles(piles: readonly DeskPile[]) {
    const sum = (of: (pile: DeskPile) => number) =>
      whole(piles.reduce((total, pile) => total + of(pile), 0));
    const cells = (values: readonly (readonly [string, string])[]) =>
      values.map(
        ([name, value], index) =>
          html`<td class=${index === values.length - 1 ? 'value last' : 'value'}>
            <span class="name" aria-hidden="true">${name}</span>${value}
          </td>`,
      );
    const names = {
      received: msg('Получено'),
      given: msg('Выдано'),
      spoiled: msg('Испорчено'),
      left: msg('Должно лежать'),
    };
    return html`<table class="numbers" part="piles">
      <caption class="visually-hidden">
        ${msg('Стопки карточек')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('Стопка')}</th>
          ${Object.values(names).map((name) => html`<th scope="col" class="value">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${piles.map(
          (pile) =>
            html`<tr>
              <th scope="row">
                <strong>${pile.kioskName}</strong><br />${localized(pile.styleTitle)}
                ${
                  pile.dead
                    ? html`<span class="dead">${warningIcon} ${msg('терминал неисправен')}</span>`
                    : nothing
                }
              </th>
              ${cells([
                [names.received, whole(pile.received)],
                [names.given, whole(pile.given)],
                [names.spoiled, whole(pile.spoiled)],
                [names.left, whole(pile.left)],
              ])}
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">${msg('Всего')}</th>
          ${cells([
            [names.received, sum(({ received }) => received)],
            [names.given, sum(({ given }) => given)],
            [names.spoiled, sum(({ spoiled }) => spoiled)],
            [names.left, sum(({ left }) => left)],
          ])}
        </tr>
      </tfoot>
    </table>`;
  }

  #spoil(desk: Desk, card: string): void {
    this.done = '';
    void this.#acts.run(
      () => desk.spoil(card),
      () => (this.done = msg('Карточка отмечена испорченной: бюллетени по ней не будут учтены.')),
    );
  }

  #fetch(desk: Desk): void {
    this.done = '';
    void this.#acts.run(() => desk.fetch());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk-cards': KabinaDeskCards;
  }
}
