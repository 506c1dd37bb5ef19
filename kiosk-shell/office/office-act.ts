import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import type { Manifest } from '@kabina/election/manifest';
import { TokenSession } from '../common/token-session.ts';
import { FollowOffice } from './follow-office.ts';
import type { MembersAct } from './members-act.ts';
import { actWork } from './office-stations-token.ts';
import type { KabinaOfficeToken } from './office-token.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

/**
 * @summary The members who sign an act, how many signatures it still needs (nothing of that where the
 * election asks for none), and what may be done with it.
 *
 * @fires kabina-post - It has its signatures, and shall stand in the log.
 * @fires kabina-again - It shall be drawn up anew.
 */
export class KabinaOfficeAct extends LitElement {
  static override styles = [tokens, controls, panels];

  @property({ attribute: false }) accessor office: Office | undefined;
  @property({ attribute: false }) accessor act: MembersAct<unknown> | undefined;
  /** What the button says that puts the act into the log. */
  @property() accessor yes = '';
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
    if (office === undefined || manifest === undefined || act === undefined) return nothing;
    return html`${act.needed === 0 ? nothing : this.#members(office, manifest, act)}
      <div class="actions">
        <button
          class="button danger"
          type="button"
          aria-disabled=${act.missing > 0 || office.busy !== undefined}
          @click=${() => {
            if (act.missing === 0) this.dispatchEvent(new Event('kabina-post'));
          }}
        >
          ${this.yes}
        </button>
        <button
          class="button"
          type="button"
          @click=${() => this.dispatchEvent(new Event('kabina-again'))}
        >
          Составить заново
        </button>
      </div>`;
  }

  #members(office: Office, manifest: Manifest, act: MembersAct<unknown>) {
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
