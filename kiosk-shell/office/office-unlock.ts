import { LitElement, html } from 'lit';
import { property } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';
import { FollowOffice } from './follow-office.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

/** @summary Opens the office's key file in this page. The passphrase is used and forgotten. */
export class KabinaOfficeUnlock extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const busy = this.office?.busy !== undefined;
    return html`<section class="panel" aria-labelledby="unlock">
      <h2 id="unlock">Вход комиссии</h2>
      <p>
        Пароль комиссии напечатала учебная машина, когда запускалась. Он открывает ключи комиссии
        только в этой вкладке: после обновления страницы его спросят снова.
      </p>
      <form @submit=${(event: SubmitEvent) => void this.#unlock(event)}>
        <label for="passphrase">Пароль комиссии</label>
        <input
          id="passphrase"
          name="passphrase"
          type="password"
          autocomplete="off"
          spellcheck="false"
          required
        />
        <div class="actions">
          <button class="button primary big" type="submit" aria-disabled=${busy}>
            ${busy ? 'Открываем…' : 'Войти'}
          </button>
        </div>
      </form>
    </section>`;
  }

  async #unlock(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const field = form.elements.namedItem('passphrase') as HTMLInputElement;
    const passphrase = field.value;
    field.value = '';
    await this.office?.unlock(passphrase);
  }
}
