/**
 * Readers of the kiosk's agent, for a page: a plain browser reaches no smartcard by itself, the
 * agent on the loopback does, and this speaks to it over one WebSocket that is dialled again
 * whenever it is lost. For browsers; Node has the same WebSocket.
 */
import { AgentLink, type Answer, type News, type Refusal } from './agent-link.ts';
import { BRIDGE_PATH, type BridgeReader } from './bridge-protocol.ts';
import { pairingKey, readPairingSecret } from './pairing.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';

/** An agent that restarts is back within a second; one that is not installed need not be hurried. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

export interface AgentReadersOptions {
  /** `ws://127.0.0.1:8800/bridge`. */
  readonly url: string;
  /** As a person has typed it. What can be no secret gives `transport.unpaired` on `open`. */
  readonly secret: string;
}

/** Throws `TypeError` if the URL does not lead to an agent on this machine. */
export function agentReaders(options: AgentReadersOptions): ReaderSource {
  return new AgentReaders(loopback(options.url), options.secret);
}

/**
 * By its number, since the name may lead to either family's loopback, and a program that listens on
 * the other one would be dialled under the agent's name.
 */
function loopback(text: string): URL {
  const url = new URL(text);
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  const { protocol, hostname, pathname } = url;
  if (protocol !== 'ws:' || hostname !== '127.0.0.1' || pathname !== BRIDGE_PATH) {
    throw new TypeError(`"url" expected ws://127.0.0.1:PORT${BRIDGE_PATH}`);
  }
  return url;
}

class AgentReaders extends EventTarget implements ReaderSource {
  readonly kind = 'agent';
  readonly #url: URL;
  readonly #key: Promise<CryptoKey> | undefined;
  #readers: readonly AgentReader[] = [];
  readonly #sessions = new Map<number, AgentTransport>();
  #link: AgentLink | undefined;
  #dialling: Promise<Result<AgentLink>> | undefined;
  #watching = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #delay = FIRST_RETRY_MS;

  constructor(url: URL, secret: string) {
    super();
    this.#url = url;
    const symbols = readPairingSecret(secret);
    this.#key = symbols === undefined ? undefined : pairingKey(symbols);
  }

  get readers(): readonly CardReader[] {
    return this.#readers;
  }

  async open(): Promise<Result<readonly CardReader[]>> {
    this.#watching = true;
    const link = await this.#linked();
    if (!link.ok) return link;
    const looked = await link.value.ask({ type: 'look' });
    if (!looked.ok) return looked;
    if (looked.value.type !== 'looked') return unexpected(link.value, looked.value);
    this.#list(looked.value.readers);
    return ok(this.#readers);
  }

  async close(): Promise<void> {
    this.#watching = false;
    clearTimeout(this.#retry);
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    await this.#link?.close();
    // One that is being dialled ends when it opens and finds that nobody watches.
    await this.#dialling;
  }

  /** Opens a session on a reader; for `AgentReader`. */
  async connect(name: string): Promise<Result<ApduTransport>> {
    const link = this.#link;
    if (link === undefined) return fail('transport.removed', 'the agent is not connected');
    let transport: AgentTransport | undefined;
    const connected = await link.ask({ type: 'connect', reader: name }, (answer) => {
      // Now: the session's end may be the next thing that the agent says.
      if (answer.type !== 'connected') return;
      const { session } = answer;
      const opened = new AgentTransport(link, name, answer);
      this.#sessions.set(session, opened);
      void opened.ended.then(() => this.#sessions.delete(session));
      transport = opened;
    });
    if (!connected.ok) return connected;
    if (transport === undefined) return unexpected(link, connected.value);
    return ok(transport);
  }

  /** The link, dialled now if there is none. */
  #linked(): Promise<Result<AgentLink>> {
    if (this.#link !== undefined) return Promise.resolve(ok(this.#link));
    clearTimeout(this.#retry);
    this.#dialling ??= this.#dial().finally(() => (this.#dialling = undefined));
    return this.#dialling;
  }

  async #dial(): Promise<Result<AgentLink>> {
    if (this.#key === undefined) {
      return fail('transport.unpaired', 'what was given is no pairing secret');
    }
    const opened = await AgentLink.open({
      url: this.#url.href,
      endpoint: `127.0.0.1:${this.#url.port}`,
      key: await this.#key,
      onNews: (news) => this.#hear(news),
      onLost: () => this.#lost(),
    });
    if (!(opened instanceof AgentLink)) {
      this.#dialLater(opened.again);
      return fail(opened.code, opened.message);
    }
    if (!this.#watching) {
      await opened.close();
      return fail('transport.closed', 'the source was closed');
    }
    this.#link = opened;
    this.#delay = FIRST_RETRY_MS;
    return ok(opened);
  }

  #dialLater(again: Refusal['again']): void {
    if (!this.#watching || again === 'never') return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#linked(), again ?? this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_RETRY_MS);
  }

  #lost(): void {
    this.#link = undefined;
    for (const session of this.#sessions.values()) session.end('removed');
    this.#list([]);
    this.#dialLater(undefined);
  }

  #hear(news: News): void {
    if (news.type === 'readers') this.#list(news.readers);
    else this.#sessions.get(news.session)?.end(news.why);
  }

  #list(readers: readonly BridgeReader[]): void {
    const before = this.#readers;
    const same =
      before.length === readers.length &&
      readers.every(({ name, present }, i) => {
        return before[i]!.name === name && before[i]!.present === present;
      });
    if (same) return;
    const known = new Map(before.map((reader) => [reader.name, reader]));
    this.#readers = readers.map(({ name, present }) => {
      const reader = known.get(name) ?? new AgentReader(this, name);
      reader.present = present;
      known.delete(name);
      return reader;
    });
    for (const gone of known.values()) gone.present = false;
    this.dispatchEvent(new Event('change'));
  }
}

class AgentReader implements CardReader {
  readonly #source: AgentReaders;
  readonly name: string;
  present = false;

  constructor(source: AgentReaders, name: string) {
    this.#source = source;
    this.name = name;
  }

  connect(): Promise<Result<ApduTransport>> {
    return this.#source.connect(this.name);
  }
}

class AgentTransport implements ApduTransport {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly extended: boolean;
  readonly ended: Promise<'closed' | 'removed'>;
  readonly #link: AgentLink;
  readonly #session: number;
  #over: 'closed' | 'removed' | undefined;
  #settle: (why: 'closed' | 'removed') => void = () => undefined;

  constructor(link: AgentLink, reader: string, opened: Answer & { type: 'connected' }) {
    this.#link = link;
    this.#session = opened.session;
    this.reader = reader;
    this.atr = opened.atr;
    this.extended = opened.extended;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
  }

  async transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    if (this.#over !== undefined) return gone(this.#over);
    const session = this.#session;
    const answered = await this.#link.ask({ type: 'transmit', session, apdu: command });
    if (answered.ok) {
      const answer = answered.value;
      return answer.type === 'response' && answer.session === session
        ? ok(answer.apdu)
        : unexpected(this.#link, answer);
    }
    // The link went, and the session with it.
    return this.#over === undefined ? answered : gone(this.#over);
  }

  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    this.end('closed');
    await this.#link.ask({ type: 'close', session: this.#session });
  }

  /** Once; for the source. */
  end(why: 'closed' | 'removed'): void {
    this.#over ??= why;
    this.#settle(why);
  }
}

function gone(why: 'closed' | 'removed'): Result<never> {
  return why === 'closed'
    ? fail('transport.closed', 'the session was closed')
    : fail('transport.removed', 'the card, its reader or the agent went');
}

/** An answer to another question than was asked: nothing that comes over this link can be relied on. */
function unexpected(link: AgentLink, answer: Answer): Result<never> {
  if (answer.type === 'response') answer.apdu.fill(0);
  void link.close();
  return fail('transport.protocol', 'the agent answered another question');
}
