/** Who overwrites what on the agent's side, over a socket that only remembers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeAgent,
  encodePage,
  type AgentMessage,
  type Frame,
  type PageMessage,
} from './bridge-protocol.ts';
import { BridgeServer, type BridgeConnection, type BridgeSocket } from './bridge-server.ts';
import { fromHex } from './bytes.ts';
import { makePairingSecret, pairingKey, prove, readPairingSecret } from './pairing.ts';
import type { SimulatedCard } from './testing/simulated-card.ts';
import { simulatedReaders } from './testing/simulated-readers.ts';

const ENDPOINT = '127.0.0.1:8800';
const VERIFY = '0020008008 31323334353637ff';
const CHALLENGE = fromHex('0102030405060708 9000');

class Socket implements BridgeSocket {
  readonly sent: Frame[] = [];
  closed: number | undefined;
  #news = Promise.withResolvers<void>();

  send(frame: Frame): void {
    this.sent.push(frame);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  close(code: number): void {
    this.closed = code;
  }

  /** The next message; waits for it. */
  async heard<T extends AgentMessage['type']>(type: T): Promise<AgentMessage & { type: T }> {
    while (this.sent.length === 0) await this.#news.promise;
    const message = decodeAgent(this.sent.shift()!);
    assert.equal(message?.type, type);
    return message as AgentMessage & { type: T };
  }
}

/** Keeps what it got, by copy, and what it answered, and answers when it is told. */
class Card implements SimulatedCard {
  readonly atr = fromHex('3b80800101');
  readonly got: Uint8Array[] = [];
  readonly answers: Uint8Array[] = [];
  readonly asked = Promise.withResolvers<void>();
  readonly finish = Promise.withResolvers<void>();

  reset(): void {
    this.got.length = 0;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    this.asked.resolve();
    await this.finish.promise;
    this.got.push(command.slice());
    const answer = CHALLENGE.slice();
    this.answers.push(answer);
    return answer;
  }
}

function bytesOf(message: PageMessage): Uint8Array {
  const frame = encodePage(message);
  assert.ok(typeof frame !== 'string');
  return frame;
}

/** A frame with a PIN in it. */
function verify(id: number, session: number): Uint8Array {
  return bytesOf({ type: 'transmit', id, session, apdu: fromHex(VERIFY) });
}

const zeros = (frame: Uint8Array): Uint8Array => new Uint8Array(frame.length);
const apduIn = (frame: Uint8Array): Uint8Array => frame.subarray(9);

interface Page {
  readonly card: Card;
  readonly socket: Socket;
  readonly connection: BridgeConnection;
  readonly server: BridgeServer;
  readonly session: number;
}

/** A page that has proved itself and opened a session. */
async function page(): Promise<Page> {
  const card = new Card();
  const secret = makePairingSecret();
  const server = new BridgeServer({ source: simulatedReaders([{ name: 'A', card }]), secret });
  const socket = new Socket();
  const connection = server.accept(socket, ENDPOINT);
  const { nonce: agentNonce } = await socket.heard('hello');
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const handshake = { endpoint: ENDPOINT, agentNonce, pageNonce: nonce };
  const key = await pairingKey(readPairingSecret(secret)!);
  const say = (message: PageMessage) => connection.receive(encodePage(message));
  say({ type: 'prove', nonce, proof: await prove(key, 'page', handshake) });
  await socket.heard('welcome');
  await socket.heard('readers');
  say({ type: 'connect', id: 1, reader: 'A' });
  const { session } = await socket.heard('connected');
  return { card, socket, connection, server, session };
}

describe('the agent’s side of the bridge', () => {
  it('overwrites a command when the card has answered, and the answer when it has gone on', async () => {
    const { card, socket, connection, session } = await page();
    const frame = verify(2, session);
    connection.receive(frame);
    await card.asked.promise;
    // Not before: the card has not got it yet.
    assert.deepEqual(apduIn(frame), fromHex(VERIFY));
    card.finish.resolve();
    const { id, session: of, apdu } = await socket.heard('response');
    assert.deepEqual([id, of, apdu], [2, session, CHALLENGE]);
    assert.deepEqual(card.got, [fromHex(VERIFY)]);
    assert.deepEqual(apduIn(frame), zeros(apduIn(frame)));
    assert.deepEqual(card.answers, [zeros(CHALLENGE)]);
  });

  it('overwrites a command also where the page goes before the card answers', async () => {
    const { card, socket, connection, server, session } = await page();
    const frame = verify(2, session);
    connection.receive(frame);
    await card.asked.promise;
    connection.gone();
    card.finish.resolve();
    await server.close();
    await new Promise((go) => setImmediate(go));
    assert.deepEqual(apduIn(frame), zeros(apduIn(frame)));
    assert.deepEqual(card.answers, [zeros(CHALLENGE)]);
    assert.deepEqual(socket.sent, []);
  });

  it('overwrites a command for a session that is not there', async () => {
    const { card, socket, connection, session } = await page();
    const frame = verify(2, session + 1);
    connection.receive(frame);
    assert.equal((await socket.heard('failed')).code, 'transport.closed');
    assert.deepEqual(apduIn(frame), zeros(apduIn(frame)));
    assert.deepEqual(card.got, []);
  });

  it('overwrites bytes that it does not take, and ends', async () => {
    const greeted = async (): Promise<Page> => {
      const socket = new Socket();
      const open = await page();
      const connection = open.server.accept(socket, ENDPOINT);
      await socket.heard('hello');
      return { ...open, socket, connection };
    };
    const response = verify(2, 1);
    response[0] = 2;
    const unknown = verify(2, 1);
    unknown[0] = 3;
    for (const [start, frame] of [
      [page, response],
      [page, unknown],
      [page, verify(2, 1).subarray(0, 12)],
      // Before it has proved itself.
      [greeted, verify(2, 1)],
    ] as const) {
      const { card, connection, socket } = await start();
      connection.receive(frame);
      assert.equal(socket.closed, 1008);
      assert.deepEqual(frame, zeros(frame));
      // And after the end.
      const late = verify(3, 1);
      connection.receive(late);
      assert.deepEqual(late, zeros(late));
      assert.deepEqual(card.got, []);
    }
  });

  it('overwrites a command that is one too many', async () => {
    const { card, connection, socket, session } = await page();
    const frames = Array.from({ length: 33 }, (_, i) => verify(i + 2, session));
    for (const frame of frames) connection.receive(frame);
    assert.equal(socket.closed, 1008);
    assert.deepEqual(frames[32], zeros(frames[32]!));
    card.finish.resolve();
    await new Promise((go) => setImmediate(go));
    for (const frame of frames) assert.deepEqual(apduIn(frame), zeros(apduIn(frame)));
  });
});
