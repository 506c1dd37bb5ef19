/**
 * The agent's side of the bridge, without a network: a state machine for each connection over
 * whatever carries frames, and one place at which the page that has proved itself sits.
 *
 *     hello → prove ─┬→ refused, over
 *                    └→ welcome → requests and answers → over
 *
 * When a connection is over, for whatever reason, its card sessions are closed at once: a verified
 * PIN does not outlive the page that sent it. Nothing here is logged, and APDUs, which come and go as
 * bytes, are overwritten as soon as they have gone on.
 */
import { MAX_RESPONSE } from './apdu-frame.ts';
import {
  BRIDGE_VERSION,
  MAX_NAME,
  MAX_READERS,
  decodePage,
  encodeAgent,
  wipe,
  type AgentMessage,
  type BridgeReader,
  type Frame,
  type PageMessage,
} from './bridge-protocol.ts';
import { NONCE_BYTES, pairingKey, prove, proves, readPairingSecret } from './pairing.ts';
import { ProofLimit } from './proof-limit.ts';
import { fail, type TokenProblem, type TransportCode } from './result.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';

/** How long a connection may take to prove itself. */
const PROVE_MS = 10_000;
/** Connections that have not proved themselves yet: more than one browser opens by itself. */
const MAX_STRANGERS = 8;
/** Requests of a page that have no answer yet. */
const MAX_REQUESTS = 32;

/** RFC 6455, 7.4.1. */
const CLOSE_NORMAL = 1000;
const CLOSE_POLICY = 1008;

/** Carries frames; `close` is heard as `gone` later, or not at all. */
export interface BridgeSocket {
  /** Bytes are the socket's from now on: it overwrites them once they have gone, or can't go. */
  send(frame: Frame): void;
  close(code: number): void;
}

/** The two things that a socket tells. */
export interface BridgeConnection {
  /** Bytes are the connection's from now on: it overwrites them once they were used. */
  receive(frame: string | Uint8Array): void;
  /** The other side went, or the network with it. */
  gone(): void;
}

export interface BridgeServerOptions {
  /** Opened by the bridge, closed by whoever made it. */
  readonly source: ReaderSource;
  /** As `makePairingSecret` writes it. Throws `TypeError` if it is none. */
  readonly secret: string;
}

export class BridgeServer {
  readonly source: ReaderSource;
  readonly key: Promise<CryptoKey>;
  readonly limit = new ProofLimit();
  /** Sessions that the page before has left are being powered off. */
  settled: Promise<unknown> = Promise.resolve();
  readonly #connections = new Set<Connection>();
  #page: Connection | undefined;
  readonly #onChange = (): void => this.#page?.tellReaders();

  constructor(options: BridgeServerOptions) {
    const symbols = readPairingSecret(options.secret);
    if (symbols === undefined) throw new TypeError('"secret" is no pairing secret');
    this.key = pairingKey(symbols);
    this.source = options.source;
    this.source.addEventListener('change', this.#onChange);
    void this.source.open();
  }

  /**
   * Takes a new connection.
   *
   * @param endpoint that this connection was made to, `127.0.0.1:8800`: the page's proof holds for it
   */
  accept(socket: BridgeSocket, endpoint: string): BridgeConnection {
    const connection = new Connection(this, socket, endpoint);
    const strangers = [...this.#connections].filter((other) => other !== this.#page);
    this.#connections.add(connection);
    if (strangers.length >= MAX_STRANGERS) connection.refuse('transport.busy', 0);
    else connection.greet();
    return connection;
  }

  /** Tells a page of an origin that the kiosk does not know that it is one, and ends. */
  refuse(socket: BridgeSocket): void {
    socket.send(encodeAgent({ type: 'refused', code: 'transport.unpaired', wait: 0 }));
    socket.close(CLOSE_POLICY);
  }

  /** Ends all connections and their sessions. */
  async close(): Promise<void> {
    this.source.removeEventListener('change', this.#onChange);
    for (const connection of [...this.#connections]) connection.end(CLOSE_NORMAL);
    await this.settled;
  }

  /** Gives the page's place to a connection, unless another has it. */
  seat(connection: Connection): boolean {
    if (this.#page !== undefined) return false;
    this.#page = connection;
    return true;
  }

  leave(connection: Connection, sessions: Iterable<ApduTransport>): void {
    this.#connections.delete(connection);
    if (this.#page === connection) this.#page = undefined;
    const closing = [...sessions].map((session) => session.close());
    this.settled = Promise.all([this.settled, ...closing]);
  }
}

class Connection implements BridgeConnection {
  readonly #server: BridgeServer;
  readonly #socket: BridgeSocket;
  readonly #endpoint: string;
  readonly #nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  readonly #sessions = new Map<number, ApduTransport>();
  #state: 'hello' | 'proving' | 'open' | 'over' = 'hello';
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #requests = 0;
  #nextSession = 1;

  constructor(server: BridgeServer, socket: BridgeSocket, endpoint: string) {
    this.#server = server;
    this.#socket = socket;
    this.#endpoint = endpoint;
  }

  greet(): void {
    this.#deadline = setTimeout(() => this.end(CLOSE_POLICY), PROVE_MS);
    this.#say({ type: 'hello', version: BRIDGE_VERSION, nonce: this.#nonce });
  }

  refuse(code: 'transport.unpaired' | 'transport.busy', wait: number): void {
    this.#say({ type: 'refused', code, wait });
    this.end(CLOSE_POLICY);
  }

  receive(frame: string | Uint8Array): void {
    const message = this.#state === 'over' ? undefined : decodePage(frame);
    if (message?.type === 'prove' && this.#state === 'hello') {
      void this.#prove(message);
    } else if (
      message !== undefined &&
      message.type !== 'prove' &&
      this.#state === 'open' &&
      this.#requests < MAX_REQUESTS
    ) {
      void this.#answer(message);
    } else {
      wipe(frame);
      this.end(CLOSE_POLICY);
    }
  }

  gone(): void {
    this.end(CLOSE_NORMAL);
  }

  end(code: number): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    clearTimeout(this.#deadline);
    this.#socket.close(code);
    this.#server.leave(this, this.#sessions.values());
  }

  tellReaders(): void {
    this.#say({ type: 'readers', readers: listed(this.#server.source.readers) });
  }

  #say(message: AgentMessage): void {
    if (this.#state !== 'over') this.#socket.send(encodeAgent(message));
  }

  async #prove(message: PageMessage & { type: 'prove' }): Promise<void> {
    this.#state = 'proving';
    const { limit } = this.#server;
    const wait = limit.take();
    if (wait > 0) return this.refuse('transport.unpaired', wait);
    const key = await this.#server.key;
    const handshake = {
      endpoint: this.#endpoint,
      agentNonce: this.#nonce,
      pageNonce: message.nonce,
    };
    const right = await proves(key, 'page', handshake, message.proof);
    if (right) limit.right();
    const proof = await prove(key, 'agent', handshake);
    // The page may have gone meanwhile.
    if (this.#state !== 'proving') return;
    if (!right) return this.refuse('transport.unpaired', 0);
    if (!this.#server.seat(this)) return this.refuse('transport.busy', 0);
    clearTimeout(this.#deadline);
    this.#state = 'open';
    this.#say({ type: 'welcome', proof });
    this.tellReaders();
  }

  async #answer(request: Exclude<PageMessage, { type: 'prove' }>): Promise<void> {
    this.#requests += 1;
    switch (request.type) {
      case 'look':
        await this.#look(request.id);
        break;
      case 'connect':
        await this.#connect(request.id, request.reader);
        break;
      case 'transmit':
        await this.#transmit(request);
        break;
      case 'close':
        await this.#close(request);
    }
    this.#requests -= 1;
  }

  async #look(id: number): Promise<void> {
    const found = await this.#server.source.open();
    if (found.ok) this.#say({ type: 'looked', id, readers: listed(found.value) });
    else this.#fail(id, found.problem);
  }

  async #connect(id: number, name: string): Promise<void> {
    await this.#server.settled;
    const reader = this.#server.source.readers.find((candidate) => candidate.name === name);
    if (reader === undefined) {
      return this.#fail(id, fail('transport.removed', 'no such reader').problem);
    }
    const connected = await reader.connect();
    if (!connected.ok) return this.#fail(id, connected.problem);
    const transport = connected.value;
    if (this.#state === 'over') {
      this.#server.leave(this, [transport]);
      return;
    }
    const session = this.#nextSession++;
    this.#sessions.set(session, transport);
    const { atr, extended } = transport;
    this.#say({ type: 'connected', id, session, atr, extended });
    // A session that the page has closed is no longer in the map.
    void transport.ended.then((why) => {
      if (this.#sessions.delete(session)) this.#say({ type: 'ended', session, why });
    });
  }

  async #transmit(request: PageMessage & { type: 'transmit' }): Promise<void> {
    const { id, session, apdu } = request;
    const transport = this.#sessions.get(session);
    const answered =
      transport === undefined
        ? fail('transport.closed', 'no such session')
        : await transport.transmit(apdu);
    apdu.fill(0);
    if (!answered.ok) return this.#fail(id, answered.problem);
    const response = answered.value;
    if (response.length < 2 || response.length > MAX_RESPONSE) {
      this.#fail(id, fail('transport.protocol', 'a response without a status').problem);
    } else {
      this.#say({ type: 'response', id, session, apdu: response });
    }
    response.fill(0);
  }

  async #close({ id, session }: PageMessage & { type: 'close' }): Promise<void> {
    const transport = this.#sessions.get(session);
    this.#sessions.delete(session);
    await transport?.close();
    this.#say({ type: 'closed', id });
  }

  #fail(id: number, { code, message }: TokenProblem): void {
    // A source of readers has problems of transport only.
    this.#say({ type: 'failed', id, code: code as TransportCode, message });
  }
}

/** As the protocol can carry them. */
function listed(readers: readonly CardReader[]): BridgeReader[] {
  return readers
    .filter(({ name }) => name.length <= MAX_NAME)
    .slice(0, MAX_READERS)
    .map(({ name, present }) => ({ name, present }));
}
