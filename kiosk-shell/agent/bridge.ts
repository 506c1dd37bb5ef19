/**
 * The bridge between pages and readers of tokens, on an HTTP server of this machine: `ws` carries
 * the frames of `@kabina/tokens/bridge-server`. The kiosk's agent and `npm start` serve it.
 *
 * Before anything is said it is checked that the connection came over the loopback, that it was
 * asked for under this machine's own name (a foreign name that was made to lead here, DNS
 * rebinding, is none), and that the page is of a known origin. Programs can lie about all of these
 * but the first; against them there is the pairing secret.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { BRIDGE_PATH, MAX_FRAME } from '@kabina/tokens/bridge-protocol';
import { BridgeServer, type BridgeSocket } from '@kabina/tokens/bridge-server';
import type { ReaderSource } from '@kabina/tokens/transport';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';

/** A browser that was stopped still holds its connection: its card is let go within two of these. */
const HEARTBEAT_MS = 10_000;
const LOOPBACK = '127.0.0.1';

export type BridgeOptions = {
  /** Opened by the bridge, closed by whoever made it. */
  readonly source: ReaderSource;
  /** As `makePairingSecret` writes it. */
  readonly secret: string;
  /** Of the pages that may speak: `http://127.0.0.1:8800`. */
  readonly origins: readonly string[];
} & (
  | {
      /** One that has no other WebSocket. It may listen already, or later. */
      readonly server: Server;
    }
  | {
      /** For a server with nothing else on it; 0 for any. */
      readonly port: number;
    }
);

export interface ServedBridge {
  /** Of the bridge, once the server listens: `ws://127.0.0.1:8800/bridge`. */
  readonly url: string;
  /** Ends all connections, powers their cards off, and stops listening if the port was ours. */
  close(): Promise<void>;
}

/** Rejects if the port is taken. Throws `TypeError` if the secret is no pairing secret. */
export async function serveBridge(options: BridgeOptions): Promise<ServedBridge> {
  const bridge = new BridgeServer(options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    // Compressed lengths would tell of what is in the frames, and nothing here is worth it.
    perMessageDeflate: false,
    clientTracking: true,
  });
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { localAddress, localPort } = request.socket;
    const endpoint = `${LOOPBACK}:${localPort}`;
    const { host = '', origin = '' } = request.headers;
    if (request.url !== BRIDGE_PATH) return deny(socket, '404 Not Found');
    if (localAddress !== LOOPBACK) return deny(socket, '403 Forbidden');
    if (host !== endpoint && host !== `localhost:${localPort}`) {
      return deny(socket, '421 Misdirected Request');
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      // Told over the WebSocket: a page can't see why an upgrade failed.
      if (options.origins.includes(origin)) carry(accepted, bridge, endpoint);
      else bridge.refuse(carrier(accepted));
    });
  };
  const server = 'server' in options ? options.server : await listen(options.port);
  server.on('upgrade', onUpgrade);
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) beat(socket);
  }, HEARTBEAT_MS);

  return {
    get url() {
      return `ws://${LOOPBACK}:${(server.address() as AddressInfo).port}${BRIDGE_PATH}`;
    },
    async close() {
      clearInterval(heartbeat);
      server.off('upgrade', onUpgrade);
      await bridge.close();
      for (const socket of sockets.clients) socket.terminate();
      if ('server' in options) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function deny(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Sockets that have answered since the last beat. */
const alive = new WeakSet<WebSocket>();

function beat(socket: WebSocket): void {
  if (!alive.delete(socket)) socket.terminate();
  else socket.ping();
}

function carrier(socket: WebSocket): BridgeSocket {
  // What `ws` finds wrong (a frame that is too long, bad UTF-8) it answers and closes by itself.
  socket.on('error', () => undefined);
  alive.add(socket);
  socket.on('pong', () => alive.add(socket));
  return {
    send: (frame) => {
      if (typeof frame === 'string') socket.send(frame);
      // `ws` and Node write from these very bytes, and tell when they have gone or could not go.
      else socket.send(frame, () => frame.fill(0));
    },
    close: (code) => socket.close(code),
  };
}

function carry(socket: WebSocket, bridge: BridgeServer, endpoint: string): void {
  const connection = bridge.accept(carrier(socket), endpoint);
  // `ws` would join the parts of a binary message, and leave them as they are.
  socket.binaryType = 'fragments';
  socket.on('message', (data: RawData, binary: boolean) => {
    connection.receive(binary ? join(data as Buffer[]) : (data as Buffer).toString());
  });
  socket.on('close', () => connection.gone());
}

/** One part as it is; of more, a copy, and the parts are overwritten. */
function join(parts: readonly Buffer[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = Buffer.concat(parts);
  for (const part of parts) part.fill(0);
  return whole;
}

async function listen(port: number): Promise<Server> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  return server;
}
