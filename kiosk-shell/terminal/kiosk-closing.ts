import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { KioskStation } from '@kabina/booth/station';
import { controls } from '@kabina/elements/controls';
import { warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { FollowKiosk } from './follow-kiosk.ts';
import { heldNumber } from './kiosk-slips.ts';
import { panels } from './service.styles.ts';
import { closed, codeOf, service as words, troubleWords } from './service-text.ts';

/**
 * @summary Closing the kiosk, asked twice; then what the desk scans, and the queue as a file.
 * @event kabina-busy - Closing has begun or ended.
 * @event kabina-print - The closing slip is wanted on paper.
 */
export class KabinaKioskClosing extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      .danger.sure {
        background: var(--_bad);
        color: #fff;
      }
      .danger.sure[aria-disabled='true'] {
        background: transparent;
        color: var(--_muted);
      }
      .check {
        display: flex;
        gap: 0.7em;
        align-items: center;
        min-block-size: var(--_target);
      }
      .check input {
        flex: none;
        inline-size: 1.6em;
        block-size: 1.6em;
        accent-color: var(--_accent);
      }
      .number {
        font-size: 1.3em;
        font-weight: 650;
      }
      kabina-qr {
        --kabina-qr-size: min(100%, 26rem);
      }
    `,
  ];

  @property({ attribute: false }) accessor kiosk: KioskStation | undefined;
  @state() accessor busy = false;
  @state() private accessor sure = false;
  @state() private accessor problem: string | undefined;
  @state() private accessor exported = false;
  @query('dialog') private accessor dialog!: HTMLDialogElement | null;

  constructor() {
    super();
    new FollowKiosk(this);
  }

  protected override render() {
    const { kiosk } = this;
    if (kiosk === undefined) return nothing;
    const held = kiosk.heldText;
    return html`<section class="panel">
      ${held === undefined ? this.#open(kiosk) : this.#closed(kiosk, held)} ${this.#trouble()}
    </section>`;
  }

  #trouble() {
    if (this.problem === undefined) return nothing;
    return html`<p class="note bad" role="alert">
      ${warningIcon}<span
        >${troubleWords(this.problem)} <small class="code">${this.problem}</small></span
      >
    </p>`;
  }

  #open(kiosk: KioskStation) {
    return html`<h2>${words.close}</h2>
      <p>${words.closeLead}</p>
      ${this.busy ? html`<p class="wait" role="status">${words.closing}</p>` : nothing}
      <div class="actions">
        <button
          class="button danger"
          type="button"
          aria-disabled=${this.busy}
          @click=${() => {
            this.sure = false;
            if (!this.busy) this.dialog?.showModal();
          }}
        >
          ${words.close}
        </button>
      </div>
      <dialog aria-labelledby="sure" aria-describedby="lost">
        <h2 id="sure">${words.closeTitle}</h2>
        <p id="lost">${words.closeText}</p>
        <label class="check">
          <input
            type="checkbox"
            .checked=${this.sure}
            @change=${({ target }: Event) => (this.sure = (target as HTMLInputElement).checked)}
          />
          <span>${words.closeCheck}</span>
        </label>
        <div class="actions">
          <button class="button" type="button" @click=${() => this.dialog?.close()}>
            ${words.cancel}
          </button>
          <button
            class="button danger sure"
            type="button"
            aria-disabled=${!this.sure}
            @click=${() => this.sure && void this.#close(kiosk)}
          >
            ${words.closeYes}
          </button>
        </div>
      </dialog>`;
  }

  #closed(kiosk: KioskStation, held: string) {
    return html`<h2>${closed.title}</h2>
      <p>${closed.lead}</p>
      <p class="number">${closed.waiting}: ${heldNumber(held)}</p>
      <kabina-qr .value=${held} .label=${closed.code}></kabina-qr>
      <div class="actions">
        <button
          class="button primary"
          type="button"
          @click=${() => this.dispatchEvent(new Event('kabina-print'))}
        >
          ${closed.show}
        </button>
      </div>
      <h3>${closed.export}</h3>
      <p>${closed.exportLead}</p>
      ${this.exported ? html`<p role="status">${closed.exported}</p>` : nothing}
      <div class="actions">
        <button class="button" type="button" @click=${() => void this.#export(kiosk)}>
          ${closed.export}
        </button>
      </div>`;
  }

  async #close(kiosk: KioskStation): Promise<void> {
    this.dialog?.close();
    this.#setBusy(true);
    await this.#act(() => kiosk.close());
    this.#setBusy(false);
  }

  /** A download: the browser of a kiosk puts it on the technician's stick, and may put it nowhere else. */
  async #export(kiosk: KioskStation): Promise<void> {
    await this.#act(async () => {
      const bytes = (await kiosk.exportQueue()) as Uint8Array<ArrayBuffer>;
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
      link.download = `kabina-queue-${kiosk.status.kiosk}.kabina`;
      link.click();
      // The download has taken its reference by the next task.
      setTimeout(() => URL.revokeObjectURL(link.href));
      this.exported = true;
    });
  }

  async #act(work: () => Promise<unknown>): Promise<void> {
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      this.problem = codeOf(error);
    }
  }

  #setBusy(busy: boolean): void {
    this.busy = busy;
    this.dispatchEvent(new Event('kabina-busy'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-kiosk-closing': KabinaKioskClosing;
  }
}
