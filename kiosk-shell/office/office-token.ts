import { LitElement, css, html, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import type { TokenTask } from '@kabina/elements/token-task';
import { tokens } from '@kabina/elements/themes';

/**
 * @summary A dialog in which a member's token does one thing. `<kabina-token>` begins the task, and
 * ends the session with the card when the dialog is closed, whatever it was doing.
 */
export class KabinaOfficeToken extends LitElement {
  static override styles = [
    tokens,
    controls,
    css`
      dialog {
        box-sizing: border-box;
        inline-size: min(94vw, 40rem);
        max-block-size: 94vh;
        overflow: auto;
        padding: 1.75rem;
        border: 2px solid var(--_border);
        border-radius: 1rem;
        background: var(--_surface);
        color: var(--_ink);
      }
      dialog::backdrop {
        background: rgb(7 28 51 / 65%);
      }
      .end {
        display: flex;
        justify-content: flex-end;
        margin-block-start: 1.25rem;
      }
    `,
  ];

  @state() private accessor task: TokenTask | undefined;
  @query('dialog') private accessor dialog!: HTMLDialogElement;
  #ended: ((done: boolean) => void) | undefined;
  readonly #follow = (): void => this.requestUpdate();

  /** Shows the task until it is closed; answers whether it was done. */
  async run(task: TokenTask): Promise<boolean> {
    this.task = task;
    task.addEventListener('change', this.#follow);
    await this.updateComplete;
    this.dialog.showModal();
    this.renderRoot.querySelector<HTMLElement>('kabina-token')?.focus();
    return new Promise((resolve) => (this.#ended = resolve));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end();
  }

  #end(): void {
    const { task } = this;
    if (task === undefined) return;
    const done = task.state.at === 'done';
    this.task = undefined;
    task.removeEventListener('change', this.#follow);
    this.#ended?.(done);
    this.#ended = undefined;
  }

  protected override render() {
    const { task } = this;
    return html`<dialog
      aria-label=${task?.subject.ru ?? nothing}
      @cancel=${(event: Event) => {
        if (isSending(task)) event.preventDefault();
      }}
      @close=${() => this.#end()}
    >
      ${
        task === undefined
          ? nothing
          : html`<kabina-token .task=${task}></kabina-token>
              <div class="end">
                <button
                  class="button ${task.state.at === 'done' ? 'primary' : ''}"
                  type="button"
                  aria-disabled=${isSending(task)}
                  @click=${() => {
                    // What is on its way can't be called back.
                    if (!isSending(task)) this.dialog.close();
                  }}
                >
                  ${task.state.at === 'done' ? 'Готово' : 'Отмена'}
                </button>
              </div>`
      }
    </dialog>`;
  }
}

function isSending(task: TokenTask | undefined): boolean {
  return task?.state.at === 'working' && task.state.step === 'sending';
}
