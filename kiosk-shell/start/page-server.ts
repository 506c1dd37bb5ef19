/**
 * Serves the pages of one machine: Vite makes the browser's modules from the sources, and every
 * answer carries the security policy. What `npm start` and the rehearsal show in a browser comes
 * from here.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ReaderSource } from '@kabina/tokens/transport';
import { createServer as createVite, type Plugin, type ViteDevServer } from 'vite';
import { serveBridge, type ServedBridge } from '../agent/bridge.ts';
import type { MachineHandler } from '../agent/machine-routes.ts';
import { PAGES, securityHeaders } from './pages.ts';

const root = new URL('../..', import.meta.url).pathname;

/** No hot reloading here: Vite's own script would open a connection that the policy forbids. */
const withoutClient: Plugin = {
  name: 'kabina-without-client',
  transformIndexHtml: {
    order: 'post',
    handler: (page) =>
      page.replace(/<script type="module" src="[^"]*@vite\/client"><\/script>/, ''),
  },
};

export interface PageServerOptions {
  /** 0 for any. */
  readonly port: number;
  /** Origins that a page may ask: the ballot box and the issuers. */
  readonly services: readonly string[];
  /** Answers `/config.json` and everything below `/control/`. */
  readonly control: (request: IncomingMessage, response: ServerResponse) => void;
  /** Readers of tokens that the pages may use through the agent's bridge, and the pairing secret. */
  readonly tokens?: { readonly source: ReaderSource; readonly secret: string };
  /** What signs and keeps journals, where the server stands for a station's machine. */
  readonly machine?: MachineHandler;
  /** Where `/` leads; `/office/` by default. */
  readonly home?: string;
}

export interface PageServer {
  /** `http://127.0.0.1:8800`, without a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** One Vite for all servers of this process: two of them would prepare one cache at once. */
const modules = { users: 0, vite: undefined as Promise<ViteDevServer> | undefined };

function openVite(): Promise<ViteDevServer> {
  modules.users++;
  modules.vite ??= createVite({
    root,
    appType: 'mpa',
    logLevel: 'warn',
    plugins: [withoutClient],
    server: { middlewareMode: true, hmr: false, ws: false },
    cacheDir: join(root, 'node_modules/.vite'),
  });
  return modules.vite;
}

async function leaveVite(): Promise<void> {
  if (--modules.users > 0) return;
  const { vite } = modules;
  modules.vite = undefined;
  await (await vite)?.close();
}

/** Listens on the loopback. Rejects if the port is taken. */
export async function servePages(options: PageServerOptions): Promise<PageServer> {
  const vite = await openVite();
  let headers: Record<string, string> = {};
  let bridge: ServedBridge | undefined;
  const server = createServer((request, response) => {
    // A foreign name that was made to lead here (DNS rebinding) is no name of this machine's.
    const { port } = server.address() as AddressInfo;
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? '')) {
      response.writeHead(421).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/config.json' || pathname.startsWith('/control/')) {
      options.control(request, response);
      return;
    }
    if (pathname === '/') {
      response.writeHead(302, { location: options.home ?? '/office/' });
      response.end();
      return;
    }
    if (options.machine === undefined) servePage(request, response, pathname, search);
    else {
      void options.machine(request, response).then((answered) => {
        if (!answered) servePage(request, response, pathname, search);
      });
    }
  });
  const servePage = (
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    search: string,
  ): void => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    for (const [address, folder] of Object.entries(PAGES)) {
      if (pathname === address) request.url = `/${folder}index.html${search}`;
      else if (pathname.startsWith(address)) {
        request.url = `/${folder}${pathname.slice(address.length)}${search}`;
      }
    }
    vite.middlewares(request, response);
  };
  const close = async (): Promise<void> => {
    await bridge?.close();
    server.close();
    server.closeAllConnections();
    await leaveVite();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, '127.0.0.1', resolve);
    });
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  if (options.tokens !== undefined) {
    bridge = await serveBridge({ server, ...options.tokens, origins: [url] });
  }
  headers = securityHeaders([
    ...options.services,
    ...(bridge === undefined ? [] : [new URL(bridge.url).origin]),
  ]);
  return { url, close };
}
