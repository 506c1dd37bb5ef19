import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { KioskStation, KioskStatus } from '@kabina/booth/station';
import { controls } from '@kabina/elements/controls';
import { warningIcon } from '@kabina/elements/icons';
import { textSizes, tokens } from '@kabina/elements/themes';
import { tellSent } from '../technician/sent.ts';
import { FollowKiosk } from './follow-kiosk.ts';
import { kioskSlip, untouched, type KioskSlip } from './kiosk-slips.ts';
import { page, panels } from './service.styles.ts';
import { cardWords, codeOf, service as words, troubleWords } from './service-text.ts';
import type { KabinaSlip, PrintSlip } from './slip-dialog.ts';
import { trainingBanner } from './training-banner.ts';

type Work = 'send' | 'aside' | 'refetch' | 'end';

/**
 * @summary The members' screen of a station's kiosk: the queue, the cards, what is printed, an
 * interrupted session, closing. It is behind the members' PIN.
 * @event kabina-leave - Back to the voters.
 */
export class KabinaKioskService extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    page,
    textSizes,
    css`
      table {
        inline-size: 100%;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 0.4em 0.6em 0.4em 0;
        border-block-end: max(1px, var(--_line)) solid var(--_line-colour);
        text-align: start;
      }
      td {
        text-align: end;
      }
      table + .muted {
        margin-block-start: 0.8em;
      }
      th[scope='col']:not(:first-child) {
        text-align: end;
      }
      summary {
        display: flex;
        align-items: center;
        min-block-size: var(--_target);
        color: var(--_accent);
        font-weight: 600;
        text-decoration: underline;
        text-underline-offset: 0.2em;
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) accessor kiosk: KioskStation | undefined;
  @property({ attribute: false }) accessor print: PrintSlip | undefined;
  @state() private accessor working: Work | undefined;
  @state() private accessor said: { readonly words: string; readonly code?: string } | undefined;
  @query('kabina-slip') private accessor slip!: KabinaSlip;

  constructor() {
    super();
    new FollowKiosk(this);
  }

  /** Something is under way that must not be cut off. */
  get busy(): boolean {
    const parts = this.renderRoot.querySelectorAll<HTMLElement & { busy: boolean }>(
      'kabina-kiosk-cards, kabina-kiosk-closing',
    );
    return this.working !== undefined || [...parts].some(({ busy }) => busy);
  }

  protected override render() {
    const { kiosk, said } = this;
    if (kiosk === undefined) return nothing;
    const { status } = kiosk;
    const name = kiosk.manifest?.kiosks.find(({ id }) => id === status.kiosk)?.name;
    const open = status.phase === 'ready' || status.phase === 'voting';
    return html`<div class="frame" data-mode="kiosk" data-text="small">
      ${status.election?.kind === 'training' ? trainingBanner() : nothing}
      <header>
        <div>
          <h1>${words.title}</h1>
          <p>${name ?? status.kiosk}, ${status.station?.name.ru}</p>
        </div>
        <button
          class="button"
          type="button"
          @click=${() => this.busy || this.dispatchEvent(new Event('kabina-leave'))}
        >
          ${words.leave}
        </button>
      </header>
      <main>
        ${
          said === undefined
            ? nothing
            : said.code === undefined
              ? html`<p class="note good" role="status">${said.words}</p>`
              : html`<p class="note bad" role="alert">
                  ${warningIcon}<span>${said.words} <small class="code">${said.code}</small></span>
                </p>`
        }
        ${
          open && status.heard.suspended
            ? html`<p class="note" role="status">${warningIcon}<span>${words.suspended}</span></p>`
            : nothing
        }
        ${status.interrupted && status.phase !== 'closed' ? this.#interrupted(kiosk) : nothing}
        ${
          status.phase === 'closed'
            ? html`<kabina-kiosk-closing
                .kiosk=${kiosk}
                @kabina-print=${() => this.#show(kiosk, 'closing')}
              ></kabina-kiosk-closing>`
            : nothing
        }
        ${this.#queue(kiosk)} ${this.#cards(kiosk, status, open)}
        ${open ? this.#paper(kiosk, status) : nothing}
        ${open ? html`<kabina-kiosk-closing .kiosk=${kiosk}></kabina-kiosk-closing>` : nothing}
      </main>
      <kabina-slip .print=${this.print}></kabina-slip>
    </div>`;
  }

  #interrupted(kiosk: KioskStation) {
    return html`<section class="panel">
      <h2>${words.interrupted}</h2>
      <p>${words.interruptedLead}</p>
      <div class="actions">
        <button
          class="button danger"
          type="button"
          aria-disabled=${this.working !== undefined}
          @click=${() => void this.#act('end', words.ended, () => kiosk.endInterrupted())}
        >
          ${words.end}
        </button>
      </div>
    </section>`;
  }

  #queue(kiosk: KioskStation) {
    const { working } = this;
    return html`<section class="panel">
      <h2>${words.queue}</h2>
      <kabina-queue-status
        .status=${kiosk.status.queue}
        ?closed=${kiosk.status.phase === 'closed'}
      ></kabina-queue-status>
      <div class="actions">
        <button
          class="button"
          type="button"
          aria-disabled=${working !== undefined}
          @click=${() => void this.#act('send', '', () => kiosk.sendNow())}
        >
          ${working === 'send' ? words.sending : words.send}
        </button>
        ${
          kiosk.status.queue.quarantined === 0
            ? nothing
            : html`<button
                class="button"
                type="button"
                aria-disabled=${working !== undefined}
                @click=${() => void this.#act('aside', words.asideAgain, () => kiosk.retryAside())}
              >
                ${words.aside}
              </button>`
        }
        <button
          class="button"
          type="button"
          aria-disabled=${working !== undefined}
          @click=${() => void this.#act('refetch', words.refetched, () => kiosk.fetchElection())}
        >
          ${working === 'refetch' ? words.refetching : words.refetch}
        </button>
        <a class="button" href="/technician/" @click=${() => tellSent(kiosk.status.queue.sent)}
          >${words.check}</a
        >
      </div>
    </section>`;
  }

  #cards(kiosk: KioskStation, { cards, phase }: KioskStatus, open: boolean) {
    const closed = phase === 'closed';
    return html`<section class="panel">
      <h2>${words.cards}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">${cardWords.style}</th>
            <th scope="col">${cardWords.received}</th>
            ${
              closed
                ? html`<th scope="col">${cardWords.opened}</th>
                    <th scope="col">${cardWords.cancelled}</th>`
                : nothing
            }
          </tr>
        </thead>
        <tbody>
          ${cards.map(
            ({ style, received, opened, cancelled }) =>
              html`<tr>
                <th scope="row">
                  ${kiosk.manifest?.styles.find(({ id }) => id === style)?.title.ru ?? style}
                </th>
                <td>${received}</td>
                ${
                  closed
                    ? html`<td>${opened}</td>
                        <td>${cancelled}</td>`
                    : nothing
                }
              </tr>`,
          )}
        </tbody>
      </table>
      ${closed ? nothing : html`<p class="muted">${words.hidden}</p>`}
      ${
        open
          ? html`<details>
              <summary>${words.add}</summary>
              <kabina-kiosk-cards .kiosk=${kiosk}></kabina-kiosk-cards>
            </details>`
          : nothing
      }
    </section>`;
  }

  #paper(kiosk: KioskStation, status: KioskStatus) {
    return html`<section class="panel">
      <h2>${words.paper}</h2>
      <div class="actions">
        ${
          untouched(status)
            ? html`<button class="button" type="button" @click=${() => this.#show(kiosk, 'zero')}>
                ${words.zero}
              </button>`
            : nothing
        }
        <button class="button" type="button" @click=${() => this.#show(kiosk, 'evening')}>
          ${words.evening}
        </button>
      </div>
    </section>`;
  }

  #show(kiosk: KioskStation, kind: KioskSlip): void {
    void this.slip.show(kioskSlip(kind, kiosk, new Date()));
  }

  async #act(work: Work, done: string, act: () => Promise<void>): Promise<void> {
    if (this.working !== undefined) return;
    this.working = work;
    this.said = undefined;
    try {
      await act();
      if (done !== '') this.said = { words: done };
    } catch (error) {
      const code = codeOf(error);
      this.said = { words: troubleWords(code), code };
    } finally {
      this.working = undefined;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-kiosk-service': KabinaKioskService;
  }
}
