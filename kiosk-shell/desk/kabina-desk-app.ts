import { LitElement, html, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '@kabina/elements/controls';
import { getLocale, setLocale, type Locale } from '@kabina/elements/localization';
import type { Appearance } from '@kabina/elements/kabina-settings';
import { contrastTheme, textSizes, tokens } from '@kabina/elements/themes';
import { assureStorage } from '@kabina/outbox/storage';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';
import { readConfig, type PageConfig } from '../common/config.ts';
import { openMachine } from '../common/machine.ts';
import { TerminalDevices } from '../terminal/devices.ts';
import { DeskError } from './desk-error.ts';
import { IdbDisk } from './desk-disk.ts';
import { deskSlip, SLIPS, slipTitle, turnoutDue, zeroDue, type SlipKind } from './desk-slips.ts';
import { words, type Obstacle, type Words } from './desk-text.ts';
import { styles } from './kabina-desk-app.styles.ts';
import { StationDesk } from './station-desk.ts';

/** How long to wait before asking again for an election or a machine, in milliseconds. */
const ASK_AGAIN = 2_000;
/** How often the clock is looked at. */
const MINUTE = 60_000;
const KEY_FILE = '/desk-keys';
/** A kiosk's closing statement, in characters. */
const LONGEST_SCAN = 1024;
/** Bytes: a list of 10,000 voters, their marks, and the old records until the browser tidies up. */
const ROOM = 64 << 20;

/**
 * @summary The registration desk's app: finds machine and election, holds the desk for this tab, shows
 * it with `<kabina-desk>`, gives it what is scanned, and prints slips.
 */
export class KabinaDeskApp extends LitElement {
  static override styles = [tokens, controls, styles, contrastTheme, textSizes];

  @state() private accessor desk: StationDesk | undefined;
  @state() private accessor obstacle: Obstacle = 'opening';
  /** Known before there is a desk. */
  @state() private accessor training = false;
  @state() private accessor appearance: Appearance = { textSize: 'normal', theme: 'light' };
  @state() private accessor slip: ReceiptContent | undefined;
  @state() private accessor printing: keyof Words['printed'] | undefined;
  /** The browser has promised to keep what is written. */
  @state() private accessor kept = true;
  @state() private accessor fetching = false;
  @state() private accessor fetched: keyof Words['fetched'] | undefined;
  /** Set hours whose turnout was printed or put off, in this tab. */
  @state() private accessor reported: readonly string[] = [];
  @query('kabina-desk') private accessor face!: HTMLElementTagNameMap['kabina-desk'] | null;
  @query('dialog') private accessor dialog!: HTMLDialogElement;
  /** The key file that a technician has chosen. */
  #keyFile: Uint8Array | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;

  #devices = new TerminalDevices(
    { window, hid: navigator.hid, usb: navigator.usb },
    (code) => this.#scanned(code),
    LONGEST_SCAN,
  );

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#devices.open();
    addEventListener('online', this.#online);
    this.#clock = setInterval(() => this.requestUpdate(), MINUTE);
    void this.#find();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('online', this.#online);
    clearInterval(this.#clock);
    void this.#devices.close();
    this.desk?.removeEventListener('change', this.#follow);
    this.desk?.leave();
    this.desk = undefined;
  }

  readonly #online = (): void => this.desk?.hurry();
  readonly #follow = (): void => this.requestUpdate();

  #scanned(code: string): boolean {
    return !this.dialog.open && (this.face?.takeCode(code) ?? false);
  }

  async #find(): Promise<void> {
    while (this.desk === undefined && this.isConnected) {
      try {
        const config = await readConfig();
        if (config !== undefined && (await this.#open(config))) return;
        if (config === undefined) this.obstacle = 'preparing';
      } catch {
        this.obstacle = 'unreachable';
      }
      await new Promise((go) => setTimeout(go, ASK_AGAIN));
    }
  }

  async #open(config: PageConfig): Promise<boolean> {
    this.training = config.kind === 'training';
    const machine = await openMachine();
    if (machine?.role !== 'desk') {
      this.obstacle = 'no-desk';
      return false;
    }
    const { electionId, kind, box } = config;
    this.kept = await assureStorage({ need: ROOM }).then(
      () => true,
      () => false,
    );
    if (!this.kept && kind === 'binding') {
      this.obstacle = 'not-kept';
      return false;
    }
    const desk = new StationDesk({
      ...{ electionId, kind, box, machine },
      issuers: (['registrar', 'observers'] as const).map((id) => ({ id, url: config[id] })),
      disk: new IdbDisk(`kabina-desk-${electionId.slice(0, 16)}`),
      keyFile: () => this.#readKeyFile(),
    });
    desk.addEventListener('change', this.#follow);
    await desk.open();
    this.desk = desk;
    return true;
  }

  /** From this machine's own server, or from the technician's stick. */
  async #readKeyFile(): Promise<Uint8Array> {
    if (this.#keyFile !== undefined) return this.#keyFile;
    const answer = await fetch(KEY_FILE, { cache: 'no-store', credentials: 'omit' }).catch(
      () => undefined,
    );
    if (answer?.ok !== true) throw new DeskError('desk.key-file', 'no key file was given');
    return new Uint8Array(await answer.arrayBuffer());
  }

  protected override render() {
    return html`<div
      class="frame"
      lang=${getLocale()}
      data-theme=${this.appearance.theme}
      data-text=${this.appearance.textSize}
    >
      <main class="no-print">
        ${this.#training()}
        <h1 class=${this.desk === undefined ? 'aside' : 'visually-hidden'}>${words().title}</h1>
        ${this.#settings()} ${this.#screen()}
      </main>
      ${this.#dialog()}
    </div>`;
  }

  /** Until there is a desk, whose own screen says it. */
  #training() {
    if (!this.training || this.desk !== undefined) return nothing;
    return html`<p class="training">${words().training}</p>`;
  }

  #settings() {
    return html`<details class="settings">
      <summary>${words().settings}</summary>
      <kabina-settings
        .appearance=${this.appearance}
        @kabina-appearance=${({ detail }: CustomEvent<Appearance>) => (this.appearance = detail)}
        @kabina-language=${({ detail }: CustomEvent<Locale>) => void this.#speak(detail)}
      ></kabina-settings>
    </details>`;
  }

  async #speak(locale: Locale): Promise<void> {
    await setLocale(locale);
    document.documentElement.lang = locale;
    document.title = words().title;
    this.requestUpdate();
  }

  #screen() {
    const { desk } = this;
    const { obstacles, trainingOnly, notes } = words();
    if (desk === undefined) {
      return html`<p class="aside" role="status">${obstacles[this.obstacle]}</p>`;
    }
    const { at, trouble } = desk.status;
    const code = trouble?.code;
    const note = code === 'desk.held' || code === 'desk.refused' ? notes[code] : undefined;
    return html`<kabina-desk .desk=${desk}></kabina-desk> ${
        this.kept
          ? nothing
          : html`<p class="aside" role="status">${obstacles['not-kept']} ${trainingOnly}</p>`
      }
      ${note === undefined ? nothing : html`<p class="aside" role="status">${note}</p>`}
      ${at === 'locked' && desk.fresh ? this.#keyFileField() : nothing}
      ${at === 'open' || at === 'closed' ? this.#slips(desk) : nothing}`;
  }

  #keyFileField() {
    return html`<div class="aside">
      <label for="key-file">${words().keyFile}</label>
      <input
        id="key-file"
        type="file"
        @change=${async (event: Event) => {
          const [file] = (event.target as HTMLInputElement).files ?? [];
          this.#keyFile = file && new Uint8Array(await file.arrayBuffer());
        }}
      />
    </div>`;
  }

  #slips(desk: StationDesk) {
    const { status } = desk;
    const hour = status.at === 'open' ? this.#hourDue() : undefined;
    const zero = zeroDue(status, desk.printed);
    const say = words();
    return html`<div class="slips" role="group" aria-label=${say.printing}>
      ${
        zero
          ? html`<p class="due" role="status">${say.zeroDue}</p>`
          : hour === undefined
            ? nothing
            : html`<p class="due" role="status">
                ${say.turnoutDue(`${hour.split(' ')[1] ?? ''}:00`)}
              </p>`
      }
      ${
        status.at === 'open'
          ? html`<button
              class="button"
              type="button"
              aria-disabled=${this.fetching}
              @click=${() => void this.#fetch(desk)}
            >
              ${this.fetching ? say.fetching : say.fetch}
            </button>`
          : nothing
      }
      ${
        this.fetched === undefined
          ? nothing
          : html`<p class="due" role="status">${say.fetched[this.fetched]}</p>`
      }
      ${SLIPS.filter((kind) => kind !== 'zero' || zero).map(
        (kind) =>
          html`<button
            class="button ${(kind === 'zero' && zero) || (kind === 'turnout' && hour !== undefined) ? 'primary' : ''}"
            type="button"
            @click=${() => void this.#show(kind)}
          >
            ${slipTitle(kind, getLocale())}
          </button>`,
      )}
    </div>`;
  }

  /** Cards that were delivered since, and voters who came over. */
  async #fetch(desk: StationDesk): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    this.fetched = await desk.fetch().then(
      () => 'done' as const,
      () => 'failed' as const,
    );
    this.fetching = false;
  }

  #hourDue(): string | undefined {
    const hour = turnoutDue(new Date());
    return hour === undefined || this.reported.includes(hour) ? undefined : hour;
  }

  #dialog() {
    const { slip } = this;
    const say = words();
    return html`<dialog aria-labelledby="slip" @close=${() => (this.slip = undefined)}>
      ${
        slip === undefined
          ? nothing
          : html`<h2 id="slip">${slip.title}</h2>
              <pre>${slip.lines.join('\n')}</pre>
              <p class="number">${slip.code}</p>
              <pre>${slip.footer.join('\n\n')}</pre>
              ${
                this.printing === undefined
                  ? nothing
                  : html`<p class="no-print" role="status">${say.printed[this.printing]}</p>`
              }
              <div class="actions no-print">
                <button class="button primary" type="button" @click=${() => void this.#print(slip)}>
                  ${say.print}
                </button>
                <button class="button" type="button" @click=${() => this.dialog.close()}>
                  ${say.close}
                </button>
              </div>`
      }
    </dialog>`;
  }

  async #show(kind: SlipKind): Promise<void> {
    const { desk } = this;
    if (desk === undefined) return;
    this.printing = undefined;
    this.slip = deskSlip(kind, desk.status, { locale: getLocale(), now: new Date() });
    const hour = kind === 'turnout' ? this.#hourDue() : undefined;
    if (hour !== undefined) this.reported = [...this.reported, hour];
    if (kind === 'zero') await desk.notePrinted('zero').catch(() => undefined);
    await this.updateComplete;
    this.dialog.showModal();
  }

  async #print(slip: ReceiptContent): Promise<void> {
    if (this.#devices.prints) this.printing = await this.#devices.print(slip, {});
    else {
      print();
      this.printing = 'asked';
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-desk-app': KabinaDeskApp;
  }
}
