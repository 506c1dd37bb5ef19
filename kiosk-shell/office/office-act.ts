import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { TokenSession } from '../common/token-session.ts';
import { FollowOffice } from './follow-office.ts';
import type { MembersAct } from './members-act.ts';
import { actWork } from './office-stations-token.ts';
import type { KabinaOfficeToken } from './office-token.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

/**
 * @summary The members who sign an act, and how many signatures it still needs. Empty where the
 * election asks for none.
 */
export class KabinaOfficeAct extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @property({ attribute: false }) accessor act: MembersAct<unknown> | undefined;
  @query('kabina-office-token') private accessor token!: KabinaOfficeToken;

  constructor() {
    super();
    new FollowOffice(this);
  }

  readonly #changed = (): void => this.requestUpdate();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.act?.removeEventListener('change', this.#changed);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('act')) return;
    changed.get('act')?.removeEventListener('change', this.#changed);
    this.act?.addEventListener('change', this.#changed);
  }

  protected override render() {
    const { office, act } = this;
    const manifest = office?.board?.manifest;
    if (office === undefined || manifest === undefined || act === undefined || act.needed === 0) {
      return nothing;
    }
    return html`<p role="status">Ещё нужно подписей: ${act.missing}.</p>
      <ul class="cards">
        ${manifest.commission.members.map(({ name, post }, i) => {
          const signed = act.hasSigned(i + 1);
          return html`<li class="card ${signed ? 'good' : ''}">
            <strong>${name}</strong><span class="muted">${post.ru}</span>
            ${
              signed
                ? html`<span class="mark yes">${checkIcon} подписано</span>`
                : html`<button
                    class="button"
                    type="button"
                    aria-label="Подписать акт: ${name}"
                    aria-disabled=${office.busy !== undefined}
                    @click=${() => void this.#sign(office, act, i + 1)}
                  >
                    Подписать
                  </button>`
            }
          </li>`;
        })}
      </ul>
      <kabina-office-token></kabina-office-token>`;
  }

  async #sign(office: Office, act: MembersAct<unknown>, member: number): Promise<void> {
    if (office.busy !== undefined) return;
    await this.token.run(new TokenSession(actWork(office.commission!, act, member), office.roads));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-office-act': KabinaOfficeAct;
  }
}
