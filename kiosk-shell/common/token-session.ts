/**
 * A person's token at work, without a face: finds the card among all readers, reads whose it is,
 * asks the work whether that person may do it, takes the PIN, lets the work use the card, and ends
 * the session with the card whatever happens. `<kabina-token>` shows it.
 *
 * The PIN lives in the caller's bytes and in the card's command; both are overwritten. A session
 * holds the card for itself from `use` until it is over.
 */
import { parseCertificate, type Certificate } from '@kabina/cms/certificate';
import type { Localized } from '@kabina/election/manifest';
import type { TokenFinding, TokenState, TokenTask, TokenView } from '@kabina/elements/token-task';
import type { Card, PinOptions } from '@kabina/tokens/card';
import { findCard } from '@kabina/tokens/find-card';
import type { TokenProblem } from '@kabina/tokens/result';
import type { ApduTransport, CardReader, ReaderSource } from '@kabina/tokens/transport';

/** How the page reaches readers: {@link TokenRoads} of `readers.ts`, or a test's own. */
export interface Roads {
  readonly unpaired: boolean;
  pair(secret: string | undefined): void;
  /** Fresh sources, once those of the session before are closed: they may lead to the same devices. */
  take(): Promise<readonly ReaderSource[]>;
  /** Closes sources that were taken, after what is waited for. */
  leave(sources: readonly ReaderSource[], after?: Promise<unknown>): void;
}

/** What the token is wanted for. */
export interface TokenWork {
  readonly purpose: TokenTask['purpose'];
  readonly subject: Localized;
  /** May this person do it? Answers the post on the roll, or the code of why not. */
  admit(certificate: Certificate): { readonly post?: Localized } | { readonly code: string };
  /** Uses the card, with the PIN. Throws what is not the card's fault, with a `code`. */
  perform(use: TokenUse): Promise<TokenOutcome>;
}

export interface TokenUse {
  readonly card: Card;
  readonly certificate: Certificate;
  readonly pin: Uint8Array;
  readonly options: PinOptions;
  /** The card has done its part, the rest goes over the network. */
  readonly sending: () => void;
}

export type TokenOutcome =
  | { readonly done: true; readonly findings?: readonly TokenFinding[] }
  | { readonly done: false; readonly problem: Pick<TokenProblem, 'code' | 'triesLeft'> }
  /** The person has to do something else: the token is not to blame. */
  | { readonly done: false; readonly code: string };

interface Held {
  readonly card: Card;
  readonly certificate: Certificate;
  readonly view: TokenView;
}

/** Answers after which the PIN may be typed again. */
const ASK_AGAIN = ['card.pin-wrong', 'card.pin-malformed', 'card.pin-last-try'];

export class TokenSession extends EventTarget implements TokenTask {
  readonly purpose: TokenTask['purpose'];
  readonly subject: Localized;
  #work: TokenWork;
  #roads: Roads;
  #sources: readonly ReaderSource[] = [];
  #state: TokenState = { at: 'searching' };
  /** The session with the card, from the moment that it is open. */
  #transport: ApduTransport | undefined;
  #held: Held | undefined;
  /** Grows with every beginning and end: whoever has waited finds out whether it is still wanted. */
  #run = 0;
  /** The run in which a card is being read. */
  #reading = -1;

  constructor(work: TokenWork, roads: Roads) {
    super();
    this.#work = work;
    this.#roads = roads;
    this.purpose = work.purpose;
    this.subject = work.subject;
  }

  get state(): TokenState {
    return this.#state;
  }

  #tell(state: TokenState): void {
    this.#state = state;
    this.dispatchEvent(new Event('change'));
  }

  #fail(code: string, { retry = true, view = this.#held?.view } = {}): void {
    this.#end();
    this.#tell({ at: 'failed', code, retry, ...(view === undefined ? {} : { token: view }) });
  }

  start(): void {
    if (this.#roads.unpaired) this.#tell({ at: 'pairing', wrong: false, busy: false });
    else void this.#open();
  }

  stop(): void {
    this.#end();
  }

  retry(): void {
    void this.#open();
  }

  /** Nothing more is to be done for now: the card is let go, and the way to it left to others. */
  #end(): void {
    this.#run++;
    const sources = this.#sources;
    const released = this.#transport?.close() ?? Promise.resolve();
    this.#sources = [];
    this.#transport = undefined;
    this.#held = undefined;
    for (const source of sources) source.removeEventListener('change', this.#onChange);
    this.#roads.leave(sources, released);
  }

  readonly #onChange = (): void => {
    if (['waiting', 'choosing'].includes(this.#state.at)) this.#look();
  };

  async #open(): Promise<void> {
    this.#end();
    const run = this.#run;
    if (this.#state.at !== 'pairing') this.#tell({ at: 'searching' });
    const sources = await this.#roads.take();
    if (run !== this.#run) {
      this.#roads.leave(sources);
      return;
    }
    this.#sources = sources;
    for (const source of sources) source.addEventListener('change', this.#onChange);
    const opened = await Promise.all(sources.map((source) => source.open()));
    if (run !== this.#run) return;
    const problems = opened.flatMap((one) => (one.ok ? [] : [one.problem.code]));
    if (problems.includes('transport.unpaired')) {
      this.#roads.pair(undefined);
      this.#tell({ at: 'pairing', wrong: true, busy: false });
    } else if (this.#readers.length === 0 && problems.length > 0) {
      // One road with a reader is enough. Without any, a road that is shut is the reason: a token that
      // this page is kept from, an agent that serves another page or doesn't answer.
      const [reason] = problems.filter((code) => code !== 'transport.unsupported');
      if (reason !== undefined || problems.length === opened.length) {
        this.#fail(reason ?? 'transport.unsupported');
      } else this.#look();
    } else {
      this.#look();
    }
  }

  get #readers(): readonly CardReader[] {
    return this.#sources.flatMap(({ readers }) => readers);
  }

  get #withCard(): readonly CardReader[] {
    return this.#readers.filter(({ present }) => present);
  }

  #look(): void {
    const present = this.#withCard;
    const choosable = this.#sources.some(({ choose }) => choose !== undefined);
    const [only] = present;
    if (only !== undefined && present.length === 1) {
      void this.#take(only);
    } else if (present.length > 1) {
      this.#tell({ at: 'choosing', readers: present.map(({ name }) => name), choosable });
    } else {
      this.#tell({ at: 'waiting', readers: this.#readers.map(({ name }) => name), choosable });
    }
  }

  pair(code: string): void {
    if (this.#state.at !== 'pairing' || this.#state.busy) return;
    this.#roads.pair(code);
    this.#tell({ at: 'pairing', wrong: false, busy: true });
    void this.#open();
  }

  choose(): void {
    const run = this.#run;
    void (async () => {
      for (const source of this.#sources) {
        const chosen = await source.choose?.();
        if (run !== this.#run) return;
        if (chosen?.ok === false && chosen.problem.code !== 'transport.unsupported') {
          this.#fail(chosen.problem.code);
          return;
        }
        if (chosen?.ok) break;
      }
      this.#onChange();
    })();
  }

  use(reader: string): void {
    const found = this.#withCard.find(({ name }) => name === reader);
    if (found === undefined) this.#look();
    else void this.#take(found);
  }

  async #take(reader: CardReader): Promise<void> {
    const run = this.#run;
    if (this.#reading === run) return;
    this.#reading = run;
    this.#tell({ at: 'reading', reader: reader.name });
    const connected = await reader.connect();
    if (run !== this.#run) {
      if (connected.ok) await connected.value.close();
      return;
    }
    if (!connected.ok) {
      this.#fail(connected.problem.code);
      return;
    }
    this.#transport = connected.value;
    const read = await this.#read(connected.value);
    if (run !== this.#run) return;
    if (typeof read === 'string') this.#fail(read);
    else await this.#admit(read, connected.value);
  }

  /** The card and its certificate, or the code of why there is none. */
  async #read(transport: ApduTransport): Promise<Omit<Held, 'view'> | string> {
    const found = await findCard(transport);
    if (!found.ok) return found.problem.code;
    const card = found.value;
    const read = await card.certificate();
    if (!read.ok) return read.problem.code;
    try {
      return { card, certificate: parseCertificate(read.value.der) };
    } catch {
      return 'card.certificate';
    }
  }

  async #admit({ card, certificate }: Omit<Held, 'view'>, transport: ApduTransport): Promise<void> {
    const admitted = this.#work.admit(certificate);
    const view: TokenView = {
      application: card.application,
      experimental: card.experimental,
      serial: card.serial,
      name: certificate.subject.commonName,
      validUntil: certificate.notAfter.toISOString(),
      ...('code' in admitted || admitted.post === undefined ? {} : { post: admitted.post }),
    };
    if ('code' in admitted) {
      this.#fail(admitted.code, { view });
      return;
    }
    this.#held = { card, certificate, view };
    const run = this.#run;
    void transport.ended.then((how) => {
      // While the card works, its own answer says so.
      const idle = run === this.#run && this.#state.at === 'asked';
      if (how === 'removed' && idle) this.#fail('transport.removed');
    });
    await this.#ask(this.#held);
  }

  async #ask(held: Held, refusal?: string, told?: number): Promise<void> {
    const run = this.#run;
    const tries = await held.card.triesLeft();
    if (run !== this.#run) return;
    if (!tries.ok) {
      this.#fail(tries.problem.code);
      return;
    }
    const triesLeft = tries.value ?? told;
    if (triesLeft === 0) {
      this.#fail('card.pin-blocked', { retry: false });
      return;
    }
    this.#tell({
      at: 'asked',
      token: held.view,
      pinForm: held.card.pinForm,
      ...(triesLeft === undefined ? {} : { triesLeft }),
      ...(refusal === undefined ? {} : { refusal }),
    });
  }

  submit(pin: Uint8Array, lastTry = false): void {
    const held = this.#held;
    if (held === undefined || this.#state.at !== 'asked') {
      pin.fill(0);
      return;
    }
    this.#tell({ at: 'working', token: held.view, step: 'pin' });
    void this.#perform(held, pin, lastTry);
  }

  async #perform(held: Held, pin: Uint8Array, lastTry: boolean): Promise<void> {
    const run = this.#run;
    const { card, certificate, view } = held;
    let outcome: TokenOutcome;
    try {
      outcome = await this.#work.perform({
        card,
        certificate,
        pin,
        options: lastTry ? { lastTry } : {},
        sending: () => {
          pin.fill(0);
          if (run === this.#run) this.#tell({ at: 'working', token: view, step: 'sending' });
        },
      });
    } catch (error) {
      outcome = { done: false, code: codeOf(error) };
    } finally {
      pin.fill(0);
    }
    if (run !== this.#run) return;
    if (outcome.done) {
      const { findings } = outcome;
      this.#end();
      this.#tell({ at: 'done', token: view, ...(findings === undefined ? {} : { findings }) });
    } else if ('problem' in outcome) {
      const { code, triesLeft } = outcome.problem;
      if (ASK_AGAIN.includes(code)) await this.#ask(held, code, triesLeft);
      else this.#fail(code, { retry: code !== 'card.pin-blocked' });
    } else {
      this.#fail(outcome.code);
    }
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  // What `fetch` throws when nobody answers.
  return error instanceof TypeError ? 'network.unreachable' : 'token.failed';
}
