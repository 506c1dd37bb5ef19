import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon, warningIcon } from '@kabina/elements/icons';
import type { TokenTask } from '@kabina/elements/token-task';
import { tokens } from '@kabina/elements/themes';
import type { PageSeat } from './page-seat.ts';

/**
 * @summary «Проверить долю»: whether the holder's share will open on the night, with the passphrase
 * or the token that keeps it. The share is opened, held against the board, and forgotten.
 */
export class KabinaShareCheck extends LitElement {
  static override styles = [
    tokens,
    controls,
    css`
      :host {
        display: block;
        margin-block-start: 1.5rem;
      }
      summary {
        min-block-size: var(--_target);
        font-weight: 600;
        cursor: pointer;
      }
      label {
        display: block;
        font-weight: 600;
      }
      input {
        box-sizing: border-box;
        inline-size: 100%;
        min-block-size: var(--_target);
        margin-block: 0.3em 0.8em;
        padding: 0.4em 0.7em;
        border: max(2px, var(--_line)) solid var(--_border);
        border-radius: var(--_radius);
        background: var(--_surface);
        color: inherit;
        font: inherit;
      }
    `,
  ];

  @property({ attribute: false }) accessor seat: PageSeat | undefined;
  @state() private accessor busy = false;
  /** `good`, or the code of what is wrong. */
  @state() private accessor found: string | undefined;
  @state() private accessor task: TokenTask | undefined;

  protected override render() {
    const { seat } = this;
    if (seat === undefined) return nothing;
    return html`<details>
      <summary>Проверить, откроется ли доля</summary>
      <p>
        Доля откроется, сверится с журналом и сразу забудется. Сделайте это за неделю до подсчёта.
      </p>
      ${seat.guard === 'token' ? this.#byToken(seat) : this.#byPassphrase(seat)}
    </details>`;
  }

  #byToken(seat: PageSeat) {
    if (this.task !== undefined) return html`<kabina-token .task=${this.task}></kabina-token>`;
    return html`<button
      class="button"
      type="button"
      @click=${() => (this.task = seat.checkShareWithToken())}
    >
      Проверить токен
    </button>`;
  }

  #byPassphrase(seat: PageSeat) {
    return html`<form @submit=${(event: SubmitEvent) => void this.#check(event, seat)} novalidate>
        <label for="check">Кодовая фраза</label>
        <input id="check" type="password" autocomplete="current-password" />
        <button class="button" type="submit" aria-disabled=${this.busy}>
          ${this.busy ? 'Проверяем…' : 'Проверить долю'}
        </button>
      </form>
      <div role="status">${this.found === undefined ? nothing : verdict(this.found)}</div>`;
  }

  async #check(event: SubmitEvent, seat: PageSeat): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const field = this.renderRoot.querySelector('input')!;
    const passphrase = field.value;
    field.value = '';
    this.busy = true;
    this.found = undefined;
    this.found = (await seat.checkShare(passphrase)) ?? 'good';
    this.busy = false;
  }
}

function verdict(found: string) {
  if (found === 'good') {
    return html`<p class="note good">
      ${checkIcon}<span>Доля на месте и откроется. Она та самая, что записана в журнале.</span>
    </p>`;
  }
  const text =
    found === 'passphrase.wrong'
      ? 'Кодовая фраза не подошла.'
      : 'Доля не открылась или не та. Сообщите комиссии сегодня: времени ещё достаточно.';
  return html`<p class="note bad">
    ${warningIcon}<span>${text} <small>${found}</small></span>
  </p>`;
}
