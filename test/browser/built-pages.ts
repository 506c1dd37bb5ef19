/** The built pages, served as a commission's web server would: files, and the strict policy. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { PAGES, securityHeaders } from '@kabina/kiosk-shell/start/pages';
import { build } from 'vite';
import type { Machine } from './machine.ts';

const root = new URL('../..', import.meta.url).pathname;
const dist = join(root, 'dist/pages');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface BuiltPages {
  readonly url: string;
  close(): Promise<void>;
}

export async function buildPages(): Promise<void> {
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error' });
}

/** Serves `dist/pages`; questions to the control go on to the machine. */
export async function serveBuilt(machine: Pick<Machine, 'url' | 'services'>): Promise<BuiltPages> {
  const headers = securityHeaders(machine.services);
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (pathname === '/config.json' || pathname.startsWith('/control/')) {
        const answer = await fetch(machine.url + pathname);
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(Buffer.from(await answer.arrayBuffer()));
        return;
      }
      const page = PAGES[pathname];
      const file = join(dist, normalize(page === undefined ? pathname : `${page}index.html`));
      const bytes = await readFile(file);
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      });
      response.end(bytes);
    })().catch(() => {
      response.writeHead(404);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
