/**
 * The bridge end to end over real sockets: `agentReaders` as a page uses it, the WebSocket server,
 * and behind it the CCID driver with simulated readers and cards.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { agentReaders } from '@kabina/tokens/agent-readers';
import {
  MAX_FRAME,
  decodeAgent,
  encodePage,
  type AgentMessage,
  type PageMessage,
} from '@kabina/tokens/bridge-protocol';
import { makePairingSecret, pairingKey, prove, readPairingSecret } from '@kabina/tokens/pairing';
import type { Result } from '@kabina/tokens/result';
import { CcidDevice, type CcidStep } from '@kabina/tokens/testing/ccid-device';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import { SimulatedUsb } from '@kabina/tokens/testing/simulated-usb';
import type { ApduTransport, ReaderSource } from '@kabina/tokens/transport';
import { usbReaders } from '@kabina/tokens/usb-readers';
import { WebSocket as RawSocket, WebSocketServer } from 'ws';
import { serveBridge, type ServedBridge } from './bridge.ts';

const ORIGIN = 'http://kiosk.test';
const VERIFY = Uint8Array.of(0, 0x20, 0, 0x80, 4, 0x31, 0x32, 0x33, 0x34);
/** PC_to_RDR_IccPowerOff (CCID 1.1, 6.1.2). */
const ICC_POWER_OFF = 0x63;
const SLOW = Uint8Array.of(0, 0x99, 0, 0);

/** Browsers name the page's origin by themselves; Node's WebSocket names none. */
const PlainSocket = globalThis.WebSocket;
let origin = ORIGIN;
class PageSocket extends PlainSocket {
  constructor(url: string) {
    super(url, { headers: { origin } } as never);
  }
}

/** Answers the length of what it got, remembers a verified PIN, and is as slow as it is told. */
class TestCard implements SimulatedCard {
  // T=1, no historical bytes.
  readonly atr = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01);
  verified = false;
  /** Resolves when the slow command has come; its answer waits for `finish`. */
  readonly slow = Promise.withResolvers<void>();
  readonly finish = Promise.withResolvers<void>();

  reset(): void {
    this.verified = false;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    if (command[1] === 0x20) this.verified = true;
    if (command[1] === 0x99) {
      this.slow.resolve();
      await this.finish.promise;
    }
    return Uint8Array.of((command.length >> 8) & 0xff, command.length & 0xff, 0x90, 0);
  }
}

/** A command with so much data. */
function command(data: number): Uint8Array {
  const header = data <= 255 ? [data] : [0, data >> 8, data & 0xff];
  const bytes = new Uint8Array(4 + (data === 0 ? 0 : header.length + data));
  if (data > 0) bytes.set(header, 4);
  return bytes;
}

function opened<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problem));
  return result.value;
}

function problem(result: Result<unknown>): string {
  assert.ok(!result.ok, 'a problem was expected');
  return result.problem.code;
}

async function until(source: ReaderSource, holds: () => boolean): Promise<void> {
  while (!holds()) await once(source, 'change');
}

/** A page that says what it likes. */
class RawPage {
  readonly socket: RawSocket;
  readonly #endpoint: string;
  readonly #messages: AgentMessage[] = [];
  #news = Promise.withResolvers<void>();

  constructor(url: string, endpoint = new URL(url).host, options: object = {}) {
    this.#endpoint = endpoint;
    this.socket = new RawSocket(url, { origin: ORIGIN, ...options });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data, binary) => {
      const message = decodeAgent(binary ? (data as Buffer) : (data as Buffer).toString());
      assert.ok(message, 'the agent speaks the protocol');
      this.#messages.push(message);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    });
  }

  say(message: PageMessage): void {
    this.socket.send(encodePage(message));
  }

  /** The next message of a type; others before it are passed over. */
  async heard<T extends AgentMessage['type']>(type: T): Promise<AgentMessage & { type: T }> {
    for (;;) {
      const message = this.#messages.shift();
      if (message === undefined) await this.#news.promise;
      else if (message.type === type) return message as AgentMessage & { type: T };
    }
  }

  /** Answers the greeting, and gives what it answered. */
  async prove(secret: string): Promise<PageMessage> {
    const { nonce: agentNonce } = await this.heard('hello');
    const pageNonce = crypto.getRandomValues(new Uint8Array(32));
    const handshake = { endpoint: this.#endpoint, agentNonce, pageNonce };
    const key = await pairingKey(readPairingSecret(secret)!);
    const message = {
      type: 'prove',
      nonce: pageNonce,
      proof: await prove(key, 'page', handshake),
    } as const;
    this.say(message);
    return message;
  }

  /** The id of a session with the first reader. */
  async connect(): Promise<number> {
    const { readers } = await this.heard('readers');
    this.say({ type: 'connect', id: 1, reader: readers[0]!.name });
    return (await this.heard('connected')).session;
  }
}

/** The status that a WebSocket upgrade is answered with. */
async function upgradeStatus(port: number, path: string, host: string): Promise<number> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    headers: {
      host,
      origin: ORIGIN,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    },
  });
  asked.end();
  return new Promise((resolve) => {
    asked.on('response', (response) => resolve(response.statusCode!));
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode!);
    });
  });
}

describe('the bridge between a page and tokens', () => {
  let bus: SimulatedUsb;
  let reader: CcidDevice;
  let card: TestCard;
  /** Resolves when a card with a verified PIN is powered off. */
  let poweredOff: Promise<void>;
  let behind: ReaderSource;
  let bridge: ServedBridge;
  let secret: string;
  let page: ReaderSource;

  const pageWith = (typed: string): ReaderSource =>
    agentReaders({ url: bridge.url, secret: typed });
  const session = async (): Promise<ApduTransport> => {
    const [only] = opened(await page.open());
    return opened(await only!.connect());
  };

  beforeEach(async () => {
    globalThis.WebSocket = PageSocket as typeof WebSocket;
    origin = ORIGIN;
    bus = new SimulatedUsb();
    const { promise, resolve } = Promise.withResolvers<void>();
    poweredOff = promise;
    const faults = ({ type }: CcidStep): undefined => {
      if (card.verified && type === ICC_POWER_OFF) resolve();
    };
    reader = new CcidDevice({ level: 'extended', faults });
    card = new TestCard();
    reader.insert(card);
    bus.plug(reader);
    behind = usbReaders(bus, { poll: 5 });
    secret = makePairingSecret();
    bridge = await serveBridge({ port: 0, source: behind, secret, origins: [ORIGIN] });
    page = pageWith(secret);
  });
  afterEach(async () => {
    await page.close();
    await bridge.close();
    await behind.close();
    globalThis.WebSocket = PlainSocket;
  });

  it('shows the readers and carries APDUs of every length', async () => {
    const [only] = opened(await page.open());
    assert.equal(only!.present, true);
    assert.equal(only!.name, behind.readers[0]!.name);
    const transport = opened(await only!.connect());
    assert.deepEqual(transport.atr, card.atr);
    assert.equal(transport.extended, true);
    for (const data of [0, 1, 255, 256, 65_535]) {
      const sent = command(data);
      const answer = opened(await transport.transmit(sent));
      assert.deepEqual(
        answer,
        Uint8Array.of((sent.length >> 8) & 0xff, sent.length & 0xff, 0x90, 0),
      );
    }
  });

  it('takes a command that comes in parts, and overwrites the parts', async (t) => {
    const slow = new RawPage(bridge.url);
    await slow.prove(secret);
    const id = await slow.connect();
    const parts: Buffer[] = [];
    const { emit } = RawSocket.prototype;
    t.mock.method(RawSocket.prototype, 'emit', function (this: RawSocket, ...args: unknown[]) {
      if (Array.isArray(args[1])) parts.push(...(args[1] as Buffer[]));
      return Reflect.apply(emit, this, args) as boolean;
    });
    const frame = encodePage({ type: 'transmit', id: 2, session: id, apdu: VERIFY });
    slow.socket.send(frame.slice(0, 15), { binary: true, fin: false });
    slow.socket.send(frame.slice(15), { binary: true, fin: true });
    assert.deepEqual((await slow.heard('response')).apdu, Uint8Array.of(0, 9, 0x90, 0));
    assert.equal(card.verified, true);
    assert.equal(Buffer.concat(parts).length, frame.length);
    for (const part of parts) assert.deepEqual(part, Buffer.alloc(part.length));
    slow.socket.terminate();
  });

  it('powers the card off when the page closes the session', async () => {
    const transport = await session();
    opened(await transport.transmit(VERIFY));
    assert.equal(card.verified, true);
    await transport.close();
    await poweredOff;
    assert.equal(await transport.ended, 'closed');
    assert.equal(problem(await transport.transmit(VERIFY)), 'transport.closed');
  });

  it('powers the card off at once when the page dies with a session open', async () => {
    const dying = new RawPage(bridge.url);
    await dying.prove(secret);
    const id = await dying.connect();
    dying.say({ type: 'transmit', id: 2, session: id, apdu: VERIFY });
    await dying.heard('response');
    assert.equal(card.verified, true);
    dying.socket.terminate();
    await poweredOff;
    // Its place is free: the page that comes next can work.
    await session();
  });

  it('powers the card off also when the page dies in the middle of a command', async () => {
    const dying = new RawPage(bridge.url);
    await dying.prove(secret);
    const id = await dying.connect();
    dying.say({ type: 'transmit', id: 2, session: id, apdu: VERIFY });
    dying.say({ type: 'transmit', id: 3, session: id, apdu: SLOW });
    await card.slow.promise;
    dying.socket.terminate();
    card.finish.resolve();
    await poweredOff;
    await session();
  });

  it('tells when the card is pulled and when another comes', async () => {
    const transport = await session();
    reader.remove();
    assert.equal(await transport.ended, 'removed');
    assert.equal(problem(await transport.transmit(VERIFY)), 'transport.removed');
    await until(page, () => page.readers[0]?.present === false);
    assert.equal(problem(await page.readers[0]!.connect()), 'transport.no-card');
    reader.insert(card);
    await until(page, () => page.readers[0]?.present === true);
    opened(await (await session()).transmit(VERIFY));
  });

  it('tells when the reader is unplugged and when it is back', async () => {
    const transport = await session();
    bus.unplug(reader);
    assert.equal(await transport.ended, 'removed');
    await until(page, () => page.readers.length === 0);
    bus.plug(reader);
    await until(page, () => page.readers[0]?.present === true);
    opened(await (await session()).transmit(VERIFY));
  });

  it('gives a reader to one session at a time', async () => {
    const transport = await session();
    assert.equal(problem(await page.readers[0]!.connect()), 'transport.busy');
    await transport.close();
    opened(await page.readers[0]!.connect());
  });

  it('speaks with one page at a time, and with the next when that one goes', async () => {
    opened(await page.open());
    const second = pageWith(secret);
    assert.equal(problem(await second.open()), 'transport.busy');
    await page.close();
    opened(await second.open());
    await second.close();
  });

  it('comes back to a page by itself after the agent has been started again', async () => {
    const transport = await session();
    const { port } = new URL(bridge.url);
    await bridge.close();
    assert.equal(await transport.ended, 'removed');
    assert.deepEqual(page.readers, []);
    assert.equal(problem(await page.open()), 'transport.unreachable');
    bridge = await serveBridge({ port: +port, source: behind, secret, origins: [ORIGIN] });
    await until(page, () => page.readers[0]?.present === true);
    opened(await (await session()).transmit(VERIFY));
  });

  it('answers `unreachable` where nobody listens', async () => {
    await bridge.close();
    assert.equal(problem(await page.open()), 'transport.unreachable');
  });

  it('refuses a page with another secret, and a page that knows it is let in', async () => {
    const stranger = pageWith(makePairingSecret());
    assert.equal(problem(await stranger.open()), 'transport.unpaired');
    await stranger.close();
    const mistyped = pageWith('7Q2MX');
    assert.equal(problem(await mistyped.open()), 'transport.unpaired');
    await mistyped.close();
    opened(await page.open());
  });

  it('looks at no more than five wrong proofs in a row, and says how long it will look at none', async () => {
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      const stranger = new RawPage(bridge.url);
      await stranger.prove(makePairingSecret());
      waits.push((await stranger.heard('refused')).wait);
    }
    assert.deepEqual(
      waits.map((wait) => wait > 0),
      [false, false, false, false, false, true, true],
    );
    // The right secret is not looked at either, but the page comes in by itself after the wait.
    assert.equal(problem(await page.open()), 'transport.unpaired');
    await until(page, () => page.readers.length === 1);
  });

  it('refuses a page of another origin, and one that names none, whatever secret it has', async () => {
    for (const foreign of ['http://evil.test', 'null', `${ORIGIN}.evil.test`, '']) {
      origin = foreign;
      const stranger = pageWith(secret);
      assert.equal(problem(await stranger.open()), 'transport.unpaired', foreign);
      await stranger.close();
    }
  });

  it('answers only under the loopback’s own names and on its own path', async () => {
    const { port } = new URL(bridge.url);
    for (const [path, host, status] of [
      ['/bridge', `evil.test:${port}`, 421],
      ['/bridge', '127.0.0.1', 421],
      ['/bridge', `127.0.0.1:${port}`, 101],
      ['/bridge', `localhost:${port}`, 101],
      ['/bridge?x', `127.0.0.1:${port}`, 404],
      ['/', `127.0.0.1:${port}`, 404],
    ] as const) {
      assert.equal(await upgradeStatus(+port, path, host), status, `${host}${path}`);
    }
  });

  it('takes no proof twice', async () => {
    const first = new RawPage(bridge.url);
    const sent = await first.prove(secret);
    await first.heard('welcome');
    first.socket.close();
    await once(first.socket, 'close');
    const again = new RawPage(bridge.url);
    await again.heard('hello');
    again.say(sent);
    assert.equal((await again.heard('refused')).code, 'transport.unpaired');
  });

  it('takes no proof that was made for another address', async () => {
    // A program that sits on another port and passes on what both sides say.
    const relayed = new RawPage(bridge.url, '127.0.0.1:1');
    await relayed.prove(secret);
    assert.equal((await relayed.heard('refused')).code, 'transport.unpaired');
  });

  it('is not believed by a page unless it proves itself too', async () => {
    const squatter = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(squatter, 'listening');
    squatter.on('connection', (socket) => {
      socket.on('error', () => undefined);
      const nonce = '00'.repeat(32);
      socket.send(`{"type":"hello","version":1,"nonce":"${nonce}"}`);
      socket.on('message', (data) => {
        // It answers with the page's own proof.
        const { proof } = JSON.parse(String(data)) as { proof: string };
        socket.send(`{"type":"welcome","proof":"${proof}"}`);
        socket.send('{"type":"readers","readers":[{"name":"x","present":true}]}');
      });
    });
    const { port } = squatter.address() as { port: number };
    const fooled = agentReaders({ url: `ws://localhost:${port}/bridge`, secret });
    assert.equal(problem(await fooled.open()), 'transport.unpaired');
    assert.deepEqual(fooled.readers, []);
    await fooled.close();
    for (const socket of squatter.clients) socket.terminate();
    squatter.close();
  });

  it('ends with whoever says what the protocol has not, before and after the proof', async () => {
    const garbage: readonly (string | Buffer)[] = [
      '',
      'x',
      '{"type":"look","id":1,"more":true}',
      '{"type":"welcome","proof":""}',
      '{"type":"transmit","id":1,"session":1,"apdu":"0084000008"}',
      Buffer.from('{"type":"look","id":1}'),
      Buffer.alloc(0),
      Buffer.from('010000000100000001008400', 'hex'),
      Buffer.from('0200000001000000019000', 'hex'),
      Buffer.from('0300000001000000010084000008', 'hex'),
      Buffer.alloc(MAX_FRAME + 1, 1),
      'x'.repeat(MAX_FRAME + 1),
    ];
    for (const frame of garbage) {
      for (const proven of [false, true]) {
        const rude = new RawPage(bridge.url);
        if (proven) {
          await rude.prove(secret);
          await rude.heard('readers');
        } else {
          await rude.heard('hello');
        }
        rude.socket.send(frame);
        await once(rude.socket, 'close');
      }
    }
    // Requests before the proof are none either.
    const hasty = new RawPage(bridge.url);
    await once(hasty.socket, 'open');
    hasty.say({ type: 'look', id: 1 });
    await once(hasty.socket, 'close');
    const hastier = new RawPage(bridge.url);
    await hastier.heard('hello');
    hastier.say({ type: 'transmit', id: 1, session: 1, apdu: VERIFY });
    await once(hastier.socket, 'close');
    assert.equal(card.verified, false);
    opened(await page.open());
  });

  it('keeps no more than eight connections that have not proved themselves', async () => {
    const idle = Array.from({ length: 8 }, () => new RawPage(bridge.url));
    for (const stranger of idle) await stranger.heard('hello');
    const ninth = new RawPage(bridge.url);
    assert.equal((await ninth.heard('refused')).code, 'transport.busy');
    for (const stranger of idle) stranger.socket.terminate();
  });

  it('lets a browser go that no longer answers, and its card', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const stopped = await serveBridge({ port: 0, source: behind, secret, origins: [ORIGIN] });
    const frozen = new RawPage(stopped.url, undefined, { autoPong: false });
    await frozen.prove(secret);
    const id = await frozen.connect();
    frozen.say({ type: 'transmit', id: 2, session: id, apdu: VERIFY });
    await frozen.heard('response');
    t.mock.timers.tick(10_000);
    t.mock.timers.tick(10_000);
    await poweredOff;
    await stopped.close();
    // Before the others' own interval is cleared.
    t.mock.timers.reset();
  });

  it('dials no other machine and no name that could lead to one', () => {
    for (const url of [
      'ws://kiosk.test:8800/bridge',
      'wss://127.0.0.1:8800/bridge',
      'http://127.0.0.1:8800/bridge',
      'ws://127.0.0.1:8800/',
      'ws://[::1]:8800/bridge',
    ]) {
      assert.throws(() => agentReaders({ url, secret }), TypeError, url);
    }
  });
});
