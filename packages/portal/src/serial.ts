/** Two small tools of order: work done strictly one after the other, and a gate that can be emptied. */
import { PortalError } from './errors.ts';

/** Runs what it is given one by one, in the order of the calls; a failure stops nobody else. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Counts who is inside. Closing waits until all are out; whoever comes meanwhile is told to retry. */
export class Gate {
  #inside = 0;
  #closed = 0;
  #empty: (() => void)[] = [];

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed > 0) throw new PortalError('server.busy', { retryAfter: 1 });
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
      if (this.#inside === 0) for (const go of this.#empty.splice(0)) go();
    }
  }

  /** Runs `work` while nobody is inside. */
  async closedFor<T>(work: () => Promise<T>): Promise<T> {
    this.#closed++;
    try {
      if (this.#inside > 0) await new Promise<void>((resolve) => this.#empty.push(resolve));
      return await work();
    } finally {
      this.#closed--;
    }
  }
}
