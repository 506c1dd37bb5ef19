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
  /** Closes sources that were taken. */
  leave(sources: readonly ReaderSource[]): void;
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
  readonly transport: ApduTransport;
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
  #held: Held | undefined;
  #stopped = false;
  /** One search at a time; a change during it begins another. */
  #looking = false;

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
    if (this.#stopped) return;
    this.#state = state;
    this.dispatchEvent(new Event('change'));
  }

  #fail(code: string, retry = true): void {
    const token = this.#held?.view;
    void this.#end();
    this.#tell({ at: 'failed', code, retry, ...(token === undefined ? {} : { token }) });
  }

  start(): void {
    this.#stopped = false;
    if (this.#roads.unpaired) this.#tell({ at: 'pairing', wrong: false, busy: false });
    else void this.#open();
  }

  stop(): void {
    this.#stopped = true;
    void this.#end();
  }

  /** Nothing more is to be done for now: the card is let go, and the way to it left to others. */
  async #end(): Promise<void> {
    await this.#release();
    this.#leave();
  }

  #leave(): void {
    for (const source of this.#sources) source.removeEventListener('change', this.#onChange);
    this.#roads.leave(this.#sources);
    this.#sources = [];
  }

  readonly #onChange = (): void => {
    if (this.#held === undefined && ['waiting', 'choosing'].includes(this.#state.at)) this.#look();
  };

  async #open(): Promise<void> {
    if (this.#state.at !== 'pairing') this.#tell({ at: 'searching' });
    this.#leave();
    const sources = await this.#roads.take();
    if (this.#stopped) {
      this.#roads.leave(sources);
      return;
    }
    this.#sources = sources;
    for (const source of this.#sources) source.addEventListener('change', this.#onChange);
    const opened = await Promise.all(this.#sources.map((source) => source.open()));
    if (this.#stopped) {
      this.#leave();
      return;
    }
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
    void (async () => {
      for (const source of this.#sources) {
        const chosen = await source.choose?.();
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

  retry(): void {
    void this.#end().then(() => this.#open());
  }

  async #take(reader: CardReader): Promise<void> {
    if (this.#looking || this.#held !== undefined) return;
    this.#looking = true;
    this.#tell({ at: 'reading', reader: reader.name });
    try {
      await this.#read(reader);
    } finally {
      this.#looking = false;
    }
  }

  async #read(reader: CardReader): Promise<void> {
    const connected = await reader.connect();
    if (!connected.ok) {
      this.#fail(connected.problem.code);
      return;
    }
    const transport = connected.value;
    const refuse = async (code: string, view?: TokenView): Promise<void> => {
      await transport.close();
      this.#leave();
      this.#tell({
        at: 'failed',
        code,
        retry: true,
        ...(view === undefined ? {} : { token: view }),
      });
    };
    const found = await findCard(transport);
    if (!found.ok) return refuse(found.problem.code);
    const card = found.value;
    const read = await card.certificate();
    if (!read.ok) return refuse(read.problem.code);
    let certificate: Certificate;
    try {
      certificate = parseCertificate(read.value.der);
    } catch {
      return refuse('card.certificate');
    }
    const admitted = this.#work.admit(certificate);
    const view: TokenView = {
      application: card.application,
      experimental: card.experimental,
      serial: card.serial,
      name: certificate.subject.commonName,
      validUntil: certificate.notAfter.toISOString(),
      ...('code' in admitted || admitted.post === undefined ? {} : { post: admitted.post }),
    };
    if ('code' in admitted) return refuse(admitted.code, view);
    if (this.#stopped) {
      await transport.close();
      return;
    }
    this.#held = { transport, card, certificate, view };
    void transport.ended.then((how) => this.#ended(transport, how));
    await this.#ask();
  }

  #ended(transport: ApduTransport, how: 'closed' | 'removed'): void {
    if (how !== 'removed' || this.#held?.transport !== transport) return;
    // While the card works, its own answer says so.
    if (this.#state.at === 'asked') this.#fail('transport.removed');
  }

  async #ask(refusal?: string, told?: number): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const tries = await held.card.triesLeft();
    if (!tries.ok) {
      this.#fail(tries.problem.code);
      return;
    }
    const triesLeft = tries.value ?? told;
    if (triesLeft === 0) {
      this.#fail('card.pin-blocked', false);
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
          this.#tell({ at: 'working', token: view, step: 'sending' });
        },
      });
    } catch (error) {
      outcome = { done: false, code: codeOf(error) };
    } finally {
      pin.fill(0);
    }
    if (outcome.done) {
      const { findings } = outcome;
      await this.#end();
      this.#tell({ at: 'done', token: view, ...(findings === undefined ? {} : { findings }) });
    } else if ('problem' in outcome) {
      const { code, triesLeft } = outcome.problem;
      if (ASK_AGAIN.includes(code)) await this.#ask(code, triesLeft);
      else this.#fail(code, code !== 'card.pin-blocked');
    } else {
      this.#fail(outcome.code);
    }
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.transport.close();
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  // What `fetch` throws when nobody answers.
  return error instanceof TypeError ? 'network.unreachable' : 'token.failed';
}
