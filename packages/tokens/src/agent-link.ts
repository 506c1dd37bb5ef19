/**
 * The page's side of one connection to the kiosk's agent: who is there is proved both ways first,
 * then requests get their answers. `agent-readers.ts` keeps one up. What was written to the socket is
 * overwritten at once; what a browser or Node has copied from it is out of reach.
 */
import {
  decodeAgent,
  encodePage,
  wipe,
  type AgentMessage,
  type PageMessage,
} from './bridge-protocol.ts';
import { NONCE_BYTES, prove, proves, type Handshake } from './pairing.ts';
import { fail, ok, type Result, type TransportCode } from './result.ts';

/** An agent that listens greets at once; one that is stopped doesn't. */
const HANDSHAKE_MS = 10_000;
/** Longer than the agent waits for a slow card: an agent that is silent so long hangs. */
const ANSWER_MS = 90_000;

/** RFC 6455, 7.4: a page may give no other. */
const CLOSE_NORMAL = 1000;

type DistributedOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** A request without its id. */
export type Question = DistributedOmit<Exclude<PageMessage, { type: 'prove' }>, 'id'>;
export type Answer = Extract<AgentMessage, { id: number }>;
/** What the agent says by itself. */
export type News = Extract<AgentMessage, { type: 'readers' | 'ended' }>;

/** How an attempt has failed, and when another has sense. */
export interface Refusal {
  readonly code: TransportCode;
  readonly message: string;
  /** `never`: only with another secret. Else milliseconds, or as the caller likes. */
  readonly again: 'never' | number | undefined;
}

export interface LinkOptions {
  readonly url: string;
  /** Host and port of the URL. */
  readonly endpoint: string;
  readonly key: CryptoKey;
  readonly onNews: (news: News) => void;
  /** An open link is lost or closed; its requests have been answered with a problem. */
  readonly onLost: () => void;
}

export class AgentLink {
  readonly #options: LinkOptions;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  readonly #closed: Promise<unknown>;
  #state: 'opening' | 'open' | 'over' = 'opening';
  #handshake: Handshake | undefined;
  #settle: (refusal: Refusal | undefined) => void = () => undefined;
  #nextId = 1;

  private constructor(options: LinkOptions) {
    this.#options = options;
    this.#socket = new WebSocket(options.url);
    this.#socket.binaryType = 'arraybuffer';
    this.#closed = new Promise((resolve) => {
      this.#socket.addEventListener('close', resolve);
    });
  }

  /** Dials and proves. Never rejects. */
  static async open(options: LinkOptions): Promise<AgentLink | Refusal> {
    const link = new AgentLink(options);
    const refusal = await link.#open();
    return refusal ?? link;
  }

  async #open(): Promise<Refusal | undefined> {
    const settled = new Promise<Refusal | undefined>((resolve) => (this.#settle = resolve));
    const deadline = setTimeout(() => this.#end('the agent does not greet'), HANDSHAKE_MS);
    // Frames are handled one after another, though checking a proof takes its time.
    let queue = Promise.resolve();
    this.#socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      queue = queue.then(() => this.#receive(data));
    });
    this.#socket.addEventListener('close', () => {
      queue = queue.then(() => this.#end('the agent does not answer'));
    });
    const refusal = await settled;
    clearTimeout(deadline);
    return refusal;
  }

  /**
   * Sends a request. Never rejects; `transport.unreachable` if the link is lost first. An answer with
   * an APDU is the caller's to overwrite.
   *
   * @param question whose APDU stays the caller's
   * @param onAnswer called before anything that the agent says afterwards is heard
   */
  async ask(
    question: Question,
    onAnswer: (answer: Answer) => void = () => undefined,
  ): Promise<Result<Exclude<Answer, { type: 'failed' }>>> {
    const lost = fail('transport.unreachable', 'the connection to the agent is lost');
    if (this.#state !== 'open') return lost;
    const id = this.#nextId++;
    const answer = await new Promise<Answer | undefined>((resolve) => {
      const deadline = setTimeout(() => this.#end('the agent does not answer'), ANSWER_MS);
      this.#waiting.set(id, (given) => {
        clearTimeout(deadline);
        if (given !== undefined) onAnswer(given);
        resolve(given);
      });
      this.#send({ ...question, id } as PageMessage);
    });
    if (answer === undefined) return lost;
    if (answer.type === 'failed') return fail(answer.code, answer.message);
    return ok(answer);
  }

  /** Resolves when the connection is gone: who dials next is not taken for a second page. */
  async close(): Promise<void> {
    this.#end('closed by the page');
    await this.#closed;
  }

  #send(message: PageMessage): void {
    const frame = encodePage(message);
    // "The data to be sent is the data stored" when this is called: it is copied here.
    // https://websockets.spec.whatwg.org/#dom-websocket-send
    this.#socket.send(frame);
    wipe(frame);
  }

  async #receive(data: string | ArrayBuffer): Promise<void> {
    const frame = typeof data === 'string' ? data : new Uint8Array(data);
    const message = this.#state === 'over' ? undefined : decodeAgent(frame);
    if (message !== undefined && 'id' in message) {
      const answer = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (answer !== undefined) return answer(message);
    }
    // Nobody else takes an APDU.
    wipe(frame);
    if (this.#state === 'over') return;
    if (message === undefined) {
      this.#end('the agent said what the protocol has not');
    } else if (this.#state === 'opening') {
      await this.#greeted(message);
    } else if (message.type === 'readers' || message.type === 'ended') {
      this.#options.onNews(message);
    } else {
      this.#end('the agent answered what it was not asked');
    }
  }

  async #greeted(message: AgentMessage): Promise<void> {
    const { endpoint, key } = this.#options;
    if (message.type === 'refused') {
      this.#end('refused', {
        code: message.code,
        message: 'the agent has refused this page',
        again:
          message.code === 'transport.busy' ? undefined : message.wait > 0 ? message.wait : 'never',
      });
    } else if (message.type === 'hello' && this.#handshake === undefined) {
      const pageNonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      this.#handshake = { endpoint, agentNonce: message.nonce, pageNonce };
      const proof = await prove(key, 'page', this.#handshake);
      if (this.#state === 'opening') {
        this.#send({ type: 'prove', nonce: pageNonce, proof });
      }
    } else if (message.type === 'welcome' && this.#handshake !== undefined) {
      if (await proves(key, 'agent', this.#handshake, message.proof)) {
        this.#state = 'open';
        this.#settle(undefined);
      } else {
        this.#end('unpaired', {
          code: 'transport.unpaired',
          message: 'what answers is not the agent that this page is paired with',
          again: undefined,
        });
      }
    } else {
      this.#end('the agent said what the protocol has not');
    }
  }

  #end(
    sentence: string,
    refusal: Refusal = { code: 'transport.unreachable', message: sentence, again: undefined },
  ): void {
    if (this.#state === 'over') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'over';
    this.#socket.close(CLOSE_NORMAL);
    this.#settle(refusal);
    for (const answer of this.#waiting.values()) answer(undefined);
    this.#waiting.clear();
    if (wasOpen) this.#options.onLost();
  }
}
