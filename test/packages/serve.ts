/** Small servers of the tests: a site, a board. */
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
};

export interface Site {
  readonly origin: string;
  close(): void;
}

/** Serves on a free port of this machine. */
export async function serve(listener: RequestListener): Promise<Site> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers with a file, or that there is none. */
export function answer(
  response: ServerResponse,
  name: string,
  file: Uint8Array | string | undefined,
): void {
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  response.writeHead(file === undefined ? 404 : 200, { 'content-type': type });
  response.end(file);
}
