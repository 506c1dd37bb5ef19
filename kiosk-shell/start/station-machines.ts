/**
 * The machines of a training election's stations on this one machine: each kiosk and each
 * registration desk has a page server on a port of its own, hence an origin, a browser storage, a
 * key and journals of its own.
 */
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { JournalFolder } from '../agent/journal-file.ts';
import { readKeyFile } from '../agent/machine-key.ts';
import { machineRoutes, type MachineHandler } from '../agent/machine-routes.ts';
import { machineFacts } from '../agent/preflight.ts';
import { servePages, type PageServer } from './page-server.ts';
import type { StationMachine } from './setup.ts';

const root = new URL('../..', import.meta.url).pathname;

/** What signs and keeps journals for a machine's pages, as its agent would. */
export async function machineHandler(
  { role, id, keyFile }: Pick<StationMachine, 'role' | 'id' | 'keyFile'>,
  state: string,
): Promise<MachineHandler> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  const journals = new JournalFolder(state);
  return machineRoutes({
    key: { role, id, seed: await readKeyFile(keyFile) },
    journals,
    preflight: () => machineFacts(join(root, 'dist/pages'), journals),
  });
}

export interface ServeMachineOptions {
  readonly machine: StationMachine;
  /** Folder of its journals. */
  readonly state: string;
  /** 0 for any. */
  readonly port: number;
  /** Origins that its pages may ask. */
  readonly services: readonly string[];
  /** What the page reads as `/config.json`; undefined while there is no election. */
  readonly config: () => object | undefined;
  /** The sealed secrets of a registration desk (`desk/desk-keys.ts`). */
  readonly deskKeys?: Uint8Array;
}

/** Serves the pages of one machine. */
export async function serveMachine(options: ServeMachineOptions): Promise<PageServer> {
  const { machine, state, port, services, config, deskKeys } = options;
  return servePages({
    port,
    services,
    machine: withDeskKeys(await machineHandler(machine, state), deskKeys),
    home: machine.role === 'desk' ? '/desk/' : '/terminal/',
    control: (request: IncomingMessage, response: ServerResponse) => {
      const found = request.url === '/config.json' ? config() : undefined;
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? { code: 'config.no-election' }));
    },
  });
}

/** `GET /desk-keys`: sealed under the desk's code, so that it is no secret here. */
function withDeskKeys(handler: MachineHandler, keys: Uint8Array | undefined): MachineHandler {
  if (keys === undefined) return handler;
  return async (request, response) => {
    if (request.url !== '/desk-keys' || request.method !== 'GET') return handler(request, response);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(keys);
    return true;
  };
}
