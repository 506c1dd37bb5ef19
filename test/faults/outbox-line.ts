/** A bad line between page and receiver: a TCP proxy that cuts, throttles, and attacks with what it has heard. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Weather =
  | 'through'
  /** Refuses every connection after it was made. */
  | 'cut'
  /** Breaks off in the middle of what the page sends. */
  | 'torn'
  /** 2 kbit/s in each direction. */
  | 'thin'
  /** Lets it through, then sends the same bytes to the receiver once more. */
  | 'replay'
  /** Answers with what the receiver once answered to another item. */
  | 'stale';

const THIN_BYTES_PER_SECOND = 250;
const TICK_MS = 100;

export class Line {
  weather: Weather = 'through';
  /** Times that the page's bytes were sent again. */
  replays = 0;
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #heard: Buffer | undefined;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((page) => this.#serve(page));
  }

  static async to(target: number): Promise<Line> {
    const line = new Line(target);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(page: Socket): void {
    this.#keep(page);
    const { weather } = this;
    if (weather === 'cut') page.destroy();
    else if (weather === 'torn') page.once('data', () => page.destroy());
    else if (weather === 'stale') page.once('data', () => page.end(this.#heard ?? ''));
    else {
      const box = this.#keep(connect(this.#target, '127.0.0.1'));
      const sent: Buffer[] = [];
      const answered: Buffer[] = [];
      page.on('data', (bytes) => sent.push(bytes));
      box.on('data', (bytes) => answered.push(bytes));
      if (weather === 'thin') {
        trickle(page, box);
        trickle(box, page);
      } else {
        page.pipe(box);
        box.pipe(page);
        box.once('close', () => page.destroySoon());
      }
      box.once('close', () => {
        const answer = Buffer.concat(answered);
        if (answer.length > 0) this.#heard ??= answer;
        if (weather === 'replay') this.#replay(Buffer.concat(sent));
      });
      page.once('close', () => box.destroy());
    }
  }

  #replay(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const again = this.#keep(connect(this.#target, '127.0.0.1'));
    again.write(bytes);
    again.on('data', () => {
      this.replays += 1;
      again.destroy();
    });
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

function trickle(from: Socket, to: Socket): void {
  let waiting = Buffer.alloc(0);
  let ended = false;
  const portion = (THIN_BYTES_PER_SECOND * TICK_MS) / 1000;
  const timer = setInterval(() => {
    to.write(waiting.subarray(0, portion));
    waiting = waiting.subarray(portion);
    if (ended && waiting.length === 0) {
      clearInterval(timer);
      to.end();
    }
  }, TICK_MS);
  from.on('data', (bytes) => (waiting = Buffer.concat([waiting, bytes])));
  from.once('end', () => (ended = true));
  to.once('close', () => clearInterval(timer));
}
