import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { query, state } from 'lit/decorators.js';
import { checkIcon, clockIcon, crossIcon, warningIcon } from '@kabina/elements/icons';
import { controls } from '@kabina/elements/controls';
import { getLocale, languages, setLocale, type Locale } from '@kabina/elements/localization';
import { tokens } from '@kabina/elements/themes';
import { hidScanner } from '@kabina/tokens/hid-scanner';
import { keyboardScanner } from '@kabina/tokens/keyboard-scanner';
import { usbPrinter, type UsbPrinter } from '@kabina/tokens/receipt-printer';
import type { Scanner } from '@kabina/tokens/scanner';
import { readConfig } from '../common/config.ts';
import { TokenRoads } from '../common/readers.ts';
import { makeBundle } from './bundle.ts';
import { gather, readerFacts } from './gather.ts';
import { styles } from './kabina-technician.styles.ts';
import { judge, LINES, verdict, type Facts, type Line, type LineId } from './report.ts';
import { sentence, words } from './technician-text.ts';
import { troubleCounts } from './troubles.ts';

const ICONS = {
  ok: checkIcon,
  warning: warningIcon,
  fault: crossIcon,
  waiting: clockIcon,
} as const;

/**
 * @summary The technician's page: one report on whether this machine can be opened for voters, and a
 * file for support.
 */
export class KabinaTechnician extends LitElement {
  static override styles = [tokens, controls, styles];

  @state() private accessor facts: Facts = {};
  /** Which election's, if it is a training one: the page says so. */
  @state() private accessor training = false;
  @query('input') private accessor pairing!: HTMLInputElement | null;

  readonly #scanners: Scanner[] = [];
  #printer: UsbPrinter | undefined;
  #roads = new TokenRoads();

  override connectedCallback(): void {
    super.connectedCallback();
    const { hid, usb } = navigator as { hid?: HID; usb?: USB };
    // What was scanned is neither shown nor kept: it may be a card after all.
    const take = (): boolean => {
      this.#tell({ scanner: 'read' });
      return true;
    };
    this.#scanners.push(keyboardScanner(window, { take }));
    if (hid) this.#scanners.push(hidScanner(hid, { take }));
    if (usb) this.#printer = usbPrinter(usb);
    void this.#check();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const device of [...this.#scanners.splice(0), this.#printer]) void device?.close();
  }

  readonly #tell = (facts: Partial<Facts>): void => {
    this.facts = { ...this.facts, ...facts };
  };

  async #check(): Promise<void> {
    const { scanner } = this.facts;
    this.facts = scanner === 'read' ? { scanner } : {};
    await Promise.all([gather(this.#tell), this.#checkDevices(), this.#checkReaders()]);
  }

  async #checkDevices(): Promise<void> {
    for (const scanner of this.#scanners) await scanner.open();
    if (this.facts.scanner !== 'read') {
      const connected = this.#scanners.some((scanner) => scanner.connected);
      this.#tell({ scanner: connected ? 'connected' : 'unknown' });
    }
    const opened = await this.#printer?.open();
    this.#tell({ printer: opened?.ok ? 'ready' : (opened?.problem.code ?? 'printer.none') });
  }

  async #checkReaders(secret?: string): Promise<void> {
    const config = await readConfig().catch(() => undefined);
    this.training = config?.kind === 'training';
    this.#roads = new TokenRoads(config?.bridge, secret);
    this.#tell(await readerFacts(this.#roads));
  }

  readonly #pair = (event: Event): void => {
    event.preventDefault();
    const secret = this.pairing?.value.trim() ?? '';
    if (this.pairing) this.pairing.value = '';
    if (secret !== '') void this.#checkReaders(secret);
  };

  readonly #printTest = async (): Promise<void> => {
    const { title, line } = words().slip;
    // Loaded only here: a machine without a printer has no use for it.
    const { receiptPage } = await import('@kabina/tokens/receipt-page');
    const page = receiptPage(
      { title, lines: [line], code: '', qr: ['kabina-test'], footer: [] },
      {},
    );
    const done = await this.#printer?.print(page);
    this.#tell({ printer: done?.ok ? 'printed' : (done?.problem.code ?? 'printer.none') });
  };

  readonly #save = (): void => {
    const { facts } = this;
    const bundle = makeBundle({
      facts,
      lines: judge(facts),
      troubles: troubleCounts(),
      userAgent: navigator.userAgent,
      now: new Date(),
    });
    const text = `${JSON.stringify(bundle, null, 2)}\n`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = `kabina-${bundle.machine?.id ?? 'machine'}-${bundle.day}.json`;
    link.click();
    // The download has taken its reference by the next task.
    setTimeout(() => URL.revokeObjectURL(link.href));
  };

  async #speak(locale: Locale): Promise<void> {
    await setLocale(locale);
    document.documentElement.lang = locale;
    this.requestUpdate();
  }

  protected override render() {
    const say = words();
    const lines = judge(this.facts);
    const overall = verdict(lines) ?? 'waiting';
    return html`${
        this.training
          ? html`<section class="training" aria-label=${say.training}>${say.training}</section>`
          : nothing
      }
      <main>
        <header>
          <div>
            <h1>${say.title}</h1>
            <p>${say.lead}</p>
          </div>
          <div class="languages">
            ${languages.map(
              ({ locale, name }) =>
                html`<button
                  class="button"
                  type="button"
                  lang=${locale}
                  aria-pressed=${getLocale() === locale}
                  @click=${() => this.#speak(locale)}
                >
                  ${name}
                </button>`,
            )}
          </div>
        </header>
        <p class="verdict ${overall}" role="status">${ICONS[overall]} ${say.verdicts[overall]}</p>
        <ul>
          ${LINES.map((id) =>
            this.#line(
              id,
              lines.find((line) => line.id === id),
            ),
          )}
        </ul>
        <div class="actions">
          <button class="button primary" type="button" @click=${() => this.#check()}>
            ${say.again}
          </button>
          <button class="button" type="button" @click=${() => print()}>${say.print}</button>
          <button class="button" type="button" @click=${this.#save}>${say.save}</button>
          ${this.#back()}
        </div>
        <p class="muted">${say.bundle}</p>
      </main>`;
  }

  #back() {
    const { machine } = this.facts;
    if (!machine) return nothing;
    const { role } = machine;
    return html`<a class="button" href=${role === 'desk' ? '/desk/' : '/terminal/'}
      >${words().back[role]}</a
    >`;
  }

  #line(id: LineId, line: Line | undefined): TemplateResult {
    const say = words();
    const state = line?.state ?? 'waiting';
    return html`<li class=${state} data-line=${id} data-code=${line?.code ?? ''}>
      ${ICONS[state]}
      <h2>${say.lines[id]} <span>${say.states[state]}</span></h2>
      <p>${line === undefined ? '…' : sentence(line)}</p>
      ${line === undefined ? nothing : this.#trial(line)}
    </li>`;
  }

  /** What a person has to do for a line. */
  #trial({ id, code }: Line): TemplateResult | typeof nothing {
    const say = words();
    if (id === 'printer' && code !== 'printer.none') {
      return html`<div class="try">
        <button class="button" type="button" @click=${this.#printTest}>${say.printTest}</button>
      </div>`;
    }
    if (id === 'scanner' && code !== 'scanner.read')
      return html`<p class="try">${say.scanTest}</p>`;
    if (code !== 'token.unpaired') return nothing;
    return html`<form class="try" @submit=${this.#pair}>
      <label>
        ${say.pairing}
        <input type="password" autocomplete="off" spellcheck="false" />
      </label>
      <button class="button" type="submit">${say.pair}</button>
    </form>`;
  }
}
