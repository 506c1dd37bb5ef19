/**
 * A station's line: a TCP relay to one service that can be cut and mended. A cut line refuses new
 * connections and drops those that are open, in the middle of whatever they carry.
 */
import {
  createConnection,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';

export class Line {
  readonly url: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #cut = false;

  private constructor(server: Server, url: string, target: number) {
    this.#server = server;
    this.url = url;
    server.on('connection', (near) => this.#relay(near, target));
  }

  /** @param target `http://127.0.0.1:PORT` */
  static async to(target: string): Promise<Line> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    return new Line(server, `http://127.0.0.1:${port}`, Number(new URL(target).port));
  }

  get up(): boolean {
    return !this.#cut;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #relay(near: Socket, target: number): void {
    if (this.#cut) {
      near.destroy();
      return;
    }
    const far = createConnection({ port: target, host: '127.0.0.1' });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(one);
      // What a broken line does to either end is the other end's business alone.
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
