import { LitElement, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { getLocale } from '@kabina/elements/localization';
import { readConfig, type PageConfig } from '../common/config.ts';
import { createBoothWorker } from '../common/worker-factory.ts';
import { TerminalDevices } from './devices.ts';
import { IdleTimer } from './idle-timer.ts';
import { styles } from './kabina-terminal.styles.ts';
import { slip } from './slip.ts';
import { warning } from './terminal-text.ts';

/** How long to wait before asking again for an election that is not there, in milliseconds. */
const ASK_AGAIN = 2_000;
/** How long a session may take to end, in milliseconds. */
const LONGEST_END = 3_000;

/**
 * @summary The voter terminal: an idle screen, one voter's session at a time, and nothing left of it.
 *
 * After each session the page is loaded anew: whatever a program could forget to erase goes with it.
 */
export class KabinaTerminal extends LitElement {
  static override styles = styles;

  @state() private accessor config: PageConfig | undefined;
  @state() private accessor voting = false;
  @state() private accessor secondsLeft: number | undefined;
  /** Characters in a line of the receipt printer: 32 on paper of 58 mm, 42 or 48 on 80 mm. */
  @property({ type: Number, attribute: 'paper-columns' }) accessor paperColumns: 32 | 42 | 48 = 32;
  /** The receipt printer has Kazakh letters (code page KZ-1048). */
  @property({ type: Boolean, attribute: 'kazakh-page' }) accessor kazakhPage = false;

  @state() private accessor prints = false;
  @query('kabina-booth') private accessor booth!: HTMLElementTagNameMap['kabina-booth'] | null;
  @query('dialog') private accessor dialog!: HTMLDialogElement;

  #timer = new IdleTimer({
    warn: (secondsLeft) => {
      this.secondsLeft = secondsLeft;
      if (secondsLeft === undefined) this.dialog.close();
      else if (!this.dialog.open) this.dialog.showModal();
    },
    end: () => void this.#end(),
  });

  #devices = new TerminalDevices({ window, hid: navigator.hid, usb: navigator.usb }, (code) =>
    this.#scanned(code),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.#devices.addEventListener('change', this.#plugged);
    void this.#devices.open();
    void this.#findElection();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#timer.stop();
    this.#devices.removeEventListener('change', this.#plugged);
    void this.#devices.close();
  }

  readonly #plugged = (): void => {
    this.prints = this.#devices.prints;
  };

  /** A code is taken only while a field asks for one, and never from under the warning. */
  #scanned(code: string): boolean {
    const { booth } = this;
    const taken = booth !== null && !this.dialog.open && booth.takeCode(code);
    if (taken) this.#timer.stay();
    return taken;
  }

  readonly #print: HTMLElementTagNameMap['kabina-booth']['printReceipt'] = (receipt, contest) => {
    const { paperColumns: columns, kazakhPage, config } = this;
    const content = slip(receipt, contest, {
      training: config?.kind === 'training',
      locale: getLocale(),
    });
    return this.#devices.print(content, { columns, kazakhPage });
  };

  async #findElection(): Promise<void> {
    while (this.config === undefined && this.isConnected) {
      this.config = await readConfig().catch(() => undefined);
      if (this.config === undefined) await new Promise((go) => setTimeout(go, ASK_AGAIN));
    }
  }

  #begin = (): void => {
    this.voting = true;
    this.#timer.start();
  };

  async #end(): Promise<void> {
    // Whatever holds the booth up, the next voter finds a fresh page.
    const patience = new Promise((go) => setTimeout(go, LONGEST_END));
    await Promise.race([this.booth?.end().catch(() => undefined), patience]);
    location.reload();
  }

  #ended = (): void => location.reload();

  protected override render() {
    const { config } = this;
    return html`${
      this.voting && config !== undefined
        ? html`<kabina-booth
            mode="kiosk"
            election=${config.electionId}
            box=${config.box}
            registrar=${config.registrar}
            observers=${config.observers}
            .workerFactory=${createBoothWorker}
            .printReceipt=${this.prints ? this.#print : undefined}
            @kabina-end=${this.#ended}
          ></kabina-booth>`
        : this.#idleScreen()
    }
    ${this.#warning()}`;
  }

  #warning() {
    const { title, left, lost, stay } = warning();
    return html`<dialog
      lang=${getLocale()}
      aria-labelledby="gone"
      aria-describedby="lost"
      @close=${() => this.#timer.stay()}
    >
      <h2 id="gone">${title}</h2>
      <p role="timer">${this.secondsLeft === undefined ? nothing : left(this.secondsLeft)}</p>
      <p id="lost">${lost}</p>
      <button type="button" @click=${() => this.#timer.stay()}>${stay}</button>
    </dialog>`;
  }

  #idleScreen() {
    const ready = this.config !== undefined;
    return html`<main class="idle">
      ${
        this.config?.kind === 'training'
          ? html`<p class="training">
              Тренировочное голосование
              <span lang="kk">Жаттығу дауыс беруі</span>
              <span lang="en">Training election</span>
            </p>`
          : nothing
      }
      <h1>Кабина для голосования</h1>
      <p lang="kk">Дауыс беру кабинасы</p>
      <p lang="en">Voting booth</p>
      <button class="begin" ?disabled=${!ready} @click=${this.#begin}>
        ${
          ready
            ? html`Коснитесь, чтобы начать
                <span lang="kk">Бастау үшін түртіңіз</span>
                <span lang="en">Touch to begin</span>`
            : html`Выборы готовятся…
                <span lang="kk">Сайлау дайындалып жатыр…</span>
                <span lang="en">The election is being prepared…</span>`
        }
      </button>
    </main>`;
  }
}
