/**
 * What the agent serves on the loopback: the built pages under the strict policy, `/config.json`,
 * the bridge to tokens, the machine's key and journals. It reads no cookie and keeps no log of
 * requests; all that it keeps is in the journals.
 */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { ReaderSource } from '@kabina/tokens/transport';
import Fastify from 'fastify';
import { PAGES, securityHeaders } from '../start/pages.ts';
import { serveBridge } from './bridge.ts';
import { AgentError, type AgentConfig } from './config.ts';
import type { JournalFolder } from './journal-file.ts';
import type { MachineKey } from './machine-key.ts';
import { machineRoutes } from './machine-routes.ts';
import { PAGE_PACE, PageWatch, writeSilence } from './page-watch.ts';
import { machineFacts } from './preflight.ts';

const LOOPBACK = '127.0.0.1';

export interface Tokens {
  readonly source: ReaderSource;
  readonly secret: string;
}

/** A machine that signs and keeps journals. */
export interface Machine {
  readonly key: MachineKey;
  readonly journals: JournalFolder;
}

export interface Agent {
  readonly port: number;
  /** Ends the sessions with cards, then everything. */
  close(): Promise<void>;
}

/** Rejects if the port is taken. */
export async function serveAgent(
  config: AgentConfig,
  tokens: Tokens | undefined,
  machine: Machine | undefined,
  pace = PAGE_PACE,
): Promise<Agent> {
  const pages = resolve(config.pages);
  if (!existsSync(join(pages, `${PAGES['/terminal/']}index.html`))) {
    throw new AgentError('agent.pages', `${pages}: собранных страниц нет (npx vite build)`);
  }
  const server = Fastify({ logger: false, forceCloseConnections: true });
  // Known once the server listens: nobody has asked before.
  let port = config.port;
  let headers: Readonly<Record<string, string>> = {};

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    // A foreign name that leads to this machine would make the pages a foreign site's (DNS rebinding).
    if (request.host !== `${LOOPBACK}:${port}` && request.host !== `localhost:${port}`) {
      await reply.code(421).send();
    }
  });
  const { silence } = config;
  const watch =
    silence === undefined ? undefined : new PageWatch(() => writeSilence(silence), pace);
  const machineHandler = machineRoutes({
    ...machine,
    watch,
    preflight: () => machineFacts(pages, machine?.journals, watch),
  });
  // Before Fastify has read a body: the handler is strict about types and lengths by itself.
  server.addHook('onRequest', async (request, reply) => {
    if (await machineHandler(request.raw, reply.raw)) reply.hijack();
  });
  await server.register(fastifyStatic, {
    root: pages,
    index: false,
    dotfiles: 'deny',
    // The policy's own header says it.
    cacheControl: false,
  });
  server.get('/', (_request, reply) => reply.redirect('/terminal/'));
  server.get('/config.json', (_request, reply) => {
    if (config.election === undefined) return reply.code(404).send();
    const bridge = tokens === undefined ? {} : { bridge: bridgeUrl(port) };
    return reply.send({ ...config.election, ...bridge });
  });
  for (const [address, folder] of Object.entries(PAGES)) {
    server.get(address, (_request, reply) => reply.sendFile(`${folder}index.html`));
  }

  await server.listen({ port, host: LOOPBACK });
  port = (server.server.address() as AddressInfo).port;
  const { box, registrar, observers } = config.election ?? {};
  const services = [box, registrar, observers].filter((service) => service !== undefined);
  // A page at `localhost` asks the bridge at 127.0.0.1, which is not its own origin.
  headers = securityHeaders(tokens === undefined ? services : [...services, bridgeOrigin(port)]);
  const bridge =
    tokens &&
    (await serveBridge({
      server: server.server,
      ...tokens,
      origins: [`http://${LOOPBACK}:${port}`, `http://localhost:${port}`],
    }));
  watch?.start();
  return {
    port,
    close: async () => {
      watch?.stop();
      await bridge?.close();
      await tokens?.source.close();
      await server.close();
    },
  };
}

const bridgeOrigin = (port: number): string => `ws://${LOOPBACK}:${port}`;
const bridgeUrl = (port: number): string => `${bridgeOrigin(port)}/bridge`;
