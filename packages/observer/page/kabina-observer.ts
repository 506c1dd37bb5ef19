/** The observer's page as one element. */
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { hidScanner, type HidScanner } from '@kabina/tokens/hid-scanner';
import { keyboardScanner } from '@kabina/tokens/keyboard-scanner';
import { checksView } from './checks-view.ts';
import { contrast } from './contrast.styles.ts';
import { frame } from './kabina-observer.styles.ts';
import { lookUpView } from './look-up-view.ts';
import { Observer, type IdSource } from './observer.ts';
import { readStart } from './start.ts';
import { panels } from './panels.styles.ts';
import { resultsView } from './results-view.ts';
import { canScan, scan } from './scanner.ts';
import { languageNames, languages, type Language } from './texts.ts';
import { verdictView } from './verdict-view.ts';
import { Words } from './words.ts';

const LANGUAGE_KEY = 'kabina-observer/language';
const SCANNED = ['kabina-receipt:', 'kabina-opening:'];

function savedLanguage(): Language {
  try {
    return languages.find((one) => one === localStorage.getItem(LANGUAGE_KEY)) ?? 'ru';
  } catch {
    return 'ru';
  }
}

/**
 * @summary Audits a board in the browser and shows everything that it finds: verdict, checks,
 * recounted result, protocols; looks receipts up in the audited board.
 *
 * Where to begin comes from the page's address (`?board=…&election=…`), or else from the server's
 * `/config.json`, whose election id is taken for a suggestion and not for a pin.
 */
export class KabinaObserver extends LitElement {
  static override styles = [frame, panels, contrast];

  #observer = new Observer();
  #words = new Words(savedLanguage());
  #suggestedId = '';
  #scanning: AbortController | undefined;
  #scanFailed = false;
  #keyboard = keyboardScanner(window, { prefixes: SCANNED, take: (text) => this.#scanned(text) });
  /** Undefined where the browser has no WebHID. */
  #hid: HidScanner | undefined =
    'hid' in navigator
      ? hidScanner(navigator.hid, { prefixes: SCANNED, take: (text) => this.#scanned(text) })
      : undefined;
  #scannerFailed = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.addEventListener('change', this.#changed);
    this.#speak(this.#words.language);
    void this.#keyboard.open();
    this.#hid?.addEventListener('change', this.#changed);
    void this.#hid?.open();
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.removeEventListener('change', this.#changed);
    this.#observer.stop();
    this.#scanning?.abort();
    void this.#keyboard.close();
    this.#hid?.removeEventListener('change', this.#changed);
    void this.#hid?.close();
  }

  #changed = (): void => this.requestUpdate();

  async #begin(): Promise<void> {
    const { board, electionId, idSource } = await readStart(location.href);
    if (idSource === 'server') this.#suggestedId = electionId;
    if (board !== '' && this.isConnected) this.#observer.start(board, electionId, idSource);
  }

  #speak(language: Language): void {
    this.#words = new Words(language);
    document.documentElement.lang = language;
    document.title = this.#words.say('title');
    this.requestUpdate();
  }

  #chooseLanguage = (event: Event): void => {
    const language = (event.target as HTMLSelectElement).value as Language;
    try {
      localStorage.setItem(LANGUAGE_KEY, language);
    } catch {
      // Then it is chosen anew next time.
    }
    this.#speak(language);
  };

  #submitBoard = (event: Event): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const id = String(data.get('election')).trim();
    this.#observer.start(String(data.get('board')), id, this.#sourceOf(id));
  };

  #sourceOf(id: string): IdSource {
    if (id === '') return 'none';
    return id === this.#suggestedId ? 'server' : 'person';
  }

  #again = (): void => {
    const { address, electionId, idSource } = this.#observer.state;
    this.#observer.start(address, electionId, idSource);
  };

  #forget = (): void => this.#observer.forget();

  #submitLookUp = (event: Event): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    this.#observer.lookUp(String(data.get('text')));
  };

  /** What a scanner has read, whatever has the focus. The field shows what was looked up. */
  #scanned(text: string): boolean {
    if (!this.#observer.state.board) return false;
    const field = this.renderRoot.querySelector('textarea');
    if (field) field.value = text;
    this.#observer.lookUp(text);
    return true;
  }

  #connectScanner = async (): Promise<void> => {
    const chosen = await this.#hid?.choose();
    this.#scannerFailed = chosen?.ok === false;
    this.requestUpdate();
  };

  #toggleScan = async (): Promise<void> => {
    if (this.#scanning) {
      this.#scanning.abort();
      return;
    }
    this.#scanning = new AbortController();
    this.#scanFailed = false;
    this.requestUpdate();
    await this.updateComplete;
    const video = this.renderRoot.querySelector('video') as HTMLVideoElement;
    try {
      const text = await scan(video, SCANNED, this.#scanning.signal);
      if (text !== undefined) this.#observer.lookUp(text);
    } catch {
      this.#scanFailed = true;
    }
    this.#scanning = undefined;
    this.requestUpdate();
  };

  #header(words: Words): TemplateResult {
    return html`
      <header>
        ${this.#training(words)}
        <div class="head">
          <div>
            <h1>${words.say('title')}</h1>
            <p>${words.say('lead')}</p>
          </div>
          <label class="language">
            <span>${words.say('language')}</span>
            <select @change=${this.#chooseLanguage}>
              ${languages.map(
                (one) =>
                  html`<option value=${one} lang=${one} ?selected=${one === words.language}>
                    ${languageNames[one]}
                  </option>`,
              )}
            </select>
          </label>
        </div>
      </header>
    `;
  }

  #training(words: Words): TemplateResult | typeof nothing {
    const { board, verdict } = this.#observer.state;
    if ((verdict?.kind ?? board?.manifest.kind) !== 'training') return nothing;
    return html`<p class="training" role="note">
      <strong>${words.say('training')}.</strong> ${words.say('trainingNote')}
    </p>`;
  }

  #source(words: Words): TemplateResult {
    const { stage, address, electionId, wrong } = this.#observer.state;
    const open = stage === 'idle' || stage === 'failed';
    return html`
      <section class="panel source" aria-labelledby="source">
        <h2 id="source">${words.say('source')}</h2>
        <details ?open=${open}>
          <summary class="mono">${address || words.say('idle')}</summary>
          <form @submit=${this.#submitBoard} novalidate>
            <div class="field">
              <label for="board">${words.say('address')}</label>
              <input
                id="board"
                name="board"
                type="url"
                inputmode="url"
                autocomplete="off"
                spellcheck="false"
                .value=${address}
                aria-describedby="board-hint"
                aria-invalid=${wrong === 'address'}
              />
              <p id="board-hint" class=${wrong === 'address' ? 'wrong' : 'hint'}>
                ${words.say(wrong === 'address' ? 'addressWrong' : 'addressHint')}
              </p>
            </div>
            <div class="field">
              <label for="election">${words.say('electionId')}</label>
              <input
                id="election"
                name="election"
                class="mono"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                .value=${electionId}
                aria-describedby="election-hint"
                aria-invalid=${wrong === 'id'}
              />
              <p id="election-hint" class=${wrong === 'id' ? 'wrong' : 'hint'}>
                ${words.say(wrong === 'id' ? 'electionIdWrong' : 'electionIdHint')}
              </p>
            </div>
            <button type="submit">${words.say('check')}</button>
          </form>
        </details>
      </section>
    `;
  }

  #lookUp(words: Words): TemplateResult {
    const { board, looking, answer } = this.#observer.state;
    return html`
      <section class="panel" aria-labelledby="look-up">
        <h2 id="look-up">${words.say('lookUp')}</h2>
        <form @submit=${this.#submitLookUp}>
          <div class="field">
            <label for="text">${words.say('lookUpField')}</label>
            <textarea
              id="text"
              name="text"
              rows="3"
              class="mono"
              autocomplete="off"
              autocapitalize="off"
              spellcheck="false"
              aria-describedby="text-hint"
            ></textarea>
            <p id="text-hint" class="hint">${words.say(board ? 'lookUpHint' : 'lookUpLater')}</p>
          </div>
          <p class="buttons">
            <button type="submit" ?disabled=${!board || looking}>
              ${words.say('lookUpButton')}
            </button>
            ${
              canScan()
                ? html`<button
                    class="second"
                    type="button"
                    ?disabled=${!board}
                    @click=${this.#toggleScan}
                  >
                    ${words.say(this.#scanning ? 'scanStop' : 'scan')}
                  </button>`
                : nothing
            }
            ${
              this.#hid && !this.#hid.connected
                ? html`<button class="second" type="button" @click=${this.#connectScanner}>
                    ${words.say('connectScanner')}
                  </button>`
                : nothing
            }
          </p>
        </form>
        ${this.#hid?.connected ? html`<p class="hint">${words.say('scannerReady')}</p>` : nothing}
        ${this.#scannerFailed ? html`<p class="wrong">${words.say('scannerFailed')}</p>` : nothing}
        ${
          this.#scanning
            ? html`<video muted playsinline aria-label=${words.say('scanView')}></video>`
            : nothing
        }
        ${this.#scanFailed ? html`<p class="wrong">${words.say('scanFailed')}</p>` : nothing}
        <div class="answer" role="status">
          ${answer && board ? lookUpView(answer, board, words) : nothing}
        </div>
      </section>
    `;
  }

  protected override render(): TemplateResult {
    const words = this.#words;
    const { state } = this.#observer;
    return html`
      ${this.#header(words)}
      <main>
        ${this.#source(words)} ${verdictView(state, words, this.#again, this.#forget)}
        <div class="columns">
          <div>${checksView(state, words)} ${this.#lookUp(words)}</div>
          <div>${resultsView(state, words)}</div>
        </div>
      </main>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-observer': KabinaObserver;
  }
}
