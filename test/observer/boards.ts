/** Boards that are served from memory and can be exchanged while a page looks at them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestBoard } from '@kabina/election/testing';

export interface BoardServer {
  readonly origin: string;
  /** What is served below `/NAME/`. */
  readonly boards: Map<string, TestBoard>;
  close(): void;
}

export async function serveBoards(): Promise<BoardServer> {
  const boards = new Map<string, TestBoard>();
  const server = createServer((request, response) => {
    const [, name = '', ...path] = (request.url ?? '/').split('/');
    const file = boards.get(name)?.files.get(path.join('/'));
    response.writeHead(file ? 200 : 404, {
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    });
    response.end(file);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    boards,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
