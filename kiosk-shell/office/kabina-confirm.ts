import { LitElement, css, html } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { tokens } from '@kabina/elements/themes';

export interface Question {
  readonly title: string;
  /** What will happen, and whether it can be taken back. */
  readonly text: string;
  /** What the button says: a verb. */
  readonly yes: string;
  readonly danger?: boolean;
}

/** @summary Asks once more before a step that can't be taken back. The first button is «Отмена». */
export class KabinaConfirm extends LitElement {
  static override styles = [
    tokens,
    controls,
    css`
      dialog {
        max-inline-size: min(92vw, 34rem);
        padding: 1.75rem;
        border: 2px solid var(--_border);
        border-radius: 1rem;
        background: var(--_surface);
        color: var(--_ink);
      }
      dialog::backdrop {
        background: rgb(7 28 51 / 65%);
      }
      .danger {
        border-color: var(--_bad);
        background: var(--_bad);
        color: #fff;
      }
      .danger:hover {
        background: #570f09;
      }
    `,
  ];

  @state() private accessor question: Question | undefined;
  @query('dialog') private accessor dialog!: HTMLDialogElement;
  #answer: ((yes: boolean) => void) | undefined;

  /** Resolves with what the person chose; Escape is no. */
  async ask(question: Question): Promise<boolean> {
    this.question = question;
    await this.updateComplete;
    this.dialog.showModal();
    return new Promise((resolve) => (this.#answer = resolve));
  }

  #close(yes: boolean): void {
    this.dialog.close();
    this.#answer?.(yes);
    this.#answer = undefined;
  }

  protected override render() {
    const { title = '', text = '', yes = '', danger = false } = this.question ?? {};
    return html`<dialog
      aria-labelledby="title"
      aria-describedby="text"
      @cancel=${(event: Event) => {
        event.preventDefault();
        this.#close(false);
      }}
    >
      <h2 id="title">${title}</h2>
      <p id="text">${text}</p>
      <div class="actions">
        <button class="button" type="button" @click=${() => this.#close(false)}>Отмена</button>
        <button
          class="button ${danger ? 'danger' : 'primary'}"
          type="button"
          @click=${() => this.#close(true)}
        >
          ${yes}
        </button>
      </div>
    </dialog>`;
  }
}
