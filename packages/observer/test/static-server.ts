/** A web server that serves a folder and can do nothing else: what a mirror or a page reads from. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface StaticServer {
  /** With a slash at its end. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** What to serve; may be changed. */
  folder: string;
  /** After so many answers the connection breaks off, every time. */
  breakAfter: number;
  close(): void;
}

export async function serveFolder(folder: string): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
    state.asked.push(path);
    if (state.asked.length > state.breakAfter) {
      response.destroy();
      return;
    }
    readFile(join(state.folder, path)).then(
      (bytes) => response.writeHead(200, { 'access-control-allow-origin': '*' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const state: StaticServer = {
    url: `http://127.0.0.1:${port}/`,
    asked: [],
    folder,
    breakAfter: Infinity,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return state;
}
