import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { getLocale } from '@kabina/elements/localization';
import { KioskStation } from '@kabina/booth/station';
import type { ReceiptContent } from '@kabina/tokens/receipt-page';
import { readConfig, type PageConfig } from '../common/config.ts';
import { openMachine, type Machine } from '../common/machine.ts';
import { createBoothWorker } from '../common/worker-factory.ts';
import { Corner } from './corner.ts';
import { countTrouble } from '../technician/troubles.ts';
import { TerminalDevices } from './devices.ts';
import { IdleTimer } from './idle-timer.ts';
import { styles } from './kabina-terminal.styles.ts';
import { codeOf } from './service-text.ts';
import { slip } from './slip.ts';
import { StationMemory } from './station-memory.ts';
import { screenOf, StationTerminal, type Screen } from './station-terminal.ts';
import { warning } from './terminal-text.ts';
import {
  closedScreen,
  interrupted,
  onlineIdle,
  stationIdle,
  stoppedScreen,
} from './voter-screens.ts';

/** How long to wait before asking again for an election that is not there, in milliseconds. */
const ASK_AGAIN = 2_000;
/** How long a session may take to end, in milliseconds. */
const LONGEST_END = 3_000;
/** How often the clock is looked at while nobody votes, in milliseconds. */
const LOOK = 15_000;
/** When a kiosk that has stopped is tried again, if that may help: its agent may have started anew. */
const TRY_AGAIN = 20_000;
/** Characters of the longest code that is scanned here: an access card has 55. */
const LONGEST_SCAN = 64;
/** A member who has walked away from the service screen, in seconds. */
const SERVICE_SECONDS = 180;

/** A station's kiosk, opened for this page. */
interface Station {
  readonly kiosk: KioskStation;
  readonly terminal: StationTerminal;
  readonly memory: StationMemory;
}

/**
 * @summary The voter terminal: an idle screen, one voter's session at a time, and nothing left of it.
 *
 * On a machine that an agent says is a kiosk it is a station's terminal: set up once with a line, then
 * with cards and with or without one. After each session the page is loaded anew: whatever a program
 * could forget to erase goes with it.
 */
export class KabinaTerminal extends LitElement {
  static override styles = styles;

  @state() private accessor config: PageConfig | undefined;
  /** Known before anything else is. */
  @state() private accessor training = false;
  @state() private accessor station: Station | undefined;
  /** A kiosk with thousands of cards takes seconds. */
  @state() private accessor opening = false;
  /** Why the machine can't be asked; it is asked again. */
  @state() private accessor problem: string | undefined;
  @state() private accessor voting = false;
  /** Who stands in front of it while nobody votes. */
  @state() private accessor view: 'voters' | 'pin' | 'service' = 'voters';
  @state() private accessor secondsLeft: number | undefined;
  /** Characters in a line of the receipt printer: 32 on paper of 58 mm, 42 or 48 on 80 mm. */
  @property({ type: Number, attribute: 'paper-columns' }) accessor paperColumns: 32 | 42 | 48 = 32;
  /** The receipt printer has Kazakh letters (code page KZ-1048). */
  @property({ type: Boolean, attribute: 'kazakh-page' }) accessor kazakhPage = false;

  @state() private accessor prints = false;
  @query('kabina-booth') private accessor booth!: HTMLElementTagNameMap['kabina-booth'] | null;
  @query('kabina-kiosk-service')
  private accessor service!: HTMLElementTagNameMap['kabina-kiosk-service'] | null;
  @query('dialog') private accessor dialog!: HTMLDialogElement;
  #counted: string | undefined;
  #look: ReturnType<typeof setInterval> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  #timer = new IdleTimer({
    warn: (secondsLeft) => {
      this.secondsLeft = secondsLeft;
      if (secondsLeft === undefined) this.dialog.close();
      else if (!this.dialog.open) this.dialog.showModal();
    },
    end: () => void this.#end(),
  });

  #memberTimer = new IdleTimer(
    {
      warn: () => undefined,
      end: () => {
        if (this.service?.busy === true) this.#memberTimer.start();
        else this.#show('voters');
      },
    },
    SERVICE_SECONDS,
    0,
  );

  #corner = new Corner(() => this.#show('pin'));

  #devices = new TerminalDevices(
    { window, hid: navigator.hid, usb: navigator.usb },
    (code) => this.#scanned(code),
    LONGEST_SCAN,
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.#devices.addEventListener('change', this.#plugged);
    void this.#devices.open();
    this.#look = setInterval(() => this.requestUpdate(), LOOK);
    void this.#find();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#timer.stop();
    this.#memberTimer.stop();
    this.#corner.release();
    clearInterval(this.#look);
    clearTimeout(this.#again);
    this.#devices.removeEventListener('change', this.#plugged);
    void this.#devices.close();
    this.station?.kiosk.removeEventListener('change', this.#changed);
    void this.station?.terminal.stop();
    this.station = undefined;
  }

  /** A voter, a member or a technician is at work: the page must not be loaded anew. */
  get busy(): boolean {
    return this.voting || this.view !== 'voters' || this.#screen() === 'setup';
  }

  readonly #plugged = (): void => {
    this.prints = this.#devices.prints;
  };

  readonly #changed = (): void => {
    const { trouble, queue } = this.station?.kiosk.status ?? {};
    this.#count(trouble?.code ?? queue?.trouble?.code);
    this.requestUpdate();
  };

  /** Each trouble once as it comes up, for the technician's bundle. */
  #count(code: string | undefined): void {
    if (code !== undefined && code !== this.#counted) countTrouble(code);
    this.#counted = code;
  }

  /** Which screen stands on a station's terminal while nobody votes. */
  #screen(): Screen | undefined {
    const { station } = this;
    return station && screenOf(station.kiosk.status, station.memory.ready);
  }

  /** A code is taken only where one is wanted, and never from under the warning. */
  #scanned(code: string): boolean {
    const { booth, station } = this;
    if (this.dialog.open) return false;
    if (!this.voting) {
      const screen = this.view === 'voters' ? this.#screen() : undefined;
      const wanted = screen === 'idle' || screen === 'interrupted';
      if (!wanted || station?.terminal.takeCard(code) !== true) return false;
      this.#begin();
      return true;
    }
    const taken = booth !== null && booth.takeCode(code);
    if (taken) this.#timer.stay();
    return taken;
  }

  readonly #print: HTMLElementTagNameMap['kabina-booth']['printReceipt'] = (receipt, contest) => {
    const content = slip(receipt, contest, {
      training: this.training,
      locale: getLocale(),
    });
    return this.#devices.print(content, this.#paper);
  };

  readonly #printSlip = async (content: ReceiptContent) => {
    if (this.prints) return this.#devices.print(content, this.#paper);
    print();
    return undefined;
  };

  get #paper(): { readonly columns: 32 | 42 | 48; readonly kazakhPage: boolean } {
    return { columns: this.paperColumns, kazakhPage: this.kazakhPage };
  }

  async #find(): Promise<void> {
    while (this.config === undefined && this.isConnected) {
      try {
        const config = await readConfig().catch(() => undefined);
        if (config !== undefined) {
          this.training = config.kind === 'training';
          const machine = await openMachine();
          if (machine?.role === 'kiosk') await this.#openStation(config, machine);
          this.config = config;
          return;
        }
        this.problem = undefined;
      } catch (error) {
        this.problem = codeOf(error);
        this.#count(this.problem);
      }
      await new Promise((go) => setTimeout(go, ASK_AGAIN));
    }
  }

  async #openStation(config: PageConfig, machine: Machine): Promise<void> {
    const { electionId, box, registrar, observers } = config;
    const memory = new StationMemory(localStorage, electionId);
    if (memory.online) return;
    const issuers = [{ id: 'registrar', url: registrar }];
    if (observers !== '') issuers.push({ id: 'observers', url: observers });
    const options = { electionId, box, issuers, machine, createWorker: createBoothWorker };
    this.opening = true;
    const kiosk = await KioskStation.open(options);
    kiosk.addEventListener('change', this.#changed);
    this.station = { kiosk, memory, terminal: new StationTerminal(kiosk) };
    const { phase, trouble } = kiosk.status;
    if (phase === 'stopped' && trouble?.retryable === true) {
      this.#again = setTimeout(() => location.reload(), TRY_AGAIN);
    }
  }

  readonly #begin = (): void => {
    this.voting = true;
    this.#timer.start();
  };

  async #end(): Promise<void> {
    // Whatever holds the booth up, the next voter finds a fresh page.
    const patience = new Promise((go) => setTimeout(go, LONGEST_END));
    await Promise.race([this.booth?.end().catch(() => undefined), patience]);
    await this.#ended();
  }

  readonly #ended = async (): Promise<void> => {
    await this.station?.terminal.stop();
    location.reload();
  };

  #show(view: KabinaTerminal['view']): void {
    clearTimeout(this.#again);
    this.view = view;
    if (view === 'voters') this.#memberTimer.stop();
    else this.#memberTimer.start();
  }

  protected override render() {
    return html`${this.voting ? this.#votingScreen() : this.#idleScreen()} ${this.#warning()}`;
  }

  #votingScreen() {
    const { station, config } = this;
    const print = this.prints ? this.#print : undefined;
    if (station !== undefined) {
      return html`<kabina-booth
        mode="kiosk"
        .sessionFactory=${station.terminal.session}
        .printReceipt=${print}
        @kabina-end=${this.#ended}
      ></kabina-booth>`;
    }
    return html`<kabina-booth
      mode="kiosk"
      election=${config!.electionId}
      box=${config!.box}
      registrar=${config!.registrar}
      observers=${config!.observers}
      .workerFactory=${createBoothWorker}
      .printReceipt=${print}
      @kabina-end=${this.#ended}
    ></kabina-booth>`;
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

  #idleScreen(): TemplateResult {
    const { station, config, problem, training } = this;
    if (problem !== undefined) {
      const again = (): void => location.reload();
      return stoppedScreen(problem, training, { again, online: undefined });
    }
    if (station === undefined) {
      const waits = this.opening ? 'getting-ready' : 'no-election';
      return onlineIdle(training, config === undefined ? waits : this.#begin);
    }
    const { kiosk, memory } = station;
    if (this.view === 'pin') {
      return html`<kabina-service-pin
        .memory=${memory}
        ?training=${training}
        @kabina-pin=${() => this.#show('service')}
        @kabina-cancel=${() => this.#show('voters')}
      ></kabina-service-pin>`;
    }
    if (this.view === 'service') {
      return html`<kabina-kiosk-service
        .kiosk=${kiosk}
        .print=${this.#printSlip}
        @kabina-leave=${() => this.#show('voters')}
      ></kabina-kiosk-service>`;
    }
    const screen = this.#screen()!;
    return html`${this.#stationScreen(screen, station)}
    ${
      screen === 'setup' || !memory.hasPin
        ? nothing
        : html`<div
            class="corner"
            aria-hidden="true"
            @pointerdown=${this.#corner.press}
            @pointerup=${this.#corner.release}
            @pointerleave=${this.#corner.release}
            @pointercancel=${this.#corner.release}
            @contextmenu=${(event: Event) => event.preventDefault()}
          ></div>`
    }`;
  }

  #stationScreen(screen: Screen, { kiosk, terminal, memory }: Station): TemplateResult {
    const { status } = kiosk;
    switch (screen) {
      case 'setup':
        return html`<kabina-kiosk-setup
          .kiosk=${kiosk}
          .memory=${memory}
          ?training=${this.training}
          @kabina-ready=${() => {
            memory.markReady();
            this.requestUpdate();
          }}
        ></kabina-kiosk-setup>`;
      case 'idle':
        return stationIdle(status, terminal.votingNow(Date.now())!, this.#begin);
      case 'interrupted':
        return interrupted(status, { resume: this.#begin, end: () => this.#show('pin') });
      case 'closed':
        return closedScreen(status);
      case 'stopped':
        return stoppedScreen(status.trouble?.code ?? 'internal', this.training, {
          again: () => location.reload(),
          online:
            status.trouble?.code === 'kiosk.unknown'
              ? () => {
                  memory.markOnline();
                  location.reload();
                }
              : undefined,
        });
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-terminal': KabinaTerminal;
  }
}
