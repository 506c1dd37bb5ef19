import { LitElement, css, html, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { checkIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { signaturesNeeded, type Act } from '@kabina/election/members';
import { TokenSession } from '../common/token-session.ts';
import { FollowOffice } from './follow-office.ts';
import { signingWork } from './member-tokens.ts';
import type { KabinaOfficeToken } from './office-token.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';

/**
 * @summary The roll of members for one act: who has signed, and a button for each who hasn't. Empty
 * where the manifest names no authority of members.
 */
export class KabinaOfficeSignatures extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      table {
        margin-block-end: 1rem;
      }
      .act {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        align-items: center;
      }
      .act .check {
        font-size: 0.92em;
      }
    `,
  ];

  @property({ attribute: false }) accessor office: Office | undefined;
  @property() accessor act: Act = 'publish';
  @query('kabina-office-token') private accessor dialog!: KabinaOfficeToken;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office, act } = this;
    const manifest = office?.board?.manifest;
    if (office === undefined || manifest?.commission.authority === undefined) return nothing;
    const signatures = office.board!.signatures(act);
    const needed = signaturesNeeded(manifest, act);
    return html`<p role="status">
        Подписали: ${signatures.size} из ${manifest.commission.members.length}, нужно не меньше
        ${needed}.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Член комиссии</th>
            <th scope="col">Подпись</th>
          </tr>
        </thead>
        <tbody>
          ${manifest.commission.members.map(({ name, post }, i) => {
            const signature = signatures.get(i + 1);
            return html`<tr>
              <th scope="row">${name}<br /><span class="muted">${post.ru}</span></th>
              <td>
                ${
                  signature === undefined
                    ? this.#button(office, i + 1, name)
                    : html`<span class="mark yes">${checkIcon} подписано</span>${
                          signature.dissent
                            ? html`<br /><span class="muted">с особым мнением</span>`
                            : nothing
                        }`
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
      <kabina-office-token></kabina-office-token>`;
  }

  #button(office: Office, member: number, name: string) {
    return html`<div class="act">
      <button
        class="button"
        type="button"
        aria-label="Подписать: ${name}"
        aria-disabled=${office.busy !== undefined}
        @click=${(event: Event) => void this.#sign(event, office, member)}
      >
        Подписать
      </button>
      ${
        this.act === 'publish'
          ? html`<label class="check"
              ><input type="checkbox" /> с особым мнением<span class="visually-hidden"
                >: ${name}</span
              ></label
            >`
          : nothing
      }
    </div>`;
  }

  async #sign(event: Event, office: Office, member: number): Promise<void> {
    if (office.busy !== undefined) return;
    const row = (event.target as HTMLElement).closest('.act');
    const dissent = row?.querySelector('input')?.checked === true;
    const work = signingWork(office.commission!, this.act, member, dissent);
    await this.dialog.run(new TokenSession(work, office.roads));
    await office.refresh();
  }
}
