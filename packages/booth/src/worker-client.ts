// The page's side of the facade: calls that return values, throw `BoothError`, and don't wait for a
// worker that has died or never loaded.

import { releaseProxy, wrap, type Endpoint, type Remote } from 'comlink';
import { BoothError } from './errors.ts';
import type { Answer, BoothWorker } from './messages.ts';

/** A dedicated worker, or a message port with the same on its other end. */
export type WorkerEndpoint = Endpoint & { terminate(): void };

type Value<K extends keyof BoothWorker> =
  Awaited<ReturnType<BoothWorker[K]>> extends Answer<infer T> ? T : never;

export class WorkerClient {
  readonly #endpoint: WorkerEndpoint;
  readonly #remote: Remote<BoothWorker>;
  readonly #broken: Promise<never>;
  #break: (error: BoothError) => void = () => undefined;

  constructor(create: () => WorkerEndpoint) {
    this.#broken = new Promise((_, reject) => (this.#break = reject));
    // Nobody may be waiting when it breaks.
    this.#broken.catch(() => undefined);
    this.#endpoint = create();
    const onBreak = (): void => {
      this.#break(new BoothError('worker.failed', 'the worker has died', { retryable: true }));
    };
    this.#endpoint.addEventListener('error', onBreak);
    this.#endpoint.addEventListener('messageerror', onBreak);
    this.#remote = wrap<BoothWorker>(this.#endpoint);
  }

  async call<K extends keyof BoothWorker>(
    method: K,
    ...args: Parameters<BoothWorker[K]>
  ): Promise<Value<K>> {
    const remote = this.#remote[method] as unknown as (
      ...list: Parameters<BoothWorker[K]>
    ) => Promise<Answer<Value<K>>>;
    const answer = await Promise.race([remote(...args), this.#broken]);
    if (answer.ok) return answer.value;
    const { code, message, retryable, retryAt } = answer;
    const when = retryAt === undefined ? {} : { retryAt };
    throw new BoothError(code, message, { retryable, ...when });
  }

  /** Whatever still waits is told; nothing of the worker is left. */
  terminate(): void {
    this.#break(new BoothError('worker.failed', 'the session has ended'));
    this.#remote[releaseProxy]();
    this.#endpoint.terminate();
  }
}
