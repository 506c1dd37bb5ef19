// The worker's facade without a worker: for tests in Node, and for processes that play voters.

import { expose } from 'comlink';
import { createFacade } from './facade.ts';
import type { WorkerEndpoint } from './worker-client.ts';

/**
 * The real worker's facade in this thread, behind a message channel as in a page: for tests in Node,
 * and for processes that play voters. A `terminate` closes the channel.
 */
export function inProcessWorker(): WorkerEndpoint {
  const { port1, port2 } = new MessageChannel();
  expose(createFacade(), port1);
  const terminate = (): void => {
    port1.close();
    port2.close();
  };
  return Object.assign(port2, { terminate }) as WorkerEndpoint;
}
